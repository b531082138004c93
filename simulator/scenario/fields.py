"""The kinds of field that scenarios are made of: spans by chance, figures by queue and by who answers.

Seconds everywhere, clock times as texts in quotes. Where one figure holds for everybody it may stand alone: `talk: 240`
is `talk: {default: {default: {constant: 240}}}`.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from ivr.config.fields import Listed, Strict, listed, refusal
from ivr.config.problems import Code

Seconds = Annotated[float, Field(ge=0, le=31_536_000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
PerHour = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])")


class LognormalEntry(Strict):
    """A span whose logarithm is normal."""

    mean_s: Seconds
    cv: Annotated[float, Field(gt=0, le=20)]
    """Standard deviation ÷ mean."""


class ErlangEntry(Strict):
    """A sum of equal exponential phases."""

    mean_s: Seconds
    phases: Annotated[int, Field(ge=1, le=1_000)]


class ShapeEntry(Strict):
    """A gamma or a Weibull distribution."""

    mean_s: Seconds
    shape: Annotated[float, Field(gt=0, le=1_000)]


class SpanEntry(Strict):
    """A span by chance: exactly one of these. A plain number is `constant`."""

    constant: Seconds | None = None
    exponential: Seconds | None = None
    """The mean."""
    lognormal: LognormalEntry | None = None
    erlang: ErlangEntry | None = None
    gamma: ShapeEntry | None = None
    weibull: ShapeEntry | None = None
    empirical: Annotated[Listed[Seconds], Field(min_length=1, max_length=10_000)] | None = None
    """Measured spans, each as likely."""
    empirical_csv: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """A file with one measured span a line, in seconds."""

    @model_validator(mode="before")
    @classmethod
    def _number_is_constant(cls, value: Any) -> Any:
        return {"constant": value} if _is_number(value) else value

    @model_validator(mode="after")
    def _is_one_distribution(self) -> Self:
        if len(self.model_fields_set) != 1:
            said = ", ".join(sorted(self.model_fields_set)) or "ingen"
            raise refusal(Code.NOT_ONE_DISTRIBUTION, f"Här ska stå precis en fördelning; det står {said}.")
        return self


SPANS = frozenset(SpanEntry.model_fields)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _alone(fields: frozenset[str]) -> Callable[[Any], Any]:
    """A value that stands alone, without a name around it, as the default."""

    def inside(value: Any) -> Any:
        alone = not isinstance(value, dict) or bool(fields & set(value))
        return {"default": value} if alone else value

    return inside


_LONE_SPAN, _LONE_FIGURE = _alone(SPANS), _alone(frozenset())


class SpansByAnswerer(Strict):
    """Spans by who answers. What is not said is `own` or `other`, then `default`."""

    default: SpanEntry | None = None
    own: SpanEntry | None = None
    """By people with the queue at level 2 or 3."""
    other: SpanEntry | None = None
    """By people with the queue at level 1 or not at all (0)."""
    level_0: SpanEntry | None = None
    level_1: SpanEntry | None = None
    level_2: SpanEntry | None = None
    level_3: SpanEntry | None = None
    partner: SpanEntry | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, value: Any) -> Any:
        return _LONE_SPAN(value)

    def of(self, answerer: int) -> SpanEntry | None:
        """What holds for level 0–3 or, as 4, for a partner; None if nothing is said."""
        said = [getattr(self, name) for name in answering(answerer)]
        return next((entry for entry in said if entry is not None), None)


class SharesByAnswerer(Strict):
    """As `SpansByAnswerer`, for shares."""

    default: Share | None = None
    own: Share | None = None
    other: Share | None = None
    level_0: Share | None = None
    level_1: Share | None = None
    level_2: Share | None = None
    level_3: Share | None = None
    partner: Share | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, value: Any) -> Any:
        return _LONE_FIGURE(value)

    def of(self, answerer: int) -> float | None:
        """What holds for level 0–3 or, as 4, for a partner; None if nothing is said."""
        said = [getattr(self, name) for name in answering(answerer)]
        return next((share for share in said if share is not None), None)


def answering(answerer: int) -> tuple[str, ...]:
    """The names under which something is said of whoever answers, the nearest first."""
    if answerer == 4:
        return ("partner", "default")
    return (f"level_{answerer}", "own" if answerer >= 2 else "other", "default")


class AgainEntry(Strict):
    """Who ring again, and after how long."""

    probability: Share
    after: SpanEntry


def _levels(value: Any) -> Any:
    shares = listed(value)
    if not isinstance(shares, tuple) or len(shares) != 3 or not all(map(_is_number, shares)):
        raise refusal(Code.BAD_SHARES, "Här ska stå tre tal: andelen frågor på nivå 1, 2 och 3.")
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise refusal(Code.BAD_SHARES, f"Andelarna är tillsammans {sum(shares):g}, inte 1.")
    return tuple(float(share) for share in shares)


QuestionLevels = Annotated[tuple[float, float, float], BeforeValidator(_levels)]

_NAME = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_ANSWERERS = frozenset(SpansByAnswerer.model_fields) - {"default"}
"""`default` alone means every queue, for which it says the same."""

Spans = Annotated[dict[_NAME, SpanEntry], BeforeValidator(_alone(SPANS))]
"""By queue; `default` is every other."""
Talks = Annotated[dict[_NAME, SpansByAnswerer], BeforeValidator(_alone(SPANS | _ANSWERERS))]
Resolutions = Annotated[dict[_NAME, SharesByAnswerer], BeforeValidator(_alone(_ANSWERERS))]
Levels = Annotated[dict[_NAME, QuestionLevels], BeforeValidator(_alone(frozenset()))]
Again = Annotated[dict[_NAME, AgainEntry], BeforeValidator(_alone(frozenset(AgainEntry.model_fields)))]
Shares = Annotated[dict[_NAME, Share], BeforeValidator(_alone(frozenset()))]
Flags = Annotated[dict[_NAME, bool], BeforeValidator(_alone(frozenset()))]


def _clock(value: Any) -> Any:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match else None
    if minute is None or minute > 24 * 60:
        raise refusal(Code.BAD_SHIFT, f'{value!r} är inget klockslag. Skriv "8:00", inom citattecken.')
    return minute


Clock = Annotated[int, BeforeValidator(_clock)]
"""Minutes after local midnight, from "8:00"."""
