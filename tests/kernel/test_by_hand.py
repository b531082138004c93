"""Hours forced open or closed, and a crisis message, switched by hand while calls come, wait and go (F59, F71)."""

from dataclasses import replace

import pytest

from queues.asked_entries import CrisisMessageSwitched, Force, HoursSwitched
from queues.ids import Instant, MenuId, PromptId
from routing.events import CallArrived, CallResumed, CrisisMessageSet, DigitsEntered, HoursForced, PromptFinished
from routing.papers import Papers
from routing.plan import Choice, Entrance, OpenHours
from routing.switches import HOUSE
from tests.kernel.centre import MENU, Bench, ended, late, plan_of, queue, said

DAY = OpenHours((100_000, 900_000), (200_000, 1_000_000))
"""Open from 100 s to 200 s, and from 900 s to 1000 s."""
KRIS = PromptId("kris")


def house(hours=DAY, *, queue_hours=DAY, queue_id="dag", **rules):
    entrance = Entrance(MENU, hours, "dag", (PromptId("stangt"),), (PromptId("hej"),))
    line = queue("bygg", hours=queue_hours, hours_id=queue_id, closed_prompts=(PromptId("bygg_stangt"),), **rules)
    return Bench(plan_of([], [line], entrances={"": entrance}))


def force(how, until_s=0.0, hours="dag", who="karin"):
    return HoursForced(hours, Force(how), Instant(round(until_s * 1000)), who)


def crisis(*, instead=False, until_s=0.0, prompt=KRIS):
    return CrisisMessageSet(prompt, instead, Instant(round(until_s * 1000)), "karin")


def rings(bench, seconds, call="c1"):
    return said(bench.at(seconds, CallArrived(call, "0850000", "")))


OPENS, SHUT = [("hej", "val")], [("stangt",)]


class TestHours:
    def test_forced_open_answers_at_night_and_forced_closed_does_not_by_day(self):
        b = house()
        assert rings(b, 10) == SHUT
        b.at(20, force("open"))
        assert rings(b, 21, "c2") == OPENS
        b.at(120, force("closed"))
        assert rings(b, 121, "c3") == SHUT
        b.at(122, force("schedule"))
        assert rings(b, 123, "c4") == OPENS

    def test_each_act_and_its_end_are_remembered_with_who_and_until_when(self):
        b = house()
        entries = [*b.at(20, force("closed", 150)).entries, *b.at(150).entries]
        assert entries == [
            HoursSwitched(20_000, "dag", Force.CLOSED, 150_000, "karin"),
            HoursSwitched(150_000, "dag", Force.SCHEDULE, 0, ""),
        ]
        assert rings(b, 151) == OPENS

    def test_forcing_again_replaces_the_instant_at_which_it_ends(self):
        b = house()
        b.at(20, force("closed", 130))
        b.at(110, force("closed", 190))
        assert rings(b, 140) == SHUT
        assert rings(b, 195, "c2") == OPENS

    def test_what_would_be_over_already_or_what_nobody_keeps_is_late(self):
        b = house()
        assert late(b.at(150, force("closed", 150))) == ["HoursForced"]
        assert late(b.at(151, force("closed", hours="natt"))) == ["HoursForced"]
        assert rings(b, 152) == OPENS

    def test_what_is_forced_by_its_own_name_outlives_the_end_of_the_whole_house(self):
        b = house(queue_id="sen")
        b.at(110, force("closed", 130, hours=HOUSE))
        b.at(112, force("closed", 190, hours="dag"))
        assert rings(b, 140) == SHUT
        assert rings(b, 191, "c2") == OPENS

    def test_the_whole_house_is_forced_at_once_and_takes_its_parts_with_it(self):
        b = house(queue_id="sen")
        b.at(110, force("open", hours="sen"), force("closed", hours=HOUSE))
        assert rings(b, 111) == SHUT
        b.at(112, force("open", hours="dag"))
        assert rings(b, 113, "c2") == OPENS
        assert said(b.at(114, DigitsEntered("c2", "1"))) == [("bygg_stangt",)]
        b.at(115, force("schedule", hours=HOUSE))
        assert not b.kernel.centre.switches.forced

    @pytest.mark.fault("F71")
    def test_the_line_that_a_call_was_promised_at_the_door_is_open_to_it(self):
        """F71: whether it is open is decided once per call; the menu took its time."""
        b = house()
        rings(b, 199)
        assert said(b.at(203, DigitsEntered("c1", "1"))) == [("i_ko",)]
        assert rings(b, 203, "c2") == SHUT

    def test_forcing_closed_does_not_reach_who_is_in_the_menu(self):
        b = house()
        rings(b, 150)
        b.at(151, force("closed"))
        b.at(155, DigitsEntered("c1", "1"))
        assert b.call("c1").state == "waiting"

    def test_a_caller_found_in_the_menu_after_a_restart_stays_let_in(self):
        b = house()
        b.at(205, CallResumed("c1", "0850000", "", Papers(menu=MENU)), DigitsEntered("c1", "1"))
        assert b.call("c1").state == "waiting"

    @pytest.mark.fault("F59")
    def test_who_waits_when_it_is_forced_closed_is_served_a_while_and_then_told(self):
        b = house(serve_after_close_ms=30_000)
        rings(b, 110)
        b.at(112, DigitsEntered("c1", "1"))
        b.at(120, force("closed"))
        assert said(b.at(149)) == []
        assert said(b.at(150)) == [("bygg_stangt",)]
        assert ended(b.at(151, PromptFinished("c1"))) == [("c1", "turned_away", "line_closed")]

    def test_what_is_switched_elsewhere_gives_a_closed_line_no_more_time(self):
        b = house(queue_id="sen", serve_after_close_ms=30_000)
        rings(b, 110)
        b.at(112, DigitsEntered("c1", "1"))
        b.at(120, force("closed", hours="sen"))
        b.at(140, force("open", hours="dag"))
        assert said(b.at(150)) == [("bygg_stangt",)]

    def test_forced_open_keeps_the_line_past_closing_time_until_it_ends(self):
        b = house(serve_after_close_ms=30_000, message_every_ms=1_000_000, first_message_ms=1_000_000)
        rings(b, 190)
        b.at(191, DigitsEntered("c1", "1"))
        b.at(195, force("open", 400))
        assert said(b.at(429)) == []
        assert said(b.at(430)) == [("bygg_stangt",)]

    def test_released_by_hand_the_line_closes_from_that_instant_on(self):
        b = house(serve_after_close_ms=30_000, message_every_ms=1_000_000, first_message_ms=1_000_000)
        b.at(210, force("open"))
        rings(b, 211)
        b.at(212, DigitsEntered("c1", "1"))
        b.at(300, force("schedule"))
        assert said(b.at(329)) == []
        assert said(b.at(330)) == [("bygg_stangt",)]

    def test_a_plan_that_drops_the_hours_drops_what_was_forced(self):
        b = house()
        b.at(20, force("open", 5_000))
        changed = replace(b.kernel.centre.plan, entrances={"": Entrance(MENU)}, queues={"bygg": queue("bygg")})
        step = b.replace_plan(21, changed)
        assert not b.kernel.centre.switches.forced
        switched = [entry for entry in step.entries if isinstance(entry, HoursSwitched)]
        assert switched == [HoursSwitched(21_000, "dag", Force.SCHEDULE, 0, "")]
        b.at(6_000)

    def test_hours_without_a_name_follow_the_house(self):
        b = Bench(plan_of([], [queue("bygg")]))
        b.at(5, force("closed", hours=HOUSE))
        assert rings(b, 6) == SHUT


class TestCrisis:
    def test_it_is_heard_before_the_greeting_once(self):
        b = house()
        b.at(105, crisis())
        assert rings(b, 110) == [("kris", "hej", "val")]
        assert said(b.at(115, DigitsEntered("c1", ""))) == [("val",)]

    def test_instead_of_the_menu_its_keys_still_lead_where_they_led_and_silence_reaches_people(self):
        b = house()
        b.at(105, crisis(instead=True))
        assert rings(b, 110) == [("hej", "kris")]
        assert said(b.at(115, DigitsEntered("c1", "*"))) == [("kris",)]
        b.at(116, DigitsEntered("c1", "1"))
        assert b.call("c1").state == "waiting"
        rings(b, 120, "c2")
        b.at(125, DigitsEntered("c2", ""))
        b.at(130, DigitsEntered("c2", ""))
        assert b.call("c2").state == "waiting"

    def test_whoever_meets_closed_hours_hears_it_first(self):
        b = house()
        b.at(5, crisis())
        assert rings(b, 10) == [("kris", "stangt")]

    def test_it_ends_by_itself_and_by_hand(self):
        b = house()
        b.at(105, crisis(until_s=120))
        assert b.at(121).entries == (CrisisMessageSwitched(120_000, "", instead=False, until_ms=0, who=""),)
        assert rings(b, 122) == OPENS
        b.at(130, crisis())
        b.at(131, crisis(prompt=""))
        assert rings(b, 132, "c2") == OPENS
        assert late(b.at(133, crisis(prompt=""))) == ["CrisisMessageSet"]

    def test_who_chooses_another_language_hears_it_in_that_one_too(self):
        b = house()
        plan = b.kernel.centre.plan
        menu = replace(plan.menus[MENU], choices={**plan.menus[MENU].choices, "8": Choice(menu=MENU, language="en")})
        b.replace_plan(101, replace(plan, menus={MENU: menu}))
        b.at(105, crisis())
        rings(b, 110)
        step = b.at(112, DigitsEntered("c1", "8"))
        assert [(a.prompts, a.language) for a in step.actions if hasattr(a, "prompts")] == [(("kris", "val"), "en")]
        assert said(b.at(113, DigitsEntered("c1", "8"))) == [("val",)]


@pytest.mark.parametrize("menu", ["", "gone"])
def test_papers_without_a_menu_we_know_are_no_promise(menu):
    """A caller who comes back from the fail-open dialplan outside opening hours is let in: they were before."""
    b = house()
    b.at(205, CallResumed("c1", "0850000", "", Papers(menu=MenuId(menu))))
    assert b.call("c1").state == "menu"
