"""After a talk that the agent ended, a caller who is still there is asked a few questions, one key each.

Three rules. Whatever becomes of the questions, the call was answered. A caller who presses nothing, or hangs up, is not
asked again. And a call under secrecy is asked only where the municipality has decided so.
"""

from queues.asked_entries import SurveyAnswered, SurveyBegun
from queues.entries import Outcome, TalkEnder
from queues.ids import NO_CLEARANCE, PromptId
from routing.actions import AskDigits, Say
from routing.events import DigitsEntered
from routing.moved import tell
from routing.state import NO_OFFER, NOBODY, Call, CallState, Centre
from routing.survey_rules import Survey

GRADES = "12345"
REPEAT = "*"
TRIES = 3
"""How many times one question is asked, however many keys are pressed that are no answer."""


def talk_was_had(centre: Centre, call: Call, by: TalkEnder) -> None:
    """The caller has been served: is asked how it was, or the call ends."""
    reason = f"{by.value}_hung_up"
    survey = centre.plan.survey
    if survey is None or by is not TalkEnder.AGENT or not _is_asked(centre, call, survey):
        centre.hang_up(call, Outcome.ANSWERED, reason)
        return
    centre.deadlines.cancel_all(call.id)
    centre.move(call, CallState.SURVEYING)
    call.offer, call.agent = NO_OFFER, NOBODY
    call.outcome, call.reason, call.last_words = Outcome.ANSWERED, reason, survey.thanks
    call.question, call.asks = 0, 0
    centre.entries.append(SurveyBegun(centre.now, call.id, call.queue))
    _ask(centre, call, survey, survey.invitation)


def _is_asked(centre: Centre, call: Call, survey: Survey) -> bool:
    """Whether this caller is one of those who are asked: every so many, and no one who must not be."""
    if call.adopted or not centre.queue_of(call).survey or not survey.questions:
        return False
    if call.answered_at_ms == centre.now:
        return False  # nobody saw it begin: whether it was a talk is not known
    if call.clearance != NO_CLEARANCE and not survey.confidential:
        return False
    centre.surveyable += 1
    return centre.surveyable % survey.every == 0


def key_pressed(centre: Centre, call: Call, event: DigitsEntered) -> None:
    """A grade is remembered and the next question asked; silence ends the questions, anything else repeats this one."""
    survey = centre.plan.survey
    key = event.digits[:1]
    if survey is None or not key or call.question >= len(survey.questions):
        thank(centre, call)
    elif key in GRADES:
        name = survey.questions[call.question].name
        centre.entries.append(SurveyAnswered(centre.now, call.id, call.queue, name, int(key)))
        call.question, call.asks = call.question + 1, 0
        _ask(centre, call, survey, ())
    else:
        _ask(centre, call, survey, () if key == REPEAT else survey.invalid_prompts)


def _ask(centre: Centre, call: Call, survey: Survey, before: tuple[PromptId, ...]) -> None:
    """The caller hears the question that is next; after the last one, and when it was asked often enough, thanks."""
    call.asks += 1
    if call.question >= len(survey.questions) or call.asks > TRIES:
        thank(centre, call)
        return
    prompts = before + survey.questions[call.question].prompts
    wait_ms = survey.key_ms
    centre.actions.append(AskDigits(call.id, prompts, call.language, 1, wait_ms, wait_ms, served=True))


def thank(centre: Centre, call: Call) -> None:
    """The caller hears a last word; the call ends when it has been heard."""
    if not call.last_words:
        centre.hang_up(call, Outcome.ANSWERED, call.reason)
        return
    centre.move(call, CallState.LEAVING)
    tell(centre, call)
    centre.actions.append(Say(call.id, call.last_words, call.language, served=True))
