"""What the measures are: what is divided by what."""

from dataclasses import dataclass
from enum import StrEnum

from simulator.measuring import columns as c


class Unit(StrEnum):
    """What a figure is counted in."""

    SHARE = "share"
    SECONDS = "seconds"
    COUNT = "count"
    """For each replication."""
    RATIO = "ratio"
    MINUTES = "minutes"
    CROWNS = "crowns"


class Source(StrEnum):
    """Which array of `Tallies` it is made of."""

    COUNTS = "counts"
    PEOPLE = "people"
    """Known for all queues together only."""
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure: Σ columns ÷ Σ columns, or for each replication if there is nothing to divide by."""

    unit: Unit
    columns: tuple[int, ...]
    by: tuple[int, ...] = ()
    source: Source = Source.COUNTS
    scale: float = 1.0
    """From what is stored to the unit."""
    percentile: float = 0.0
    minus: tuple[int, ...] = ()
    """Columns that are taken from the dividend."""
    better: int = 0
    """1: more is better; -1: less is."""


def _count(column: int, better: int = 0) -> Definition:
    return Definition(Unit.COUNT, (column,), better=better)


def _share(columns: tuple[int, ...], by: tuple[int, ...], better: int = 0) -> Definition:
    return Definition(Unit.SHARE, columns, by, better=better)


def _seconds(columns: tuple[int, ...], by: tuple[int, ...], better: int = 0) -> Definition:
    return Definition(Unit.SECONDS, columns, by, scale=0.001, better=better)


def _percentile(share: float) -> Definition:
    return Definition(Unit.SECONDS, (), source=Source.WAITS, percentile=share, better=-1)


def _people(unit: Unit, columns: tuple[int, ...], by: tuple[int, ...] = (), scale: float = 1.0) -> Definition:
    return Definition(unit, columns, by, Source.PEOPLE, scale, better=-1 if unit is Unit.CROWNS else 0)


DEFINITIONS: dict[str, Definition] = {
    "service_level": _share((c.WITHIN,), (c.ANSWERED, c.LATE), 1),
    "service_level_offered": _share((c.WITHIN,), (c.OFFERED,), 1),
    "service_level_answered": _share((c.WITHIN,), (c.ANSWERED,), 1),
    "service_level_with_early": Definition(
        Unit.SHARE, (c.WITHIN, c.ABANDONED), (c.ANSWERED, c.ABANDONED), minus=(c.LATE,), better=1
    ),
    "asa_s": _seconds((c.WAIT_ANSWERED,), (c.ANSWERED,), -1),
    "mean_wait_s": _seconds((c.WAIT_ALL,), (c.LET_IN,), -1),
    "wait_p50_s": _percentile(0.5),
    "wait_p90_s": _percentile(0.9),
    "wait_p99_s": _percentile(0.99),
    "abandoned_share": _share((c.ABANDONED,), (c.OFFERED,), -1),
    "abandoned_short_share": _share((c.SHORT,), (c.OFFERED,)),
    "turned_away_share": _share((c.TURNED_AWAY,), (c.OFFERED,), -1),
    "closed_share": _share((c.CLOSED,), (c.OFFERED,), -1),
    "answered_share": _share((c.ANSWERED,), (c.OFFERED,), 1),
    "own_share": _share((c.OWN,), (c.ANSWERED,), 1),
    "other_share": _share((c.OTHER,), (c.ANSWERED,)),
    "partner_share": _share((c.PARTNER,), (c.ANSWERED,)),
    "resolved_share": _share((c.SETTLED,), (c.ANSWERED, c.CALLBACK_KEPT), 1),
    "callers_through_share": _share((c.CALLERS_THROUGH,), (c.CALLERS,), 1),
    "callers_settled_share": _share((c.CALLERS_SETTLED,), (c.CALLERS,), 1),
    "calls_per_caller": Definition(Unit.RATIO, (c.OFFERED,), (c.CALLERS,), better=-1),
    "redial_share": _share((c.REDIALS,), (c.OFFERED,), -1),
    "transferred_share": Definition(Unit.RATIO, (c.TRANSFERS,), (c.ANSWERED,)),
    "occupancy": _people(Unit.SHARE, (c.P_RINGING, c.P_TALKING, c.P_WRAPPING), (c.P_PRESENT,)),
    "talk_s": _seconds((c.TALK,), (c.ANSWERED,)),
    "handle_s": _seconds((c.TALK, c.WRAP_UP), (c.ANSWERED,)),
    "cost": _people(Unit.CROWNS, (c.P_COST,), scale=0.01),
    "partner_minutes": _people(Unit.MINUTES, (c.P_PARTNER,), scale=1 / 60_000),
    "offered": _count(c.OFFERED),
    "answered": _count(c.ANSWERED, 1),
    "abandoned": _count(c.ABANDONED, -1),
    "turned_away": _count(c.TURNED_AWAY, -1),
    "closed": _count(c.CLOSED),
    "callback_kept": _count(c.CALLBACK_KEPT),
    "callback_failed": _count(c.CALLBACK_FAILED, -1),
    "failed": _count(c.FAILED, -1),
    "moved": _count(c.MOVED),
    "callers": _count(c.CALLERS),
    "redials": _count(c.REDIALS, -1),
    "rings_again": _count(c.RINGS_AGAIN, -1),
    "promised": _count(c.PROMISED),
    "promises_kept": _count(c.PROMISES_KEPT),
}
"""By the key that it has everywhere."""
