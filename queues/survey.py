"""What callers answered after their talks, as Sveriges Kommuner och Regioner counts it: grades 5 to 1, and an index.

The index of a question is the mean of its grades with 5 as 100, 4 as 75, 3 as 50, 2 as 25 and 1 as 0.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from queues.asked_entries import SurveyAnswered, SurveyBegun
from queues.entries import Entry
from queues.ids import QueueId

GRADES = (5, 4, 3, 2, 1)


@dataclass(slots=True)
class Answers:
    """The answers to one question."""

    grades: Counter[int] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many answered it."""
        return self.grades.total()

    @property
    def index(self) -> float | None:
        """0 to 100; None when nobody answered."""
        return sum((grade - 1) * 25 * n for grade, n in self.grades.items()) / self.count if self.count else None


@dataclass(slots=True)
class SurveyResult:
    """All questions of one span of time, in the order in which they were first answered."""

    asked: int = 0
    """How many callers heard the first question."""
    answered: int = 0
    """How many of them answered any."""
    questions: dict[str, Answers] = field(default_factory=dict)

    @property
    def index(self) -> float | None:
        """The mean of the questions' indices; None when nobody answered anything."""
        indices = [answers.index for answers in self.questions.values() if answers.index is not None]
        return sum(indices) / len(indices) if indices else None


def survey_result(entries: Iterable[Entry], queue: QueueId | None = None) -> SurveyResult:
    """What the entries say, of one queue or of all."""
    result, answering = SurveyResult(), set()
    for entry in entries:
        if not isinstance(entry, SurveyBegun | SurveyAnswered) or queue not in {None, entry.queue}:
            continue
        if isinstance(entry, SurveyBegun):
            result.asked += 1
            continue
        answering.add(entry.call)
        result.questions.setdefault(entry.question, Answers()).grades[entry.grade] += 1
    result.answered = len(answering)
    return result
