"""A replayed day as people, spreadsheets and programs read it. Nobody's number is in it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table

from ivr.call_log.journey import OUTCOMES
from ivr.local_days import clock, iso
from queues.ids import AgentId, QueueId
from simulator.measuring.definitions import Unit
from simulator.measuring.intervals import Estimate
from simulator.past.logged import LoggedCall
from simulator.past.logged_world import BY_NAME, IN_MENU, UNFINISHED, LoggedDay
from simulator.past.replay import Fate, Run, Sum, agreement, change, fate, figures, logged_sums, spread
from simulator.report.swedish import figure, number
from simulator.report.tables import Cell, Kind, Sheet

if TYPE_CHECKING:
    from rich.console import Console

LABELS: Mapping[Sum, tuple[str, Unit]] = {
    Sum.CALLS: ("Samtal", Unit.COUNT),
    Sum.ANSWERED: ("Besvarade", Unit.COUNT),
    Sum.WITHIN: ("Besvarade i tid", Unit.COUNT),
    Sum.ABANDONED: ("Lade på", Unit.COUNT),
    Sum.TURNED_AWAY: ("Avvisade", Unit.COUNT),
    Sum.CLOSED: ("Stängt", Unit.COUNT),
    Sum.CALLBACKS: ("Bad om uppringning", Unit.COUNT),
    Sum.SERVICE_LEVEL: ("Besvarade i tid av alla", Unit.SHARE),
    Sum.MEAN_WAIT_S: ("Medelväntan, besvarade", Unit.SECONDS),
    Sum.P90_WAIT_S: ("90 % av de besvarade inom", Unit.SECONDS),
    Sum.OWN_SHARE: ("Svar av egen grupp", Unit.SHARE),
    Sum.PARTNER_SHARE: ("Svar av partner", Unit.SHARE),
}
LEFT_OUT = {IN_MENU: "lade på i menyn", BY_NAME: "sökte en person vid namn", UNFINISHED: "har inget slut i loggen"}
HEADERS = (
    "samtal",
    "in",
    "kö",
    "loggat utfall",
    "loggad väntan (s)",
    "svar av",
    "besvarat idag (%)",
    "väntan idag (s)",
    "svar idag av",
    "besvarat ändrat (%)",
    "väntan ändrat (s)",
    "svar ändrat av",
)


@dataclass(frozen=True, slots=True)
class Replay:
    """A day, run under the rules as they stand and, if there are any, under the changed ones."""

    day: LoggedDay
    zone: ZoneInfo
    titles: Mapping[QueueId, str]
    people: Mapping[AgentId, str]
    today: Run
    changed: Run | None

    @property
    def threshold_ms(self) -> int:
        """In time."""
        return self.today.rerun.scenario.run.threshold_ms


def show(console: "Console", replay: Replay, most_calls: int) -> None:
    """The sums, how well the simulator knows the day, and the calls that fare most otherwise."""
    console.print(_table_of_sums(replay))
    for sentence in sentences(replay):
        console.print(sentence, highlight=False)
    if most_calls:
        console.print(_table_of_calls(replay, most_calls))


def sentences(replay: Replay) -> Iterator[str]:
    """What the figures rest on."""
    close, today = agreement(replay.today), replay.today
    yield (
        f"Så väl återger simulatorn dagen: {number(100 * close.same_end, 1)} % av {close.calls} samtal besvaras eller "
        f"besvaras inte som i loggen, och väntan avviker {number(close.wait_off_s, 1)} s i medeltal."
    )
    yield (
        f"{today.replications} replikationer. Inom parentes: där 95 % av dem ligger, alltså vad loggen inte visar "
        "(hur länge den som fick svar annars hade väntat, hur länge den som la på hade talat, ringtider)."
    )
    observed = [one.observed for one in replay.day.habits.patience.values()]
    if observed and min(observed) < 50:
        yield f"Tålamodet är skattat ur bara {min(observed)} samtal som la på; lita inte på små skillnader."
    if not observed:
        yield "Ingen har lagt på i kön på fyra veckor: tålamodet är okänt, och ingen lägger på här heller."
    for reason, count in replay.day.left_out.items():
        yield f"{count} samtal är inte med: de {LEFT_OUT[reason]}."
    if today.rerun.assumed_keys:
        yield f"{today.rerun.assumed_keys} samtal mötte stängt; vad de ville är draget ur dagens andra val."
    if moved := sum(call.transfers > 0 for call in today.rerun.calls):
        yield f"{moved} samtal kopplades vidare; bara det första samtalets längd är med."
    if replay.day.redials:
        yield f"{len(replay.day.redials)} av samtalen ringdes om av någon som inte fått svar."
    for run, words in ((today, "nuvarande"), (replay.changed, "ändrade")):
        if run and run.rerun.not_in_plan:
            yield f"I loggen men inte bland de {words} reglerna: {', '.join(run.rerun.not_in_plan)}."


def as_dict(replay: Replay) -> dict[str, Any]:
    """For programs."""
    logged = logged_sums(replay.today.rerun.calls, replay.threshold_ms)
    close = agreement(replay.today)
    sums = {}
    for one in Sum:
        sums[one.value] = {"logged": _plain(logged[one]), "as_is": _estimate(replay.today, one)}
        if replay.changed:
            difference = change(replay.today, replay.changed, one).as_dict()
            sums[one.value] |= {"changed": _estimate(replay.changed, one), "difference": difference}
    return {
        "day": replay.day.day.isoformat(),
        "replications": replay.today.replications,
        "threshold_s": replay.threshold_ms / 1000,
        "left_out": dict(replay.day.left_out),
        "agreement": {"same_end": _plain(close.same_end), "wait_off_s": _plain(close.wait_off_s)},
        "patience_observed": {queue: one.observed for queue, one in replay.day.habits.patience.items()},
        "not_in_plan": {
            "as_is": list(replay.today.rerun.not_in_plan),
            "changed": list(replay.changed.rerun.not_in_plan) if replay.changed else None,
        },
        "sums": sums,
        "calls": [_call_dict(replay, i, call) for i, call in enumerate(replay.today.rerun.calls)],
    }


def sheet(replay: Replay) -> Sheet:
    """Call by call."""
    rows = []
    for i, call in enumerate(replay.today.rerun.calls):
        fates = [fate(replay.today, i), *([fate(replay.changed, i)] if replay.changed else [])]
        rows.append((*_logged_cells(replay, call), *(cell for one in fates for cell in _cells(replay, one))))
    return Sheet("Samtal", HEADERS[: len(rows[0])], tuple(rows))


def _table_of_sums(replay: Replay) -> Table:
    table = Table("", "loggat", "som det är", box=box.SIMPLE_HEAD, title=f"Den {replay.day.day.isoformat()} igen")
    if replay.changed:
        table.add_column("ändrat")
        table.add_column("skillnad")
    for column in table.columns[1:]:
        column.justify = "right"
    logged = logged_sums(replay.today.rerun.calls, replay.threshold_ms)
    for one, (label, unit) in LABELS.items():
        cells = [figure(Estimate(logged[one]), unit), _with_spread(replay.today, one, unit)]
        if replay.changed:
            difference = change(replay.today, replay.changed, one)
            cells += [_with_spread(replay.changed, one, unit), figure(difference, unit, signed=True)]
        table.add_row(label, *cells)
    return table


def _with_spread(run: Run, one: Sum, unit: Unit) -> str:
    low, high = spread(run, one)
    value = figure(figures(run)[one], unit)
    if low == high or math.isnan(low):
        return value
    scale, decimals = (100.0, 1) if unit is Unit.SHARE else (1.0, 0)
    return f"{value} ({number(low * scale, decimals)}–{number(high * scale, decimals)})"


def _table_of_calls(replay: Replay, most: int) -> Table:
    calls = replay.today.rerun.calls
    after = replay.changed or replay.today
    pairs = [(fate(replay.today, i), fate(after, i)) for i in range(len(calls))]
    before = [_was(call) if replay.changed is None else pair[0] for call, pair in zip(calls, pairs, strict=True)]
    by_change = sorted(range(len(calls)), key=lambda i: _otherwise(before[i], pairs[i][1]), reverse=True)
    table = Table(
        "samtal", "in", "kö", "loggat", "idag", box=box.SIMPLE_HEAD, title="Samtal som det går annorlunda för"
    )
    if replay.changed:
        table.add_column("ändrat")
    for i in by_change[:most]:
        call = calls[i]
        end = OUTCOMES.get(call.outcome or "", "")
        logged = end if call.in_line_ms is None else f"{end}, {number(call.in_line_ms / 1000)}\N{NO-BREAK SPACE}s"
        fates = [_short(one) for one in (pairs[i] if replay.changed else pairs[i][:1])]
        table.add_row(call.call, clock(call.entered_ms, replay.zone), call.queue, logged, *fates)
    return table


def _short(one: Fate) -> str:
    """How often they are answered, and the usual wait."""
    return f"{number(100 * one.answered)}\N{NO-BREAK SPACE}% svar, {number(one.wait_s)}\N{NO-BREAK SPACE}s"


def _was(call: LoggedCall) -> Fate:
    return Fate(float(call.served), (call.in_line_ms or 0) / 1000, call.agent)


def _otherwise(before: Fate, after: Fate) -> float:
    """How differently it goes: answered or not before all, then how long the wait is."""
    waits = [0.0 if math.isnan(one.wait_s) else one.wait_s for one in (before, after)]
    return 1e6 * abs(before.answered - after.answered) + abs(waits[0] - waits[1])


def _logged_cells(replay: Replay, call: LoggedCall) -> list[Cell]:
    return [
        Cell(call.call),
        Cell(clock(call.entered_ms, replay.zone)),
        Cell(replay.titles.get(call.queue, call.queue)),
        Cell(OUTCOMES.get(call.outcome or "", "")),
        Cell(None if call.in_line_ms is None else call.in_line_ms / 1000, Kind.NUMBER),
        Cell(_name(replay, call.agent if call.served else "")),
    ]


def _cells(replay: Replay, one: Fate) -> list[Cell]:
    wait = Cell(None if math.isnan(one.wait_s) else one.wait_s, Kind.NUMBER)
    return [Cell(one.answered, Kind.SHARE), wait, Cell(_name(replay, one.agent))]


def _name(replay: Replay, agent: str) -> str:
    return replay.people.get(AgentId(agent), agent)


def _call_dict(replay: Replay, i: int, call: LoggedCall) -> dict[str, Any]:
    told: dict[str, Any] = {
        "call": call.call,
        "entered": iso(call.entered_ms, replay.zone),
        "queue": call.queue,
        "keys": list(call.keys),
        "logged": {
            "outcome": call.outcome,
            "wait_ms": call.in_line_ms,
            "talk_ms": call.talk_ms,
            "agent": call.agent if call.served else "",
        },
        "as_is": _fate_dict(fate(replay.today, i)),
    }
    return told | ({"changed": _fate_dict(fate(replay.changed, i))} if replay.changed else {})


def _fate_dict(one: Fate) -> dict[str, Any]:
    return {"answered": round(one.answered, 4), "wait_s": _plain(one.wait_s), "agent": one.agent}


def _estimate(run: Run, one: Sum) -> dict[str, Any]:
    low, high = spread(run, one)
    return figures(run)[one].as_dict() | {"spread95": [_plain(low), _plain(high)]}


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
