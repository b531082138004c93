"""Tables of made-up days: what they add up to, and what a spreadsheet makes of them."""

import csv
import io
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from ivr.local_days import day_span
from ivr.web import statistics
from ivr.web.csv_export import csv_text
from ivr.web.matters import CallOutcome, Kind
from ivr.web.past_days import FoldedDay
from ivr.web.statistics import Asked, kind_of_time, period_of
from queues.agents import AgentState
from queues.board import Board, LevelDefinition
from queues.entries import AgentStateChanged, CallbackPromised
from queues.ids import NO_CLEARANCE
from tests.kernel.board_watch import Watched
from tests.kernel.test_board_counts import DAY, HOUR, MINUTE, STOCKHOLM, S, folded, gave_up, queued, served
from tests.kernel.test_machine import live

QUEUES = [("bygg", "Bygglov"), ("miljo", "Miljö")]


def day_of(board, day=date(2026, 11, 22), end_ms=DAY + 24 * HOUR):
    return FoldedDay(day, board, end_ms)


def by_name(table, row=0):
    return dict(zip(table.header, table.rows[row], strict=True))


def a_day():
    return folded(
        served("c1", DAY + HOUR, 20 * S, caller="p:1"),
        served("c2", DAY + HOUR, 130 * S, caller="p:2", talk=90 * S),
        gave_up("c3", DAY + 2 * HOUR, 9 * S, caller="p:2"),
        gave_up("c4", DAY + 3 * HOUR, 200 * S, caller="p:3"),
    )


def test_a_line_has_its_figures_by_the_definition_that_is_asked_for():
    period = period_of([day_of(a_day())])
    row = by_name(statistics.lines_table(period, QUEUES, Asked(), whole=False))
    assert (row["Inkomna"], row["Besvarade"], row["Besvarade inom 120 s"]) == (4, 2, 1)
    assert (row["Gav upp"], row["Avbrutna inom 10 s"], row["Gav upp %"]) == (2, 1, 50.0)
    assert (row["Servicegrad %"], row["Medelväntan s"], row["Medelsamtal s"]) == (33.3, 75.0, 75.0)
    row = by_name(statistics.lines_table(period, QUEUES, Asked(130, LevelDefinition.OFFERED), whole=False))
    assert (row["Besvarade inom 130 s"], row["Servicegrad %"]) == (2, 50.0)


def test_line_in_which_nobody_stood_is_there_with_noughts_and_no_shares():
    table = statistics.lines_table(period_of([day_of(a_day())]), QUEUES, Asked(), whole=True)
    row = by_name(table, 1)
    assert (row["Kö"], row["Inkomna"], row["Servicegrad %"], row["Medelväntan s"]) == ("Miljö", 0, None, None)
    assert by_name(table, 2)["Kö"] == "Hela växeln"


def test_call_that_an_agent_promised_to_make_is_nobodys_call():
    entries = [
        *served("c1", DAY + HOUR, 20 * S),
        *queued("c2", DAY + HOUR, reason="callback"),
        CallbackPromised(DAY + HOUR, "c2", "bygg", DAY + HOUR, NO_CLEARANCE, "anna", DAY + 5 * HOUR),
    ]
    table = statistics.lines_table(period_of([day_of(folded(entries))]), QUEUES, Asked(), whole=True)
    assert (by_name(table)["Inkomna"], by_name(table)["Lovade uppringningar"]) == (1, 1)
    assert by_name(table, 2)["Inkomna"] == 1


def test_days_add_up_to_their_period():
    days = [day_of(a_day()), day_of(a_day(), date(2026, 11, 23))]
    both = by_name(statistics.lines_table(period_of(days), QUEUES, Asked(), whole=True))
    assert both["Inkomna"] == 8
    assert both["Servicegrad %"] == 33.3
    each = statistics.days_table(days, QUEUES, Asked(), whole=True)
    assert sum(row[2] for row in each.rows if row[1] == "Bygglov") == 8
    assert [row[1] for row in statistics.callers_table(period_of(days)).rows] == [8, 3, 0]
    assert statistics.callers_table(period_of(days)).rows[1][2] == 2


def test_hour_that_comes_twice_is_told_apart():
    begins, ends = day_span(date(2026, 10, 25), STOCKHOLM)
    board = folded(
        served("c1", begins + 2 * HOUR + 10 * S, S, talk=S),
        served("c2", begins + 3 * HOUR + 10 * S, S, talk=S),
        day=begins,
    )
    table = statistics.quarters_table([FoldedDay(date(2026, 10, 25), board, ends)], QUEUES, Asked(), STOCKHOLM)
    assert [row[0] for row in table.rows] == ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]


def test_each_state_and_reason_is_counted_in_exactly_one_column():
    board = Board(DAY)
    changes = [
        (0, AgentState.READY, ""),
        (10, AgentState.RINGING, ""),
        (11, AgentState.TALKING, ""),
        (20, AgentState.WRAP_UP, ""),
        (25, AgentState.NOT_READY, "rast"),
        (40, AgentState.NOT_READY, "rona"),
        (41, AgentState.NOT_READY, "phone_fault"),
        (43, AgentState.LOGGED_OUT, ""),
    ]
    before = AgentState.LOGGED_OUT
    for minute, after, reason in changes:
        board.apply(AgentStateChanged(DAY + minute * MINUTE, "anna", before, after, reason, 0))
        before = after
    table = statistics.people_table(period_of([day_of(board)]), str.title)
    row = by_name(table)
    assert row["Inloggad min"] == 43.0
    assert [row[name] for name in table.header[2:9]] == [10.0, 1.0, 9.0, 5.0, 15.0, 1.0, 2.0]
    assert row["Beläggning %"] == 60.0
    assert statistics.pauses_table(period_of([day_of(board)]), str.title).rows == (
        ("Anna", "phone_fault", 2.0),
        ("Anna", "rast", 15.0),
        ("Anna", "rona", 1.0),
    )


@pytest.mark.fault("I24")
@pytest.mark.parametrize("seed", range(5))
def test_minutes_of_states_add_up_to_those_of_the_login_whatever_happened(seed):
    life = live(seed, 300, Watched)
    period = period_of([FoldedDay(date(2026, 11, 22), life.board, life.now)])
    assert any(person.logged_in_ms for person in period.people.values())
    for person in period.people.values():
        assert sum(person.times.values()) == person.logged_in_ms


def test_matters_are_counted_by_department_class_and_type():
    given = [
        CallOutcome("c1", DAY, "anna", "anna", Kind.MATTER, "bygglov", "sbf", 2, 1, solved=True),
        CallOutcome("c2", DAY, "anna", "anna", Kind.MATTER, "bygglov", "sbf", 2, 2, solved=False),
        CallOutcome("c3", DAY, "anna", "anna", Kind.MATTER, "tomt", "sbf", 3, 1, solved=True),
        CallOutcome("c4", DAY, "anna", "anna", Kind.WRONG_NUMBER),
    ]
    departments, types, kinds = statistics.matters_tables(given, str.title, str.upper)
    assert departments.rows == (("SBF", 2, 2, 1, 1, 1, 0, 50.0), ("SBF", 3, 1, 1, 1, 0, 0, 100.0))
    assert types.rows[0] == ("Bygglov", "SBF", 2, 2, 1, 1, 1, 0, 50.0)
    assert dict(kinds.rows) == {"Ärende": 3, "Koppling": 0, "Fel nummer": 1, "Avbrutet": 0}


@pytest.mark.fault("S37")
@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "  =1", "＝1+1", "|calc", "\N{NO-BREAK SPACE}=1"],
)  # fmt: skip
def test_text_that_a_spreadsheet_would_take_for_a_formula_is_marked_as_a_text(text):
    cell = read(csv_text(["Skäl"], [[text]]))[1][0]
    assert cell == "'" + text


@pytest.mark.fault("S37")
def test_fields_are_quoted_and_numbers_stay_numbers():
    texts = ['en; "två"', "rad\nbryt", "vanlig", "år 2026"]
    read_back = read(csv_text(["A", "B"], [*([text, 1.5] for text in texts), [None, 7]]))
    assert [row[0] for row in read_back[1:]] == [*texts, ""]
    assert [row[1] for row in read_back[1:]] == ["1,5"] * 4 + ["7"]
    assert csv_text(["A"], [[1]]).endswith("\r\n")
    assert read(csv_text(["=A"], []))[0] == ["'=A"]


def read(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), newline=""), delimiter=";"))


def test_every_reason_of_the_engine_has_a_word():
    assert kind_of_time(AgentState.NOT_READY, "dead_air") == "Telefonen onåbar"
    assert kind_of_time(AgentState.NOT_READY, "lunch") == "Paus"
    assert isinstance(STOCKHOLM, ZoneInfo)
