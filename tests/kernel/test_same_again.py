"""What is told twice, or in another order, leads to the same (I17, I18)."""

from copy import deepcopy
from random import Random

import pytest

from queues.entries import CallEnded, Outcome
from queues.ids import CallId, OfferId
from routing.events import (
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    DigitsEntered,
    OfferAnswered,
    PromptFinished,
)
from routing.papers import Papers
from tests.kernel.life import Life
from tests.kernel.test_machine import live

IN_ORDER = (CallArrived, CallResumed, DigitsEntered, PromptFinished)
"""What a session says, over one connection: two of them are two happenings, not one told twice."""


def state_of(life):
    return repr((life.kernel.centre.calls, life.kernel.centre.people, life.kernel.centre.paused))


class ToldTwice(Life):
    """Every event that may come twice does."""

    def feed(self, event):
        step = super().feed(event)
        due = self.kernel.next_deadline()
        if not isinstance(event, IN_ORDER) and (due is None or due > self.now):
            before = state_of(self)
            again = self.kernel.handle(event, self.now)
            self.script.append((event, self.now, again))
            assert not again.actions, f"{event} twice led to {again.actions}"
            assert state_of(self) == before, event
        return step


@pytest.mark.fault("F22")
@pytest.mark.parametrize("seed", range(60))
def test_event_told_twice_changes_nothing_the_second_time(seed):
    live(seed, 300, ToldTwice)


def outcomes_of_hanging_up(kernel, calls, now):
    ended = {}
    for call in calls:
        for entry in kernel.handle(CallerHungUp(call), now).entries:
            if isinstance(entry, CallEnded):
                ended[entry.call] = (entry.outcome, entry.wait_ms)
    return ended


@pytest.mark.fault("F23")
@pytest.mark.parametrize("seed", range(60))
def test_order_of_different_callers_hang_ups_does_not_change_their_outcomes(seed):
    life = live(seed, 150)
    calls = [call.id for call in life.kernel.centre.calls.values() if call.promise is None]
    one_way = outcomes_of_hanging_up(deepcopy(life.kernel), calls, life.now)
    another = outcomes_of_hanging_up(deepcopy(life.kernel), calls[::-1], life.now)
    assert one_way == another
    assert set(one_way) == set(calls)


@pytest.mark.fault("F23")
@pytest.mark.parametrize("seed", range(30))
def test_nothing_follows_a_hang_up(seed):
    life = live(seed, 150)
    rnd = Random(seed)
    for call in [call.id for call in life.kernel.centre.calls.values() if call.promise is None]:
        life.world.channels.pop(call, None)
        life.feed(CallerHungUp(call))
        for event in (
            OfferAnswered(call, OfferId(rnd.randint(-1, 3))),
            ConversationEnded(call, OfferId(0), "agent"),
            DigitsEntered(call, "1"),
            CallArrived(call, "1", ""),
            CallResumed(call, "1", "", Papers()),
        ):
            life.feed(event)
        assert call not in life.kernel.centre.calls


@pytest.mark.parametrize(
    "event", [CallArrived(CallId("early"), "1", ""), CallResumed(CallId("early"), "1", "", Papers())]
)
def test_hang_up_seen_before_its_call_leaves_an_abandoned_call_and_no_ghost(event):
    life = Life(Random(1))
    life.feed(CallerHungUp(CallId("early")))
    step = life.feed(event)
    assert [e.outcome for e in step.entries if isinstance(e, CallEnded)] == [Outcome.ABANDONED]
    assert not life.kernel.centre.calls
