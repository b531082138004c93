"""How a call's papers lie on the caller's channel: one variable a field, in the order in which the dialplan gives them.

Two rules. What is absent, unreadable or odd is read as the strictest thing it can mean: an unknown clearance. And a
value that could end an argument in the dialplan is never laid on a channel.
"""

import re
from collections.abc import Mapping, Sequence

from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, Clearance, Instant, MenuId, QueueId
from routing.papers import Papers

VARIABLES = (
    "TONVAL_MENU",
    "TONVAL_QUEUE",
    "TONVAL_ENTERED_MS",
    "TONVAL_CLEARANCE",
    "TONVAL_LANGUAGE",
    "TONVAL_PRIORITY",
    "TONVAL_RECOVERIES",
    "TONVAL_OUTSIDE",
)
CLEARANCE_VARIABLE = "TONVAL_CLEARANCE"
NUMBER_VARIABLE = "TONVAL_NUMBER"

_NONE = "none"
"""No clearance is needed, said aloud: an empty variable says nothing and is therefore secret."""
_NAME = re.compile(r"[0-9A-Za-zåäöÅÄÖ_.:-]{1,80}")
_COUNT = re.compile(r"[0-9]{1,15}")


def papers_to_wire(papers: Papers) -> dict[str, str]:
    """The value of every variable in `VARIABLES`, each safe inside a dialplan argument."""
    values = (
        _name(papers.menu),
        _name(papers.queue),
        str(max(papers.entered_at_ms, 0)),
        clearance_to_wire(papers.clearance),
        _name(papers.language),
        str(max(papers.priority, 0)),
        str(max(papers.recoveries, 0)),
        str(papers.outside) if papers.outside > 0 else "",
    )
    return dict(zip(VARIABLES, values, strict=True))


def papers_from_wire(values: Sequence[str]) -> Papers | None:
    """The papers that the values (in the order of `VARIABLES`) say; None if there are none.

    Missing values count as empty; too many are ignored.
    """
    padded = (*values, *("",) * len(VARIABLES))
    menu, queue, entered, clearance, language, priority, recoveries, outside = padded[: len(VARIABLES)]
    if not (menu or queue or entered or clearance):
        return None
    return Papers(
        menu=MenuId(_name(menu)),
        queue=QueueId(_name(queue)),
        entered_at_ms=Instant(_count(entered)),
        clearance=NO_CLEARANCE if clearance == _NONE else Clearance(_name(clearance)) or UNKNOWN_CLEARANCE,
        language=_name(language) or Papers().language,
        priority=_count(priority),
        recoveries=_count(recoveries),
        outside=_count(outside),
    )


def papers_from_variables(variables: Mapping[str, str]) -> Papers | None:
    """As `papers_from_wire`, from the variables by name."""
    return papers_from_wire([variables.get(name, "") for name in VARIABLES])


def clearance_to_wire(clearance: Clearance) -> str:
    """What says this clearance and cannot be read as a lower one."""
    if clearance == NO_CLEARANCE:
        return _NONE
    return "" if clearance in {UNKNOWN_CLEARANCE, _NONE} else _name(clearance)


def _name(text: str) -> str:
    """The text if it is a plain name, else ""."""
    return text if _NAME.fullmatch(text) else ""


def _count(text: str) -> int:
    """The number, 0 if it is none."""
    return int(text) if _COUNT.fullmatch(text) else 0
