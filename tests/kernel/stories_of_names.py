"""Stories of callers who look for a person by name."""

from collections.abc import Callable

from queues.entries import OfferResult, TalkEnder
from queues.ids import AgentId, CallId, PersonId, PromptId
from routing.directory import Directory, Listed
from routing.events import CallArrived, CallerHungUp, ConversationEnded, DigitsEntered, OfferAnswered, OfferFailed
from routing.plan import CallbackRules, Choice, Menu
from tests.kernel.centre import MENU, agent, plan_of, queue
from tests.kernel.telling import Story

C1 = CallId("c1")
KARIN = Listed(PersonId("p1"), "Karin", "Åberg", PromptId("namn-1"), PromptId("avd-1"), agent=AgentId("karin"))
PER = Listed(PersonId("p2"), "Per", "Öberg", PromptId("namn-2"), phone="tel-213")
JENNY = Listed(PersonId("p3"), "Jenny", "Karlsson", PromptId("namn-3"), phone="tel-214")
ANDERS = Listed(PersonId("p4"), "Anders", "Carlsson", PromptId("namn-4"), phone="tel-215")


def _story() -> Story:
    lines = [queue("bygg"), queue("ovrigt", callback=CallbackRules(promised_prompts=(PromptId("vi_ringer"),)))]
    people = {listed.id: listed for listed in (KARIN, PER, JENNY, ANDERS)}
    plan = plan_of([agent("karin", ovrigt=3)], lines, directory=Directory(people))
    menu: Menu = plan.menus[MENU]
    menu.choices["6"] = Choice(directory=True)  # type: ignore[index]  # a dict of the story's own
    return Story(plan)


def _types(s: Story, seconds: float, keys: str) -> None:
    for key in keys:
        s.at(seconds, DigitsEntered(C1, key))


def person_who_is_found_by_three_keys() -> Story:
    """One person is meant after 6 2 3; the name is told, 1 rings the phone, and a talk ends the call."""
    s = _story()
    s.at(0, CallArrived(C1, "0850000", "0701740605"), DigitsEntered(C1, "6"))
    _types(s, 10, "6231")
    s.at(14, OfferAnswered(C1, s.call("c1").offer))
    s.at(60, ConversationEnded(C1, s.call("c1").offer, TalkEnder.AGENT))
    return s


def either_spelling_and_a_busy_phone() -> Story:
    """Carlsson and Karlsson are told; the one chosen is busy, and the caller is promised to be rung."""
    s = _story()
    s.at(0, CallArrived(C1, "0850000", "0701740605"), DigitsEntered(C1, "6"))
    _types(s, 10, "2275#")
    s.at(20, DigitsEntered(C1, "2"))
    s.at(22, OfferFailed(C1, s.call("c1").offer, OfferResult.BUSY))
    s.at(30, DigitsEntered(C1, "1"))
    return s


def agent_who_is_sought_by_name() -> Story:
    """Karin takes calls here: she is rung through her seat, does not answer, and the caller waits in line instead."""
    s = _story()
    s.staff(0, "karin")
    s.at(5, CallArrived(C1, "0850000", ""), DigitsEntered(C1, "6"))
    _types(s, 15, "223")
    s.at(18, DigitsEntered(C1, "1"))
    s.at(50, DigitsEntered(C1, ""))
    s.at(51, CallerHungUp(C1))
    return s


NAMES: tuple[Callable[[], Story], ...] = (
    person_who_is_found_by_three_keys,
    either_spelling_and_a_busy_phone,
    agent_who_is_sought_by_name,
)
