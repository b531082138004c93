"""Contact centres in which everybody looks for somebody by name: every law after every step, whatever else happens."""

from collections import Counter
from random import Random

import pytest

from queues.entries import TalkEnder
from queues.name_entries import NameSearched, PersonNotReached, PersonRung
from routing.actions import RingPerson
from routing.events import ConversationEnded, MenuCut
from routing.plan import Choice
from routing.state import CallState
from tests.kernel.directory import directory_of, listed, random_directory
from tests.kernel.life import Life
from tests.kernel.plans import AGENTS, START_MS, random_plan
from tests.kernel.test_machine import RARELY, SELDOM

OFTEN = (
    "arrive",
    "come_back",
    *["look_for_somebody"] * 6,
    "answer",
    "answer",
    "refuse",
    "end_talk",
    "hang_up",
    "everybody_ready",
)
WAITS = (0, 0, 1, 900, 10_000, 26_000)


EVERYBODY = directory_of(
    listed("Bo", "Ada", agent=AGENTS[0]),
    listed("Bo", "Ded", agent=AGENTS[1]),
    listed("My", "Dad", phone="tel-1"),
    listed("My", "Aad", phone="tel-1"),
    listed("My", "Daa", phone="tel-2"),
    least_digits=2,
)


class Seekers(Life):
    """Callers who all want somebody in particular, in a house where many can be reached."""

    def begin(self, plan, *, linked):
        super().begin(self.sought(plan), linked=linked)
        self.everybody_ready()

    def sought(self, plan):
        """The plan with a directory, and with more ways to it than to anything else."""
        another = random_directory(self.rnd, AGENTS, START_MS) or EVERYBODY
        object.__setattr__(plan, "directory", self.rnd.choice([EVERYBODY, EVERYBODY, another]))
        for menu in plan.menus.values():
            menu.choices["5"] = Choice(directory=True)
        return plan

    def replace_plan(self):
        self.plans += 1
        self.plan = self.sought(random_plan(self.rnd, f"p{self.plans}"))
        self._took(self.plan, self.kernel.replace_plan(self.plan, self.now))

    def stop_asking(self):
        """An engine that stops asks nobody who is looking for somebody any more."""
        looking = [c.id for c in self.kernel.centre.calls.values() if c.state is CallState.NAMING]
        if looking:
            call = self.rnd.choice(looking)
            self.world.channels[call].hears = ""
            self.feed(MenuCut(call))

    def end_unseen(self):
        """A phone was answered and put down, and only the end was told."""
        if one := self._one(lambda c: c.session and bool(c.agent) and not c.talking):
            offer = one[1].offer
            one[1].idle()
            one[1].hears = "HoldMusic"
            self.feed(ConversationEnded(one[0], offer, TalkEnder.AGENT))


def seek(seed: int, steps: int) -> Seekers:
    """A life of at least so many steps; in a troubled one the link is lost again and again."""
    rnd = Random(seed)
    life = Seekers(rnd)
    trouble = rnd.choice([SELDOM, SELDOM, ("lose_link", "list_truly", "end_unseen", "stop_asking")])
    while life.steps < steps:
        life.wait(rnd.choice(WAITS))
        dice = rnd.random()
        getattr(life, rnd.choice(RARELY if dice < 0.01 else trouble if dice < 0.1 else OFTEN))()
    life.replayed()
    return life


@pytest.mark.parametrize("part", range(2))
def test_laws_hold_while_everybody_looks_for_somebody(part):
    seen = Counter()
    for seed in range(part * 40, (part + 1) * 40):
        for _, _, step in seek(seed, 300).script:
            seen.update(type(e).__name__ for e in step.entries if isinstance(e, NameSearched | PersonNotReached))
            seen.update("seat" if e.agent else "phone" for e in step.entries if isinstance(e, PersonRung))
            seen.update(type(a).__name__ for a in step.actions if isinstance(a, RingPerson))
    assert min(seen[what] for what in ("NameSearched", "PersonNotReached", "seat", "phone", "RingPerson")) > 10, seen
