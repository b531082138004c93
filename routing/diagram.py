"""The call's states as a diagram and as a list, made from `routing.table`: what ARCHITECTURE.md shows."""

from collections.abc import Iterator

from routing.state import CallState
from routing.table import BEGUN, CALL_EVENTS, ENDED, MOVES

BEGIN_MARK, END_MARK = "<!-- states -->", "<!-- /states -->"
MENDING = ("CallResumed", "WorldListed")
"""Lead from nearly everywhere to nearly everywhere: in the list, not in the picture."""


def moves() -> dict[tuple[str, str], list[str]]:
    """From where to where a call can go → by what."""
    causes: dict[tuple[str, str], list[str]] = {}
    for (state, event), row in CALL_EVENTS.items():
        for to in row.leads_to:
            causes.setdefault((str(state), str(to)), []).append(event.__name__)
    for cause, pairs in MOVES.items():
        for before, after in pairs:
            causes.setdefault((str(before), str(after)), []).append(cause)
    return causes


def diagram() -> str:
    """Mermaid: every move but those that mend what was believed."""
    return "\n".join(["```mermaid", "stateDiagram-v2", *_arrows(), "```"])


def _arrows() -> Iterator[str]:
    for (before, after), causes in moves().items():
        usual = [cause for cause in causes if cause not in MENDING]
        if before != after and usual and (before, after) != (BEGUN, ENDED):
            start, end = ("[*]" if state in {BEGUN, ENDED} else state for state in (before, after))
            yield f"    {start} --> {end}: {', '.join(usual)}"


def listing() -> str:
    """A table of Markdown: for each state, what each event about the call does; what is not there is late."""
    lines = ["| state | event | leads to |", "| --- | --- | --- |"]
    for state in CallState:
        for (of, event), row in CALL_EVENTS.items():
            if of is state and row.handler is not None:
                lines.append(f"| {state} | {event.__name__} | {', '.join(row.leads_to)} |")
    lines += [f"| {', '.join(_froms(cause))} | {cause} | {', '.join(_tos(cause))} |" for cause in MOVES]
    return "\n".join(lines)


def _froms(cause: str) -> list[str]:
    return list(dict.fromkeys(str(before) for before, _ in MOVES[cause]))


def _tos(cause: str) -> list[str]:
    return list(dict.fromkeys(str(after) for _, after in MOVES[cause]))


def section() -> str:
    """What stands between the marks, the marks included."""
    return f"{BEGIN_MARK}\n{diagram()}\n\n{listing()}\n{END_MARK}"


def with_section(document: str) -> str:
    """The document with what stands between its marks made anew; at its end if it has none."""
    before, mark, rest = document.partition(BEGIN_MARK)
    after = rest.partition(END_MARK)[2] if mark else "\n"
    return f"{before if mark else before.rstrip() + chr(10) * 2}{section()}{after}"
