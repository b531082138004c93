"""What the way of a call says of steps that opened, of bounds that were met, and of a place that was kept."""

from dataclasses import replace

from ivr.call_log.cel import calls_from_cel
from ivr.call_log.journey import Names, journey, reason
from ivr.call_log.recovery import World, closing_entries
from queues.entries import CallEnded, CallQueued, Outcome, StepOpened
from queues.ids import NO_CLEARANCE, Instant, QueueId
from queues.limit_entries import LimitReached
from tests.call_log.cel_lines import Scene as CelScene
from tests.call_log.cel_lines import lines_of
from tests.call_log.stories import QUEUE, T0, call_id, story

NAMES = Names({QUEUE: "Bygg", QueueId("ovrigt"): "Övrigt"}, {})


def told(*entries):
    return [(step.what, step.why) for step in journey(entries, NAMES)]


def test_a_bound_says_where_it_leads_and_why():
    at, call = Instant(T0), call_id(0)
    assert told(
        LimitReached(at, call, QUEUE, "max_wait", "queue", "ovrigt"),
        LimitReached(at, call, QUEUE, "nobody_logged_in", "partner", "svar"),
        LimitReached(at, call, QUEUE, "max_length", "callback", ""),
        LimitReached(at, call, QUEUE, "max_length", "message", ""),
        CallEnded(at, call, Outcome.TURNED_AWAY, "leaving", QUEUE, 60_000, "max_length"),
    )[:4] == [
        ("Bygg: skickas vidare till Övrigt", "har väntat så länge som kön tillåter"),
        ("Bygg: får gå till svarsstället svar", "ingen som kan ta samtalet är inloggad"),
        ("Bygg: lovas att bli uppringd", "kön är full"),
        ("Bygg: får ett besked, och samtalet avslutas", "kön är full"),
    ]


def test_a_step_says_why_it_opened_and_a_kept_place_what_it_is():
    at, call = Instant(T0 + 60_000), call_id(0)
    ((_, why),) = told(CallQueued(at, call, QUEUE, Instant(T0), NO_CLEARANCE, "returned"))
    assert why.startswith("ringde igen i tid och fick tillbaka sin plats")
    assert told(StepOpened(at, call, QUEUE, 1, "by_limit")) == [
        ("Bygg: steg 2 öppnat, fler kan svara", "en gräns för kön leder dit")
    ]


def test_every_reason_that_ends_or_moves_such_a_call_is_in_swedish():
    words = (
        "max_wait",
        "max_length",
        "nobody_logged_in",
        "too_many_calls",
        "overflow",
        "returned",
        "condition",
        "by_limit",
    )
    assert [word for word in words if reason(word) == word] == []


def test_who_came_back_to_a_kept_place_is_not_said_to_have_waited_before_they_rang_again():
    """Also when no engine lived to write the last row."""
    told = story(0, until="queued")
    queued = told[-1]
    assert isinstance(queued, CallQueued)
    back = replace(queued, entered_at_ms=Instant(queued.at_ms - 200_000), reason="returned")
    seen = calls_from_cel(lines_of(CelScene(hung_up=80_000)))
    last = list(closing_entries({call_id(0): [*told[:-1], back]}, set(), seen, World(Instant(T0 + 3_600_000))))
    assert [e.wait_ms for e in last if isinstance(e, CallEnded)] == [T0 + 80_000 - queued.at_ms]
