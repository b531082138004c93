"""The fewest people by line and slot of time: as rows, a table, CSV, a workbook and a picture; and how it was found."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from simulator.contacts import Whole
from simulator.report.swedish import number
from simulator.staff.crews import HOUR_MS, Grid
from simulator.staff.fewest import Goal, Judged
from simulator.staff.shift_rules import QUARTERS_A_DAY, Pattern, Roster
from simulator.world import DAY_MS

HEADERS = {
    "slot": "tid",
    "queue": "kö",
    "calls": "samtal",
    "agents": "handläggare",
    "erlang_a": "Erlang A",
    "service_level": "servicenivå",
    "low": "lägst",
    "high": "högst",
    "reached": "når målet",
}
LEAST_WIDTH = 6
"""Of a queue's column: longer names are folded where there is little room."""
REACHED = {True: "ja", False: "nej", None: "för få samtal för att veta säkert"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What was found."""

    grid: Grid
    goal: Goal
    need: Whole
    erlang_a: Whole
    result: Judged
    replications: int
    tries: int
    seconds: float
    speed: str
    finished: bool = True
    roster: Roster | None = None
    rostered: tuple[Judged, ...] = ()
    """How the roster does when everybody comes; and if absence is reckoned with, with that."""

    @property
    def hours(self) -> float:
        """Of work needed a day (or run)."""
        return float(self.need.sum()) * self.grid.slot_ms / HOUR_MS

    @property
    def erlang_hours(self) -> float:
        """The same by Erlang A."""
        return float(self.erlang_a.sum()) * self.grid.slot_ms / HOUR_MS


def rows(plan: Plan) -> Iterator[dict[str, Any]]:
    """A line and slot each, where anybody rings or is needed."""
    for slot in range(plan.grid.slots):
        for i, queue in enumerate(plan.grid.queues):
            rung = not math.isnan(plan.result.level[i, slot])
            if rung or plan.need[i, slot] or plan.erlang_a[i, slot]:
                yield {
                    "slot": plan.grid.clock(slot),
                    "queue": queue,
                    "calls": round(float(plan.result.calls[i, slot]), 2),
                    "agents": int(plan.need[i, slot]),
                    "erlang_a": int(plan.erlang_a[i, slot]),
                    "service_level": _known(plan.result.level[i, slot]),
                    "low": _known(plan.result.low[i, slot]),
                    "high": _known(plan.result.high[i, slot]),
                    "reached": _reached(plan, i, slot) if rung else None,
                }


def _reached(plan: Plan, line: int, slot: int) -> bool | None:
    if plan.result.low[line, slot] >= plan.goal.target:
        return True
    likely = plan.result.level[line, slot] >= plan.goal.target
    return None if likely and not plan.result.provable[line, slot] else False


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 5)


def as_dict(plan: Plan) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "scenario": plan.grid.scenario.name,
        "target": plan.goal.target,
        "within_s": plan.grid.scenario.run.threshold_ms / 1000,
        "confidence": plan.goal.confidence,
        "finished": plan.finished,
        "agent_hours": plan.hours,
        "erlang_a_hours": plan.erlang_hours,
        "replications": plan.replications,
        "tries": plan.tries,
        "speed": plan.speed,
        "seed": plan.grid.scenario.run.seed,
        "seconds": round(plan.seconds, 2),
        "slots": list(rows(plan)),
        "shifts": list(_shift_rows(plan)),
        "missed_with_shifts": [_missed(plan, result) for result in plan.rostered],
    }


def print_plan(console: Console, plan: Plan) -> None:
    """A line for each slot, a column for each queue: how many are needed, and by Erlang A. Fits eighty columns."""
    run = plan.grid.scenario.run
    table = Table(
        title=f"{plan.grid.scenario.name}: minsta bemanning för {_percent(plan.goal.target)} på "
        f"{run.threshold_ms / 1000:g} s (inom parentes Erlang A)",
        box=box.SIMPLE_HEAD,
    )
    used = [i for i in range(len(plan.grid.queues)) if plan.need[i].any() or plan.erlang_a[i].any()]
    together = ("alla",) if len(used) > 1 else ()
    table.add_column("tid", no_wrap=True)
    for queue in (plan.grid.queues[i] for i in used):
        table.add_column(queue, justify="right", min_width=min(LEAST_WIDTH, len(queue)), overflow="fold")
    for header in (*together, "lägst, %"):
        table.add_column(header, justify="right", no_wrap=True)
    for slot in range(plan.grid.slots):
        cells = [_cell(plan, (i,), slot) for i in used]
        if any(cells):
            cells += [_cell(plan, used, slot)] if together else []
            table.add_row(plan.grid.clock(slot), *cells, _worst(plan, slot))
    console.print(table)
    console.print("lägst: servicenivån i den kö som har lägst, med intervall.", style="dim", highlight=False)
    for sentence in (*how_found(plan), *_rostered(plan)):
        console.print(sentence, highlight=False, soft_wrap=True)


def _cell(plan: Plan, lines: Sequence[int], slot: int) -> str:
    need, erlang = (int(of[list(lines), slot].sum()) for of in (plan.need, plan.erlang_a))
    return f"{need}\N{NO-BREAK SPACE}({erlang})" if need or erlang else ""


def _worst(plan: Plan, slot: int) -> str:
    """The service level of the line that does worst, with its interval, in per cent."""
    level = plan.result.level[:, slot]
    known = [i for i in range(len(level)) if not math.isnan(level[i])]
    if not known:
        return ""
    i = min(known, key=lambda line: float(level[line]))
    low, high = plan.result.low[i, slot], plan.result.high[i, slot]
    shown, lowest, highest = (number(100 * share, 1) for share in (level[i], low, high))
    return f"{shown} ({lowest}–{highest})"


def _percent(share: float) -> str:
    return number(100 * share, 1) + "\N{NO-BREAK SPACE}%"


def _hours(hours: float) -> str:
    return number(hours, 2 if hours % 1 else 0)


def how_found(plan: Plan) -> Iterator[str]:
    """What she who defends the figures needs to know."""
    run = plan.grid.scenario.run
    slot = "kvart för kvart" if plan.grid.slot_ms < HOUR_MS else "timme för timme"
    yield (
        f"Sammanlagt {_hours(plan.hours)} timmar; Erlang A, kö för kö och {slot}, säger {_hours(plan.erlang_hours)}."
    )
    yield (
        f"Så är det funnet: {plan.tries} bemanningar prövade genom simulering med samma uppringare ({plan.speed}), med "
        f"början i Erlang A, färre där målet höll; andra fördelningar kan duga lika bra. Sist "
        f"{plan.replications} dagar med andra uppringare (frö {run.seed}): i varje kö och tid ska servicenivån vara "
        f"minst {_percent(plan.goal.target)} med {_percent(plan.goal.confidence)} säkerhet. "
        f"{number(plan.seconds, 1)} s."
    )
    yield "Den som räknas till en kö kan vad köns nuvarande handläggare kan, i tur och ordning: köer och behörigheter."
    if not plan.finished:
        yield "Avbrutet: detta är det bästa som hann hittas, och det är inte prövat till slut."
    all_rows = list(rows(plan))
    short = [row for row in all_rows if row["reached"] is False]
    if short:
        where = ", ".join(f"{row['queue']} {row['slot']} ({_percent(row['service_level'])})" for row in short[:10])
        yield f"Når inte målet med säkerhet: {where}{' …' if len(short) > len(short[:10]) else ''}."
    unknown = sum(row["reached"] is None and row["service_level"] is not None for row in all_rows)
    if unknown:
        yield f"I {unknown} köer och tider ringer så få att målet bara kan nås i snitt, inte visas med den säkerheten."


def _rostered(plan: Plan) -> Iterator[str]:
    if plan.roster is None:
        return
    yield ""
    yield f"Skift som täcker behovet: {plan.roster.people} skift, {_hours(plan.roster.hours)} timmar utan raster."
    for row in _shift_rows(plan):
        rest = f", rast {row['break_from']}–{row['break_to']}" if row["break_from"] else ""
        yield f"  {plan.grid.title(row['queue'])}: {row['agents']} × {row['from']}–{row['to']}{rest}"
    if plan.roster.short:
        yield f"  Inget tillåtet skift täcker {len(plan.roster.short)} av kvarterna."
    shrinkage = plan.grid.scenario.world.shrinkage
    if shrinkage:
        gross = _hours(round(plan.roster.hours / (1 - shrinkage), 2))
        yield f"  Uppräknat för {_percent(shrinkage)} frånvaro: {gross} timmar."
    for result, who in zip(plan.rostered, ("alla på plats", f"{_percent(shrinkage)} frånvaro"), strict=False):
        yield f"  Med dessa skift och {who} missas målet i {_missed(plan, result)} köer och tider."


def _missed(plan: Plan, result: Judged) -> int:
    """In how many lines and slots."""
    return sum(bool(level < plan.goal.target) for level in result.level.flat if not math.isnan(level))


def _shift_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    for line, pattern, many in plan.roster.shifts if plan.roster else ():
        yield {"queue": plan.grid.queues[line], "agents": many, **_times(pattern)}


def _times(pattern: Pattern) -> dict[str, str]:
    rest = pattern.rest or (0, 0)
    marks = {"from": pattern.begins, "to": pattern.ends, "break_from": rest[0], "break_to": rest[1]}
    minutes = {name: quarter * (DAY_MS // QUARTERS_A_DAY) // 60_000 for name, quarter in marks.items()}
    return {name: f"{at // 60:02}:{at % 60:02}" if at else "" for name, at in minutes.items()}


def write_csv(path: Path, plan: Plan) -> None:
    """A semicolon file with decimal commas, as Swedish spreadsheets read it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADERS.values())
        for row in rows(plan):
            row["reached"] = REACHED[row["reached"]]
            writer.writerow(str(x).replace(".", ",") if isinstance(x, float) else x for x in row.values())


def write_xlsx(path: Path, plan: Plan) -> None:
    """A workbook: the need, the shifts if there are any, and how it was found."""
    import xlsxwriter  # noqa: PLC0415

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("behov")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, list(HEADERS.values()), bold)
        for n, row in enumerate(rows(plan), 1):
            sheet.write_row(n, 0, list((row | {"reached": REACHED[row["reached"]]}).values()))
        if plan.roster:
            sheet = book.add_worksheet("skift")
            sheet.write_row(0, 0, ["kö", "antal", "från", "till", "rast från", "rast till"], bold)
            for n, row in enumerate(_shift_rows(plan), 1):
                sheet.write_row(n, 0, list(row.values()))
        sheet = book.add_worksheet("så är det funnet")
        sheet.write_column(0, 0, [*how_found(plan), *_rostered(plan)])


def write_picture(path: Path, plan: Plan) -> None:
    """The need through the day, line by line, stacked; Erlang A's sum beside. SVG, PNG or PDF by the file's ending."""
    import numpy as np  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(11, 5), layout="constrained")
    axes = figure.subplots()
    used = np.flatnonzero((plan.need + plan.erlang_a).any(0))
    span = range(used[0], used[-1] + 2) if len(used) else range(1)
    edges = np.arange(len(span))
    below = np.zeros(len(edges) - 1)
    for i, queue in enumerate(plan.grid.queues):
        need = plan.need[i, span[0] : span[-1]].astype(float)
        if need.any():
            axes.stairs(below + need, edges, baseline=below, fill=True, label=plan.grid.title(queue))
            below = below + need
    axes.stairs(plan.erlang_a.sum(0)[span[0] : span[-1]], edges, color="black", linestyle="--", label="Erlang A")
    hours = max(1, HOUR_MS // plan.grid.slot_ms)
    ticks = edges[:: hours * max(1, len(edges) // (14 * hours))]
    axes.set_xticks(ticks, [plan.grid.clock(span[0] + int(tick)) for tick in ticks])
    axes.set_ylabel("handläggare")
    axes.set_title(f"{plan.grid.scenario.name}: minsta bemanning för {_percent(plan.goal.target)}")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    figure.savefig(path)
