"""Stories of what somebody switches by hand, of a call in another language, and of the questions after a talk."""

from collections.abc import Callable
from dataclasses import replace

from queues.asked_entries import Force
from queues.ids import AgentId, CallId, Instant, PromptId
from routing.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    CallArrived,
    CallerHungUp,
    CrisisMessageSet,
    DigitsEntered,
    HoursForced,
    PromptFinished,
)
from routing.plan import Choice, Entrance, OpenHours
from routing.survey_rules import Question, Survey
from tests.kernel.centre import MENU, agent, plan_of, queue
from tests.kernel.telling import Story

ANNA, C1, C2, C3 = AgentId("anna"), CallId("c1"), CallId("c2"), CallId("c3")
DAY = OpenHours((0,), (1_000_000,))


def closed_by_hand() -> Story:
    """The house is closed until 200 s: who waits is served a while and told, who rings is told; then it is open."""
    bygg = queue(
        "bygg", hours=DAY, hours_id="dag", closed_prompts=(PromptId("bygg_stangt"),), serve_after_close_ms=9_000
    )
    entrance = Entrance(MENU, DAY, "dag", (PromptId("stangt"),))
    s = Story(plan_of([], [bygg], entrances={"": entrance}))
    s.arrive(95, "c1", "1")
    s.at(100, HoursForced("", Force.CLOSED, Instant(200_000), "karin"))
    s.at(101, CallArrived(C2, "0850000", ""))
    s.at(110, PromptFinished(C2), PromptFinished(C1))
    s.at(201, CallArrived(C3, "0850000", ""))
    return s


def crisis_message_in_two_languages() -> Story:
    """The message is read in the place of the menu, whose keys still lead where they led; in English once more."""
    s = Story(plan_of([], [queue("bygg")]))
    menu = s.kernel.centre.plan.menus[MENU]
    english = {**menu.choices, "8": Choice(menu=MENU, language="en")}
    offered = replace(menu, choices=english, language_prompts=(PromptId("for_english"),))
    s.replace_plan(0, replace(s.kernel.centre.plan, menus={MENU: offered}))
    s.at(5, CrisisMessageSet(PromptId("kris"), instead=True, until_ms=Instant(0), who="karin"))
    s.at(10, CallArrived(C1, "0850000", ""))
    s.at(14, DigitsEntered(C1, "8"))
    s.at(20, DigitsEntered(C1, "1"))
    s.at(30, CallerHungUp(C1))
    return s


def call_that_waits_for_its_language() -> Story:
    """Bo is ready and speaks no Finnish; Anna does, and is on a break. When she leaves, Bo's phone rings at once."""
    anna = replace(agent("anna", bygg=2), languages=frozenset({"fi"}))
    s = Story(plan_of([anna, agent("bo", bygg=2)], [queue("bygg")], entrances={"": Entrance(MENU, language="fi")}))
    s.staff(0, "bo")
    s.at(1, AgentLoggedIn(ANNA), AgentPaused(ANNA, "rast"))
    s.arrive(5, "c1", "1")
    s.at(9, AgentLoggedOut(ANNA))
    return s


def questions_after_the_talk() -> Story:
    """Two questions, one answered; the caller hangs up during the second, and was answered."""
    asked = Survey((Question("bemotande", (PromptId("f1"),)), Question("enkelhet", (PromptId("f2"),))))
    plan = plan_of([agent("anna", bygg=2)], [queue("bygg", wrap_up_ms=0)])
    s = Story(replace(plan, survey=replace(asked, invitation=(PromptId("svara"),), thanks=(PromptId("tack"),))))
    s.staff(0, "anna")
    s.arrive(5, "c1", "1")
    s.answer(8, "c1")
    s.agent_hangs_up(60, "c1")
    s.at(66, DigitsEntered(C1, "5"))
    s.at(70, CallerHungUp(C1))
    return s


BY_HAND: tuple[Callable[[], Story], ...] = (
    closed_by_hand,
    crisis_message_in_two_languages,
    call_that_waits_for_its_language,
    questions_after_the_talk,
)
