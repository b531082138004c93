"""Stories of lines that widen, and of lines that have their bounds."""

from collections.abc import Callable

from queues.agents import PhoneState
from queues.ids import AgentId, CallId, PartnerId, PromptId, QueueId
from routing.events import (
    AgentLoggedOut,
    AgentPaused,
    CallArrived,
    CallerHungUp,
    DigitsEntered,
    PhoneStateChanged,
    PromptFinished,
)
from routing.plan import CallbackRules, Leads, Limit, Partner, PlanStep, TargetKind, WayOut
from tests.kernel.centre import agent, plan_of, queue
from tests.kernel.telling import Story

ANNA, SVAR = AgentId("anna"), PartnerId("svar")
OWN = PlanStep(0, TargetKind.OWN)
SORRY = WayOut(Leads.MESSAGE, prompts=(PromptId("tyvarr"),))


def line_that_grows_too_long() -> Story:
    """After 90 s the partner is there for whoever has waited so long, once more than two wait; it stays so."""
    steps = (OWN, PlanStep(90_000, TargetKind.PARTNER, partner=SVAR, queue_longer_than=2))
    partner = Partner(SVAR, 1)
    s = Story(
        plan_of([agent("anna", bygg=2)], [queue("bygg", steps=steps, queued_prompts=())], partners={SVAR: partner})
    )
    s.at(0, PhoneStateChanged(AgentId("svar/1"), PhoneState.IDLE))
    s.staff(0, "anna")
    s.at(1, AgentPaused(ANNA, "rast"))
    for n, seconds in enumerate((5, 20), 1):
        s.arrive(seconds, f"c{n}", "1")
    s.lines.clear()
    s.at(100)
    s.arrive(101, "c3", "1")
    return s


def last_agent_goes_home() -> Story:
    """Nobody is there for the line: one goes to those who can help, one is promised a callback, one is told why not."""
    ways = (WayOut(Leads.QUEUE, QueueId("ovrigt"), prompts=(PromptId("vidare"),)), WayOut(Leads.CALLBACK), SORRY)
    bygg = queue("bygg", steps=(OWN,), callback=CallbackRules(), nobody_logged_in=Limit(15_000, ways))
    ovrigt = queue("ovrigt", steps=(OWN,), max_length=Limit(1, (SORRY,)))
    s = Story(plan_of([agent("anna", bygg=2), agent("bo", ovrigt=2)], [bygg, ovrigt]))
    s.staff(0, "anna", "bo")
    s.at(1, AgentPaused(ANNA, "rast"), AgentPaused(AgentId("bo"), "rast"))
    for n, caller in enumerate(("0701740605", "0701740606", ""), 1):
        s.at(1 + n, CallArrived(CallId(f"c{n}"), "0850000", caller), DigitsEntered(CallId(f"c{n}"), "1"))
    s.lines.clear()
    s.at(20, AgentLoggedOut(ANNA))
    s.at(35)
    s.at(40, PromptFinished(CallId("c3")))
    return s


def caller_who_rings_again() -> Story:
    """Cut off in line, back within the time that the house gives: the old place, once, and a wait that begins anew."""
    s = Story(plan_of([agent("anna", bygg=2)], [queue("bygg", steps=(OWN,))], resume_place_ms=300_000))
    s.arrive(5, "c1", "1")
    s.at(60, CallerHungUp(CallId("c1")))
    s.arrive(90, "c2", "1")
    s.staff(100, "anna")
    s.answer(103, "c2")
    return s


LINES: tuple[Callable[[], Story], ...] = (line_that_grows_too_long, last_agent_goes_home, caller_who_rings_again)
