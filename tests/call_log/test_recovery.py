import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call_log.cel import calls_from_cel
from ivr.call_log.recovery import SETTLED_MS, World, closing_entries
from queues.entries import (
    CallAnswered,
    CallbackPromised,
    CallbackTakenBack,
    CallEnded,
    CallEntered,
    CallQueued,
    CallRecovered,
    CallReturned,
    Outcome,
    TalkEnded,
    TalkEnder,
)
from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, AgentId, Instant, OfferId, QueueId
from queues.moved_entries import AFTERWARDS
from tests.call_log.cel_lines import Scene, lines_of
from tests.call_log.stories import ANNA, CALLER, NUMBER, QUEUE, T0, call_id, story

LATER = World(Instant(T0 + 3_600_000))


def closed(remembered, *scenes: Scene, world: World = LATER, known=()):
    """What is added for the open call 0 of which `remembered` is known, and for what else the scenes show."""
    open_calls = {call_id(0): remembered} if remembered else {}
    return closing_entries(open_calls, {call_id(n) for n in known}, calls_from_cel(lines_of(*scenes)), world)


def final(entries) -> CallEnded:
    (ended,) = [entry for entry in entries if isinstance(entry, CallEnded)]
    assert entries[-1] is ended
    return ended


def kinds(entries) -> list[str]:
    return [type(entry).__name__ for entry in entries]


@pytest.mark.fault("F05")
def test_f05_a_talk_that_ended_without_us_is_answered_with_its_end_and_length():
    scene = Scene(agent="anna", talk_from=12_000, talk_to=95_400, hung_up=95_401)
    entries = closed(story(0, until="answered"), scene)
    assert kinds(entries) == ["CallRecovered", "TalkEnded", "CallEnded"]
    talk = entries[1]
    assert isinstance(talk, TalkEnded)
    assert (talk.at_ms, talk.talk_ms, talk.by, talk.offer) == (T0 + 95_400, 83_400, TalkEnder.CALLER, OfferId(1))
    assert final(entries) == CallEnded(
        Instant(T0 + 95_401), call_id(0), Outcome.ANSWERED, "talking", QUEUE, 7_000, "caller_hung_up"
    )


@pytest.mark.fault("F04")
def test_f04_a_call_answered_as_the_engine_died_is_answered_with_times_from_cel():
    scene = Scene(agent="anna", talk_from=11_000, talk_to=60_000, hung_up=60_001, by="agent")
    entries = closed(story(0, until="offered"), scene)
    assert kinds(entries) == ["CallRecovered", "CallAnswered", "TalkEnded", "CallEnded"]
    answered = entries[1]
    assert isinstance(answered, CallAnswered)
    assert (answered.at_ms, answered.offer, answered.agent, answered.wait_ms) == (T0 + 11_000, OfferId(1), ANNA, 6_000)
    assert final(entries).outcome is Outcome.ANSWERED


def test_a_talk_in_the_fail_open_queue_is_an_answer_like_any_other_with_the_old_wait():
    scene = Scene(queue="barn_skola", queued=30_000, agent="bo", talk_from=65_000, talk_to=99_000, hung_up=99_001)
    ended = final(closed(story(0, until="queued"), scene))
    assert (ended.outcome, ended.wait_ms, ended.queue) == (Outcome.ANSWERED, 60_000, QUEUE)


def test_who_hangs_up_waiting_is_abandoned_in_the_state_that_the_log_knew():
    for until, state in (("menu", "menu"), ("queued", "waiting"), ("offered", "offered")):
        ended = final(closed(story(0, until=until), Scene(hung_up=20_000)))
        assert (ended.outcome, ended.state, ended.reason) == (Outcome.ABANDONED, state, "caller_hung_up")
        assert ended.wait_ms == (0 if until == "menu" else 15_000)
        assert ended.at_ms == T0 + 20_000


def test_who_was_told_that_we_are_closed_is_closed():
    ended = final(closed(story(0, until="menu"), Scene(hung_up=9_000, by="server", context="choose-bygg")))
    assert ended.outcome is Outcome.CLOSED


def test_whom_we_hung_up_on_without_a_word_is_failed_and_not_prettier():
    ended = final(closed(story(0, until="queued"), Scene(hung_up=9_000, by="server", context="engine")))
    assert (ended.outcome, ended.reason) == (Outcome.FAILED, "server_hung_up")


@pytest.mark.fault("F40")
def test_f40_a_talk_of_an_instant_that_the_caller_ended_is_abandoned():
    scene = Scene(agent="anna", talk_from=12_000, talk_to=12_300, hung_up=12_301)
    assert final(closed(story(0, until="answered"), scene)).outcome is Outcome.ABANDONED


@pytest.mark.fault("F16")
def test_f16_what_asterisk_did_not_survive_ends_as_failed_by_its_restart():
    world = World(Instant(T0 + 3_600_000), booted_at_ms=T0 + 50_000)
    entries = closed(story(0, until="queued"), Scene(queue="barn_skola", queued=9_000), world=world)
    ended = final(entries)
    assert (ended.outcome, ended.reason, ended.state) == (Outcome.FAILED, "asterisk_restart", "waiting")
    assert ended.at_ms == T0 + 9_000, "its last sign of life"
    talking = closed(story(0, until="answered"), world=world)
    assert kinds(talking) == ["CallRecovered", "TalkEnded", "CallEnded"]
    assert final(talking).reason == "asterisk_restart"


def test_a_call_that_began_after_the_restart_goes_on():
    world = World(Instant(T0 + 3_600_000), booted_at_ms=T0 - 1)
    assert closed(story(0, until="queued"), Scene(), world=world) == []
    assert closed([], Scene(), world=world) == []


def test_what_the_kernel_has_in_its_care_is_left_to_it():
    world = World(LATER.now, present=frozenset({call_id(0), call_id(1)}))
    assert closed(story(0, until="queued"), Scene(hung_up=20_000), Scene(1, hung_up=20_000), world=world) == []


def test_a_fresh_hang_up_is_left_to_whoever_saw_it():
    fresh = World(Instant(T0 + 20_000 + SETTLED_MS - 1))
    assert closed(story(0, until="queued"), Scene(hung_up=20_000), world=fresh) == []
    assert closed([], Scene(hung_up=20_000), world=fresh) == []
    assert closed([], Scene(hung_up=20_000), world=World(Instant(fresh.now + 1)))


def test_a_call_that_nobody_but_the_log_knows_any_more_is_given_up_as_missing():
    world = World(LATER.now, vanished=frozenset({call_id(0)}))
    ended = final(closed(story(0, until="queued"), world=world))
    assert (ended.outcome, ended.reason) == (Outcome.FAILED, "missing")
    assert closed(story(0, until="queued")) == [], "one that has not been missed for long is not"


def test_a_call_that_no_engine_met_gets_its_whole_record_and_is_secret_until_known_better():
    scene = Scene(queue="bygg", queued=8_000, agent="bo", talk_from=20_000, talk_to=50_000, hung_up=50_001)
    entries = closed([], scene)
    assert kinds(entries) == ["CallEntered", "CallQueued", "CallRecovered", "CallAnswered", "TalkEnded", "CallEnded"]
    assert entries[0] == CallEntered(Instant(T0), call_id(0), NUMBER, "", "")
    queued = entries[1]
    assert isinstance(queued, CallQueued)
    assert (queued.queue, queued.entered_at_ms, queued.clearance) == ("bygg", T0 + 8_000, UNKNOWN_CLEARANCE)
    assert (final(entries).wait_ms, final(entries).queue) == (12_000, "bygg")


def test_a_call_that_asterisk_never_accepted_is_none():
    lines = [line for line in Scene(hung_up=300).lines() if '"ANSWER"' not in line]
    assert closing_entries({}, set(), calls_from_cel(lines), LATER) == []


def test_a_call_that_the_log_has_ended_is_not_ended_again():
    assert closed([], Scene(hung_up=20_000), known=(0,)) == []


def test_a_talk_found_by_the_engine_before_us_counts_from_when_asterisk_says():
    found = CallRecovered(
        Instant(T0 + 40_000), call_id(0), "talking", NUMBER, CALLER, QUEUE, Instant(T0 + 5_000), NO_CLEARANCE,
        agent=ANNA, answered_at_ms=Instant(T0 + 12_000),
    )  # fmt: skip
    scene = Scene(agent="anna", talk_from=12_000, talk_to=95_000, hung_up=95_001)
    entries = closed([story(0)[0], found], scene)
    assert kinds(entries) == ["CallRecovered", "TalkEnded", "CallEnded"]
    assert entries[1].talk_ms == 83_000
    assert final(entries).wait_ms == 7_000


def test_a_talk_that_was_none_is_forgotten_when_the_call_went_back_into_its_line():
    returned = CallReturned(Instant(T0 + 13_000), call_id(0), QUEUE, Instant(T0 + 5_000), "short_talk")
    talked = TalkEnded(Instant(T0 + 13_000), call_id(0), OfferId(1), ANNA, 1_000, TalkEnder.AGENT)
    remembered = [*story(0, until="answered"), talked, returned]
    scene = Scene(agent="anna", talk_from=12_000, talk_to=13_000, hung_up=45_000)
    ended = final(closed(remembered, scene))
    assert (ended.outcome, ended.wait_ms, ended.state) == (Outcome.ABANDONED, 40_000, "waiting")


def scenes(n: int) -> st.SearchStrategy[Scene]:
    ms = st.integers(10_000, 500_000)
    return st.builds(
        Scene,
        n=st.just(n),
        queue=st.sampled_from(["", "bygg", "barn_skola"]),
        agent=st.sampled_from(["", "anna"]),
        talk_from=ms,
        talk_to=st.one_of(st.just(0), ms),
        hung_up=st.one_of(st.just(0), ms),
        by=st.sampled_from(["caller", "agent", "server"]),
        context=st.sampled_from(["wait", "engine", f"entrance-{NUMBER}"]),
    ).filter(lambda s: s.talk_from <= (s.talk_to or 2**40) <= (s.hung_up or 2**40))


UNTIL = st.sampled_from(["entered", "menu", "choice", "queued", "offered", "answered", "talked"])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_every_call_that_is_gone_gets_one_final_row_in_the_right_order_and_a_second_look_adds_nothing(data):
    seen = [data.draw(scenes(n)) for n in range(3)]
    open_calls = {call_id(n): story(n, until=data.draw(UNTIL)) for n in range(2) if data.draw(st.booleans())}
    cel = calls_from_cel(lines_of(*seen))
    booted = data.draw(st.sampled_from([0, T0 + 600_000]))
    world = World(Instant(T0 + 900_000), booted_at_ms=booted)
    entries = closing_entries(open_calls, open_calls.keys(), cel, world)

    gone = {s.call for s in seen if s.hung_up or booted}
    assert sorted(e.call for e in entries if isinstance(e, CallEnded)) == sorted(gone)
    for call in gone:
        mine = [e for e in (*open_calls.get(call, ()), *entries) if e.call == call]
        assert isinstance(mine[-1], CallEnded)
        assert mine[-1].wait_ms >= 0
        assert all(e.talk_ms >= 0 for e in mine if isinstance(e, TalkEnded))
        assert all(e.wait_ms >= 0 for e in mine if isinstance(e, CallAnswered))
        assert [e.state in AFTERWARDS for e in mine if isinstance(e, CallRecovered)] == [True]
    still_open = {call: told for call, told in open_calls.items() if call not in gone}
    known = {e.call for e in entries} | open_calls.keys()
    assert closing_entries(still_open, known, cel, world) == []


def test_words_of_agents_and_queues_are_those_of_the_log_where_it_has_them():
    scene = Scene(queue="ovrigt", agent="bo", talk_from=20_000, talk_to=40_000, hung_up=40_001)
    entries = closed(story(0, until="queued"), scene)
    answered = next(e for e in entries if isinstance(e, CallAnswered))
    assert (answered.queue, answered.agent) == (QueueId("barn_skola"), AgentId("bo"))


PROMISED = CallbackPromised(
    Instant(T0 + 20_000),
    call_id(0),
    QUEUE,
    Instant(T0 + 5_000),
    NO_CLEARANCE,
    AgentId(""),
    Instant(T0 + 9_000_000),
)


def test_who_is_to_be_rung_is_not_closed_because_their_channel_is_gone():
    let_go = Scene(hung_up=25_000, by="server")
    assert closed([*story(0, until="queued"), PROMISED], let_go) == []


def test_a_promise_of_which_nobody_knows_any_more_is_given_up():
    world = World(LATER.now, vanished=frozenset({call_id(0)}))
    entries = closed([*story(0, until="queued"), PROMISED], Scene(hung_up=25_000, by="server"), world=world)
    assert (final(entries).outcome, final(entries).reason) == (Outcome.CALLBACK_FAILED, "missing")


def test_a_promise_that_was_taken_back_is_a_call_like_any_other():
    taken_back = CallbackTakenBack(Instant(T0 + 21_000), call_id(0), "caller_is_here")
    entries = closed([*story(0, until="queued"), PROMISED, taken_back], Scene(hung_up=25_000))
    assert final(entries).outcome is Outcome.ABANDONED
