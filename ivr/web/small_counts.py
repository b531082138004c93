"""What a screen that everybody passes may show: no names, no count of one or two, and none that gives such away. Pure.

A count of one or two is `SMALL`. A total of which a part is hidden is made of what is shown alone, to the nearest
five and said to be about so many, so that what is missing cannot be worked out. A share of fewer than ten is not shown
at all, nor how long somebody has waited who has the line to themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

SMALL = "<3"
LEAST = 3
LEAST_OF_SHARE = 10
NEAREST = 5
Count = int | str

_COUNTS = ("waiting", "answered", "abandoned", "out", "in", "external", "callbacks", "overdue")
_IN_ALL = ("waiting", "answered", "abandoned", "talking", "callbacks", "overdue", "kept")


def small(view: Mapping[str, Any]) -> dict[str, Any]:
    """The view as anybody may see it."""
    queues = [_line(line) for line in view["queues"]]
    return {
        **view,
        "queues": queues,
        "whole": _in_all(view["whole"], queues),
        "people": [],
        "callers": _callers(view["callers"]),
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


def _callers(callers: Mapping[str, int] | None) -> Mapping[str, int] | None:
    """How many of those who rang got through, unless they or the others are few."""
    if callers is None or callers["through"] < LEAST_OF_SHARE or 0 < callers["of"] - callers["through"] < LEAST:
        return None
    return callers


def total(shown: Sequence[Count]) -> Count:
    """What the lines have in all, as far as the lines that are shown tell it."""
    known = sum(number for number in shown if isinstance(number, int))
    hidden = sum(number == SMALL for number in shown)
    if not hidden:
        return count(known)
    if known == 0 and hidden == 1:
        return SMALL
    likely = known + (3 * hidden + 1) // 2
    return f"ca {max(round(likely / NEAREST), 1) * NEAREST}"


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    seen = {**line, **{name: count(line[name]) for name in _COUNTS}}
    seen |= {"level": share(line["level"]), "recent": share(line["recent"])}
    if seen["waiting"] == SMALL:
        seen |= {"oldest_ms": 0, "why": "" if line["which"] == "longest" else line["why"]}
    return seen


def _in_all(whole: Mapping[str, Any], queues: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Totals of what is shown, and what belongs to no line as it is."""
    seen: dict[str, Any] = {**whole, "level": share(whole["level"]), "recent": share(whole["recent"])}
    for name in _IN_ALL:
        seen[name] = total([line[name] for line in queues]) if name in _COUNTS else count(whole[name])
    if whole["waiting"] < LEAST:
        seen["oldest_ms"] = 0
    return seen
