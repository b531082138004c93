"""A caller who rings again may have the place that was left; one number may have only so many calls at once."""

import pytest

from queues.entries import CallAnswered, CallQueued
from queues.ids import CallId, PromptId
from routing.events import CallArrived, CallerHungUp, DigitsEntered, PromptFinished
from tests.kernel.centre import Bench, agent, ended, offered, plan_of, queue, said

EVA, OLA = "0701740605", "+46701740606"
KEPT_S = 300


def rings(b, seconds, call, caller=EVA, key="1"):
    return b.at(seconds, CallArrived(CallId(call), "0850000", caller), DigitsEntered(CallId(call), key))


def hangs_up(b, seconds, call):
    return b.at(seconds, CallerHungUp(CallId(call)))


def entered(b, call):
    return b.call(call).entered_at_ms / 1000


class TestPlace:
    def house(self, kept_s=KEPT_S, **rules):
        people = [agent("anna", bygg=2, park=2)]
        return Bench(plan_of(people, [queue("bygg", **rules), queue("park")], resume_place_ms=kept_s * 1000))

    def test_who_rings_again_in_time_stands_where_they_stood(self):
        b = self.house()
        rings(b, 10, "c1")
        rings(b, 20, "c2", OLA)
        hangs_up(b, 100, "c1")
        step = rings(b, 150, "c3")
        (queued,) = [e for e in step.entries if isinstance(e, CallQueued)]
        assert (queued.entered_at_ms, queued.reason) == (10_000, "returned")
        b.staff(160, "anna")
        assert offered(b.step) == [("c3", "anna")]

    def test_it_is_off_unless_asked_for(self):
        b = self.house(kept_s=0)
        rings(b, 10, "c1")
        hangs_up(b, 100, "c1")
        rings(b, 150, "c3")
        assert entered(b, "c3") == 150

    @pytest.mark.parametrize(("after_s", "instant"), [(KEPT_S, 10), (KEPT_S + 0.001, 100 + KEPT_S + 0.001)])
    def test_in_time_means_in_time(self, after_s, instant):
        b = self.house()
        rings(b, 10, "c1")
        hangs_up(b, 100, "c1")
        rings(b, 100 + after_s, "c2")
        assert entered(b, "c2") == instant

    def test_it_is_given_once(self):
        b = self.house()
        rings(b, 10, "c1")
        hangs_up(b, 100, "c1")
        rings(b, 110, "c2")
        rings(b, 111, "c3")
        assert (entered(b, "c2"), entered(b, "c3")) == (10, 111)
        hangs_up(b, 120, "c2")
        rings(b, 130, "c4")
        assert entered(b, "c4") == 130, "nobody keeps a place by ringing again and again"

    def test_it_is_the_place_that_was_left_last(self):
        b = self.house()
        rings(b, 10, "c1")
        rings(b, 20, "c2")
        hangs_up(b, 100, "c1")
        hangs_up(b, 101, "c2")
        rings(b, 110, "c3")
        assert entered(b, "c3") == 20

    def test_it_is_of_that_line_and_of_no_other(self):
        b = self.house()
        rings(b, 10, "c1")
        hangs_up(b, 100, "c1")
        rings(b, 110, "c2", key="2")
        assert entered(b, "c2") == 110
        rings(b, 120, "c3")
        assert entered(b, "c3") == 10

    def test_who_had_no_place_leaves_none(self):
        b = self.house()
        b.at(10, CallArrived(CallId("c1"), "0850000", EVA))
        hangs_up(b, 20, "c1")
        rings(b, 30, "c2")
        assert entered(b, "c2") == 30

    def test_who_was_served_leaves_none(self):
        b = self.house()
        b.staff(0, "anna")
        rings(b, 10, "c1")
        b.answer(15, "c1")
        hangs_up(b, 100, "c1")
        rings(b, 110, "c2")
        assert entered(b, "c2") == 110

    def test_who_hangs_up_while_a_phone_rings_for_them_keeps_theirs(self):
        b = self.house()
        b.staff(0, "anna")
        rings(b, 10, "c1")
        hangs_up(b, 15, "c1")
        b.at(16, CallArrived(CallId("c0"), "0850000", OLA), DigitsEntered(CallId("c0"), "1"))
        rings(b, 20, "c2")
        assert entered(b, "c2") == 10

    def test_under_secrecy_no_place_is_kept_and_no_number_remembered(self):
        b = self.house(clearance="barn")
        rings(b, 10, "c1")
        hangs_up(b, 100, "c1")
        assert b.kernel.centre.kept_places == {}
        rings(b, 110, "c2")
        assert entered(b, "c2") == 110

    @pytest.mark.parametrize("caller", ["", "anonymous", "Anonymous", "unknown", "112"])
    def test_hidden_numbers_are_nobody_s(self, caller):
        b = self.house()
        rings(b, 10, "c1", caller)
        hangs_up(b, 100, "c1")
        rings(b, 110, "c2", caller)
        assert entered(b, "c2") == 110

    def test_the_wait_that_is_counted_is_the_one_on_the_line(self):
        b = self.house()
        rings(b, 10, "c1")
        hangs_up(b, 100, "c1")
        rings(b, 150, "c2")
        b.staff(160, "anna")
        step = b.answer(165, "c2")
        assert [e.wait_ms for e in step.entries if isinstance(e, CallAnswered)] == [15_000]

    def test_what_is_kept_does_not_grow_without_end(self):
        b = self.house(kept_s=30)
        for n in range(50):
            rings(b, 10 * n + 1, f"c{n}", f"0701740{n:03}")
            hangs_up(b, 10 * n + 5, f"c{n}")
        assert len(b.kernel.centre.kept_places) <= 4


class TestTooMany:
    def house(self, most=3):
        people = [agent("anna", bygg=2)]
        rules = {"max_calls_per_caller": most, "too_many_prompts": (PromptId("for_manga"),)}
        return Bench(plan_of(people, [queue("bygg")], **rules))

    @pytest.mark.fault("F58")
    def test_twenty_calls_from_one_number_are_told_so_and_others_are_not_affected(self):
        """F58."""
        b = self.house()
        heard = []
        for n in range(20):
            heard += said(b.at(1, CallArrived(CallId(f"c{n:02}"), "0850000", EVA)))
            heard += said(b.at(1, DigitsEntered(CallId(f"c{n:02}"), "1"))) if n < 3 else []
        assert heard.count(("for_manga",)) == 17
        assert said(b.at(1, CallArrived(CallId("ola"), "0850000", OLA))) == [("val",)]
        step = b.at(9, PromptFinished(CallId("c19")))
        assert ended(step) == [("c19", "turned_away", "too_many_calls")]
        b.staff(10, "anna")
        assert offered(b.step) == [("c00", "anna")]

    def test_when_one_of_them_is_over_another_may_ring(self):
        b = self.house(most=1)
        rings(b, 1, "c1")
        assert said(rings(b, 2, "c2"))[0] == ("for_manga",)
        hangs_up(b, 3, "c1")
        assert said(b.at(4, CallArrived(CallId("c3"), "0850000", EVA))) == [("val",)]

    def test_hidden_numbers_are_not_one_caller(self):
        b = self.house(most=1)
        for n, caller in enumerate(["", "", "anonymous", "anonymous"]):
            assert said(b.at(n, CallArrived(CallId(f"c{n}"), "0850000", caller))) == [("val",)]

    def test_without_a_bound_nobody_is_counted(self):
        b = self.house(most=0)
        assert all(said(b.at(n, CallArrived(CallId(f"c{n}"), "0850000", EVA))) == [("val",)] for n in range(30))
