"""What a call does is remembered where no other entry would tell: the entries tell all that is seen of a call.

One rule: told once for each change. A list that says what is known tells nothing.
"""

from queues.ids import AgentId, Clearance, Instant, QueueId
from queues.moved_entries import CallMoved
from routing.parties import RINGING, Call, CallState
from routing.state import Centre

Seen = tuple[CallState, QueueId, Instant, Clearance, AgentId, str, Instant]


def seen(call: Call) -> Seen:
    """What is to be known of the call from outside."""
    talks = call.state is CallState.TALKING
    with_somebody = talks or call.state in RINGING or call.state in _FOR_A_PROMISE
    agent = call.agent if with_somebody else AgentId("")
    answered = call.answered_at_ms if talks else Instant(0)
    return call.state, call.queue, call.entered_at_ms, call.clearance, agent, call.language, answered


_FOR_A_PROMISE = frozenset({CallState.CALLBACK_OFFERED, CallState.CALLING_BACK})


def tell(centre: Centre, call: Call) -> None:
    """It is remembered what the call does from now on."""
    state, queue, entered, clearance, agent, language, answered = seen(call)
    moved = CallMoved(centre.now, call.id, state.value, queue, entered, clearance, agent, language, answered)
    centre.entries.append(moved)


def tell_if_changed(centre: Centre, call: Call, before: Seen | None) -> None:
    """It is remembered what the call does, unless that is what was known."""
    if before is not None and seen(call) != before:
        tell(centre, call)
