"""What a scenario says of those who ring and those who answer, as the simulator's own figures (seconds → ms)."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ivr.config.problems import Code, Problem
from ivr.config.yaml_nodes import Document
from queues.ids import QueueId
from routing.plan import Plan
from simulator.scenario.calls_csv import UnreadableError, spans_of
from simulator.scenario.fields import AgainEntry, SharesByAnswerer, SpanEntry, SpansByAnswerer
from simulator.scenario.models import PhonesEntry, ScenarioFile
from simulator.world import FOR_EVER, NONE, PARTNER_LEVEL, Callers, Duration, Phones, Shape

ANSWERERS = range(PARTNER_LEVEL + 1)
_T = TypeVar("_T")


@dataclass(slots=True)
class People:
    """What is said, queue by queue, and what is wrong with it."""

    plan: Plan
    file: ScenarioFile
    document: Document
    folder: Path
    """Where files that the scenario names are looked for."""
    problems: list[Problem]

    def callers(self, queue: QueueId) -> Callers:
        """How those who ring the queue behave."""
        said = self.file
        redial, again = _of(said.redial, queue), _of(said.rings_again, queue)
        rule = Duration(Shape.CONSTANT, float(self.plan.queues[queue].wrap_up_ms))
        return Callers(
            patience=self._span(_of(said.patience, queue), FOR_EVER),
            talk=self._by_answerer(said.talk, queue, NONE),
            wrap_up=(*self._by_answerer(said.wrap_up, queue, rule)[:PARTNER_LEVEL], NONE),
            question_levels=_of(said.question_levels, queue) or (1.0, 0.0, 0.0),
            resolved=self._resolved(queue),
            transfers=_of(said.transfers, queue) or False,
            callback=_of(said.callback, queue) or 0.0,
            presses_callback_ms=self._span(_of(said.presses_callback, queue), FOR_EVER),
            redial=redial.probability if redial else 0.0,
            redial_after=self._after(redial),
            rings_again=again.probability if again else 0.0,
            rings_again_after=self._after(again),
        )

    def menu(self, queue: QueueId) -> Duration:
        """How long it takes to choose the queue."""
        return self._span(_of(self.file.menu, queue), NONE)

    def phones(self, entry: PhonesEntry) -> Phones:
        """How people at their phones behave."""
        return Phones(self._span(entry.answer, NONE), entry.missed, self._span(entry.returns_after, NONE))

    def says_talk(self, queue: QueueId) -> bool:
        """Whether anything is said of how long talks in the queue take."""
        return _of(self.file.talk, queue) is not None

    def _after(self, again: AgainEntry | None) -> Duration:
        return self._span(again.after if again else None, NONE)

    def _by_answerer(
        self, said: dict[str, SpansByAnswerer], queue: QueueId, otherwise: Duration
    ) -> tuple[Duration, ...]:
        """By level and partner. What is not said is as at the next higher level of which something is, else lower."""
        mine, every = said.get(queue), said.get("default")
        found = [_said(mine, n) or _said(every, n) for n in ANSWERERS]
        return tuple(self._span(entry or _nearest(found, n), otherwise) for n, entry in enumerate(found))

    def _resolved(self, queue: QueueId) -> tuple[float, ...]:
        mine, every = self.file.resolution.get(queue), self.file.resolution.get("default")
        found = [_share(mine, every, n) for n in ANSWERERS]
        nearest = [share if share is not None else _nearest(found, n) for n, share in enumerate(found)]
        return tuple(1.0 if share is None else share for share in nearest)

    def _span(self, entry: SpanEntry | None, otherwise: Duration) -> Duration:
        if entry is None:
            return otherwise
        if entry.empirical_csv is None:
            return duration(entry)
        try:
            samples = spans_of(self.folder / entry.empirical_csv)
        except UnreadableError as error:
            place = next((p for path, p in self.document.values.items() if path[-1:] == ("empirical_csv",)), None)
            self.problems.append(
                Problem(
                    Code.BAD_CALLS_FILE, place or self.document.where(), str(error), "En tid i sekunder på varje rad."
                )
            )
            return otherwise
        return Duration(Shape.EMPIRICAL, 1.0, samples=samples)


def _said(entry: SpansByAnswerer | None, n: int) -> SpanEntry | None:
    return entry.of(n) if entry else None


def _share(mine: SharesByAnswerer | None, every: SharesByAnswerer | None, n: int) -> float | None:
    share = mine.of(n) if mine else None
    return share if share is not None or every is None else every.of(n)


def _of(said: dict[str, _T], queue: QueueId) -> _T | None:
    return said.get(queue, said.get("default"))


def _nearest(found: list[_T | None], n: int) -> _T | None:
    """What is said of the next higher level (not of a partner), else of the next lower one."""
    order = [*range(n + 1, PARTNER_LEVEL), *range(min(n, PARTNER_LEVEL) - 1, -1, -1)]
    return next((found[m] for m in order if found[m] is not None), None)


def duration(entry: SpanEntry) -> Duration:
    """The distribution, in milliseconds."""
    if entry.empirical is not None:
        return Duration(Shape.EMPIRICAL, 1.0, samples=tuple(round(s * 1000) for s in entry.empirical))
    if entry.exponential is not None:
        return Duration(Shape.EXPONENTIAL, entry.exponential * 1000)
    if entry.lognormal is not None:
        return Duration(Shape.LOGNORMAL, entry.lognormal.mean_s * 1000, entry.lognormal.cv)
    if entry.erlang is not None:
        return Duration(Shape.ERLANG, entry.erlang.mean_s * 1000, float(entry.erlang.phases))
    for shape, said in ((Shape.GAMMA, entry.gamma), (Shape.WEIBULL, entry.weibull)):
        if said is not None:
            return Duration(shape, said.mean_s * 1000, said.shape)
    return Duration(Shape.CONSTANT, (entry.constant or 0.0) * 1000)
