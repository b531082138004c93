"""The result in a sentence."""

from simulator.measuring.definitions import Unit
from simulator.measuring.intervals import Estimate
from simulator.measuring.measures import Difference, Measures
from simulator.report.swedish import number, with_interval


def threshold(measures: Measures) -> str:
    """120 s."""
    seconds = measures.threshold_ms / 1000
    return f"{number(seconds, 0 if seconds == int(seconds) else 1)}\N{NO-BREAK SPACE}s"


def headline(measures: Measures) -> str:
    """How many are answered in time, with the interval."""
    level = measures.service_level
    if not level.known:
        return "Inga samtal att mäta."
    return f"{with_interval(level, Unit.SHARE)} besvaras inom {threshold(measures)}."


def basis(measures: Measures) -> str:
    """What the intervals rest on."""
    if measures.parts > 1:
        return (
            f"Ett enda långt förlopp i jämvikt, delat i {measures.n} lika långa delar; intervallen räknas på delarna."
        )
    if measures.n == 1:
        return "Ett enda förlopp: inga intervall. Kör flera replikationer för att få veta hur säkert svaret är."
    return f"{measures.n} oberoende replikationer; Students t på dem."


def difference_headline(difference: Difference) -> str:
    """What changes in how many are answered in time."""
    change = difference.total["service_level"]
    if not change.known:
        return "Inga samtal att jämföra."
    if not certain(change):
        return f"Ingen säker skillnad i servicenivå: {with_interval(change, Unit.SHARE, signed=True)}."
    verb, size = ("ökar", change) if change.value > 0 else ("minskar", change.turned)
    return f"Servicenivån {verb} med {with_interval(size, Unit.SHARE, signed=True).removeprefix('+')}."


def certain(change: Estimate) -> bool:
    """Whether the 95 % interval leaves nothing out: the change is up or down for sure."""
    return change.bounded and not change.low95 <= 0 <= change.high95
