"""All measurements in one run on one Asterisk, and what is printed and kept of them."""

import math
import re
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.telephony.cost import MORE_WAYS, WAYS, CostPlan, measure_cost
from bench.telephony.figures import Figure
from bench.telephony.handover import HandoverPlan, measure_handover
from bench.telephony.holding import HoldingPlan, measure_holding
from bench.telephony.killing import KillingPlan, measure_killing
from bench.telephony.processes import machine
from bench.telephony.speed import SpeedPlan, measure_speed
from bench.telephony.town import Say, Town, open_town
from bench.telephony.watching import WatchingPlan, measure_watching

RESULTS = Path(__file__).resolve().parents[1] / "RESULTS.md"
PIECES = ("cost", "speed", "handover", "holding", "killing", "watching")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of everything."""

    name: str
    agents: int
    cost: CostPlan
    speed: SpeedPlan
    handover: HandoverPlan
    holding: HoldingPlan
    killing: KillingPlan
    watching: WatchingPlan


FULL = Extent(
    "full",
    200,
    CostPlan(rounds=3, calls=480, rate_per_s=60, ways=WAYS + MORE_WAYS),
    SpeedPlan(rate_per_s=100, seconds=60, rival_seconds=15),
    HandoverPlan(waiting=1_000, rate_per_s=60, agents=10, handovers=200),
    HoldingPlan(callers=2_000, rate_per_s=60, hold_s=60, agents=40),
    KillingPlan(waiting=300, rate_per_s=60, agents=20, kills=3),
    WatchingPlan(200, 2, calls=300, rate_per_s=20, handover=HandoverPlan(60, 40, agents=8, handovers=40)),
)
QUICK = Extent(
    "quick",
    60,
    CostPlan(rounds=1, calls=120, rate_per_s=40),
    SpeedPlan(rate_per_s=50, seconds=3, rival_seconds=1),
    HandoverPlan(waiting=80, rate_per_s=40, agents=8, handovers=24),
    HoldingPlan(callers=80, rate_per_s=40, hold_s=1, agents=20),
    KillingPlan(waiting=40, rate_per_s=40, agents=10, kills=1),
    WatchingPlan(60, 1, calls=100, rate_per_s=20, handover=HandoverPlan(40, 40, agents=8, handovers=24)),
)
TINY = Extent(
    "tiny",
    8,
    CostPlan(rounds=1, calls=4, rate_per_s=10),
    SpeedPlan(rate_per_s=10, seconds=0.4, rival_seconds=0.2),
    HandoverPlan(waiting=6, rate_per_s=10, agents=2, handovers=2),
    HoldingPlan(callers=4, rate_per_s=10, hold_s=0.2, agents=2),
    KillingPlan(waiting=4, rate_per_s=10, agents=2, kills=1),
    WatchingPlan(6, 1, calls=4, rate_per_s=10, handover=HandoverPlan(6, 10, agents=2, handovers=2)),
)
"""Whether everything still runs; its figures mean nothing."""

Measured = tuple[dict[str, Any], list[Figure]]
Keep = Callable[[dict[str, Any]], None]


async def measure(extent: Extent, pieces: Sequence[str], say: Say, kept: Keep = lambda _result: None) -> dict[str, Any]:
    """Every piece's values, and every figure against its limit. What was started is gone, whatever happened.

    `kept` is given what has been measured so far, after each piece.
    """
    where = Path(tempfile.mkdtemp(prefix="tb"))
    result: dict[str, Any] = {"extent": extent.name, "met": True, "pieces": {}}
    try:
        async with open_town(where, extent.agents, say) as town:
            for piece in pieces:
                result["pieces"][piece] = measured = await _measured(_piece(town, extent, piece))
                result["met"] = result["met"] and all(figure["met"] for figure in measured["figures"])
                say("\n".join(map(line_of, measured["figures"])))
                kept(result)
    finally:
        shutil.rmtree(where, ignore_errors=True)
    return result


async def _measured(piece: Callable[[], Awaitable[Measured]]) -> dict[str, Any]:
    """The piece's values and figures, and when and on what they were measured."""
    began, before = time.time(), machine()
    values, figures = await piece()
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(began)),
        "took_s": round(time.time() - began, 1),
        "machine": before | {"load_after": machine()["load_before"]},
        "figures": [_finite(figure.as_dict()) for figure in figures],
        "values": _finite(values),
    }


def _piece(town: Town, extent: Extent, piece: str) -> Callable[[], Awaitable[Measured]]:
    return {
        "cost": lambda: measure_cost(town, extent.cost),
        "speed": lambda: measure_speed(town, extent.speed),
        "handover": lambda: measure_handover(town, extent.handover),
        "holding": lambda: measure_holding(town, extent.holding),
        "killing": lambda: measure_killing(town, extent.killing),
        "watching": lambda: measure_watching(town, extent.watching),
    }[piece]


def _finite(value: Any) -> Any:
    """JSON has no word for what could not be measured: null."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def line_of(figure: dict[str, Any]) -> str:
    """One figure as a person reads it."""
    limit = "" if figure["limit"] is None else f" (at most {figure['limit']:g}: {'met' if figure['met'] else 'MISSED'})"
    beside = f"; {figure['beside']}" if figure["beside"] else ""
    return f"  {figure['name']}: {_number(figure['value'])} {figure['unit']}{limit}{beside}"


def _number(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


def as_markdown(extent: str, piece: str, measured: dict[str, Any]) -> str:
    """The piece as a section of RESULTS.md."""
    about = measured["machine"]
    rows = "\n".join(map(_row, measured["figures"]))
    option = "" if extent == "full" else f" --{extent}"
    return (
        f"{_mark(extent, piece)}\n"
        f"## telephony, {piece}, {extent}: {measured['date']}\n\n"
        f"{about['cores']} cores, Linux {about['kernel']}, load before {about['load_before']} and after "
        f"{about['load_after']}, {measured['took_s']:.0f} s. "
        f"Command: `script/bench telephony --pieces {piece}{option} --write`\n\n"
        f"| what | measured | at most | | beside |\n|---|---|---|---|---|\n{rows}\n"
        f"<!-- end -->\n"
    )


def _mark(extent: str, piece: str) -> str:
    return f"<!-- telephony {extent} {piece} -->"


def _row(figure: dict[str, Any]) -> str:
    limit = "" if figure["limit"] is None else f"{figure['limit']:g} {figure['unit']}"
    met = "" if figure["limit"] is None else ("met" if figure["met"] else "**missed**")
    return f"| {figure['name']} | {_number(figure['value'])} {figure['unit']} | {limit} | {met} | {figure['beside']} |"


def keep(result: dict[str, Any], path: Path = RESULTS) -> None:
    """The file holds every piece of this run in place of the one before of the same extent."""
    text = path.read_text("utf-8") if path.exists() else _HEAD
    for piece, measured in result["pieces"].items():
        section = as_markdown(result["extent"], piece, measured)
        pattern = re.compile(rf"{_mark(result['extent'], piece)}.*?<!-- end -->\n", re.DOTALL)
        found = pattern.search(text)
        text = text[: found.start()] + section + text[found.end() :] if found else f"{text.rstrip()}\n\n{section}"
    path.write_text(text, encoding="utf-8")


_HEAD = """# What was measured

Every figure stands here because a command wrote it; the command is named below it. Ratios hold from machine to machine,
milliseconds do not; the load says what else the machine had to do.
"""
