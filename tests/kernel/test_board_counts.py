"""What a board counts of made-up days, entry by entry."""

from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import pytest

from ivr.local_days import day_span
from queues.agents import AgentState
from queues.asked_entries import CrisisMessageSwitched, Force, HoursSwitched
from queues.board import Board, BoardState, LevelDefinition
from queues.entries import (
    AgentStateChanged,
    CallAnswered,
    CallbackPromised,
    CallEnded,
    CallEntered,
    CallOffered,
    CallQueued,
    CallRecovered,
    CallReturned,
    MenuChoiceMade,
    MenuEntered,
    OfferEnded,
    OfferResult,
    Outcome,
    RoutingPaused,
    RoutingResumed,
    TalkEnded,
    TalkEnder,
)
from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, PartnerId, partner_line
from queues.transfer_entries import CallTransferred
from tests.kernel.board_watch import Watched, books_do_not_balance
from tests.kernel.test_machine import live

DAY = 1_795_302_000_000
"""2026-11-22 00:00 in Stockholm."""
S, MINUTE, HOUR = 1_000, 60_000, 3_600_000
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def queued(call, at, queue="bygg", caller="p:1", reason="choice"):
    return [
        CallEntered(at - 5 * S, call, "0853061000", caller, "sv"),
        CallQueued(at, call, queue, at, NO_CLEARANCE, reason),
    ]


def answered(call, at, wait, *, queue="bygg", agent="anna", offer=1):
    return CallAnswered(at + wait, call, offer, queue, agent, wait)


def ended(call, at, outcome, wait, *, queue="bygg", state="talking"):
    return CallEnded(at, call, outcome, state, queue, wait, "")


def served(call, at, wait, talk=60 * S, **how):
    agent = how.get("agent", "anna")
    outcome = Outcome.OVERFLOWED_EXTERNAL if "/" in agent else Outcome.ANSWERED
    end = at + wait + talk
    return [
        *queued(call, at, caller=how.get("caller", "p:1")),
        answered(call, at, wait, agent=agent),
        TalkEnded(end, call, 1, agent, talk, TalkEnder.AGENT),
        ended(call, end, outcome, wait),
    ]


def gave_up(call, at, wait, caller="p:1"):
    return [*queued(call, at, caller=caller), ended(call, at + wait, Outcome.ABANDONED, wait, state="waiting")]


def folded(*stories, day=DAY):
    board = Board(day)
    for entry in sorted((entry for story in stories for entry in story), key=lambda entry: entry.at_ms):
        board.apply(entry)
    assert not list(books_do_not_balance(board))
    return board


def test_service_level_is_worked_out_from_waits_by_whichever_definition():
    board = folded(
        served("c1", DAY + HOUR, 120 * S),
        served("c2", DAY + HOUR, 120 * S + 1),
        served("c3", DAY + HOUR, 0),
        gave_up("c4", DAY + HOUR, 9 * S + 999),
        gave_up("c5", DAY + HOUR, 10 * S),
        gave_up("c6", DAY + HOUR, 121 * S),
    )
    day = board.queues["bygg"].day
    assert (day.entered, day.answered, day.abandoned, day.short_abandoned) == (6, 3, 3, 1)
    assert day.level() == (2, 4)
    assert day.level(121) == (3, 3)
    assert day.level(how=LevelDefinition.OFFERED) == (2, 6)
    assert day.level(how=LevelDefinition.ANSWERED) == (2, 3)
    assert day.level(how=LevelDefinition.WITH_EARLY) == (4, 6)
    assert day.wait_answered_ms == 240 * S + 1
    assert board.house.day.level() == (2, 4)


def test_who_hangs_up_in_the_menu_is_abandoned_and_never_waited():
    board = folded(
        [
            CallEntered(DAY + HOUR, "c1", "1", "p:1", "sv"),
            MenuEntered(DAY + HOUR, "c1", "m"),
            CallEnded(DAY + HOUR + S, "c1", Outcome.ABANDONED, "menu", "", 0, "caller_hung_up"),
        ]
    )
    assert (board.house.day.abandoned, board.house.day.short_abandoned) == (1, 0)
    assert board.house.day.level() == (0, 0)
    assert not board.queues


def test_answer_that_turned_out_to_be_none_is_taken_back_where_it_was_counted():
    at = DAY + HOUR + 14 * MINUTE + 50 * S
    board = folded(
        queued("c1", at),
        [
            answered("c1", at, 5 * S),
            TalkEnded(at + 6 * S, "c1", 1, "anna", S, TalkEnder.AGENT),
            CallReturned(at + 20 * S, "c1", "bygg", at, "short_talk"),
        ],
    )
    line = board.queues["bygg"]
    assert (line.day.answered, line.day.wait_answered_ms, dict(line.day.waits)) == (0, 0, {})
    assert all(quarter.answered == 0 for quarter in line.quarters.values())
    assert board.agents["anna"].answered == 0
    assert board.calls["c1"].state is BoardState.WAITING
    assert board.calls["c1"].entered_at_ms == at


def test_call_found_talking_is_answered_once_whether_or_not_its_answer_was_kept():
    at = DAY + HOUR
    found = ("talking", "1", "p:1", "bygg", at, NO_CLEARANCE, "anna", at + 30 * S)
    unseen = folded([CallRecovered(at + MINUTE, "c1", *found)])
    seen = folded(queued("c1", at), [answered("c1", at, 30 * S), CallRecovered(at + MINUTE, "c1", *found)])
    for board in (unseen, seen):
        assert board.queues["bygg"].day.answered == 1
        assert dict(board.queues["bygg"].day.waits) == {30: 1}
        assert board.calls["c1"].answered_at_ms == at + 30 * S


def test_partners_answers_are_told_apart_and_count_their_minutes():
    line = partner_line(PartnerId("svar"), 1)
    board = folded(
        served("c1", DAY + HOUR, 30 * S, agent=line, talk=90 * S),
        served("c2", DAY + HOUR, 10 * S),
        [
            *queued("c3", DAY + HOUR),
            CallOffered(DAY + HOUR, "c3", 3, "bygg", line, 1, 0),
            OfferEnded(DAY + HOUR + S, "c3", 3, line, OfferResult.NO_ANSWER, S),
        ],
    )
    day = board.queues["bygg"].day
    assert (day.answered, day.external, day.overflowed_external, day.served) == (1, 1, 1, 1)
    assert day.level() == (1, 1)
    assert (board.partners["svar"].talks, board.partners["svar"].talk_ms, board.partners["svar"].failed) == (
        1,
        90 * S,
        1,
    )


def test_call_that_moves_on_leaves_one_line_and_enters_another():
    at = DAY + HOUR
    board = folded(
        queued("c1", at),
        [CallQueued(at + MINUTE, "c1", "ovrigt", at, NO_CLEARANCE, "overflow")],
        queued("c2", at),
        [
            answered("c2", at, S),
            TalkEnded(at + 9 * S, "c2", 1, "anna", 8 * S, TalkEnder.TRANSFER),
            CallTransferred(at + 9 * S, "c2", 1, "anna", "bygg", "miljo", 2, "", 1, ""),
            CallQueued(at + 9 * S, "c2", "miljo", at, NO_CLEARANCE, "transfer"),
            answered("c2", at, 20 * S, queue="miljo", agent="bo"),
            TalkEnded(at + 30 * S, "c2", 2, "bo", 10 * S, TalkEnder.AGENT),
            ended("c2", at + 30 * S, Outcome.ANSWERED, 20 * S, queue="miljo"),
        ],
    )
    bygg, ovrigt, miljo = (board.queues[queue].day for queue in ("bygg", "ovrigt", "miljo"))
    assert (bygg.entered, bygg.overflowed_out, bygg.transferred_out, bygg.answered, bygg.served) == (2, 1, 1, 1, 0)
    assert (ovrigt.entered, ovrigt.overflowed_in) == (1, 1)
    assert (miljo.entered, miljo.transferred_in, miljo.answered, miljo.served) == (1, 1, 1, 1)
    assert (board.house.day.entered, board.house.day.answered, board.house.day.served) == (2, 2, 1)


def test_redials_show_as_fewer_callers_than_calls():
    board = folded(
        gave_up("c1", DAY + HOUR, 30 * S),
        gave_up("c2", DAY + 2 * HOUR, 30 * S),
        served("c3", DAY + 3 * HOUR, 30 * S),
        gave_up("c4", DAY + 3 * HOUR, 30 * S, caller="p:2"),
        served("c5", DAY + 3 * HOUR, 30 * S, caller=""),
    )
    assert board.house.day.entered == 5
    assert board.callers == {"p:1": True, "p:2": False}
    assert board.hidden_callers == [1, 1]


def test_last_half_hour_moves_on_with_the_clock():
    at = DAY + HOUR
    board = folded(served("c1", at, 10 * S), gave_up("c2", at + 20 * MINUTE, 30 * S))
    assert board.queues["bygg"].last(30, at + 21 * MINUTE).level() == (1, 1)
    later = board.queues["bygg"].last(30, at + 40 * MINUTE)
    assert (later.answered, later.abandoned) == (0, 1)
    assert board.queues["bygg"].last(30, at + 3 * HOUR).abandoned == 0


@pytest.mark.parametrize(
    ("day", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 6, 1), 96), (date(2026, 10, 25), 100)]
)
def test_days_on_which_the_clock_is_changed_have_quarters_of_their_own(day, quarters):
    first, last = day_span(day, STOCKHOLM)
    board = folded(served("c1", first + 5 * S, S, talk=S), served("c2", last - 10 * S, S, talk=S), day=first)
    assert sorted(board.house.quarters) == [0, quarters - 1]
    board.new_day(last)
    assert board.house.day.entered == 0
    assert not board.house.quarters


def test_midnight_begins_anew_and_what_goes_on_goes_on():
    before = DAY - HOUR
    board = folded(queued("c1", before), [answered("c1", before, S)], served("c2", before, S), day=DAY - 24 * HOUR)
    board.apply(AgentStateChanged(before, "anna", AgentState.LOGGED_OUT, AgentState.READY, "", 0))
    board.apply(AgentStateChanged(before + S, "anna", AgentState.READY, AgentState.TALKING, "", 0))
    board.new_day(DAY)
    assert board.calls["c1"].state is BoardState.TALKING
    assert (board.queues["bygg"].day.carried, board.queues["bygg"].day.entered, board.house.day.carried) == (1, 0, 1)
    assert board.agents["anna"].times_at(DAY + MINUTE) == {(AgentState.TALKING, ""): MINUTE}
    assert board.agents["anna"].logged_in_at(DAY + MINUTE) == MINUTE
    assert not board.callers
    board.apply(ended("c1", DAY + S, Outcome.ANSWERED, S))
    assert board.queues["bygg"].day.served == 1
    assert not list(books_do_not_balance(board))


def test_row_of_yesterday_that_comes_late_changes_nothing_but_what_the_day_began_with():
    board = folded(queued("c1", DAY - HOUR), day=DAY - 24 * HOUR)
    board.new_day(DAY)
    board.apply(CallRecovered(DAY + MINUTE, "c1", "gone", "", "", "bygg", DAY - HOUR, UNKNOWN_CLEARANCE, "", 0))
    board.apply(ended("c1", DAY - HOUR + MINUTE, Outcome.FAILED, MINUTE))
    assert not board.calls
    assert (board.house.day.carried, board.house.day.entered, board.house.day.failed) == (0, 0, 0)
    assert not list(books_do_not_balance(board))


def test_call_that_asterisks_own_log_brings_is_counted_when_it_was_and_leaves_no_ghost():
    at = DAY + 2 * HOUR
    board = folded(
        [
            CallEntered(at, "c1", "1", "", ""),
            CallQueued(at + S, "c1", "bygg", at + S, UNKNOWN_CLEARANCE, "fallback"),
            ended("c1", at + MINUTE, Outcome.ABANDONED, 59 * S, state="waiting"),
            CallRecovered(DAY + 5 * HOUR, "c1", "hung_up", "1", "", "bygg", at + S, UNKNOWN_CLEARANCE, "", 0),
        ]
    )
    assert board.house.quarters[8].abandoned == 1
    assert not board.calls


def test_line_that_only_asterisk_knew_of_is_where_the_call_stood_and_not_one_it_enters_now():
    board = folded([CallEntered(DAY - HOUR, "c1", "1", "p:1", "sv")], day=DAY - 24 * HOUR)
    board.new_day(DAY)
    found = ("hung_up", "1", "", "bygg", DAY - HOUR + S, UNKNOWN_CLEARANCE, "", 0)
    board.apply(CallRecovered(DAY + MINUTE, "c1", *found))
    board.apply(ended("c1", DAY - MINUTE, Outcome.ABANDONED, 58 * MINUTE, state="waiting"))
    assert board.queues["bygg"].day.entered == board.queues["bygg"].day.carried == board.house.day.carried == 0
    assert not list(books_do_not_balance(board))


def test_promise_is_no_answer_and_no_abandoned_call():
    at = DAY + HOUR
    board = folded(
        queued("c1", at),
        [
            CallbackPromised(at + MINUTE, "c1", "bygg", at, NO_CLEARANCE, "", at + HOUR),
            answered("c1", at, 20 * MINUTE),
            ended("c1", at + 30 * MINUTE, Outcome.CALLBACK_KEPT, 20 * MINUTE),
        ],
    )
    day = board.queues["bygg"].day
    assert (day.callbacks_promised, day.callbacks_kept, day.answered, day.abandoned) == (1, 1, 0, 0)
    assert day.level() == (0, 0)
    assert board.callers == {"p:1": True}


def test_hours_of_the_whole_house_take_all_others_with_them():
    board = folded(
        [
            HoursSwitched(DAY, "bygg", Force.OPEN, 0, "karin"),
            HoursSwitched(DAY + 1, "", Force.CLOSED, DAY + HOUR, "karin"),
            CrisisMessageSwitched(DAY + 2, "vatten", instead=True, until_ms=0, who="karin"),
        ]
    )
    assert {name: switched.how for name, switched in board.hours.items()} == {"": "closed"}
    assert (board.crisis.how, board.crisis.by) == ("vatten", "karin")
    board.apply(HoursSwitched(DAY + HOUR, "", Force.SCHEDULE, 0, ""))
    board.apply(CrisisMessageSwitched(DAY + HOUR, "", instead=False, until_ms=0, who="karin"))
    assert (board.hours, board.crisis) == ({}, None)


def test_path_of_a_caller_who_walks_in_a_circle_has_an_end():
    board = folded([CallEntered(DAY, "c1", "1", "p:1", "sv")])
    for n in range(500):
        board.apply(MenuChoiceMade(DAY + n, "c1", "m", "1", "choice"))
    assert len(board.calls["c1"].path) == 40


@pytest.mark.parametrize("seed", range(20))
def test_rows_that_are_missing_doubled_or_out_of_order_are_borne(seed):
    """Whatever a broken log brings: nothing is raised, and calls that ended are forgotten."""
    life = live(seed, 200, Watched)
    rnd = Random(seed)
    entries = [entry for entry in life.told for _ in range(rnd.choice([0, 1, 1, 1, 2]))]
    for i in range(len(entries) - 1):
        if rnd.random() < 0.1:
            entries[i], entries[i + 1] = entries[i + 1], entries[i]
    board = Board(life.board.day_starts_ms)
    for entry in entries:
        board.apply(entry)
    board.new_day(life.now)
    for agent in board.agents.values():
        agent.times_at(life.now)


def test_whom_a_new_engine_was_told_nothing_of_is_not_logged_in_there():
    """Dropped from the plan, or gone from the log, while no engine lived: nobody is shown to be here who is not."""
    board = Board(DAY)
    for agent in ("anna", "bo"):
        board.apply(AgentStateChanged(DAY + HOUR, agent, AgentState.LOGGED_OUT, AgentState.READY, "", 0))
    board.apply(RoutingPaused(DAY + 2 * HOUR, "not_listed_yet"))
    board.apply(AgentStateChanged(DAY + 2 * HOUR, "anna", AgentState.LOGGED_OUT, AgentState.READY, "", 0))
    board.apply(RoutingResumed(DAY + 2 * HOUR + S))
    assert board.agents["anna"].state is AgentState.READY
    assert board.agents["bo"].state is AgentState.LOGGED_OUT
    assert board.agents["bo"].logged_in_at(DAY + 3 * HOUR) == HOUR + S
    assert board.agents["anna"].logins == 1
    board.apply(RoutingPaused(DAY + 2 * HOUR + MINUTE, "reset"))
    board.apply(RoutingResumed(DAY + 2 * HOUR + 2 * MINUTE))
    assert board.agents["anna"].state is AgentState.READY
