from dataclasses import fields, is_dataclass
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call_log.codec import (
    ENTRY_KINDS,
    EVENT_KINDS,
    UnknownKindError,
    entry_from,
    event_from,
    to_row,
)
from queues.entries import CallEnded, Entry
from routing.events import Event, FoundCall, WorldListed
from tests.call_log.stories import CALLER, call_id, story

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
"""Half surrogates, NUL and line breaks included: the network says what it likes."""


def any_of(hint) -> st.SearchStrategy:
    """Any value of the type: the product's own types, taken apart down to texts and numbers."""
    while supertype := getattr(hint, "__supertype__", None):
        hint = supertype
    if hint is str:
        return ANY_TEXT
    if is_dataclass(hint):
        return st.builds(hint, **{name: any_of(part) for name, part in get_type_hints(hint).items()})
    if get_origin(hint) is tuple:
        first, *rest = get_args(hint)
        if rest == [Ellipsis]:
            return st.lists(any_of(first), max_size=3).map(tuple)
        return st.tuples(any_of(first), *map(any_of, rest))
    return st.from_type(hint)


ANYTHING = st.one_of(*(any_of(kind) for kind in (*get_args(Entry), *get_args(Event))))


def as_it_is(number: str) -> str:
    return number


@settings(max_examples=600, deadline=None)
@given(ANYTHING)
def test_every_kind_comes_out_as_it_went_in(thing):
    row = to_row(thing, 17, as_it_is)
    back = entry_from if row.kind in ENTRY_KINDS else event_from
    assert back(row.kind, row.body) == thing
    assert row.body.isascii()
    assert "\n" not in row.body


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_the_columns_can_be_stored_whatever_the_network_said(thing):
    row = to_row(thing, 17, as_it_is)
    (row.call + row.agent).encode("utf-8")


def test_all_kinds_of_the_unions_are_known_and_none_is_in_both():
    assert set(ENTRY_KINDS.values()) == set(get_args(Entry))
    assert set(EVENT_KINDS.values()) == set(get_args(Event))
    assert not ENTRY_KINDS.keys() & EVENT_KINDS.keys()


def test_the_caller_is_renamed_at_every_depth():
    found = WorldListed(1, (FoundCall(call_id(1), "in_session", "08", CALLER, None),), ())
    assert CALLER not in to_row(found, 1, lambda _: "p:x").body
    assert CALLER not in to_row(story(1)[0], 1, lambda _: "p:x").body


def test_an_entry_carries_its_own_instant_and_an_event_gets_one():
    ended = story(3)[-1]
    assert isinstance(ended, CallEnded)
    assert to_row(ended, 17, as_it_is).at_ms == ended.at_ms
    assert to_row(WorldListed(1, (), ()), 17, as_it_is).at_ms == 17


def test_what_another_version_wrote_is_refused_by_name_and_not_by_accident():
    with pytest.raises(UnknownKindError, match="SomethingNew"):
        entry_from("SomethingNew", "{}")
    with pytest.raises(UnknownKindError, match="CallEnded"):
        entry_from("CallEnded", "{}")
    with pytest.raises(UnknownKindError):
        entry_from("CallEnded", "[")


def test_a_field_that_only_a_newer_version_has_is_left_out():
    ended = story(3)[-1]
    row = to_row(ended, 0, as_it_is)
    assert entry_from(row.kind, row.body[:-1] + ',"mood":"good"}') == ended


def test_no_other_field_holds_a_callers_number():
    """Whoever adds a field for a number must call it `caller`, or add it here after thought."""
    suspicious = {
        f"{kind.__name__}.{f.name}"
        for kind in (*get_args(Entry), *get_args(Event), FoundCall)
        for f in fields(kind)
        if any(word in f.name for word in ("caller", "phone", "number", "cid", "from"))
    }
    assert suspicious == {
        "CallEntered.number", "CallEntered.caller", "CallRecovered.number", "CallRecovered.caller",
        "CallArrived.number", "CallArrived.caller", "CallResumed.number", "CallResumed.caller",
        "FoundCall.number", "FoundCall.caller", "CallbackRestored.number", "CallbackRestored.caller",
        "WorldListed.phones",
    }  # fmt: skip
