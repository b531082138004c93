"""What an agent's phone does when it rings."""

from dataclasses import dataclass
from enum import StrEnum


class Manner(StrEnum):
    """The kinds of doing."""

    ANSWER = "answer"
    DEAD_AIR = "dead_air"
    RING = "ring"
    REFUSE = "refuse"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way to treat a ring; made by the functions below."""

    manner: Manner
    after_ms: float = 0
    """How long it rings first."""
    talk_ms: float | None = None
    """How long it talks before it hangs up; None: until the other side does."""
    status: int = 0
    """For REFUSE."""


def answer(after_ms: float = 300, talk_ms: float | None = None) -> Behaviour:
    """Answers after that time, talks, and hangs up if a talk time is given."""
    return Behaviour(Manner.ANSWER, after_ms, talk_ms)


def answer_and_drop(after_ms: float = 300, drop_ms: float = 200) -> Behaviour:
    """Answers and hangs up at once (F41)."""
    return Behaviour(Manner.ANSWER, after_ms, drop_ms)


def dead_air(after_ms: float = 300, talk_ms: float | None = None) -> Behaviour:
    """Answers and never sends a packet (F48)."""
    return Behaviour(Manner.DEAD_AIR, after_ms, talk_ms)


def ring_forever() -> Behaviour:
    """Rings and never answers (F37)."""
    return Behaviour(Manner.RING)


def refuse_with(status: int, after_ms: float = 0) -> Behaviour:
    """Refuses with that SIP status (F38)."""
    return Behaviour(Manner.REFUSE, after_ms, status=status)


def busy() -> Behaviour:
    """486."""
    return refuse_with(486)


def decline(after_ms: float = 0) -> Behaviour:
    """603: the person presses the red key."""
    return refuse_with(603, after_ms)


def ignore() -> Behaviour:
    """No reply at all, as a phone without power that nobody has yet missed (F39)."""
    return Behaviour(Manner.IGNORE)
