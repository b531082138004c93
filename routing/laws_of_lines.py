"""The laws of steps and limits, by the words of the rules: what may be open is open, what is bounded ends."""

from collections.abc import Iterator

from queues.agents import AgentState, PhoneState
from routing.circles import OWN_LEVEL, names
from routing.deadlines import DeadlineKind
from routing.limits import MAX_OVERFLOWS
from routing.plan import ALWAYS_OPEN, PlanStep, TargetKind
from routing.secrecy import may_hear
from routing.state import Call, CallState, Centre


def steps_open(centre: Centre) -> Iterator[str]:
    """No step stays shut whose time has come and whose conditions hold, or before which nobody is there."""
    for call in centre.calls.values():
        if call.place is None:
            continue
        steps = centre.plan.queues[call.queue].steps
        if call.open_steps >> len(steps):
            yield f"{call.id} has steps open that its line does not have"
        for i, step in enumerate(steps):
            if call.open_steps >> i & 1 or not _opens_by_itself(call, step):
                continue
            due = call.entered_at_ms + step.after_ms <= centre.now
            after_nobody = i > 0 and call.open_steps >> (i - 1) & 1 and _opened_past(centre, call, steps[i - 1])
            if (due or after_nobody) and conditions_hold(centre, call, step):
                yield f"step {i} for {call.id} in {call.queue} is not open"


def _opens_by_itself(call: Call, step: PlanStep) -> bool:
    return not step.only_by_limit and (call.promise is None or step.target is not TargetKind.PARTNER)


def _opened_past(centre: Centre, call: Call, step: PlanStep) -> bool:
    """Whether nobody is logged in whom the step names. Who is asked for by name or tongue is another law's matter."""
    narrowed = call.handed.narrows or call.language not in {"", centre.plan.language}
    return step.skip_when_empty and not centre.paused and not narrowed and not _there(centre, call, (step,))


def _there(centre: Centre, call: Call, steps: tuple[PlanStep, ...]) -> bool:
    here = [p.id for p in centre.people.values() if p.state is not AgentState.LOGGED_OUT]
    seats = [seat for seat in centre.circles.people if seat.id in here and may_hear(seat.clearances, call.clearance)]
    return any(names(step, seat, call.queue) for step in steps for seat in seats)


def conditions_hold(centre: Centre, call: Call, step: PlanStep) -> bool:
    """Whether every condition of the step holds now (ROUTING.md, The circle)."""
    line, own = centre.lines[call.queue], 0
    for agent in centre.plan.agents.values():
        person = centre.people[agent.id]
        free = person.state is AgentState.READY and person.phone is PhoneState.IDLE
        own += free and any(q == call.queue and level >= OWN_LEVEL for q, level in agent.queues)
    wait_ms = centre.forecasts.wait_ms(call.queue, line, call.place, centre.now)
    timed = step.hours is not ALWAYS_OPEN or bool(step.hours_id)
    return (
        len(line) > step.queue_longer_than
        and (step.own_ready_under == 0 or own < step.own_ready_under)
        and (step.estimated_wait_over_ms == 0 or wait_ms > step.estimated_wait_over_ms)
        and (not timed or centre.switches.is_open(step.hours, step.hours_id, centre.now))
    )


def limits_hold(centre: Centre) -> Iterator[str]:
    """Whoever waits where a wait is bounded has the bound before them, and nobody is moved on without an end."""
    for call in centre.calls.values():
        if call.bounds.overflows > MAX_OVERFLOWS:
            yield f"{call.id} was moved on {call.bounds.overflows} times"
        if call.state is not CallState.WAITING:
            continue
        limit = centre.plan.queues[call.queue].max_wait
        ends = centre.deadlines.at(call.id, DeadlineKind.WAIT_ENDS)
        if limit is not None and not call.bounds.waited_out and not call.handed.until_ms and ends is None:
            yield f"{call.id} waits for ever in {call.queue}, which bounds the wait"
        if limit is None and ends is not None:
            yield f"{call.id} has an end to its wait that {call.queue} does not put to it"
