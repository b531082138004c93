"""Stories of calls as a person reads them: each line "second event", beneath it what is done (→) and remembered (·).

`python -m tests.kernel.transcripts --rewrite` writes them anew; the difference is what a change of rules means.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from queues.agents import PhoneState
from queues.entries import OfferResult
from queues.ids import NO_CLEARANCE, AgentId, CallId, Clearance, Instant, OfferId, PromptId, QueueId
from routing.events import (
    AgentPaused,
    CallArrived,
    CallerHungUp,
    CallResumed,
    DigitsEntered,
    FoundCall,
    FoundState,
    LinkLost,
    OfferAnswered,
    PhoneStateChanged,
    PromptFinished,
    TransferRequested,
    WorldListed,
)
from routing.papers import Papers
from routing.plan import Entrance, OpenHours, PlanStep, TargetKind, WaitingRules
from tests.kernel.centre import MENU, agent, plan_of, queue
from tests.kernel.stories_by_hand import BY_HAND
from tests.kernel.stories_of_callbacks import CALLBACKS
from tests.kernel.stories_of_lines import LINES
from tests.kernel.stories_of_names import NAMES
from tests.kernel.stories_of_partners import PARTNERS
from tests.kernel.telling import Story

FOLDER = Path(__file__).parent / "transcripts"
MOST_LINES = 40
C1, C2, ANNA, BO = CallId("c1"), CallId("c2"), AgentId("anna"), AgentId("bo")
WAITING = (PromptId("vantar"),)
OWN_THEN_ANY_LATER = (PlanStep(0, TargetKind.OWN), PlanStep(20_000, TargetKind.ANY))


def two_agents() -> Story:
    own = (PlanStep(0, TargetKind.OWN),)
    return Story(plan_of([agent("anna", bygg=2), agent("bo", bygg=2)], [queue("bygg", steps=own)]))


# ── the stories ───────────────────────────────────────────────────────────────────────────────────────────────────
def rona_then_second_agent() -> Story:
    """Anna does not answer; the caller keeps the place and Bo's phone rings in the same instant."""
    s = two_agents()
    s.staff(0, "anna", "bo")
    s.arrive(5, "c1", "1")
    s.at(25)
    s.answer(28, "c1")
    s.at(90, CallerHungUp(C1))
    return s


def caller_hangs_up_while_it_rings() -> Story:
    """The phone stops, the call is abandoned, and Anna is ready for the next."""
    s = two_agents()
    s.staff(0, "anna")
    s.arrive(5, "c1", "1")
    s.at(9, CallerHungUp(C1))
    return s


def answer_that_comes_too_late() -> Story:
    """The offer was withdrawn; Anna's answer is remembered, and Bo's phone goes on ringing."""
    s = two_agents()
    s.staff(0, "anna", "bo")
    s.arrive(5, "c1", "1")
    late = s.call("c1").offer
    s.at(25, OfferAnswered(C1, late))
    return s


def talk_that_was_none() -> Story:
    """Anna lifts and drops the receiver; the caller is first in line, before who came later."""
    s = two_agents()
    s.staff(0, "anna")
    s.arrive(5, "c1", "1")
    s.arrive(6, "c2", "1")
    s.answer(8, "c1")
    s.agent_hangs_up(8.4, "c1")
    s.staff(10, "bo")
    return s


def silence_reaches_a_human() -> Story:
    """A caller who presses nothing hears the menu once more and stands in line for a human."""
    s = Story(plan_of([], [queue("bygg"), queue("ovrigt", waiting_prompts=WAITING)]))
    s.at(0, CallArrived(C1, "0850000", ""))
    s.at(12, DigitsEntered(C1, ""))
    s.at(24, DigitsEntered(C1, ""), PromptFinished(C1))
    s.at(34, PromptFinished(C1))
    s.at(40, CallerHungUp(C1))
    return s


def confidential_call_with_nobody_cleared() -> Story:
    """Bo is ready and may not hear the call: it waits, others pass, until Anna with the right is there."""
    people = [agent("anna", ["barn"], barn=2), agent("bo", bygg=2, barn=1)]
    s = Story(plan_of(people, [queue("barn", clearance="barn", steps=OWN_THEN_ANY_LATER), queue("bygg")]))
    s.staff(0, "bo")
    s.arrive(5, "c1", "1")
    s.arrive(6, "c2", "2")
    s.at(25)
    s.staff(30, "anna")
    return s


def closing_time() -> Story:
    """Who is in line at closing is served a while and then told; who comes later is told at once."""
    hours = OpenHours((0,), (100_000,))
    entrance = Entrance(MENU, hours, closed_prompts=(PromptId("stangt"),))
    bygg = queue("bygg", hours=hours, closed_prompts=(PromptId("bygg_stangt"),), serve_after_close_ms=30_000)
    s = Story(plan_of([], [bygg], entrances={"": entrance}))
    s.arrive(95, "c1", "1")
    s.at(101, CallArrived(C2, "0850000", ""))
    s.at(104, PromptFinished(C2))
    s.at(130)
    s.at(134, PromptFinished(C1))
    return s


def engine_that_starts_again() -> Story:
    """An engine without a past finds a talk and a caller in the dialplan: one goes on, the other gets the old place."""
    s = Story(plan_of([agent("anna", bygg=2), agent("bo", bygg=2)], [queue("bygg")]), linked=False)
    s.staff(100, "anna", "bo")
    talked = Papers(MENU, QueueId("bygg"), Instant(50_000), NO_CLEARANCE)
    waited = Papers(MENU, QueueId("bygg"), Instant(60_000), NO_CLEARANCE)
    found = (
        FoundCall(C1, FoundState.TALKING, "0850000", "", talked, ANNA, OfferId(7), Instant(80_000)),
        FoundCall(C2, FoundState.IN_FALLBACK, "0850000", "", waited),
    )
    s.at(101, WorldListed(Instant(100_500), found, ()))
    s.at(101.2, CallResumed(C2, "0850000", "", waited))
    s.at(130, CallerHungUp(C1))
    return s


def link_that_is_lost_while_it_rings() -> Story:
    """Nothing can be withdrawn and no answer is seen; the list that follows shows the talk, and the talk counts."""
    s = two_agents()
    s.staff(0, "anna")
    s.arrive(5, "c1", "1")
    s.at(6, LinkLost("reset"))
    papers = Papers(MENU, QueueId("bygg"), Instant(5_000), NO_CLEARANCE)
    found = FoundCall(C1, FoundState.TALKING, "0850000", "", papers, ANNA, OfferId(1), Instant(8_000))
    s.at(30, WorldListed(Instant(29_900), (found,), ((ANNA, PhoneState.BUSY),)))
    s.at(60, CallerHungUp(C1), PhoneStateChanged(ANNA, PhoneState.IDLE))
    return s


def agent_who_pauses_during_the_talk() -> Story:
    """The talk goes on; the pause begins after it, in place of the wrap-up."""
    s = two_agents()
    s.staff(0, "anna")
    s.arrive(5, "c1", "1")
    s.answer(8, "c1")
    s.at(20, AgentPaused(ANNA, "rast"))
    s.agent_hangs_up(60, "c1")
    return s


def phone_that_fails() -> Story:
    """A busy phone does not count against Anna; it is left alone for a while, and Bo is asked."""
    s = two_agents()
    s.staff(0, "anna", "bo")
    s.arrive(5, "c1", "1")
    s.fail(5.3, "c1", OfferResult.BUSY)
    s.fail(9, "c1", OfferResult.DECLINED)
    s.at(15.3)
    return s


def papers_without_a_clearance() -> Story:
    """What a call needs is not known: nobody is offered it, the caller chooses again and keeps the place."""
    barn = queue("barn", clearance="barn")
    s = Story(plan_of([agent("anna", ["barn"], barn=2), agent("bo", bygg=2)], [barn, queue("bygg")]))
    s.staff(0, "bo")
    s.at(50, CallResumed(C1, "0850000", "", Papers(MENU, QueueId("bygg"), Instant(20_000), Clearance("?"))))
    s.at(58, DigitsEntered(C1, "1"))
    s.staff(60, "anna")
    return s


def waiting_with_keys() -> Story:
    """The second in line hears so, presses star, moves up, and presses nought: the other line, the time kept."""
    rules = WaitingRules(position=True, repeat_key="*", human_key="0", human=QueueId("ovrigt"))
    own = (PlanStep(0, TargetKind.OWN),)
    queues = [queue("bygg", steps=own, waiting=rules), queue("ovrigt", steps=own)]
    s = Story(plan_of([agent("anna", bygg=2), agent("bo", ovrigt=2)], queues))
    s.arrive(1, "c1", "1")
    s.arrive(2, "c2", "1")
    s.at(4, DigitsEntered(C2, "*"))
    s.at(7, PromptFinished(C2))
    s.at(9, CallerHungUp(C1))
    s.at(12)
    s.at(14, DigitsEntered(C2, "0"))
    s.staff(16, "bo")
    return s


def with_a_department() -> Story:
    people = [agent("anna", ovrigt=2, bygg=1), agent("bo", bygg=2), agent("berit", bygg=3)]
    s = Story(plan_of(people, [queue("bygg"), queue("ovrigt")], login_by_phone=True))
    s.at(4, PhoneStateChanged(ANNA, PhoneState.IDLE))
    s.at(5, CallResumed(C1, "0850000", "", Papers(MENU, QueueId("ovrigt"), Instant(5_000), NO_CLEARANCE)))
    s.answer(8, "c1")
    return s


def put_through_to_a_specialist() -> Story:
    """The caller keeps the place; simple help is not asked, and the call ends answered, once."""
    s = with_a_department()
    s.at(60, PhoneStateChanged(AgentId("bo"), PhoneState.IDLE))
    s.at(61, TransferRequested(ANNA, QueueId("bygg"), 2))
    s.answer(64, "c1")
    s.agent_hangs_up(80, "c1")
    return s


def department_that_does_not_answer() -> Story:
    """Anna waits to hear whether Berit answers; she does not, and Anna's own phone rings for the caller again."""
    s = with_a_department()
    s.at(20, PhoneStateChanged(AgentId("berit"), PhoneState.IDLE))
    s.at(60, TransferRequested(ANNA, QueueId("bygg"), 3))
    s.at(80)
    return s


STORIES: tuple[Callable[[], Story], ...] = (
    rona_then_second_agent,
    caller_hangs_up_while_it_rings,
    answer_that_comes_too_late,
    talk_that_was_none,
    silence_reaches_a_human,
    confidential_call_with_nobody_cleared,
    closing_time,
    engine_that_starts_again,
    link_that_is_lost_while_it_rings,
    agent_who_pauses_during_the_talk,
    phone_that_fails,
    papers_without_a_clearance,
    put_through_to_a_specialist,
    department_that_does_not_answer,
    waiting_with_keys,
    *BY_HAND,
    *LINES,
    *PARTNERS,
    *NAMES,
    *CALLBACKS,
)


def transcript(story: Callable[[], Story]) -> str:
    """The story as it happens now."""
    return "\n".join([f"# {story.__doc__}", *story().lines, ""])


def path_of(story: Callable[[], Story]) -> Path:
    """Where the story is kept."""
    return FOLDER / f"{story.__name__}.txt"


if __name__ == "__main__" and "--rewrite" in sys.argv:
    for _story in STORIES:
        path_of(_story).write_text(transcript(_story), encoding="utf-8")
