"""What somebody without the clearance is shown of a line under secrecy: no more than whoever passes a screen (S08)."""

from dataclasses import replace

import pytest

from ivr.web.accounts.viewer import Viewer
from ivr.web.agent_view import agent_view
from ivr.web.board_view import board_view
from ivr.web.small_counts import SMALL
from ivr.web.wall_view import wall_view
from queues.agents import AgentState
from queues.board import BoardQueue, BoardState
from queues.ids import AgentId, CallId, Clearance, Instant, QueueId
from tests.web.wall.scenes import CLEARED, NOON_MS, OPERATOR, scene

pytestmark = pytest.mark.fault("S07", "S08", "I10")
SECRET, OPEN = QueueId("socialtjanst"), QueueId("bygg")
ROW = {"waiting": 4, "answered": 17, "abandoned": 4, "out": 0, "in": 2}
FIGURES = ("waiting", "oldest_ms", "answered", "abandoned", "out", "in", "level", "recent", "callbacks", "overdue")


def busy(waits=(400, 300, 20, 10)):
    """Social services have had a day; one waits for a building permit."""
    seen = scene(bygg=[50], socialtjanst=list(waits))
    for queue, answered in ((SECRET, 17), (OPEN, 100)):
        line = seen.board.queues[queue] = BoardQueue(queue)
        for counts in (line.day, line.quarters.setdefault(48, type(line.day)())):
            counts.entered = counts.answered = answered
            counts.abandoned, counts.overflowed_in = 4, 2
            counts.waits.update({10: answered})
    return seen


def row(seen, queue, viewer):
    return next(one for one in wall_view(seen, viewer)["queues"] if one["id"] == queue)


class TestTheWall:
    @pytest.mark.parametrize("waits", [(), (400,), (400, 10), (400, 300, 20, 10)])
    def test_whoever_lacks_the_clearance_sees_of_the_line_what_everybody_sees(self, waits):
        seen = busy(waits)
        assert row(seen, SECRET, OPERATOR) == row(seen, SECRET, None)
        assert row(seen, OPEN, OPERATOR) == row(seen, OPEN, CLEARED)

    def test_counts_grow_by_fives_and_nobodys_instant_is_told(self):
        shown = row(busy(), SECRET, OPERATOR)
        told = {name: shown[name] for name in ROW}
        assert told == {"waiting": 4, "answered": "ca 15", "abandoned": "ca 5", "out": 0, "in": SMALL}
        assert shown["oldest_ms"] == 0

    def test_that_one_waits_too_long_does_show(self):
        """Else a call that nobody cleared is there for would wait and nobody know."""
        shown = row(busy([400]), SECRET, OPERATOR)
        assert (shown["waiting"], shown["state"], shown["why"], shown["oldest_ms"]) == (SMALL, "bad", "", 0)

    def test_whoever_holds_the_clearance_sees_it_all(self):
        shown = row(busy(), SECRET, CLEARED)
        assert {name: shown[name] for name in ROW} == ROW
        assert (shown["oldest_ms"], shown["level"]["of"]) == (NOON_MS - 400_000, 17)

    def test_no_sum_lets_the_line_be_worked_out(self):
        """Of the lines that are heard the sums are exact; taken from the whole they must leave nothing."""
        shown, all_of_it = wall_view(busy(), OPERATOR), wall_view(busy(), CLEARED)
        assert all_of_it["whole"]["answered"] == 117
        assert (shown["whole"]["answered"], shown["whole"]["abandoned"]) == ("ca 115", "ca 10")
        assert (shown["whole"]["waiting"], wall_view(busy([400]), OPERATOR)["whole"]["waiting"]) == (5, "ca 5")
        assert shown["whole"]["oldest_ms"] == NOON_MS - 50_000
        assert shown["whole"]["level"] == row(busy(), OPEN, OPERATOR)["level"]
        assert ([one["answered"] for one in shown["trend"]], [one["answered"] for one in all_of_it["trend"]]) == (
            [100], [117],
        )  # fmt: skip

    def test_nobodys_instant_is_on_a_public_screen_either(self):
        seen = busy()
        assert wall_view(seen, None)["whole"]["oldest_ms"] == NOON_MS - 50_000

    def test_who_talks_is_counted_with_as_little(self):
        seen = busy()
        for call in ("bygg0", "socialtjanst0"):
            seen.board.calls[CallId(call)].state = BoardState.TALKING
        assert [wall_view(seen, viewer)["whole"]["talking"] for viewer in (CLEARED, OPERATOR)] == [2, "ca 5"]


class TestACallThatCameFromSecrecyIntoAnOpenLine:
    """It keeps the clearance that it needs for the rest of its life."""

    def moved(self):
        seen = busy([400])
        seen.board.calls[CallId("socialtjanst0")].queue = OPEN
        return seen

    def test_is_counted_there_and_its_instant_is_told_to_whoever_may_hear_it(self):
        shown, cleared = row(self.moved(), OPEN, OPERATOR), row(self.moved(), OPEN, CLEARED)
        assert (shown["waiting"], shown["oldest_ms"]) == ("ca 5", NOON_MS - 50_000)
        assert (cleared["waiting"], cleared["oldest_ms"]) == (2, NOON_MS - 400_000)

    def test_stands_in_no_row_at_the_switchboard_but_in_a_figure(self):
        view = board_view(self.moved(), OPERATOR)
        assert [call["id"] for call in view["calls"]] == ["bygg0"]
        [line] = [one for one in view["queues"] if one["id"] == OPEN]
        assert (line["waiting"], line["oldest_ms"], line["unseen"]["waiting"]) == (1, NOON_MS - 50_000, SMALL)

    def test_is_not_among_those_who_wait_for_an_agent_who_may_not_hear_it(self):
        seen = self.moved()
        ivan = Viewer("ivan", "Ivan", frozenset(), AgentId("ivan"), None)
        [line] = agent_view(seen.board, seen.house, ivan, NOON_MS, {})["lines"]
        assert (line["queue"], line["waiting"], line["since_ms"]) == (OPEN, 1, NOON_MS - 50_000)


class TestTheSwitchboard:
    @pytest.mark.parametrize(("waits", "figure"), [((), 0), ((9,), SMALL), ((9, 8), SMALL), ((9, 8, 7), 3)])
    def test_that_people_wait_is_seen_and_nothing_of_each(self, waits, figure):
        view = board_view(busy(waits), OPERATOR)
        [line] = [one for one in view["queues"] if one["id"] == SECRET]
        assert set(line) == {"id", "title", "clearance", "waiting", "oldest_ms", "unseen"}
        assert (line["waiting"], line["oldest_ms"], line["unseen"]["waiting"]) == (0, 0, figure)
        assert {call["queue"] for call in view["calls"]} == {OPEN}
        assert view["house"]["answered"] == 100
        cleared = board_view(busy(waits), CLEARED)
        assert sum(call["queue"] == SECRET for call in cleared["calls"]) == len(waits)

    def test_whoever_is_to_be_rung_is_seen_too(self):
        seen = busy([9])
        call = seen.board.calls[CallId("socialtjanst0")]
        call.state, call.due_ms, call.overdue = BoardState.CALLBACK, Instant(NOON_MS), True
        [line] = [one for one in board_view(seen, OPERATOR)["queues"] if one["id"] == SECRET]
        assert line["unseen"] == {"waiting": 0, "callbacks": SMALL, "overdue": SMALL}
        assert row(seen, SECRET, OPERATOR)["callbacks"] == SMALL


@pytest.mark.parametrize("view", [board_view, wall_view])
class TestWhatPeopleDo:
    def people(self, view, viewer, state=AgentState.WRAP_UP):
        seen = busy()
        for agent in ("amina", "fatima"):
            one = seen.board.agents[AgentId(agent)]
            one.state, one.reason, one.until_ms = state, "why", Instant(NOON_MS + 9)
        shown = view(seen, viewer)
        told = {one["id"]: one for one in shown.get("people", shown.get("agents"))}
        return [
            tuple(told[agent][name] for name in ("state", "reason", "since_ms", "until_ms"))
            for agent in ("amina", "fatima")
        ]

    def test_of_whoever_takes_calls_that_the_viewer_may_not_hear_no_more_than_that_they_are_busy(self, view):
        exact = ("wrap_up", "why", NOON_MS - 60_000, NOON_MS + 9)
        assert self.people(view, OPERATOR) == [exact, ("talking", "", 0, 0)]
        assert self.people(view, CLEARED) == [exact, exact]

    def test_of_themselves_everything(self, view):
        exact = ("wrap_up", "why", NOON_MS - 60_000, NOON_MS + 9)
        assert self.people(view, replace(OPERATOR, agent=AgentId("fatima"))) == [exact, exact]

    def test_a_pause_is_nobodys_secret(self, view):
        exact = ("not_ready", "why", NOON_MS - 60_000, NOON_MS + 9)
        assert self.people(view, OPERATOR, AgentState.NOT_READY) == [exact, exact]


def test_people_are_counted_as_they_are_shown():
    seen = busy()
    seen.board.agents[AgentId("fatima")].state = AgentState.RINGING
    counted = [wall_view(seen, viewer)["counted"] for viewer in (OPERATOR, CLEARED)]
    assert [(one["ringing"], one["talking"]) for one in counted] == [(0, 1), (1, 0)]


def test_the_switchboard_counts_people_by_line_as_they_are_shown():
    seen = busy()
    wraps_up = seen.board.agents[AgentId("fatima")]
    wraps_up.state, wraps_up.moved_to = AgentState.WRAP_UP, ((OPEN, 3),)
    lines = [next(one for one in board_view(seen, v)["queues"] if one["id"] == OPEN) for v in (OPERATOR, CLEARED)]
    told = [(line["agents"].get("wrap_up", 0), line["agents"].get("talking", 0)) for line in lines]
    assert told == [(0, 1), (1, 0)]


def test_whether_the_phone_is_in_use_tells_no_more_than_the_state_does():
    seen = replace(busy(), phones={"amina": "busy", "fatima": "idle", "goran": "unreachable"})
    seen.board.agents[AgentId("fatima")].state = AgentState.WRAP_UP
    told = [{one["id"]: one["phone"] for one in board_view(seen, viewer)["agents"]} for viewer in (OPERATOR, CLEARED)]
    assert [[one[agent] for agent in seen.phones] for one in told] == [
        ["busy", "", "unreachable"], ["busy", "idle", "unreachable"],
    ]  # fmt: skip


def test_several_clearances_are_all_needed():
    seen = busy([9])
    seen.board.calls[CallId("socialtjanst0")].clearance = Clearance("skola:socialtjanst")
    assert [call["queue"] for call in board_view(seen, CLEARED)["calls"]] == [OPEN]
    assert row(seen, SECRET, CLEARED)["waiting"] == SMALL
    assert row(seen, SECRET, CLEARED)["oldest_ms"] == 0
