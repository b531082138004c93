"""Outcomes made by hand: one row a call, as if a driver had found them."""

from dataclasses import dataclass

import numpy as np

from queues.ids import AgentId, PartnerId, QueueId
from routing.plan import Agent, Partner, Plan, PlanStep, Queue, TargetKind
from simulator.contacts import ANSWERED, NO_ONE, NOT_SERVED, PARTNER, SETTLED, Contacts, Outcomes
from simulator.world import DAY_MS, Run, Scenario, Stream, World

QUEUES = (QueueId("bygg"), QueueId("skola"))
PEOPLE = (AgentId("anna"), AgentId("bo"), AgentId("cia"))
"""Own: bygg; own: skola; bygg at level 1. Seat 3 is the partner's line."""
PARTNERS_LINE = 3


@dataclass(frozen=True, slots=True)
class Call:
    """What became of one call; times in seconds."""

    at: float
    fate: int = ANSWERED
    wait: float = 0.0
    talk: float = 60.0
    wrap_up: float = 0.0
    queue: int = 0
    last_queue: int | None = None
    seat: int = 0
    settled: int = SETTLED
    transfers: int = 0
    offers: int = 1
    entered: bool = True
    child_of: int | None = None
    """By place among the replication's calls, children after all others."""


def scenario(replications=2, **run):
    steps = (PlanStep(0, TargetKind.OWN), PlanStep(60_000, TargetKind.ANY))
    levels = (((QUEUES[0], 2),), ((QUEUES[1], 3),), ((QUEUES[0], 1),))
    agents = {person: Agent(person, held) for person, held in zip(PEOPLE, levels, strict=True)}
    partner = Partner(PartnerId("svar"), 1, cost_ore_per_min=900)
    plan = Plan("made", {}, {}, {q: Queue(q, steps) for q in QUEUES}, agents, {partner.id: partner})
    world = World(tuple(Stream(q, per_hour=(60.0,)) for q in QUEUES), {}, (), everybody_works=True)
    return Scenario("gjord", plan, world, Run(replications, **run), cost_ore_per_hour=30_000)


def outcomes(replications, present_s=8 * 3600):
    """Contacts and outcomes of these calls, replication by replication."""
    roots = [[call for call in calls if call.child_of is None] for calls in replications]
    young = [[call for call in calls if call.child_of is not None] for calls in replications]
    first = np.cumsum([0, *map(len, roots)])
    child_first = first[-1] + np.cumsum([0, *map(len, young)])
    calls = [call for part in (roots, young) for some in part for call in some]
    spare = 2
    parents = [NO_ONE] * first[-1]
    for r, some in enumerate(young):
        for call in some:
            older = len(roots[r])
            parents.append(
                first[r] + call.child_of if call.child_of < older else child_first[r] + call.child_of - older
            )
    seats = len(PEOPLE) + 1
    work = np.zeros((2, len(replications), seats), np.int64)
    for r, some in enumerate(replications):
        for call in some:
            if call.fate in {ANSWERED, PARTNER}:
                work[:, r, call.seat] += [ms(call.talk), ms(call.wrap_up)]

    def column(of, dtype=np.int64):
        return np.array([*map(of, calls), *[0] * spare], dtype)

    arrival = column(lambda c: ms(c.at))
    stream = column(lambda c: c.queue, np.int32)
    got = {ANSWERED, PARTNER}
    contacts = Contacts(
        first,
        arrival,
        stream,
        np.zeros((0, len(arrival))),
        np.zeros((5, len(arrival))),
        np.zeros((2, 0)),
        np.zeros(0),
        np.zeros((len(replications), 0), np.bool_),
    )
    shape = (len(replications), seats)
    return contacts, Outcomes(
        child_first,
        np.array([*parents, *[NO_ONE] * spare], np.int64),
        arrival,
        stream,
        column(lambda c: c.fate, np.int32),
        column(lambda c: (c.queue if c.last_queue is None else c.last_queue) if c.entered else NO_ONE, np.int32),
        column(lambda c: ms(c.at) if c.entered else -1),
        column(lambda c: ms(c.at + c.wait) if c.fate in got else -1),
        column(lambda c: ms(c.at + c.wait + (c.talk if c.fate in got else 0))),
        column(lambda c: c.seat if c.fate in got else NO_ONE, np.int32),
        column(lambda c: 2 if c.fate in got else NO_ONE, np.int32),
        column(lambda c: (1 if c.wait > 60 else 0) if c.fate in got else NO_ONE, np.int32),
        column(lambda c: c.offers, np.int32),
        column(lambda c: c.transfers, np.int32),
        column(lambda c: ms(c.wrap_up)),
        column(lambda c: c.settled if c.fate in got else NOT_SERVED, np.int32),
        np.zeros(shape, np.int64),
        work[0],
        work[1],
        np.full(shape, ms(present_s)),
    )


def ms(seconds):
    return round(1000 * seconds)


__all__ = ["DAY_MS", "Call", "outcomes", "scenario"]
