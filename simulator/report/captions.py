"""What each picture says, in words: under it, and for those who cannot see it."""

import math

from simulator.measuring.definitions import Unit
from simulator.measuring.measures import Difference, Measures
from simulator.report.headline import difference_headline, threshold
from simulator.report.swedish import figure, number, with_interval

OVERLAID = (
    "Hur länge de som fick svar väntade, en linje per scenario: ju högre, desto bättre. "
    "Den prickade linjen är gränsen för servicenivån."
)


def day(measures: Measures) -> str:
    """Of service level and calls over the day."""
    text = "Överst servicenivån kvart för kvart med 95 % intervall, nederst samtalen som kom in och de som la på."
    quarters = measures.quarters[None]
    known = [
        float(level)
        for level, offered in zip(quarters.service_level.value, quarters.offered, strict=True)
        if offered >= 1 and not math.isnan(level)
    ]
    return f"{text} Lägst servicenivå i en kvart är {number(100 * min(known))} %." if known else text


def waits(measures: Measures) -> str:
    """Of how long they waited."""
    total = measures.total
    shares = (("50 %", "wait_p50_s"), ("90 %", "wait_p90_s"), ("99 %", "wait_p99_s"))
    parts = ", ".join(f"{share} väntade högst {figure(total[key], Unit.SECONDS)}" for share, key in shares)
    return f"Av dem som fick svar: {parts}. Medelsvarstid {with_interval(total['asa_s'], Unit.SECONDS)}."


def queues(measures: Measures) -> str:
    """Of the queues' service levels."""
    level = figure(measures.service_level, Unit.SHARE)
    return f"Servicenivå inom {threshold(measures)} för varje kö; alla köer tillsammans {level}."


def people(measures: Measures) -> str:
    """Of people's time."""
    busy = figure(measures.total["occupancy"], Unit.SHARE)
    return f"Vad den inloggade tiden går till; beläggningen är i medeltal {busy}."


def forest(difference: Difference) -> str:
    """Of what changes."""
    return f"{difference_headline(difference)} Till höger om noll är mer, till vänster mindre."


def pairs(difference: Difference) -> str:
    """What the comparison rests on."""
    return (
        f"{difference.n} par av replikationer som mött samma samtal, jämförda par för par. "
        "Percentilerna jämförs utan att paras; deras intervall är därför hellre för vida än för smala."
    )
