"""A call that is parked is answered before it is over: what its record says, whoever is there to write it."""

import pytest

from ivr.call_log.cel import calls_from_cel
from ivr.call_log.journey import Names, journey
from ivr.call_log.recovery import World, closing_entries
from queues.entries import CallAnswered, CallEnded, CallQueued, Outcome, TalkEnded, TalkEnder
from queues.ids import NO_CLEARANCE, AgentId, Instant, OfferId
from queues.operator_entries import CallHandPicked, ParkingBegun, ParkingEnded, ParkingRefused, PickRefused
from tests.call_log.cel_lines import Scene, lines_of
from tests.call_log.stories import ANNA, QUEUE, T0, call_id, story

AT = Instant(T0 + 40_000)
TALKED_FIRST = Scene(agent="anna", talk_from=12_000, talk_to=40_000, hung_up=80_000)
"""Anna talks for 28 s and parks the caller, who hangs up 40 s later."""
PARKED = (
    TalkEnded(AT, call_id(0), OfferId(1), ANNA, 28_000, TalkEnder.PARKED),
    ParkingBegun(AT, call_id(0), OfferId(1), ANNA, QUEUE, Instant(AT + 60_000)),
)
BACK = Instant(AT + 20_000)
FETCHED = (
    CallHandPicked(BACK, call_id(0), ANNA, QUEUE, 0),
    ParkingEnded(BACK, call_id(0), ANNA, QUEUE, reached=True, reason="picked"),
    CallQueued(BACK, call_id(0), QUEUE, Instant(T0 + 5_000), NO_CLEARANCE, "parking_ended"),
    CallAnswered(BACK, call_id(0), OfferId(2), QUEUE, ANNA, 27_000),
)


def finals(remembered, scene):
    world = World(Instant(T0 + 3_600_000))
    entries = closing_entries({call_id(0): remembered}, set(), calls_from_cel(lines_of(scene)), world)
    return [(e.outcome, e.queue) for e in entries if isinstance(e, CallEnded)]


def test_who_hung_up_while_parked_and_no_engine_lived_is_abandoned():
    told = [*story(0, until="answered"), *PARKED]
    assert finals(told, TALKED_FIRST) == [(Outcome.ABANDONED, QUEUE)]


def test_who_was_fetched_again_is_answered_once():
    scene = Scene(agent="anna", talk_from=60_000, talk_to=80_000, hung_up=80_000)
    assert finals([*story(0, until="answered"), *PARKED, *FETCHED], scene) == [(Outcome.ANSWERED, QUEUE)]


def test_the_way_of_such_a_call_is_told_with_names():
    names = Names({QUEUE: "Bygg"}, {ANNA: "Anna"})
    assert [(step.what, step.why) for step in journey([*PARKED, *FETCHED], names)] == [
        ("Samtalet var slut efter 28 s", "Anna parkerade"),
        ("Anna parkerade samtalet", "åter senast om 1 min 0 s"),
        ("Anna plockade samtalet", "ur parkeringen"),
        ("Parkeringen är slut, hämtat", "det hämtades"),
        ("I kön Bygg", "tillbaka från parkering, med plats sedan 55 s"),
        ("Anna svarade", "efter 27 s i kön"),
    ]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            ParkingEnded(BACK, call_id(0), ANNA, QUEUE, reached=False, reason="gone"),
            ("Parkeringen är slut, tillbaka till kön", "den som parkerade har loggat ut"),
        ),
        (
            ParkingEnded(BACK, call_id(0), ANNA, QUEUE, reached=True, reason="time"),
            ("Parkeringen är slut, tillbaka till Anna", "tiden var ute"),
        ),
        (CallHandPicked(BACK, call_id(0), ANNA, QUEUE, 3), ("Anna plockade samtalet", "från plats 3 i kön")),
        (
            PickRefused(BACK, call_id(0), ANNA, "not_cleared"),
            ("Anna kunde inte plocka samtalet", "saknar behörigheten"),
        ),
        (
            ParkingRefused(BACK, call_id(0), AgentId("anna"), "too_many"),
            ("Anna kunde inte parkera samtalet", "för många parkerade redan"),
        ),
    ],
)
def test_each_thing_done_by_hand_is_told(entry, told):
    (step,) = journey([entry], Names({QUEUE: "Bygg"}, {ANNA: "Anna"}))
    assert (step.what, step.why) == told
