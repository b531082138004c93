"""The pictures of a report; None where there is nothing to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.measuring.definitions import DEFINITIONS, Unit
from simulator.report.headline import certain
from simulator.report.labels import LABELS
from simulator.report.picture_style import (
    BLUE,
    DASHES,
    GOLD,
    GREY,
    IN_TURN,
    INK,
    ORANGE,
    PALE,
    SKY,
    drawing,
    named,
    tidy,
    whiskers,
)
from simulator.report.swedish import number
from simulator.report.tables import clock
from simulator.report.terminal import titled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulator.measuring.intervals import Estimate
    from simulator.measuring.measures import Difference, Measures
    from simulator.world import Scenario

MOST_PEOPLE: Final = 40
HARDLY_ANY: Final = 0.005
IN_FOREST: Final = {
    Unit.SHARE: (
        "service_level",
        "service_level_offered",
        "abandoned_share",
        "turned_away_share",
        "own_share",
        "partner_share",
        "resolved_share",
        "callers_through_share",
        "occupancy",
    ),
    Unit.SECONDS: ("asa_s", "mean_wait_s", "wait_p50_s", "wait_p90_s", "wait_p99_s"),
}


def day(scenario: Scenario, measures: Measures) -> Figure | None:
    """Service level with its interval over the day, and below it how many rang; None where there is but one quarter."""
    quarters = measures.quarters[None]
    used = np.flatnonzero(quarters.offered)
    if len(used) < 2:
        return None
    span = np.arange(used[0], used[-1] + 1)
    with drawing(5.0) as figure:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        level = quarters.service_level
        above.fill_between(span, level.low95[span] * 100, level.high95[span] * 100, color=SKY, alpha=0.45, linewidth=0)
        above.plot(span, level.value[span] * 100, color=BLUE, linewidth=2, marker="o", markersize=3)
        above.axhline(measures.service_level.value * 100, color=GREY, linewidth=1, linestyle="--")
        above.set_ylim(0, 102)
        above.set_title("Servicenivå, % (band: 95 % KI; streckat: hela körningen)")
        gone, others = quarters.abandoned[span], (quarters.offered - quarters.answered - quarters.abandoned)[span]
        answered = quarters.answered[span]
        below.bar(span, answered, color=PALE, width=0.85, label="Besvarade")
        below.bar(
            span,
            gone,
            bottom=answered,
            color=ORANGE,
            width=0.85,
            hatch="////",
            edgecolor="white",
            linewidth=0,
            label="La på",
        )
        if others.max() > HARDLY_ANY:
            below.bar(span, others, bottom=answered + gone, color=INK, width=0.85, label="Avvisade, stängt och annat")
        below.set_title("Inkomna samtal per kvart")
        below.legend(loc="upper right", ncols=3, fontsize=9)
        below.margins(y=0.25)
        _clock_axis(below, scenario, span)
        return figure


def waits(measures: Measures) -> Figure | None:
    """How many of the answered had an answer within so many seconds, and when those who gave up did."""
    spread = measures.waits[None]
    if not spread.everybody:
        return None
    shares = spread.shares(measures.n)
    end = _interesting(spread.up_to / spread.everybody, measures)
    with drawing(3.4) as figure:
        curve, bars = figure.subplots(1, 2, width_ratios=(3, 2))
        at = np.arange(min(end + 1, len(shares.value)))
        curve.fill_between(at, shares.low99[at] * 100, shares.high99[at] * 100, color=SKY, alpha=0.45, linewidth=0)
        curve.plot(at, shares.value[at] * 100, color=BLUE, linewidth=2)
        _percentiles(curve, measures, end)
        curve.set_xlim(0, end)
        curve.set_ylim(0, 102)
        curve.set_xlabel("Sekunder i kö")
        curve.set_title("Andel av de besvarade som fick svar inom …, %")
        _wait_bars(bars, measures, end)
        return figure


def queues(scenario: Scenario, measures: Measures) -> Figure | None:
    """Each queue's service level with its interval, best first; None for a single queue."""
    known = [(titled(scenario, q), f["service_level"]) for q, f in measures.queues.items() if f["service_level"].known]
    if len(known) < 2:
        return None
    known.sort(key=lambda pair: pair[1].value)
    with drawing(0.9 + 0.32 * len(known)) as figure:
        axes = figure.subplots()
        for place, (_, level) in enumerate(known):
            whiskers(axes, place, level.scaled(100), (BLUE, "o"))
        axes.axvline(measures.service_level.value * 100, color=GREY, linewidth=1, linestyle="--")
        named(axes, [name for name, _ in known])
        axes.set_title("Servicenivå per kö, % (tjockt: 95 % KI; tunt: 99 %; streckat: alla köer)")
        return figure


def people(measures: Measures) -> Figure | None:
    """What each person's time went to; of many, how many were how busy."""
    staff = [person for person in measures.people if person.present_h > 0 and not person.outside]
    if not staff:
        return None
    staff.sort(key=lambda person: person.occupancy.value)
    if len(staff) > MOST_PEOPLE:
        return _crowd([person.occupancy.value for person in staff])
    with drawing(1.1 + 0.22 * len(staff)) as figure:
        axes = figure.subplots()
        start = np.zeros(len(staff))
        for name, hours, colour, hatch in (
            ("Samtal", [p.talking_h for p in staff], BLUE, ""),
            ("Efterarbete", [p.wrapping_h for p in staff], SKY, "..."),
            ("Ringning", [p.ringing_h for p in staff], GOLD, "////"),
        ):
            if not any(hours):
                continue
            share = 100 * np.array(hours) / np.array([p.present_h for p in staff])
            axes.barh(
                range(len(staff)),
                share,
                left=start,
                color=colour,
                height=0.72,
                label=name,
                hatch=hatch,
                edgecolor="white",
                linewidth=0,
            )
            start += share
        named(axes, [person.id for person in staff])
        axes.set_xlim(0, max(100.0, float(start.max())))
        axes.set_title("Andel av den inloggade tiden, %")
        if start.any():
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9)
        return figure


def forest(difference: Difference) -> Figure | None:
    """What changes, each measure with its interval: to the right of the line more, to the left less."""
    groups = [
        (unit, kept)
        for unit, keys in IN_FOREST.items()
        if (kept := [key for key in keys if difference.total[key].known and _matters(difference.total[key])])
    ]
    if not groups:
        return None
    sizes = [len(keys) + 1 for _, keys in groups]
    with drawing(0.9 * len(groups) + 0.34 * sum(sizes)) as figure:
        every = figure.subplots(len(groups), 1, height_ratios=sizes, squeeze=False)[:, 0]
        for axes, (unit, keys) in zip(every, groups, strict=True):
            for place, key in enumerate(reversed(keys)):
                change, better = difference.total[key], DEFINITIONS[key].better
                good = change.value * better > 0
                colour = GREY if not certain(change) or not better else BLUE if good else ORANGE
                marker = "o" if colour == GREY else "^" if good else "v"
                whiskers(axes, place, change.scaled(100 if unit is Unit.SHARE else 1), (colour, marker))
            axes.axvline(0, color=INK, linewidth=1)
            named(axes, [LABELS[key].short for key in reversed(keys)])
            axes.set_title("Ändring, procentenheter" if unit is Unit.SHARE else "Ändring, sekunder")
        every[-1].set_xlabel(
            "▲ säkert bättre   ▼ säkert sämre   ● osäkert, eller varken eller\ntjockt: 95 % KI, tunt: 99 %",
            fontsize=9,
        )
        return figure


def overlaid(found: Sequence[tuple[Scenario, Measures]]) -> Figure | None:
    """Several scenarios' waits in one picture."""
    known = [(scenario, measures) for scenario, measures in found if measures.waits[None].everybody]
    if len(known) < 2:
        return None
    with drawing(3.4) as figure:
        axes = figure.subplots()
        furthest = 0
        for place, (scenario, measures) in enumerate(known):
            spread = measures.waits[None]
            below = spread.up_to / spread.everybody
            furthest = max(furthest, _interesting(below, measures))
            axes.plot(
                below * 100,
                color=IN_TURN[place % 6],
                linestyle=DASHES[place % 6],
                linewidth=2,
                label=tidy(scenario.name),
            )
        axes.axvline(known[0][1].threshold_ms / 1000, color=GREY, linewidth=1, linestyle=":")
        axes.set_xlim(0, furthest)
        axes.set_ylim(0, 102)
        axes.set_xlabel("Sekunder i kö")
        axes.set_title("Andel av de besvarade som fick svar inom …, %")
        axes.legend(loc="lower right")
        return figure


def _clock_axis(axes: Axes, scenario: Scenario, span: Any) -> None:
    """About a dozen clock times along a span of quarters."""
    step = next((s for s in (1, 2, 4, 8, 12, 24, 48, 96) if len(span) / s <= 14), 96 * 7)
    ticks = [place for place in span.tolist() if place % step == 0]
    axes.set_xticks([place - 0.5 for place in ticks], [clock(scenario, place) for place in ticks])
    if len(span) > 96:
        axes.tick_params(axis="x", rotation=30)


def _interesting(below: Any, measures: Measures) -> int:
    """How many seconds are worth showing: nearly all waits, and the threshold."""
    nearly_all = int(np.searchsorted(below, 0.995))
    return int(
        min(max(nearly_all, measures.threshold_ms / 1000 * 1.1, 10), max(len(below), measures.threshold_ms / 1000))
    )


def _percentiles(axes: Axes, measures: Measures, end: int) -> None:
    """The threshold and the percentiles are marked."""
    limit = measures.threshold_ms / 1000
    axes.axvline(limit, color=GREY, linewidth=1, linestyle="--")
    axes.annotate(
        f"gräns {number(limit)} s", (limit, 3), xytext=(4, 0), textcoords="offset points", fontsize=9, color=GREY
    )
    for key, share in (("wait_p50_s", 50), ("wait_p90_s", 90), ("wait_p99_s", 99)):
        seconds = measures.total[key].value
        if seconds <= end:
            axes.plot([seconds], [share], marker="o", color=INK, markersize=5)
            axes.annotate(
                f"{share} %: {number(seconds)} s",
                (seconds, share),
                xytext=(7, -12),
                textcoords="offset points",
                fontsize=9,
            )


def _wait_bars(axes: Axes, measures: Measures, end: int) -> None:
    """How many a replication waited how long: those answered, and those who gave up."""
    wide = next(width for width in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 3600) if end / width <= 24)
    edges = np.arange(0, end + wide, wide)
    groups = []
    for spread in (measures.waits[None], measures.left[None]):
        counted = np.diff(spread.up_to, prepend=0.0)[1:]
        padded = np.zeros(max(len(counted), int(edges[-1])))
        padded[: len(counted)] = counted
        groups.append(padded[: int(edges[-1])].reshape(-1, wide).sum(1) / (measures.n / measures.parts))
    middle = edges[:-1] + wide / 2
    axes.bar(middle, groups[0], width=wide * 0.9, color=PALE, label="Fick svar")
    axes.bar(
        middle,
        groups[1],
        bottom=groups[0],
        width=wide * 0.9,
        color=ORANGE,
        hatch="////",
        edgecolor="white",
        linewidth=0,
        label="La på",
    )
    at_once = measures.waits[None].up_to[0] / measures.waits[None].everybody
    axes.set_title(f"Samtal per väntetid ({number(wide)} s i taget)")
    left_out = f"\n({number(100 * float(at_once))} % fick svar utan väntan: ej med)" if at_once >= HARDLY_ANY else ""
    axes.set_xlabel(f"Sekunder i kö{left_out}", fontsize=9)
    axes.legend(fontsize=9)


def _crowd(shares: list[float]) -> Figure:
    """How many people were how busy."""
    with drawing(2.8) as figure:
        axes = figure.subplots()
        axes.hist([100 * share for share in shares], bins=range(0, 105, 5), color=BLUE, rwidth=0.9)
        axes.set_xlim(0, 100)
        axes.set_xlabel("Beläggning, %")
        axes.set_title("Antal personer per beläggning")
        return figure


def _matters(change: Estimate) -> bool:
    return bool(change.value) or (change.bounded and change.low99 != change.high99)
