"""Somebody switches by hand: hours open, closed or as written, a crisis message on or off; and what ends it.

Two rules. Each act is remembered with who did it and until when, also when only the time was out. And a call that has
been told that a line is open stands by that: what is switched afterwards is for the calls after it.
"""

from queues.asked_entries import CrisisMessageSwitched, Force, HoursSwitched
from queues.ids import Instant, PromptId
from routing.deadlines import DeadlineKind
from routing.events import CrisisMessageSet, HoursForced
from routing.partners import follow_all
from routing.plan import OpenHours, Plan
from routing.state import Call, CallState, Centre
from routing.switches import CRISIS, HOUSE, Crisis, Forcing, hours_of, owner_of

IN_LINE = {CallState.WAITING, CallState.OFFERED}


def is_open_for(centre: Centre, call: Call, hours: OpenHours, hours_id: str) -> bool:
    """Whether these hours are open for the call: decided when it is first asked, and then for good."""
    key = hours_id or hours
    if key not in call.open_for:
        call.open_for[key] = centre.switches.is_open(hours, hours_id, centre.now)
    return call.open_for[key]


def hours_forced(centre: Centre, event: HoursForced) -> bool:
    """The hours are as somebody wants them. False if nobody keeps them, or if it would be over already."""
    if event.hours not in hours_ids(centre.plan) or 0 < event.until_ms <= centre.now:
        return False
    # The whole house is switched whole: what was forced by its own name before follows it.
    named = (event.hours, *(centre.switches.forced if event.hours == HOUSE else ()))
    _switch(centre, named, Forcing(event.how, centre.now, event.until_ms, event.who))
    return True


def crisis_message_set(centre: Centre, event: CrisisMessageSet) -> bool:
    """Whoever rings from now on hears the message, or none. False if it would be over already, or there was none."""
    if 0 < event.until_ms <= centre.now or not (event.prompt or centre.switches.crisis):
        return False
    _announce(centre, event.prompt, event.until_ms, event.who, instead=event.instead)
    return True


def switch_ends(centre: Centre, owner: str) -> None:
    """The time that somebody gave is out: the schedule rules again, or the message is no longer read."""
    if owner == CRISIS:
        _announce(centre, PromptId(""), Instant(0), "", instead=False)
    else:
        _switch(centre, (hours_of(owner),), Forcing(Force.SCHEDULE, centre.now, Instant(0), ""))


def hours_ids(plan: Plan) -> frozenset[str]:
    """Every name by which hours of the plan can be forced; the whole house's among them."""
    of_steps = (step.hours_id for queue in plan.queues.values() for step in queue.steps)
    of_queues = (queue.hours_id for queue in plan.queues.values())
    of_partners = (partner.hours_id for partner in plan.partners.values())
    return frozenset({HOUSE, *(e.hours_id for e in plan.entrances.values()), *of_queues, *of_steps, *of_partners})


def plan_changed(centre: Centre) -> None:
    """Hours that nobody keeps any more are forced no longer; lines close as the new plan has it."""
    for hours_id in sorted(centre.switches.forced.keys() - hours_ids(centre.plan)):
        del centre.switches.forced[hours_id]
        centre.deadlines.cancel_all(owner_of(hours_id))
        centre.entries.append(HoursSwitched(centre.now, hours_id, Force.SCHEDULE, Instant(0), ""))
    _close_lines_anew(centre)


def _switch(centre: Centre, named: tuple[str, ...], to: Forcing) -> None:
    """The first of the named hours are as `to` says; none of the others is forced any more."""
    switches, hours_id = centre.switches, named[0]
    for name in named:
        before = switches.forced.pop(name, None)
        centre.deadlines.cancel_all(owner_of(name))
        if before is not None and before.how is Force.OPEN:
            switches.released[name] = centre.now
    if to.how is not Force.SCHEDULE:
        switches.forced[hours_id] = to
        if to.until_ms:
            centre.deadlines.set(owner_of(hours_id), DeadlineKind.SWITCH_ENDS, to.until_ms)
    centre.entries.append(HoursSwitched(centre.now, hours_id, to.how, to.until_ms, to.who))
    _close_lines_anew(centre)
    follow_all(centre)


def _close_lines_anew(centre: Centre) -> None:
    """Whoever stands in line is told that it has closed when it now has; a step that hours kept shut may open."""
    for call in centre.calls.values():
        if call.place is not None:
            centre.unopened[call.id] = None
        if call.promise is not None and call.state is CallState.PROMISED:
            centre.deadlines.set(call.id, DeadlineKind.CALLBACK_DUE, centre.now)
        if call.state not in IN_LINE or call.queue not in centre.plan.queues or call.adopted:
            continue
        centre.close_in_time(call)


def _announce(centre: Centre, prompt: PromptId, until_ms: Instant, who: str, *, instead: bool) -> None:
    centre.deadlines.cancel_all(CRISIS)
    centre.switches.crisis = Crisis(prompt, instead, until_ms, who) if prompt else None
    if prompt and until_ms:
        centre.deadlines.set(CRISIS, DeadlineKind.SWITCH_ENDS, until_ms)
    centre.entries.append(CrisisMessageSwitched(centre.now, prompt, instead, until_ms, who))
