"""No confidential call is ever offered to somebody without the right, whatever happens (G19, I10, I11).

What a call needs is kept here a second time, from what the caller chose and what the papers said, and compared without
the function that decides.
"""

from random import Random

import pytest

from queues.entries import CallEnded, CallOffered, CallQueued, CallRecovered
from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, CallId, Clearance
from routing.actions import OfferToAgent, OfferToPartner
from routing.events import DigitsEntered
from routing.secrecy import known_better, may_hear, risen
from tests.kernel.life import Life
from tests.kernel.test_machine import RARELY, SELDOM, live

CALLS = 10_000
NAMED = frozenset({"barn", "halsa"})
BARN, HALSA = Clearance("barn"), Clearance("halsa")


class Guard(Life):
    """Knows what every call has ever been said to need."""

    seen = offered = 0

    def begin(self, plan, *, linked):
        self.needs = getattr(self, "needs", {})
        super().begin(plan, linked=linked)

    def _took(self, cause, step):
        centre = self.kernel.centre
        over, then = set(), {}
        for entry in step.entries:
            if isinstance(entry, CallQueued):
                names = {centre.plan.queues[entry.queue].clearance, *entry.clearance.split(":")}
                self.needs[entry.call] = self.needs.get(entry.call, frozenset()) | (names & NAMED)
            elif isinstance(entry, CallRecovered) and entry.clearance == UNKNOWN_CLEARANCE:
                self.needs.pop(entry.call, None)  # no plan knows the name any more: the caller chooses again
            elif isinstance(entry, CallEnded):
                over.add(entry.call)
            elif isinstance(entry, CallOffered):
                then[entry.offer] = self.needs.get(entry.call, frozenset())  # it may be moved on in the same step
        for action in step.actions:
            if isinstance(action, OfferToAgent | OfferToPartner):
                # Who is sought by name may have chosen no line yet, and then needs nothing.
                needs = then.get(action.offer, self.needs.get(action.call, frozenset()))
                agent = centre.plan.agents.get(action.agent)  # None: a partner, who holds nothing
                held = agent.clearances if agent else frozenset()
                assert needs <= held, f"{action.agent} holds {held} and is offered a call that needs {needs}"
                self.offered += bool(needs)
        for call in over:
            self.seen += bool(self.needs.pop(call, None))
        return super()._took(cause, step)


def busy_life(seed):
    """Most people are there, callers choose something confidential, little goes wrong."""
    rnd = Random(seed)
    life = Guard(rnd)
    secret = [str(i) for i, queue in enumerate(life.plan.queues.values(), 1) if queue.clearance]
    life.everybody_ready()
    for _ in range(120 if secret else 0):
        life.arrive()
        life.feed(DigitsEntered(CallId(f"c{life.arrivals}"), rnd.choice(secret)))
        for what in ("answer", "refuse", "end_talk", "hang_up", rnd.choice(SELDOM), rnd.choice(RARELY)):
            if rnd.random() < (0.05 if what in RARELY + SELDOM else 0.5):
                life.wait(rnd.choice([0, 500, 2_500, 5_000]))
                getattr(life, what)()
        life.staff(rnd.choice([0, 2, 2, 6]))
    return life


def offers_of_confidential_calls(calls):
    """Lives with at least so many confidential calls → how many offers of them were made."""
    seen = offered = seed = 0
    while seen < calls:
        life = live(seed, 400, Guard) if seed % 8 == 0 else busy_life(seed)
        seen += life.seen + sum(map(bool, life.needs.values()))
        offered += life.offered
        seed += 1
    return offered


def test_ten_thousand_confidential_calls_reach_nobody_without_the_right():
    assert offers_of_confidential_calls(CALLS) > CALLS // 10


@pytest.mark.parametrize("part", ["circles", "reconcile", "replacing"])
def test_guard_sees_a_part_that_no_longer_asks(part, monkeypatch):
    """Each part that asks is needed: without its question a confidential call comes near somebody, and it is seen."""
    monkeypatch.setattr(f"routing.{part}.may_hear", lambda _held, _needed: True)
    with pytest.raises(AssertionError, match=r"needs|rings"):
        offers_of_confidential_calls(CALLS)


@pytest.mark.parametrize(
    ("held", "needed", "may"),
    [
        (set(), NO_CLEARANCE, True),
        ({BARN}, NO_CLEARANCE, True),
        ({BARN}, BARN, True),
        (set(), BARN, False),
        ({BARN}, HALSA, False),
        ({BARN}, UNKNOWN_CLEARANCE, False),
        ({BARN, UNKNOWN_CLEARANCE}, UNKNOWN_CLEARANCE, False),
        ({BARN}, risen(BARN, HALSA), False),
        ({BARN, HALSA}, risen(BARN, HALSA), True),
    ],
)
def test_only_who_holds_every_right_that_a_call_needs_may_hear_it(held, needed, may):
    assert may_hear(frozenset(held), needed) is may


@pytest.mark.parametrize("before", [NO_CLEARANCE, BARN, risen(BARN, HALSA)])
@pytest.mark.parametrize("queue", [NO_CLEARANCE, BARN, HALSA])
def test_what_a_call_needs_never_falls(before, queue):
    after = risen(before, queue)
    for held in (set(), {BARN}, {HALSA}, {BARN, HALSA}):
        if may_hear(frozenset(held), after):
            assert may_hear(frozenset(held), before)
            assert may_hear(frozenset(held), queue)


def test_right_that_the_plan_does_not_know_is_unknown_and_lowers_nothing():
    assert known_better(UNKNOWN_CLEARANCE, Clearance("stranger"), NAMED) == UNKNOWN_CLEARANCE
    assert known_better(BARN, Clearance("stranger"), NAMED) == BARN
    assert known_better(BARN, NO_CLEARANCE, NAMED) == BARN
    assert known_better(NO_CLEARANCE, BARN, NAMED) == BARN
