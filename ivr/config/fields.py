"""The kinds of field that a municipality's files are made of: what may stand in each, said in Swedish when it does not.

A problem found here carries its code as the error's type, so that whoever reports it need not guess.
"""

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ivr.config.problems import Code

Spans = tuple[tuple[int, int], ...]
"""(from, to) in minutes after local midnight, rising and disjoint; () is closed."""

Weekday = Literal["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
EveName = Literal[
    "trettondagsafton",
    "skärtorsdag",
    "påskafton",
    "valborgsmässoafton",
    "dag före kristi himmelsfärd",
    "pingstafton",
    "midsommarafton",
    "allhelgonaafton",
    "julafton",
    "nyårsafton",
    "klämdag",
]
"""The days about which people differ."""
EVES: tuple[EveName, ...] = get_args(EveName)

CLOSED = "stängt"
AS_USUAL = "som vanligt"
DAY_MIN = 24 * 60
_RESERVED_NAMES = frozenset(
    {"none", "default", "general", "global", "system", "transport", "trunk", "tonval", "anonymous"}
)
"""Names with a meaning of their own in Asterisk's files or on the wire."""
_PREMIUM = re.compile(r"\+46(900|939|944|99|118)")
"""Swedish series in which the caller pays the called (PTS)."""
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*[-–]\s*(\d{1,2})(?:[:.](\d\d))?")


class Strict(BaseModel):
    """A group of fields: nothing but these, nothing converted. Made ready when first used: none needs them all."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def refusal(code: Code, sentence: str) -> PydanticCustomError:
    """An error that carries its code; braces would be taken for the message's own."""
    return PydanticCustomError(code.value, "{sentence}", {"sentence": sentence})


def _name(text: str) -> str:
    if text in _RESERVED_NAMES:
        raise refusal(Code.RESERVED_NAME, f"{text!r} är upptaget.")
    return text


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else listed(value)


def listed(value: Any) -> Any:
    """A list as a tuple, anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


def _digits(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refusal(Code.UNKNOWN_TIMEZONE, f"Tidszonen {name!r} finns inte.") from None
    return name


def _number(text: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{5,14}", text):
        raise refusal(Code.BAD_NUMBER, f'{text!r} är inte ett nummer på formen "+46846500400".')
    return text


def _ordinary(number: str) -> str:
    if not number.startswith("+46") or _PREMIUM.match(number):
        raise refusal(Code.NUMBER_NOT_ALLOWED, f"{number} är utomlands eller ett betalnummer och rings aldrig upp.")
    return number


def spans(value: Any) -> Spans:
    """Opening hours of one day from "8:00-12, 13-16.30" or stängt."""
    if value == CLOSED:
        return ()
    if not isinstance(value, str):
        raise refusal(Code.BAD_HOURS, f'Skriv tider som "8:00-16:30" eller {CLOSED}.')
    found = [_span(part.strip()) for part in value.split(",")]
    for (_, before), (after, _) in pairwise(found):
        if after <= before:
            raise refusal(Code.BAD_HOURS, f"Tiderna i {value!r} överlappar, hänger ihop eller står i fel ordning.")
    return tuple(found)


def _span(text: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(text)
    if not match:
        raise refusal(Code.BAD_HOURS, f'{text!r} är ingen tid. Skriv "8:00-16:30" eller {CLOSED}.')
    start, end = (int(match[h]) * 60 + int(match[m] or 0) for h, m in ((1, 2), (3, 4)))
    if not 0 <= start < end <= DAY_MIN or int(match[2] or 0) > 59 or int(match[4] or 0) > 59:
        sentence = f"{text!r} slutar inte efter sin början samma dygn (0:00–24:00)."
        raise refusal(Code.BAD_HOURS, sentence)
    return start, end


def _spans_or_usual(value: Any) -> Spans | None:
    return None if value == AS_USUAL else spans(value)


def _date(value: Any) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise refusal(Code.BAD_DATE, f"{value!r} är inget datum. Skriv år-månad-dag, till exempel 2026-12-28.")


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"), AfterValidator(_name)]
"""What a queue, menu, agent, partner, clearance or opening hours is called in the files and in Asterisk."""
PromptName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
Prompts = Annotated[tuple[PromptName, ...], Field(max_length=20), BeforeValidator(_one_or_more)]
Title = Annotated[
    str, StringConstraints(pattern=r'^[^\x00-\x1f\x7f-\x9f"<>;\\|$\[\]{}\u2028-\u202e\u2066-\u2069]{1,80}$')
]
"""What people read: no control characters, nothing that Asterisk's files give a meaning."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Extension = Annotated[str, BeforeValidator(_digits), StringConstraints(pattern=r"^[1-9][0-9]{1,5}$")]
ShortNumber = Annotated[str, BeforeValidator(_digits), StringConstraints(pattern=r"^[0-9]{2,15}$")]
Number = Annotated[str, AfterValidator(_number)]
"""E.164 with a plus."""
OutwardNumber = Annotated[Number, AfterValidator(_ordinary)]
"""A number that calls may be sent to: Swedish and without a premium, whatever somebody writes in the files."""
Timezone = Annotated[str, AfterValidator(_timezone)]
Day = Annotated[Spans, BeforeValidator(spans)]
SpecialDay = Annotated[Spans | None, BeforeValidator(_spans_or_usual)]
"""None: as on any other such weekday."""
Date = Annotated[date, BeforeValidator(_date)]
Level = Annotated[int, Field(ge=1, le=3)]
LineKey = Annotated[str, StringConstraints(pattern=r"^[0-9*#]?$")]
"""A key of a telephone, or "" for none."""
HostPort = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,10}(:[0-9]{2,5})?$"
    ),
]
"""A name or an IPv4 address, and a port if it is not the usual one."""
Address = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?$")]

_T = TypeVar("_T")
Listed = Annotated[tuple[_T, ...], BeforeValidator(listed)]
