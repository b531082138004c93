from datetime import date
from pathlib import Path

import numpy as np
import pytest

from queues.agents import AgentState
from queues.entries import (
    AgentStateChanged,
    CallAnswered,
    CallbackPromised,
    CallEnded,
    CallEntered,
    CallOffered,
    CallQueued,
    CallReturned,
    Entry,
    MenuChoiceMade,
    OfferEnded,
    OfferResult,
    Outcome,
    TalkEnded,
    TalkEnder,
)
from queues.ids import NO_CLEARANCE, AgentId, CallId, Instant, MenuId, OfferId, QueueId
from simulator.past.from_log import FEWEST, habits, logged
from simulator.past.logged import LoggedCall, LoggedSpan, opened, read, redials
from simulator.world import NEVER_MS, PARTNER_LEVEL, Shape
from tests.simulation.made_log import write

T0 = Instant(1_772_496_000_000)
"""2026-03-03T00:00Z."""
DAY = 86_400_000
BARN, ANNA, HEAD = QueueId("barn"), AgentId("anna"), MenuId("head")
KEYS = (("x", "invalid"), ("", "silence"), ("*", "repeat"), ("2", "choice"))


def at(ms: int) -> Instant:
    return Instant(T0 + ms)


def entered(call: str, ms: int, caller: str = "") -> list[Entry]:
    queued = at(ms + 4_000)
    return [
        CallEntered(at(ms), CallId(call), "08", caller, "sv"),
        *(MenuChoiceMade(at(ms), CallId(call), HEAD, key, meaning) for key, meaning in KEYS),
        CallQueued(queued, CallId(call), BARN, queued, NO_CLEARANCE, "choice"),
    ]


def answered(call: str, ms: int, offer: int, agent: AgentId = ANNA) -> list[Entry]:
    """Rung at once, picked up at `ms`, 60 s of talk and 10 s of wrap-up."""
    return [
        CallOffered(at(ms - 3_000), CallId(call), OfferId(offer), BARN, agent, 0, 2),
        CallAnswered(at(ms), CallId(call), OfferId(offer), BARN, agent, 0),
        TalkEnded(at(ms + 60_000), CallId(call), OfferId(offer), agent, 60_000, TalkEnder.CALLER),
        AgentStateChanged(at(ms + 60_000), agent, AgentState.TALKING, AgentState.WRAP_UP, "", 0),
        ended(call, ms + 60_000, Outcome.ANSWERED),
        AgentStateChanged(at(ms + 70_000), agent, AgentState.WRAP_UP, AgentState.READY, "", 0),
    ]


def ended(call: str, ms: int, outcome: Outcome) -> CallEnded:
    return CallEnded(at(ms), CallId(call), outcome, "waiting", BARN, 0, "")


def span_of(home: Path, *entries: Entry, from_ms: int = 0, to_ms: int = DAY) -> LoggedSpan:
    with opened(write(home, list(entries)).home) as log:
        return read(log, at(from_ms), at(to_ms))


def one(home: Path, *entries: Entry) -> LoggedCall:
    (call,) = span_of(home, *entries).calls
    return call


def test_an_answered_call(tmp_path: Path):
    span = span_of(tmp_path, *entered("a", 1_000), *answered("a", 20_000, 7))
    (call,) = span.calls
    assert (call.entered_ms, call.queue, call.queued_ms, call.keys) == (at(1_000), BARN, at(5_000), ("2",))
    assert (call.answered_ms, call.agent, call.level, call.answered_in) == (at(20_000), ANNA, 2, BARN)
    assert (call.in_line_ms, call.hung_up_in_line) == (15_000, False)
    assert (call.talk_ms, call.wrap_up_ms, call.outcome) == (60_000, 10_000, Outcome.ANSWERED)
    assert [(offer.rang_ms, offer.missed) for offer in span.offers] == [(3_000, False)]


def test_a_partner_is_a_level_of_its_own_and_its_lines_are_no_phones_of_ours(tmp_path: Path):
    line = AgentId("svar/1")
    span = span_of(tmp_path, *entered("a", 0), *answered("a", 20_000, 7, line))
    assert span.calls[0].level == PARTNER_LEVEL
    assert not span.offers
    assert not span.presences


def test_a_wait_that_the_caller_ended_and_one_that_a_promise_ended(tmp_path: Path):
    gone = one(tmp_path / "a", *entered("a", 0), ended("a", 34_000, Outcome.ABANDONED))
    assert (gone.in_line_ms, gone.hung_up_in_line) == (30_000, True)
    promise = CallbackPromised(at(9_000), CallId("a"), BARN, at(4_000), NO_CLEARANCE, AgentId(""), at(DAY))
    kept = one(tmp_path / "b", *entered("a", 0), promise, *answered("a", 900_000, 1))
    assert (kept.in_line_ms, kept.hung_up_in_line, kept.talk_ms) == (5_000, False, 60_000)


def test_whoever_hung_up_as_the_phone_was_answered_was_answered_by_nobody(tmp_path: Path):
    picked_up = answered("a", 20_000, 7)[:2]
    gone = one(tmp_path, *entered("a", 0), *picked_up, ended("a", 20_100, Outcome.ABANDONED))
    assert (gone.answered_ms, gone.in_line_ms, gone.hung_up_in_line) == (None, 16_100, True)


def test_a_talk_that_was_none_does_not_count(tmp_path: Path):
    none = answered("a", 20_000, 7)[:3]
    back = CallReturned(at(80_500), CallId("a"), BARN, at(4_000), "short_talk")
    call = one(tmp_path, *entered("a", 0), *none, back, *answered("a", 100_000, 8))
    assert (call.answered_ms, call.in_line_ms) == (at(100_000), 96_000)


def test_calls_belong_to_the_span_in_which_they_entered(tmp_path: Path):
    entries = [*entered("a", 0), *entered("b", DAY - 5_000), *answered("b", DAY + 60_000, 1), *entered("c", DAY)]
    assert [(call.call, call.talk_ms) for call in span_of(tmp_path, *entries, from_ms=1).calls] == [("b", 60_000)]


def test_people_are_there_but_for_their_own_pauses(tmp_path: Path):
    changes = [
        (-9_000, "logged_out", "ready", ""),
        (1_000, "ready", "not_ready", "lunch"),
        (5_000, "not_ready", "ready", ""),
        (6_000, "ready", "not_ready", "rona"),
        (7_000, "not_ready", "ready", ""),
        (9_000, "ready", "logged_out", ""),
        (20_000, "logged_out", "not_ready", "möte"),
        (22_000, "not_ready", "ready", ""),
    ]
    entries = [AgentStateChanged(at(ms), ANNA, AgentState(a), AgentState(b), why, 0) for ms, a, b, why in changes]
    span = span_of(tmp_path, *entries, to_ms=30_000)
    assert [(one.from_ms - T0, one.to_ms - T0) for one in span.presences] == [(0, 9_000), (20_000, 30_000)]
    assert [one.pauses for one in span.presences] == [((at(1_000), at(5_000)),), ((at(20_000), at(22_000)),)]


def test_whoever_leaves_right_from_a_call_has_wished_to_since_its_middle(tmp_path: Path):
    changes = [
        (0, "logged_out", "ready", ""),
        (10_000, "ringing", "talking", ""),
        (60_000, "talking", "wrap_up", ""),
        (70_000, "wrap_up", "not_ready", "lunch"),
        (90_000, "not_ready", "ready", ""),
        (100_000, "ringing", "talking", ""),
        (120_000, "talking", "logged_out", ""),
    ]
    entries = [AgentStateChanged(at(ms), ANNA, AgentState(a), AgentState(b), why, 0) for ms, a, b, why in changes]
    (found,) = span_of(tmp_path, *entries).presences
    assert (found.to_ms, found.pauses) == (at(110_000), ((at(40_000), at(90_000)),))


def test_who_rang_again_after_being_left_unserved(tmp_path: Path):
    first = [*entered("a", 0, "0701740605"), ended("a", 30_000, Outcome.ABANDONED)]
    again = [*entered("b", 90_000, "0701740605"), *answered("b", 120_000, 1)]
    served = [*entered("c", 300_000, "0701740605"), ended("c", 330_000, Outcome.ABANDONED)]
    other = [*entered("d", 95_000, "0701740606"), ended("d", 99_000, Outcome.ABANDONED)]
    hidden = [*entered("e", 0), ended("e", 9_000, Outcome.ABANDONED), *entered("f", 20_000)]
    span = span_of(tmp_path, *first, *again, *served, *other, *hidden)
    assert {call: before.call for call, before in redials(span.calls, 3_600_000).items()} == {"b": "a"}
    found = habits(span).redialling[BARN]
    assert (found.share, found.after.mean_ms, found.unserved) == (pytest.approx(1 / 3), 60_000, 3)
    assert "0701740605" not in repr(span.calls)


def test_phones_ring_and_some_are_missed(tmp_path: Path):
    missed = OfferEnded(at(9_000), CallId("a"), OfferId(1), ANNA, OfferResult.NO_ANSWER, 20_000)
    gone = OfferEnded(at(9_000), CallId("a"), OfferId(2), ANNA, OfferResult.CALLER_HUNG_UP, 2_000)
    span = span_of(tmp_path, *entered("a", 0), missed, gone, *answered("a", 20_000, 3), *answered("a", 120_000, 4))
    assert habits(span).phones.misses == pytest.approx(1 / 3)
    assert habits(span).phones.answers_after.mean_ms == 3_000


def test_a_day_for_a_scenario(tmp_path: Path):
    entries: list[Entry] = []
    for n in range(FEWEST):
        entries += [*entered(f"x{n}", n * 200_000 - DAY), *answered(f"x{n}", n * 200_000 + 10_000 - DAY, n)]
    entries += [*entered("a", 5_000), ended("a", 65_000, Outcome.ABANDONED), *entered("b", DAY)]
    found = logged(write(tmp_path, entries).home, date(2026, 3, 3), "UTC")
    assert found.arrivals_ms == {BARN: (5_000,)}
    assert found.talk[BARN].mean_ms == 60_000
    assert found.patience[BARN].shape is Shape.EMPIRICAL
    assert max(found.patience[BARN].samples) < NEVER_MS


def test_levels_and_queues_stand_for_themselves_where_there_is_enough():
    barn, vard = QueueId("barn"), QueueId("vard")
    random = np.random.default_rng(3)
    calls = []
    cells = {(barn, 2): (1_000, FEWEST), (barn, 0): (5_000, FEWEST - 1), (vard, 3): (9_000, FEWEST)}
    for (queue, level), (talk_ms, count) in cells.items():
        for n in range(count):
            call = LoggedCall(CallId(f"{queue}{level}{n}"), "08", "", 0, queue=queue, queued_ms=0, answered_ms=0)
            call.answered_in, call.level, call.talk_ms = queue, level, talk_ms + int(random.integers(100))
            calls.append(call)
    talk = habits(LoggedSpan(0, DAY, calls)).talk
    mean = {(queue, level): np.mean(talk[queue][level].samples) for queue in talk for level in range(5)}
    assert mean[barn, 2] == pytest.approx(1_050, abs=50)
    assert mean[barn, 0] == pytest.approx(3_000, abs=100)
    assert mean[barn, 3] == mean[barn, 0] == mean[barn, 4]
    assert mean[vard, 3] == pytest.approx(9_050, abs=50)
    assert mean[vard, 2] == mean[vard, 3]
