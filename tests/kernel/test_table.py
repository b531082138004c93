"""Every event in every state has a row or the word LATE, calls go nowhere else, and the documentation shows it."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from routing import kernel, table
from routing.deadlines import DeadlineKind
from routing.diagram import moves, section, with_section
from routing.events import CallArrived, Event
from routing.kernel import Kernel
from routing.state import CallState
from routing.table import AGENT_EVENTS, CALL_EVENTS, DEADLINES, WORLD_EVENTS
from tests.kernel.test_machine import live
from tests.kernel.test_naming_lives import seek

ROOT = Path(__file__).parents[2]


def test_every_event_is_about_the_world_an_agent_or_a_call():
    about_calls = {event for _, event in CALL_EVENTS}
    assert set(get_args(Event)) == about_calls | set(WORLD_EVENTS) | set(AGENT_EVENTS)
    assert not about_calls & (set(WORLD_EVENTS) | set(AGENT_EVENTS))


def test_every_event_about_a_call_has_a_row_in_every_state():
    events = {event for _, event in CALL_EVENTS}
    assert set(CALL_EVENTS) == {(state, event) for state in CallState for event in events}
    assert set(DEADLINES) == set(DeadlineKind)


def states(centre):
    return {call: str(record.state) for call, record in centre.calls.items()}


def watched(seen, before, after, cause):
    for call in {*before, *after}:
        pair = (before.get(call, table.BEGUN), after.get(call, table.ENDED))
        if pair[0] != pair[1]:
            seen.setdefault(pair, set()).add(cause)


@pytest.fixture
def seen(monkeypatch):
    """From where to where calls were seen to go, and by what, in everything the kernel does from now on."""
    found: dict[tuple[str, str], set[str]] = {}

    def watch(what: Callable, centre_of: Callable, cause_of: Callable) -> Callable:
        def watching(*args):
            centre = centre_of(*args)
            before, cause = states(centre), cause_of(*args)
            result = what(*args)
            watched(found, before, states(centre), cause)
            return result

        return watching

    def cause_of_event(driver, event):
        known = getattr(event, "call", None) in driver.centre.calls
        return "CallResumed" if isinstance(event, CallArrived) and known else type(event).__name__

    monkeypatch.setattr(Kernel, "_take", watch(Kernel._take, lambda k, _e: k.centre, cause_of_event))
    monkeypatch.setattr(kernel, "match", watch(kernel.match, lambda c, _w: c, lambda _c, _w: "matching"))
    monkeypatch.setattr(kernel, "keep_within", watch(kernel.keep_within, lambda c: c, lambda _c: "max_length"))
    monkeypatch.setattr(kernel, "replace", watch(kernel.replace, lambda c, _p: c, lambda _c, _p: "a new plan"))
    for kind, handler in DEADLINES.items():
        monkeypatch.setitem(DEADLINES, kind, watch(handler, lambda c, _o: c, lambda _c, _o, kind=kind: kind.name))
    return found


def test_calls_go_where_the_table_says_and_nowhere_else(seen):
    for seed in range(350):
        live(seed, 400)
    for seed in range(60):
        seek(seed, 300)
    declared = moves()
    undeclared = {(pair, cause) for pair, causes in seen.items() for cause in causes - set(declared.get(pair, ()))}
    assert not undeclared
    rows = {
        (str(state), to, event.__name__)
        for (state, event), row in CALL_EVENTS.items()
        for to in row.leads_to
        if to != state
    }
    never_seen = {row for row in rows if row[2] not in seen.get(row[:2], set())}
    assert len(never_seen) <= 2, never_seen  # what needs a talk in the dialplan that was none


def test_documentation_shows_the_states_as_they_are():
    document = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert section() in document, "write it anew with: tonval states --write ARCHITECTURE.md"


def test_section_is_put_between_its_marks_and_nothing_else_is_touched():
    assert with_section("a\n<!-- states -->old<!-- /states -->\nb") == f"a\n{section()}\nb"
    assert with_section(with_section("a\n")) == with_section("a\n")
