"""Stories of calls that go to an external partner, and of those that come back."""

from collections.abc import Callable
from dataclasses import replace

from queues.agents import PhoneState
from queues.entries import OfferResult
from queues.ids import AgentId, CallId, PartnerId, PromptId
from routing.events import CallArrived, DigitsEntered, OfferRings, PhoneStateChanged
from routing.plan import Partner, PlanStep, TargetKind
from tests.kernel.centre import agent, plan_of, queue
from tests.kernel.telling import Story

SVAR, LINE, C1, C2 = PartnerId("svar"), AgentId("svar/1"), CallId("c1"), CallId("c2")
OWN = PlanStep(0, TargetKind.OWN, skip_when_empty=False)
OUTSIDE = PlanStep(90_000, TargetKind.PARTNER, partner=SVAR)


def at_the_partners(*steps: PlanStep, lines: int = 1) -> Story:
    """A line with a partner whose trunk is up."""
    bygg = queue("bygg", steps=steps, queued_prompts=(), whisper=(PromptId("bygg"),))
    partner = Partner(SVAR, lines, whisper=(PromptId("danderyd"),), trips_after=2)
    s = Story(plan_of([agent("anna", bygg=2)], [bygg], partners={SVAR: partner}))
    for n in range(1, lines + 1):
        s.at(0, PhoneStateChanged(AgentId(f"svar/{n}"), PhoneState.IDLE))
    return s


def caller(s: Story, seconds: float, call: CallId) -> None:
    s.at(seconds, CallArrived(call, "0850000", f"07017406{call}"), DigitsEntered(call, "1"))


def comes_through(s: Story, seconds: float, call: CallId) -> None:
    s.at(seconds, OfferRings(call, s.call(call).offer))


def partner_helps_when_the_line_is_long() -> Story:
    """Ninety seconds, and more than one waits: the first goes to the partner, is talked with, and has overflowed."""
    s = at_the_partners(OWN, replace(OUTSIDE, queue_longer_than=1))
    caller(s, 5, C1)
    caller(s, 60, C2)
    s.at(95)
    comes_through(s, 97, C1)
    s.answer(104, "c1")
    s.agent_hangs_up(190, "c1")
    return s


def partner_that_lets_go_of_calls() -> Story:
    """It answers and hangs up, then says it is busy: the caller keeps the place, and the circuit opens for a while."""
    s = at_the_partners(OWN, replace(OUTSIDE, after_ms=0))
    caller(s, 5, C1)
    s.answer(9, "c1")
    s.agent_hangs_up(12, "c1")
    s.at(42)
    s.fail(43, "c1", OfferResult.BUSY)
    s.at(73)
    return s


def call_that_the_partner_sends_back() -> Story:
    """The partner forwards the call to our own number: the circle is cut, the caller is home and stays there."""
    s = at_the_partners(OWN, replace(OUTSIDE, after_ms=0))
    caller(s, 5, C1)
    s.at(6, CallArrived(C2, "0850000", "07017406c1", been_outside=True, sent_as=C1))
    s.staff(30, "anna")
    return s


PARTNERS: tuple[Callable[[], Story], ...] = (
    partner_helps_when_the_line_is_long,
    partner_that_lets_go_of_calls,
    call_that_the_partner_sends_back,
)
