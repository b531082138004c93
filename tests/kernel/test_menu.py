"""Walking the menu (ROUTING.md, Defaults for the menu): errors never end a call, silence reaches a human."""

import pytest

from queues.entries import MenuChoiceMade
from queues.ids import CallId, MenuId, PromptId, QueueId
from routing.events import CallArrived, CallerHungUp, DigitsEntered, PromptFinished
from routing.menu import MAX_MENUS
from routing.plan import Choice, Entrance, Menu, OpenHours
from routing.state import CallState
from tests.kernel.centre import MENU, Bench, agent, ended, late, plan_of, queue, said

C1 = CallId("c1")


def bench(**rules):
    return Bench(plan_of([agent("anna", bygg=2)], [queue("bygg"), queue("ovrigt")], **rules))


def press(b, *keys):
    return [b.at(1, DigitsEntered(C1, key)) for key in keys][-1]


def arrived(**rules):
    b = bench(**rules)
    b.at(0, CallArrived(C1, "0850000", ""))
    return b


def test_caller_hears_the_greeting_once_and_the_menu():
    entrance = Entrance(MENU, greeting=(PromptId("hej"),))
    b = bench(entrances={"": entrance})
    assert said(b.at(0, CallArrived(C1, "0850000", ""))) == [("hej", "val")]
    assert said(press(b, "*")) == [("val",)]


def test_number_that_nobody_configured_leads_where_the_first_does():
    b = bench(entrances={"0850001": Entrance(MENU)})
    assert said(b.at(0, CallArrived(C1, "0000", ""))) == [("val",)]


@pytest.mark.parametrize(
    ("keys", "queue", "reason"),
    [
        (["1"], "bygg", "choice"),
        (["0"], "ovrigt", "human"),
        (["", ""], "ovrigt", "silence"),
        (["7", "8"], "ovrigt", "invalid"),
        (["#", "5"], "ovrigt", "invalid"),
        (["*", "7", "", "1"], "bygg", "choice"),
        (["12"], "bygg", "choice"),
    ],
)
def test_keys_lead_to_a_queue(keys, queue, reason):
    b = arrived()
    step = press(b, *keys)
    assert b.call("c1").queue == queue
    assert [e.meaning for e in step.entries if isinstance(e, MenuChoiceMade)] == [reason]


@pytest.mark.parametrize("storm", [["*"] * 30, ["*", ""] * 15, list("*#*#*#*#*#*#")])
def test_key_storm_ends_in_the_default_queue_and_not_in_a_hang_up(storm):
    b = arrived()
    for key in storm:
        b.at(1, DigitsEntered(C1, key))
    assert (b.call("c1").queue, b.call("c1").state) == ("ovrigt", CallState.WAITING)


def test_wrong_key_is_said_to_be_wrong_before_the_menu_is_read_again():
    assert said(press(arrived(), "7")) == [("fel_val", "val")]


def test_key_after_the_choice_is_late():
    b = arrived()
    assert late(press(b, "1", "2")) == ["DigitsEntered"]
    assert b.call("c1").queue == "bygg"


def circle():
    """Two menus that lead to each other and to a queue."""
    plan = plan_of([], [queue("bygg"), queue("ovrigt")])
    to = {MENU: MenuId("under"), MenuId("under"): MENU}
    for menu, other in to.items():
        choices = {"1": Choice(queue=QueueId("bygg")), "9": Choice(menu=other)}
        plan.menus[menu] = Menu(menu, (PromptId(menu),), choices, QueueId("ovrigt"), QueueId("ovrigt"))
    return Bench(plan)


def test_key_leads_to_a_menu_below():
    b = circle()
    b.at(0, CallArrived(C1, "0850000", ""))
    assert said(press(b, "9")) == [("under",)]
    press(b, "1")
    assert b.call("c1").queue == "bygg"


def test_caller_who_walks_in_a_circle_is_put_in_line_at_last():
    b = circle()
    b.at(0, CallArrived(C1, "0850000", ""))
    for _ in range(MAX_MENUS):
        b.at(1, DigitsEntered(C1, "9"))
    assert (b.call("c1").queue, b.call("c1").state) == ("ovrigt", CallState.WAITING)


def test_caller_outside_opening_hours_is_told_so_and_counts_as_closed():
    b = bench(entrances={"": Entrance(MENU, OpenHours((100_000,), (200_000,)), closed_prompts=(PromptId("stangt"),))})
    assert said(b.at(0, CallArrived(C1, "0850000", ""))) == [("stangt",)]
    assert b.call("c1").state is CallState.LEAVING


def test_call_to_a_closed_queue_is_closed_and_not_queued():
    closed = queue("bygg", hours=OpenHours((100_000,), (200_000,)), closed_prompts=(PromptId("bygg_stangt"),))
    b = Bench(plan_of([], [closed, queue("ovrigt")]))
    assert said(b.arrive(0, "c1", "1")) == [("val",), ("bygg_stangt",)]
    assert ended(b.at(3, PromptFinished(C1))) == [("c1", "closed", "queue_closed")]
    b.arrive(4, "c2", "1")
    assert ended(b.at(5, CallerHungUp(CallId("c2")))) == [("c2", "closed", "queue_closed")]
