"""The questions after a call, as a municipality writes them, and what the kernel makes of them. Off unless written."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ivr.config.fields import Listed, Name, Prompts, Strict
from queues.ids import PromptId
from routing.survey_rules import Question, Survey


class QuestionEntry(Strict):
    """One question, answered with a key from 5 (best) to 1."""

    name: Name
    prompt: Prompts


class SurveyEntry(Strict):
    """What callers are asked after a talk; every so many of them, and under secrecy only if it says so."""

    questions: Annotated[Listed[QuestionEntry], Field(min_length=1, max_length=3)]
    invitation: Prompts = ()
    thanks: Prompts = ()
    every: Annotated[int, Field(ge=1, le=1_000)] = 1
    confidential: bool = False


def survey_of(entry: SurveyEntry | None, invalid: tuple[str, ...]) -> Survey | None:
    """The survey that runs; None: nobody is asked anything."""
    if entry is None:
        return None
    return Survey(
        questions=tuple(Question(q.name, _prompts(q.prompt)) for q in entry.questions),
        invitation=_prompts(entry.invitation),
        thanks=_prompts(entry.thanks),
        invalid_prompts=_prompts(invalid),
        every=entry.every,
        confidential=entry.confidential,
    )


def said_in_survey(entry: SurveyEntry | None) -> Iterator[tuple[tuple[str | int, ...], tuple[str, ...]]]:
    """Every field of prompts, with its path within `survey`."""
    if entry is not None:
        yield ("invitation",), entry.invitation
        yield ("thanks",), entry.thanks
        for i, question in enumerate(entry.questions):
            yield ("questions", i, "prompt"), question.prompt


def _prompts(names: tuple[str, ...]) -> tuple[PromptId, ...]:
    return tuple(PromptId(name) for name in names)
