"""What a scenario came to: every measure with its interval, by queue, quarter and person; and differences."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from queues.ids import AgentId, QueueId, partner_of
from routing.circles import seated
from simulator.contacts import Real
from simulator.measuring import columns as c
from simulator.measuring.columns import QUARTER_MS
from simulator.measuring.definitions import DEFINITIONS, Definition, Source, Unit
from simulator.measuring.intervals import (
    Band,
    Estimate,
    Moments,
    Spread,
    difference_unpaired,
    influence,
    mean,
    percentile,
    ratio,
    ratios,
)
from simulator.measuring.intervals import difference as paired
from simulator.measuring.tally import Tallies
from simulator.world import Scenario

Figures = dict[str, Estimate]
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Quarters:
    """By quarter of an hour from time 0 (a run longer than a week is folded to one), for one queue or all."""

    offered: Real
    """For each replication."""
    answered: Real
    abandoned: Real
    service_level: Band
    abandoned_share: Band
    asa_s: Band


@dataclass(frozen=True, slots=True)
class Person:
    """One seat over the whole run."""

    id: AgentId
    outside: bool
    """A partner's line."""
    ringing_h: float
    """Hours for each replication, as the next three."""
    talking_h: float
    wrapping_h: float
    present_h: float
    occupancy: Estimate
    answered: dict[QueueId, float]
    """Calls for each replication, by queue."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What a scenario came to."""

    name: str
    n: int
    """Independent samples."""
    parts: int
    """In how many parts the only replication was cut; 1: the samples are whole replications."""
    threshold_ms: int
    total: Figures
    queues: dict[QueueId, Figures]
    quarters: dict[QueueId | None, Quarters]
    """None: all queues."""
    waits: dict[QueueId | None, Spread]
    """Of those answered."""
    left: dict[QueueId | None, Spread]
    """Of those who gave up."""
    people: tuple[Person, ...]
    by_step: dict[QueueId, tuple[float, ...]]
    """Answers for each replication, by the step of the plan that brought them; first: by none."""

    @property
    def service_level(self) -> Estimate:
        """By our definition, of all queues together."""
        return self.total["service_level"]

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with keys that stay."""
        return {
            "scenario": self.name,
            "samples": self.n,
            "samples_are": "batches" if self.parts > 1 else "replications",
            "threshold_s": self.threshold_ms / 1000,
            "total": as_dicts(self.total),
            "queues": {queue: as_dicts(figures) for queue, figures in self.queues.items()},
            "quarters": {queue or "total": _quarters_as_dicts(q, self.n) for queue, q in self.quarters.items()},
            "people": [_person_as_dict(person) for person in self.people],
            "answered_by_step": {queue: list(steps) for queue, steps in self.by_step.items()},
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """What one scenario came to less what another did; nan where either has no figure."""

    before: str
    after: str
    n: int
    total: Figures
    queues: dict[QueueId, Figures]
    """Of the queues that both have."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with keys that stay."""
        return {
            "before": self.before,
            "after": self.after,
            "pairs": self.n,
            "total": as_dicts(self.total),
            "queues": {queue: as_dicts(figures) for queue, figures in self.queues.items()},
        }


def measures(scenario: Scenario, tallies: Tallies) -> Measures:
    """Everything that can be said of the run."""
    queues = tuple(scenario.plan.queues)
    places: dict[QueueId | None, int] = {**{queue: i for i, queue in enumerate(queues)}, None: len(queues)}
    n = tallies.rows
    return Measures(
        name=scenario.name,
        n=n,
        parts=tallies.parts,
        threshold_ms=scenario.run.threshold_ms,
        total=_figures(tallies, None),
        queues={queue: _figures(tallies, i) for i, queue in enumerate(queues)},
        quarters={queue: _quarters(tallies, place) for queue, place in places.items()},
        waits={queue: _spread(tallies, c.W_ANSWERED, place) for queue, place in places.items()},
        left={queue: _spread(tallies, c.W_ABANDONED, place) for queue, place in places.items()},
        people=_people(scenario, tallies),
        by_step={q: tuple(float(x) for x in tallies.by_step[i] / runs(tallies)) for i, q in enumerate(queues)},
    )


def difference(before: Scenario, tallies_before: Tallies, after: Scenario, tallies_after: Tallies) -> Difference:
    """After less before, with intervals over pairs of replications that met the same callers."""
    n = min(tallies_before.rows, tallies_after.rows)
    lines = {queue: i for i, queue in enumerate(before.plan.queues)}
    both = {q: (lines[q], i) for i, q in enumerate(after.plan.queues) if q in lines}
    return Difference(
        before=before.name,
        after=after.name,
        n=n,
        total=_differences(tallies_before, None, tallies_after, None, n),
        queues={q: _differences(tallies_before, a, tallies_after, b, n) for q, (a, b) in both.items()},
    )


def service_level(tallies: Tallies) -> Estimate:
    """As `Measures.service_level`, and nothing else."""
    return _estimate(tallies, None, DEFINITIONS["service_level"])


def as_dicts(figures: Figures) -> dict[str, dict[str, float | int | None]]:
    """For JSON."""
    return {key: estimate.as_dict() for key, estimate in figures.items()}


def runs(tallies: Tallies) -> float:
    """How many whole replications there are."""
    return tallies.rows / tallies.parts


def _definitions(line: int | None) -> Iterable[tuple[str, Definition]]:
    """Those that are known of one queue, or of all together."""
    return ((key, d) for key, d in DEFINITIONS.items() if line is None or d.source is not Source.PEOPLE)


def _figures(tallies: Tallies, line: int | None) -> Figures:
    return {key: _estimate(tallies, line, d) for key, d in _definitions(line)}


def _estimate(tallies: Tallies, line: int | None, d: Definition) -> Estimate:
    if d.source is Source.WAITS:
        return percentile(_spread(tallies, c.W_ANSWERED, -1 if line is None else line), d.percentile, tallies.rows)
    a, b = _samples(tallies, line, d)
    if b is None:
        return mean(a).scaled(d.scale * tallies.parts)
    counted = d.unit is Unit.SHARE and d.source is Source.COUNTS
    return ratio(a, b, share=counted).scaled(d.scale)


def _samples(tallies: Tallies, line: int | None, d: Definition) -> tuple[Real, Real | None]:
    """By replication: what is divided, and by what."""
    if d.source is Source.PEOPLE:
        table = tallies.people
    else:
        table = (tallies.counts.sum(1) if line is None else tallies.counts[:, line]).astype(np.float64)
    a = table[:, d.columns].sum(1) - table[:, d.minus].sum(1)
    return a, table[:, d.by].sum(1) if d.by else None


def _differences(before: Tallies, line: int | None, after: Tallies, other: int | None, n: int) -> Figures:
    return {
        key: (
            difference_unpaired(_estimate(before, line, d), _estimate(after, other, d))
            if d.source is Source.WAITS
            else _paired(before, line, after, other, d, n)
        )
        for key, d in _definitions(line)
    }


def _paired(before: Tallies, line: int | None, after: Tallies, other: int | None, d: Definition, n: int) -> Estimate:  # noqa: PLR0913, PLR0917
    one, two = (
        influence(a[:n], None if b is None else b[:n])
        for a, b in (_samples(before, line, d), _samples(after, other, d))
    )
    return paired(one, two).scaled(d.scale * (1 if d.by else before.parts))


def _spread(tallies: Tallies, kind: int, place: int) -> Spread:
    moments = tallies.waits[kind, :, place].cumsum(0).astype(np.float64)
    counts = tallies.counts.sum(1) if place in {-1, tallies.counts.shape[1]} else tallies.counts[:, place]
    everybody = counts[:, c.ANSWERED if kind == c.W_ANSWERED else c.ABANDONED].astype(np.float64)
    return Spread(
        moments[:, c.W_HOW_MANY],
        moments[:, c.W_2],
        moments[:, c.W_OF_ALL],
        float(everybody.sum()),
        float(everybody @ everybody),
    )


def _quarters(tallies: Tallies, place: int) -> Quarters:
    q = tallies.quarters[:, place].T
    n, whole = tallies.rows, runs(tallies)
    within = Moments(
        q[c.Q_WITHIN], q[c.Q_ANSWERED] + q[c.Q_LATE], q[c.Q_WITHIN_2], q[c.Q_WITHIN_COUNTED], q[c.Q_COUNTED_2]
    )
    gone = Moments(q[c.Q_ABANDONED], q[c.Q_OFFERED], q[c.Q_ABANDONED_2], q[c.Q_ABANDONED_OFFERED], q[c.Q_OFFERED_2])
    waited = Moments(q[c.Q_WAIT], q[c.Q_ANSWERED], q[c.Q_WAIT_2], q[c.Q_WAIT_ANSWERED], q[c.Q_ANSWERED_2])
    return Quarters(
        offered=q[c.Q_OFFERED] / whole,
        answered=q[c.Q_ANSWERED] / whole,
        abandoned=q[c.Q_ABANDONED] / whole,
        service_level=ratios(within, n, share=True),
        abandoned_share=ratios(gone, n, share=True),
        asa_s=Band(*(figures / 1000 for figures in ratios(waited, n))),
    )


def _people(scenario: Scenario, tallies: Tallies) -> tuple[Person, ...]:
    whole = runs(tallies)
    hours = tallies.seats / (60 * MINUTE_MS * whole)
    busy = tallies.seats[: c.P_PRESENT].sum(0)
    moments = Moments(busy, tallies.seats[c.P_PRESENT], *tallies.seat_moments)
    samples = tallies.rows // tallies.parts
    occupancy = ratios(moments, samples)
    people = []
    for seat, agent in enumerate(seated(scenario.plan)):
        ringing, talking, wrapping, present = (float(figure) for figure in hours[:, seat])
        answered = {q: float(tallies.by_seat[i, seat]) / whole for i, q in enumerate(scenario.plan.queues)}
        people.append(
            Person(
                id=agent.id,
                outside=bool(partner_of(agent.id)),
                ringing_h=ringing,
                talking_h=talking,
                wrapping_h=wrapping,
                present_h=present,
                occupancy=occupancy.at(seat, samples),
                answered=answered,
            )
        )
    return tuple(people)


def _quarters_as_dicts(quarters: Quarters, n: int) -> list[dict[str, Any]]:
    """Those in which anybody rang."""
    return [
        {
            "from_minutes": place * QUARTER_MS / MINUTE_MS,
            "offered": float(quarters.offered[place]),
            "answered": float(quarters.answered[place]),
            "abandoned": float(quarters.abandoned[place]),
            "service_level": quarters.service_level.at(place, n).as_dict(),
            "abandoned_share": quarters.abandoned_share.at(place, n).as_dict(),
            "asa_s": quarters.asa_s.at(place, n).as_dict(),
        }
        for place in np.flatnonzero(quarters.offered).tolist()
    ]


def _person_as_dict(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "partner": person.outside,
        "ringing_h": person.ringing_h,
        "talking_h": person.talking_h,
        "wrapping_h": person.wrapping_h,
        "present_h": person.present_h,
        "occupancy": person.occupancy.as_dict(),
        "answered": person.answered,
    }
