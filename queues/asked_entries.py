"""What is remembered of acts by hand, of languages and of the questions after a call: entries as in `entries`."""

from enum import StrEnum

from queues.facts import fact
from queues.ids import CallId, Instant, PromptId, QueueId


class Force(StrEnum):
    """What somebody makes of opening hours."""

    OPEN = "open"
    CLOSED = "closed"
    SCHEDULE = "schedule"
    """Nothing: they are as they are written."""


@fact(frozen=True, slots=True)
class LanguageChosen:
    """What the caller hears from now on is in this language, and who answers should speak it."""

    at_ms: Instant
    call: CallId
    language: str


@fact(frozen=True, slots=True)
class SurveyBegun:
    """After the talk the caller hears the first question. Which agent it was is not kept with the answers."""

    at_ms: Instant
    call: CallId
    queue: QueueId


@fact(frozen=True, slots=True)
class SurveyAnswered:
    """One key for one question."""

    at_ms: Instant
    call: CallId
    queue: QueueId
    question: str
    grade: int
    """5 is best, 1 is worst."""


@fact(frozen=True, slots=True)
class HoursSwitched:
    """Somebody, or the time that they had given, switched opening hours."""

    at_ms: Instant
    hours: str
    """Their name; "" for the whole house."""
    how: Force
    until_ms: Instant
    """When the schedule rules again by itself; 0 for never."""
    who: str
    """"" if the time was out."""


@fact(frozen=True, slots=True)
class CrisisMessageSwitched:
    """Somebody, or the time that they had given, switched the message that everybody hears first."""

    at_ms: Instant
    prompt: PromptId
    """"" for no message."""
    instead: bool
    """In the place of the menu, else before the greeting."""
    until_ms: Instant
    who: str


AskedEntry = LanguageChosen | SurveyBegun | SurveyAnswered | HoursSwitched | CrisisMessageSwitched
