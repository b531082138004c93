"""Small centres in which every span is constant, so that each instant can be computed by hand. Times in seconds."""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from queues.ids import AgentId, Instant, QueueId
from routing.kernel import Kernel
from simulator import contacts as became
from simulator.drawing.draws import draw
from simulator.faithful import driver as faithful
from simulator.world import DAY_MS, FOR_EVER, Callers, Duration, Phones, Run, Scenario, Shape, Shift, Stream, World
from tests.kernel.centre import agent, plan_of, queue

NAMES = {
    became.NOT_MADE: "not made",
    became.ANSWERED: "answered",
    became.ABANDONED: "abandoned",
    became.TURNED_AWAY: "turned away",
    became.CLOSED: "closed",
    became.PARTNER: "partner",
    became.CALLBACK_KEPT: "rung back",
    became.CALLBACK_FAILED: "not rung back",
    became.FAILED: "failed",
}
START = Instant(DAY_MS)


def seconds(value):
    return Duration(Shape.CONSTANT, value * 1000.0)


def callers(patience=None, talk=100.0, wrap_up=0.0, **rest):
    """talk, wrap_up: seconds, one for all or five by who answers."""
    by_level = [spans if isinstance(spans, tuple) else (spans,) * 5 for spans in (talk, wrap_up)]
    return Callers(
        FOR_EVER if patience is None else seconds(patience),
        *(tuple(map(seconds, spans)) for spans in by_level),
        **rest,
    )


def shift(name, begins, ends, *breaks):
    return Shift(
        AgentId(name),
        round(begins * 1000),
        round(ends * 1000),
        tuple((round(a * 1000), round(b * 1000)) for a, b in breaks),
    )


def scene(plan, arrivals, habits, shifts=(), phones=(0,), *, partner_phones=None, length=3600.0):
    """arrivals: queue → seconds at which somebody rings and presses its key. habits: queue → Callers."""
    keys = {choice.queue: key for menu in plan.menus.values() for key, choice in menu.choices.items()}
    streams = tuple(
        Stream(QueueId(q), "1", (keys[q],), at_ms=tuple(round(at * 1000) for at in ats)) for q, ats in arrivals.items()
    )
    people = phones if isinstance(phones, Phones) else Phones(*map(seconds, phones))
    return Scenario(
        "scene",
        plan,
        World(
            streams,
            {QueueId(q): one for q, one in habits.items()},
            shifts,
            everybody_works=True,
            phones=people,
            partner_phones=partner_phones or Phones(),
        ),
        Run(1, 1, round(length * 1000)),
        START,
    )


class Recorded(Kernel):
    """A kernel that keeps what it was told and what came of it."""

    script: ClassVar = []

    def handle(self, event, now):
        step = super().handle(event, now)
        self.script.append((event, now, step))
        return step


class Played:
    """What came of a scene, contact by contact, in seconds."""

    def __init__(self, monkeypatch, scenario, picked_up=None, room=8):
        """picked_up: for each offer in turn, whether anybody answers it."""
        monkeypatch.setattr(Recorded, "script", [])
        monkeypatch.setattr(faithful, "Kernel", Recorded)
        contacts = draw(scenario, 0, 1, room)
        if picked_up is not None:
            phones = replace(scenario.world.phones, misses=0.5)
            partner_phones = replace(scenario.world.partner_phones, misses=0.5)
            scenario = replace(scenario, world=replace(scenario.world, phones=phones, partner_phones=partner_phones))
            contacts = replace(contacts, offer_chances=np.array([0.9 if answers else 0.1 for answers in picked_up]))
        self.outcomes = faithful.run_faithful(scenario, contacts, check=True)
        self.entries = [entry for _, _, step in Recorded.script for entry in step.entries]
        self.seats = Kernel(scenario.plan).centre.circles.seats

    def all(self):
        """outcome, answered by, entered, answered, ended; for every contact that was made."""
        o = self.outcomes
        return [
            (
                NAMES[int(o.outcome[j])],
                self.seats[o.agent[j]] if o.agent[j] >= 0 else "",
                *(
                    round(float(at[j]) / 1000, 3) if at[j] >= 0 else None
                    for at in (o.entered_ms, o.answered_ms, o.ended_ms)
                ),
            )
            for j in range(len(o.outcome))
            if o.outcome[j] != became.NOT_MADE
        ]

    def time_of(self, name):
        """Ringing, talking, wrapping, present."""
        seat, o = self.seats.index(AgentId(name)), self.outcomes
        return tuple(
            float(spent[0, seat]) / 1000 for spent in (o.ringing_ms, o.talking_ms, o.wrapping_ms, o.present_ms)
        )

    def of(self, kind):
        """Entries of a kind, in order."""
        return [entry for entry in self.entries if isinstance(entry, kind)]


__all__ = ["START", "Played", "Recorded", "agent", "callers", "plan_of", "queue", "scene", "seconds", "shift"]
