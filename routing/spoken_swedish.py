"""Numbers, minutes and places in line as sequences of our own recordings, in correct Swedish. Pure.

Two rules. A number that counts minutes ends in "en" (tjugoen minuter), one that names a place ends in "ett"
(nummer tjugoett). A number is never handed to Asterisk to say: it has no Swedish grammar for these.
"""

from enum import StrEnum

from queues.ids import PromptId

LARGEST = 9_999


class Gender(StrEnum):
    """Which word "one" is: en with a minute, ett with a place in line."""

    COMMON = "en"
    NEUTER = "ett"


HUNDRED = PromptId("tal_hundra")
THOUSAND = PromptId("tal_tusen")
MINUTE = PromptId("minut")
MINUTES = PromptId("minuter")
AND = PromptId("och")
YOU_ARE_NUMBER = PromptId("ko_du_ar_nummer")
IN_LINE = PromptId("ko_i_kon")
YOU_ARE_FIRST = PromptId("ko_du_ar_forst")
WAIT_ABOUT = PromptId("ko_vantetid_ungefar")
WAIT_BETWEEN = PromptId("ko_vantetid_mellan")

_UNITS = tuple(PromptId(f"tal_{n}") for n in range(20))
_ONE = {Gender.COMMON: PromptId("tal_en"), Gender.NEUTER: _UNITS[1]}
_TENS = {n: PromptId(f"tal_{n}") for n in range(20, 100, 10)}


def number(n: int, gender: Gender = Gender.NEUTER) -> tuple[PromptId, ...]:
    """`n` in words, 0 to LARGEST: 121 → hundra, tjugo, ett. Raises ValueError outside."""
    if not 0 <= n <= LARGEST:
        raise ValueError(f"no number we can say: {n}")
    thousands, below_thousand = divmod(n, 1_000)
    hundreds, rest = divmod(below_thousand, 100)
    words = _multiple(thousands, THOUSAND) + _multiple(hundreds, HUNDRED)
    if rest or not words:
        words += _below_hundred(rest, gender)
    return words


def minutes(n: int) -> tuple[PromptId, ...]:
    """`n` minutes: en minut, två minuter, tjugoen minuter."""
    return (*number(n, Gender.COMMON), MINUTE if n == 1 else MINUTES)


def position(n: int) -> tuple[PromptId, ...]:
    """The caller's place in line, from 1: "Du är först i kön", "Du är nummer två i kön"."""
    if n < 1:
        raise ValueError(f"no place in line: {n}")
    if n == 1:
        return (YOU_ARE_FIRST,)
    return (YOU_ARE_NUMBER, *number(n), IN_LINE)


def waiting_time(low: int, high: int) -> tuple[PromptId, ...]:
    """An estimated wait in whole minutes, 1 ≤ low ≤ high; one figure when they are the same."""
    if not 1 <= low <= high:
        raise ValueError(f"no waiting time: {low} to {high} minutes")
    if low == high:
        return (WAIT_ABOUT, *minutes(low))
    return (WAIT_BETWEEN, *number(low, Gender.COMMON), AND, *minutes(high))


def every_prompt() -> frozenset[PromptId]:
    """Every recording that the functions above can name."""
    phrases = {MINUTE, MINUTES, AND, YOU_ARE_NUMBER, IN_LINE, YOU_ARE_FIRST, WAIT_ABOUT, WAIT_BETWEEN}
    return frozenset(phrases | set(_UNITS) | set(_ONE.values()) | set(_TENS.values()) | {HUNDRED, THOUSAND})


def _multiple(count: int, unit: PromptId) -> tuple[PromptId, ...]:
    """So many hundreds or thousands; a single one goes without a number: hundra, tvåhundra."""
    if count == 0:
        return ()
    return (unit,) if count == 1 else (_UNITS[count], unit)


def _below_hundred(n: int, gender: Gender) -> tuple[PromptId, ...]:
    """0 to 99; only the last word can be en or ett."""
    tens, units = divmod(n, 10)
    if n < 20:
        return (_ONE[gender],) if n == 1 else (_UNITS[n],)
    return (_TENS[tens * 10],) if units == 0 else (_TENS[tens * 10], *_below_hundred(units, gender))
