"""What a screen that everybody passes may show, and anybody of a line whose clearance they lack. Pure.

No names, no count of one or two, and none that gives such away. A count of one or two is `SMALL`. A total of which a
part is hidden is made of what is shown alone, to the nearest five and said to be about so many, so that what is missing
cannot be worked out. A share of fewer than ten is not shown at all, nor how long somebody has waited who has the line
to themselves.

Of a line under secrecy less: no instant of anybody's, and what was counted since midnight to the nearest five, since a
count that grows by one says when somebody rang. That somebody waits in it does show: else a call could be forgotten.
"""

from collections.abc import Mapping, Sequence
from typing import Any

SMALL = "<3"
LEAST = 3
LEAST_OF_SHARE = 10
NEAREST = 5
ABOUT = "ca "
Count = int | str

_NOW = ("waiting", "callbacks", "overdue")
_SINCE_MIDNIGHT = ("answered", "abandoned", "out", "in", "external")
_COUNTS = (*_NOW, *_SINCE_MIDNIGHT)
_IN_ALL = ("waiting", "answered", "abandoned", "talking", "callbacks", "overdue", "kept")


def small(view: Mapping[str, Any]) -> dict[str, Any]:
    """The view as anybody may see it."""
    queues = [small_line(line) for line in view["queues"]]
    return {
        **view,
        "queues": queues,
        "whole": _in_all(view["whole"], queues),
        "people": [],
        "callers": small_callers(view["callers"]),
        "counted": {state: count(number) for state, number in view["counted"].items()},
        "partners": [
            {**partner, "busy": count(partner["busy"]), "talks": count(partner["talks"])}
            for partner in view["partners"]
        ],
        "trend": [
            {**some, **{name: count(some[name]) for name in ("entered", "answered", "abandoned")}, "level": None}
            for some in view["trend"]
        ],
    }


def count(number: int) -> Count:
    """The number, unless it is one or two."""
    return SMALL if 0 < number < LEAST else number


def share(level: Mapping[str, int] | None) -> dict[str, int] | None:
    """A share that does not tell of single callers; of how many is not told."""
    return {"percent": level["percent"]} if level and level["of"] >= LEAST_OF_SHARE else None


def small_callers(callers: Mapping[str, int] | None) -> Mapping[str, int] | None:
    """How many of those who rang got through, unless they or the others are few."""
    if callers is None or callers["through"] < LEAST_OF_SHARE or 0 < callers["of"] - callers["through"] < LEAST:
        return None
    return callers


def about(number: int) -> Count:
    """The number to the nearest five, said to be so; one or two as `count` has them."""
    return count(number) if number < LEAST else f"{ABOUT}{_nearest(number)}"


def _nearest(number: int) -> int:
    return max(round(number / NEAREST), 1) * NEAREST


def total(shown: Sequence[Count]) -> Count:
    """What the lines have in all, as far as the lines that are shown tell it."""
    known = sum(number for number in shown if isinstance(number, int))
    hidden = sum(number == SMALL for number in shown)
    rough = [int(number.removeprefix(ABOUT)) for number in shown if isinstance(number, str) and number != SMALL]
    if not hidden and not rough:
        return count(known)
    if known == 0 and not rough and hidden == 1:
        return SMALL
    return f"{ABOUT}{_nearest(known + sum(rough) + (3 * hidden + 1) // 2)}"


def beside(known: int, hidden: int) -> Count:
    """Those who are known, and among them as many as may be told of those who are hidden."""
    return total([known, count(hidden)]) if hidden else known


def in_all(shown: Sequence[Count]) -> Count:
    """`total` for whoever sees single calls: exact where nothing of it is hidden."""
    numbers = [number for number in shown if isinstance(number, int)]
    return sum(numbers) if len(numbers) == len(shown) else total(shown)


def small_line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the wall as anybody may see it; `secret` says whether it is under secrecy."""
    since_midnight = about if line["secret"] else count
    seen = {
        **line,
        **{name: count(line[name]) for name in _NOW},
        **{name: since_midnight(line[name]) for name in _SINCE_MIDNIGHT},
    }
    seen |= {"level": share(line["level"]), "recent": share(line["recent"])}
    if seen["waiting"] == SMALL or line["secret"]:
        seen["oldest_ms"] = 0
    if seen["waiting"] == SMALL:
        seen["why"] = "" if line["which"] == "longest" else line["why"]
    return seen


def _in_all(whole: Mapping[str, Any], queues: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Totals of what is shown, and what belongs to no line as it is."""
    seen: dict[str, Any] = {**whole, "level": share(whole["level"]), "recent": share(whole["recent"])}
    for name in _IN_ALL:
        seen[name] = total([line[name] for line in queues]) if name in _COUNTS else count(whole[name])
    if whole["waiting"] < LEAST:
        seen["oldest_ms"] = 0
    return seen
