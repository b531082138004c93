"""A small contact centre built by hand, and events in seconds: what the kernel's tests are written with."""

from queues.agents import PhoneState
from queues.entries import CallEnded, LateEventSeen, OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Clearance, Instant, MenuId, PromptId, QueueId
from routing.actions import AskDigits, OfferToAgent, Say
from routing.events import (
    AgentLoggedIn,
    CallArrived,
    ConversationEnded,
    DigitsEntered,
    Event,
    OfferAnswered,
    OfferFailed,
    PhoneStateChanged,
)
from routing.invariants import Witness
from routing.kernel import Kernel, Step
from routing.plan import Agent, Choice, Entrance, Menu, Plan, PlanStep, Queue, TargetKind

MENU = MenuId("huvud")
OWN_THEN_ANY = (PlanStep(0, TargetKind.OWN), PlanStep(0, TargetKind.ANY))


def queue(name, *, steps=OWN_THEN_ANY, **rules):
    return Queue(QueueId(name), steps, **{"queued_prompts": (PromptId("i_ko"),)} | rules)


def agent(name, clearances=(), **levels):
    held = tuple((QueueId(q), level) for q, level in levels.items())
    return Agent(AgentId(name), held, frozenset(map(Clearance, clearances)))


def plan_of(agents, queues, **rules):
    """A plan whose menu gives the queues the keys 1, 2, … and whose default and human is the last one."""
    choices = {str(i): Choice(queue=q.id) for i, q in enumerate(queues, 1)}
    menu = Menu(MENU, (PromptId("val"),), choices, queues[-1].id, queues[-1].id, (PromptId("fel_val"),))
    rules.setdefault("entrances", {"": Entrance(MENU, closed_prompts=(PromptId("stangt"),))})
    return Plan(
        "test",
        menus={MENU: menu},
        queues={q.id: q for q in queues},
        agents={a.id: a for a in agents},
        **rules,
    )


class Bench:
    """A kernel, its clock in seconds, and what the last step led to."""

    def __init__(self, plan: Plan, *, linked: bool = True, explain: bool = False):
        self.kernel = Kernel(plan, linked=linked, explain=explain)
        self.witness = Witness(self.kernel)
        self.step = Step((), ())

    def at(self, seconds: float, *events: Event):
        """Let time pass to `seconds`, deadlines falling due on the way, then let the events happen."""
        now = Instant(round(seconds * 1000))
        steps = []
        while (due := self.kernel.next_deadline()) is not None and due <= now:
            steps.append(self._lawful(self.kernel.expire(Instant(due))))
        steps += [self._lawful(self.kernel.handle(event, now)) for event in events]
        self.step = Step(sum((s.actions for s in steps), ()), sum((s.entries for s in steps), ()))
        return self.step

    def replace_plan(self, seconds: float, plan: Plan) -> Step:
        """Another plan is in force."""
        return self._lawful(self.kernel.replace_plan(plan, Instant(round(seconds * 1000))))

    def _lawful(self, step: Step) -> Step:
        assert self.witness.after(step) == []
        return step

    def staff(self, seconds: float, *names: str):
        """These people are logged in with a phone that is idle."""
        for name in names:
            self.at(
                seconds,
                AgentLoggedIn(AgentId(name)),
                PhoneStateChanged(AgentId(name), PhoneState.IDLE),
            )

    def arrive(self, seconds: float, call: str, key: str):
        """A caller rings and presses one key at once."""
        return self.at(seconds, CallArrived(CallId(call), "0850000", "0701740605"), DigitsEntered(CallId(call), key))

    def answer(self, seconds: float, call: str):
        """Whose phone rings for the call answers."""
        return self.at(seconds, OfferAnswered(CallId(call), self.call(call).offer))

    def fail(self, seconds: float, call: str, result: OfferResult):
        """The ringing for the call ends so."""
        return self.at(seconds, OfferFailed(CallId(call), self.call(call).offer, result))

    def agent_hangs_up(self, seconds: float, call: str):
        """The talk is over and the caller is still there."""
        return self.at(seconds, ConversationEnded(CallId(call), self.call(call).offer, TalkEnder.AGENT))

    def call(self, name: str):
        return self.kernel.centre.calls.get(CallId(name))

    def person(self, name: str):
        return self.kernel.centre.people[AgentId(name)]


def offered(step: Step) -> list[tuple[str, str]]:
    """The offers made, as call and agent."""
    return [(a.call, a.agent) for a in step.actions if isinstance(a, OfferToAgent)]


def said(step: Step) -> list[tuple[str, ...]]:
    """What callers hear said, as prompts."""
    return [a.prompts for a in step.actions if isinstance(a, Say | AskDigits)]


def ended(step: Step) -> list[tuple[str, str, str]]:
    """The calls that ended, as call, outcome and reason."""
    return [(e.call, e.outcome.value, e.reason) for e in step.entries if isinstance(e, CallEnded)]


def late(step: Step) -> list[str]:
    """The events that came too late to mean anything."""
    return [e.event for e in step.entries if isinstance(e, LateEventSeen)]
