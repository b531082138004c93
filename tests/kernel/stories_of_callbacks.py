"""Stories of callbacks, for `tests.kernel.transcripts`."""

from collections.abc import Callable

from queues.entries import OfferResult, TalkEnder
from queues.ids import NO_CLEARANCE, AgentId, CallId, Instant, PromptId, QueueId
from routing.callback_events import (
    CallbackAccepted,
    CallbackNotWritten,
    CallbackOrdered,
    CallbackRestored,
    CallbackWritten,
    CitizenNotReached,
    CitizenReached,
)
from routing.events import (
    AgentReady,
    CallArrived,
    CallerHungUp,
    ConversationEnded,
    DigitsEntered,
    OfferAnswered,
    PromptFinished,
    WorldListed,
)
from routing.plan import CallbackRules, CallbackWords, PlanStep, TargetKind, WaitingRules
from tests.kernel.centre import agent, plan_of, queue
from tests.kernel.telling import Story

C1, ANNA = CallId("c1"), AgentId("anna")
RULES = CallbackRules(
    promised_prompts=(PromptId("ringer_upp"),),
    refused_prompts=(PromptId("gar_inte"),),
    title_prompts=(PromptId("bygg"),),
)
WORDS = CallbackWords(
    announced=(PromptId("uppringning"),),
    waited=(PromptId("vantat"),),
    accept=(PromptId("tryck_ett"),),
    citizen=(PromptId("hej"),),
)


def _story(*people: str, linked: bool = True) -> Story:
    keys = WaitingRules(callback_key="5")
    bygg = queue("bygg", steps=(PlanStep(0, TargetKind.OWN),), callback=RULES, waiting=keys)
    return Story(plan_of([agent(name, bygg=2) for name in people], [bygg], callback_words=WORDS), linked=linked)


def _let_go(s: Story) -> None:
    s.at(5, CallArrived(C1, "0850000", "0701740605"), DigitsEntered(C1, "1"))
    s.at(12, DigitsEntered(C1, "5"))
    s.at(12.1, CallbackWritten(C1))
    s.at(25, PromptFinished(C1))


def callback_that_is_kept() -> Story:
    """A caller presses 5 and is let go; Anna presses 1, and only then the citizen is rung, who presses 1 too."""
    s = _story("anna")
    _let_go(s)
    s.staff(130, "anna")
    s.at(133, OfferAnswered(C1, s.call("c1").offer))
    s.at(139, CallbackAccepted(C1, s.call("c1").offer))
    s.at(151, CitizenReached(C1, s.call("c1").offer))
    s.at(240, ConversationEnded(C1, s.call("c1").offer, TalkEnder.CALLER))
    return s


def callback_that_nobody_answers() -> Story:
    """The citizen is busy; Anna is free at once, and rings again ten minutes later."""
    s = _story("anna")
    _let_go(s)
    s.staff(130, "anna")
    s.at(139, CallbackAccepted(C1, s.call("c1").offer))
    s.at(145, CitizenNotReached(C1, s.call("c1").offer, OfferResult.BUSY))
    s.at(745)
    return s


def callback_that_cannot_be_written_down() -> Story:
    """The disk refuses: nothing is promised, the caller is told so and stands where they stood."""
    s = _story("anna")
    s.at(5, CallArrived(C1, "0850000", "0701740605"), DigitsEntered(C1, "1"))
    s.at(12, DigitsEntered(C1, "5"), CallbackNotWritten(C1))
    s.at(20, PromptFinished(C1))
    s.staff(30, "anna")
    return s


def callback_that_survives_the_engine() -> Story:
    """An engine without a past reads what was promised; nobody is asked before the world has been listed."""
    s = _story("anna", linked=False)
    kept = CallbackRestored(
        *(C1, "0701740605", "0850000", "sv", QueueId("bygg"), Instant(5_000), NO_CLEARANCE),
        *(0, "", AgentId(""), Instant(12_000), Instant(14_412_000), 1, Instant(0), Instant(0)),
    )
    s.at(100, kept)
    s.staff(100, "anna")
    s.at(101, WorldListed(Instant(100_900), (), ()))
    return s


def callback_that_an_agent_promises() -> Story:
    """Anna has talked to somebody and promises to ring back; her phone rings when her wrap-up is over."""
    s = _story("anna")
    s.staff(0, "anna")
    s.at(5, CallArrived(C1, "0850000", "0701740605"), DigitsEntered(C1, "1"))
    s.answer(8, "c1")
    s.at(60, CallerHungUp(C1))
    s.at(61, CallbackOrdered(ANNA, CallId("p1"), QueueId(""), 3_600_000, "ritningar"))
    s.at(70, AgentReady(ANNA))
    return s


CALLBACKS: tuple[Callable[[], Story], ...] = (
    callback_that_is_kept,
    callback_that_nobody_answers,
    callback_that_cannot_be_written_down,
    callback_that_survives_the_engine,
    callback_that_an_agent_promises,
)
