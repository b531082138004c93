"""What callers are asked after their talk: part of the plan, off unless the municipality has written it."""

from dataclasses import dataclass

from queues.ids import PromptId


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that callers are asked after a talk; answered with a grade from 5 to 1."""

    name: str
    prompts: tuple[PromptId, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a caller is asked who is still there after a talk that the agent ended."""

    questions: tuple[Question, ...]
    invitation: tuple[PromptId, ...] = ()
    """Said before the first question."""
    thanks: tuple[PromptId, ...] = ()
    invalid_prompts: tuple[PromptId, ...] = ()
    every: int = 1
    """Every so many callers are asked."""
    confidential: bool = False
    """Whether calls under secrecy are asked too."""
    key_ms: int = 6_000
