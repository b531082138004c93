"""How a line is, by its thresholds, and what of it a screen that everybody passes may show."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.config.load import SHIPPED, load
from ivr.config.wallboard_entries import Falling, LineThresholds, Rising, WallboardFile
from ivr.web.board_view import Scene
from ivr.web.small_counts import SMALL, small, total
from ivr.web.wall_state import over, under
from ivr.web.wall_view import wall_view
from queues.agents import AgentState
from queues.board import Board, BoardAgent, BoardQueue, Switched
from queues.entries import CallEnded, CallEntered, CallQueued, Outcome
from queues.ids import AgentId, CallId, Clearance, Instant, QueueId, partner_line
from tests.web.wall.scenes import CLEARED, DAWN_MS, HOUSE, NIGHT_MS, NOON_MS, OPERATOR, scene


def line(seen, queue, viewer=OPERATOR):
    return next(one for one in wall_view(seen, viewer)["queues"] if one["id"] == queue)


def state(seen, queue, viewer=OPERATOR):
    found = line(seen, queue, viewer)
    return found["state"], found["why"], found["which"]


class TestThresholds:
    @pytest.mark.parametrize(("figure", "word"), [(0, "good"), (3, "good"), (4, "watch"), (8, "watch"), (9, "bad")])
    def test_rising(self, figure, word):
        assert over(Rising(watch=3, bad=8), figure) == word

    @pytest.mark.parametrize(
        ("figure", "word"), [(100, "good"), (80, "good"), (79, "watch"), (60, "watch"), (59, "bad")]
    )
    def test_falling(self, figure, word):
        assert under(Falling(watch=80, bad=60), figure) == word

    @pytest.mark.parametrize(
        ("waits", "expected"),
        [
            ([], ("good", "", "")),
            ([119, 10], ("good", "", "")),
            ([121], ("watch", "Lång väntan", "longest")),
            ([301], ("bad", "Lång väntan", "longest")),
            ([1] * 4, ("watch", "Många väntar", "waiting")),
            ([1] * 9, ("bad", "Många väntar", "waiting")),
            ([150] + [1] * 8, ("bad", "Många väntar", "waiting")),
        ],
    )
    def test_the_worst_decides_and_is_told(self, waits, expected):
        assert state(scene(bygg=waits), "bygg") == expected

    def test_a_queue_has_thresholds_of_its_own(self):
        seen = scene(bygg=[100], socialtjanst=[100])
        assert [state(seen, queue)[0] for queue in ("bygg", "socialtjanst")] == ["good", "watch"]

    @pytest.mark.parametrize(("within", "of", "word"), [(3, 5, "watch"), (2, 5, "bad"), (0, 4, "good"), (5, 5, "good")])
    def test_a_level_of_few_calls_says_nothing(self, within, of, word):
        seen = scene(bygg=[1])
        seen.board.queues[QueueId("bygg")] = answered(within, of)
        assert state(seen, "bygg")[0] == word

    def test_a_low_level_is_not_critical_when_nobody_waits_any_more(self):
        seen = scene()
        seen.board.queues[QueueId("bygg")] = answered(0, 9)
        assert state(seen, "bygg") == ("watch", "Låg svarsnivå", "recent")

    def test_a_threshold_may_be_left_out(self):
        seen = scene(bygg=[4000] * 50)
        bare = WallboardFile(defaults=LineThresholds())
        assert state(replace(seen, house=replace(HOUSE, wallboard=bare)), "bygg") == ("good", "", "")


def answered(within, of):
    """A line with so many answers in the last half hour, `within` of them in time."""
    queue = BoardQueue(QueueId("bygg"))
    counts = queue.minutes.setdefault(NOON_MS // 60_000, type(queue.day)())
    for some in (counts, queue.day):
        some.answered = of
        some.waits.update({10: within, 500: of - within})
    return queue


class TestOpenAndStaffed:
    def test_a_closed_line_is_closed_and_says_when_it_opens(self):
        seen = line(scene(at_ms=NIGHT_MS), "bygg")
        assert seen["state"] == "closed"
        assert seen["opens_ms"] == NOON_MS + 20 * 3_600_000

    def test_whoever_waits_in_a_closed_line_is_seen(self):
        assert state(scene(at_ms=NIGHT_MS, bygg=[400]), "bygg") == ("bad", "Lång väntan", "longest")

    def test_open_and_closed_by_hand_until_it_ends(self):
        hours = HOUSE.plan.queues[QueueId("bygg")].hours_id
        for how, at_ms, expected in (("closed", NOON_MS, "closed"), ("open", NIGHT_MS, "good")):
            for name in (hours, ""):
                seen = scene(at_ms=at_ms)
                seen.board.hours[name] = Switched(how, "karin", Instant(at_ms - 1), Instant(at_ms + 1000))
                assert state(seen, "bygg")[0] == expected
                assert state(replace(seen, now_ms=at_ms + 1000), "bygg")[0] != expected

    def test_nobody_logged_in_is_critical_also_for_a_secret_line_with_only_others(self):
        seen = scene()
        seen.board.agents[AgentId("fatima")].state = AgentState.LOGGED_OUT
        assert state(seen, "socialtjanst") == ("bad", "Ingen inloggad", "people")
        assert state(seen, "bygg")[0] == "good"
        del seen.board.agents[AgentId("amina")]
        assert state(seen, "bygg") == ("bad", "Ingen inloggad", "people")

    def test_whoever_is_moved_elsewhere_is_nobody_here(self):
        seen = scene()
        for agent in seen.board.agents.values():
            agent.moved_to = (("aldre", 2),)
        assert [state(seen, queue)[0] for queue in ("bygg", "aldre")] == ["bad", "good"]


class TestWhoSees:
    def test_only_the_viewers_own_queues_and_their_people(self):
        mine = replace(CLEARED, queues=frozenset({QueueId("socialtjanst")}))
        seen = scene(bygg=[50, 60], socialtjanst=[10])
        view = wall_view(seen, mine)
        assert [one["id"] for one in view["queues"]] == ["socialtjanst"]
        assert (view["whole"]["waiting"], view["whole"]["oldest_ms"]) == (1, NOON_MS - 10_000)

    def test_logged_out_people_are_not_listed(self):
        seen = scene()
        seen.board.agents[AgentId("amina")].state = AgentState.LOGGED_OUT
        assert [one["id"] for one in wall_view(seen, OPERATOR)["people"]] == ["fatima"]

    def test_partners_lines(self):
        house = load(SHIPPED / "danderyd", NOON_MS).house
        partner = next(iter(house.plan.partners))
        seen = Scene(Board(DAWN_MS), house, NOON_MS)
        seat = partner_line(partner, 1)
        seen.board.agents[seat] = BoardAgent(seat, AgentState.TALKING)
        view = wall_view(seen, OPERATOR)
        assert [(one["id"], one["busy"], one["lines"]) for one in view["partners"]] == [(partner, 1, 6)]
        assert view["people"] == []


PUBLIC_NAMES = ("waiting", "answered", "abandoned", "out", "in", "external", "callbacks", "overdue")
IN_ALL = ("waiting", "answered", "abandoned", "callbacks", "overdue")
COUNT = st.integers(0, 40)
ROUGH = {0, SMALL, *(f"ca {number}" for number in range(5, 45, 5))}


@st.composite
def lines(draw):
    """A line as the view has it, with whatever counts."""
    level = st.none() | st.builds(lambda of: {"percent": 50, "of": of}, st.integers(1, 60))
    return {
        **{name: draw(COUNT) for name in PUBLIC_NAMES},
        "id": "x",
        "level": draw(level),
        "recent": draw(level),
        "oldest_ms": draw(st.integers(1, 9)),
        "secret": draw(st.booleans()),
        "why": "Lång väntan",
        "which": "longest",
    }


def whole_of(queues):
    in_all = {name: sum(line[name] for line in queues) for name in IN_ALL}
    return {**in_all, "talking": 2, "kept": 1, "oldest_ms": 7, "level": None, "recent": None}


@pytest.mark.fault("S08")
class TestPublic:
    def test_no_name_no_secret_and_no_small_count(self):
        seen = scene(bygg=[50, 60, 70], socialtjanst=[200])
        view = wall_view(seen, None)
        assert view["people"] == []
        assert "Amina" not in str(view)
        social = line(seen, "socialtjanst", None)
        assert (social["waiting"], social["oldest_ms"], social["why"], social["state"]) == (SMALL, 0, "", "watch")
        assert line(seen, "bygg", None)["waiting"] == 3
        assert view["whole"]["waiting"] == "ca 5"

    @given(st.lists(lines(), min_size=1, max_size=5), st.lists(COUNT, min_size=5, max_size=5))
    def test_nothing_small_shows_and_nothing_small_can_be_worked_out(self, queues, states):
        view = {
            "queues": queues,
            "whole": whole_of(queues),
            "counted": dict(zip("abcde", states, strict=True)),
            "partners": [{"busy": states[0], "talks": states[1]}],
            "callers": None,
            "trend": [{"entered": states[0], "answered": states[1], "abandoned": states[2], "level": None}],
        }
        seen = small(view)
        for shown in [*seen["queues"], *seen["partners"], *seen["trend"], seen["counted"], seen["whole"]]:
            assert not any(
                value in (1, 2) for name, value in shown.items() if type(value) is int and name != "oldest_ms"
            )
        for name in IN_ALL:
            hidden = [line for line in seen["queues"] if isinstance(line[name], str)]
            assert isinstance(seen["whole"][name], str) == bool(hidden) or sum(line[name] for line in queues) < 3
        for shown, was in zip(seen["queues"], queues, strict=True):
            assert not was["secret"] or shown["oldest_ms"] == 0
            assert not was["secret"] or {shown[name] for name in ("answered", "abandoned", "in", "out")} <= ROUGH
            assert all("of" not in (shown[name] or {}) for name in ("level", "recent"))
            assert shown["waiting"] != SMALL or shown["oldest_ms"] == 0

    @given(st.lists(lines(), min_size=1, max_size=4))
    def test_whether_one_or_two_are_hidden_shows_nowhere(self, queues):
        """The level apart, which is a share of ten or more."""
        views = []
        for hidden in (1, 2):
            changed = [{**queues[0], **dict.fromkeys(PUBLIC_NAMES, hidden)}, *queues[1:]]
            seen = small(
                {
                    "queues": changed,
                    "whole": whole_of(changed),
                    "counted": {},
                    "partners": [],
                    "trend": [],
                    "callers": None,
                }
            )
            views.append({**seen, "whole": {**seen["whole"], "oldest_ms": 0}})
        assert views[0] == views[1]

    @pytest.mark.parametrize(
        ("through", "of", "shown"),
        [(40, 44, True), (40, 40, True), (40, 41, False), (40, 42, False), (9, 20, False), (0, 0, False)],
    )
    def test_those_who_got_through(self, through, of, shown):
        seen = scene()
        seen.board.callers = {f"p{i}": i < through for i in range(of)}
        assert wall_view(seen, CLEARED)["callers"] == {"of": of, "through": through}
        for anybody in (None, OPERATOR):
            assert (wall_view(seen, anybody)["callers"] is not None) == shown
        assert wall_view(seen, replace(CLEARED, queues=frozenset({QueueId("bygg")})))["callers"] is None

    @pytest.mark.parametrize(
        ("shown", "expected"),
        [
            ([0, 0], 0),
            ([2], "<3"),
            ([3, 4], 7),
            (["<3"], "<3"),
            ([0, "<3"], "<3"),
            (["<3", "<3"], "ca 5"),
            ([9, "<3"], "ca 10"),
            (["ca 15"], "ca 15"),
            ([1, "ca 5", 0], "ca 5"),
            ([4, "ca 10", "<3"], "ca 15"),
        ],
    )
    def test_totals(self, shown, expected):
        assert total(shown) == expected


def test_a_confidential_calls_clearance_is_in_no_view():
    seen = scene(socialtjanst=[50])
    call = next(iter(seen.board.calls.values()))
    call.clearance, call.caller, call.number = Clearance("socialtjanst"), "pseudonym-77", "+46846500400"
    for viewer in (OPERATOR, None):
        assert not {"pseudonym-77", "+46846500400", call.id} & set(map(str, _values(wall_view(seen, viewer))))


def _values(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner)
    else:
        yield value


def test_the_picture_of_the_day_counts_what_the_figures_above_it_count():
    """Who leaves in the menu stood in no line; who is sent on to another line came once."""
    q1, q2 = list(HOUSE.plan.queues)[:2]
    first, gone, menu = CallId("c1"), CallId("c2"), CallId("c3")
    board = Board(DAWN_MS)
    for call in (first, gone, menu):
        board.apply(CallEntered(Instant(NOON_MS), call, "1", "", "sv"))
    for call in (first, gone):
        board.apply(CallQueued(Instant(NOON_MS), call, q1, Instant(NOON_MS), Clearance(""), "choice"))
    board.apply(CallQueued(Instant(NOON_MS + 1), first, q2, Instant(NOON_MS), Clearance(""), "overflow"))
    for call, where in ((gone, "waiting"), (menu, "menu")):
        queue = q1 if call == gone else QueueId("")
        board.apply(CallEnded(Instant(NOON_MS + 2), call, Outcome.ABANDONED, where, queue, 2, "caller_hung_up"))
    seen = wall_view(Scene(board, HOUSE, NOON_MS + 3), OPERATOR)
    (quarter,) = seen["trend"]
    assert (quarter["entered"], quarter["abandoned"], seen["whole"]["abandoned"]) == (2, 1, 1)
