"""The laws of what is switched by hand: whatever was given an end has it, and nothing else is waited for."""

from collections.abc import Iterator

from routing.deadlines import DeadlineKind
from routing.plan import FAR_FUTURE_MS
from routing.state import CallState, Centre
from routing.switches import CRISIS, owner_of
from routing.switching import hours_ids


def switches_end(centre: Centre) -> Iterator[str]:
    """What is switched until an instant ends then; who waits in a line that closes is told so."""
    switches, kind = centre.switches, DeadlineKind.SWITCH_ENDS
    given = {owner_of(name): forcing.until_ms for name, forcing in switches.forced.items()}
    given |= {CRISIS: switches.crisis.until_ms} if switches.crisis else {}
    ends = {owner: until_ms for owner, until_ms in given.items() if until_ms}
    if ends.keys() != {owner for owner, owned in centre.deadlines.owned() if owned is kind}:
        yield "what is switched by hand and what ends of it are not the same"
    for owner, until_ms in ends.items():
        if centre.deadlines.at(owner, kind) != until_ms or until_ms < centre.now:
            yield f"{owner} was given until {until_ms}"
    if switches.forced.keys() - hours_ids(centre.plan):
        yield "hours that nobody keeps are forced"
    for call in centre.calls.values():
        if call.state is not CallState.WAITING:
            continue
        queue = centre.plan.queues[call.queue]
        closes = switches.closes_at(queue.hours, queue.hours_id, call.entered_at_ms, centre.now)
        told = centre.deadlines.at(call.id, DeadlineKind.LINE_CLOSES)
        if (closes < FAR_FUTURE_MS) != (told is not None):
            yield f"{call.id} waits in a line that closes at {closes}, and is told so at {told}"
