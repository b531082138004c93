"""The laws of callbacks: nobody is forgotten, nobody is rung by whom they may not be, nobody is rung twice at once."""

from collections import Counter
from collections.abc import Iterator

from queues.entries import CallRecovered
from queues.ids import CallId
from routing.actions import ForgetCallback, KeepCallback
from routing.deadlines import DeadlineKind
from routing.kernel import Step
from routing.plan import TargetKind
from routing.promises import MOST
from routing.state import Call, CallState, Centre

NEED_A_PROMISE = {CallState.PROMISING, CallState.PROMISED, CallState.CALLBACK_OFFERED, CallState.CALLING_BACK}
MAY_HAVE_ONE = NEED_A_PROMISE | {CallState.TALKING}
OWNS = {
    DeadlineKind.CALLBACK_DUE: NEED_A_PROMISE,
    DeadlineKind.CALLBACK_OVERDUE: {CallState.PROMISED, CallState.CALLBACK_OFFERED, CallState.CALLING_BACK},
}
"""Which states may wait for a deadline of the kind."""


def stands(call: Call) -> bool:
    """Whether the call has to have a place in line."""
    return call.state is CallState.WAITING or (call.state is CallState.PROMISED and call.place is not None)


def promises_hold(centre: Centre) -> Iterator[str]:
    """Every promise is waited for, and by whom it may be."""
    numbers: Counter[str] = Counter()
    for call in centre.calls.values():
        if call.promise is not None:
            numbers[call.promise.number] += 1
            yield from _holds(centre, call)
        elif call.state in NEED_A_PROMISE:
            yield f"{call.id} is {call.state} and nothing was promised"
    if sum(numbers.values()) > MOST:
        yield "too many promises"


def _holds(centre: Centre, call: Call) -> Iterator[str]:
    owned = centre.deadlines.owned()
    if call.state not in MAY_HAVE_ONE:
        yield f"{call.id} is {call.state} and is to be rung"
    rests = call.state is CallState.PROMISED and call.place is None
    waits = call.state in {CallState.PROMISING, CallState.CALLING_BACK} and not centre.paused
    if (rests or waits) and (call.id, DeadlineKind.CALLBACK_DUE) not in owned:
        yield f"{call.id} is {call.state} and nothing wakes it"
    alarmed = call.promise is None or call.promise.alarmed or (call.id, DeadlineKind.CALLBACK_OVERDUE) in owned
    if call.state is CallState.PROMISED and not alarmed:
        yield f"nobody is told when {call.id} is overdue"
    for i, step in enumerate(centre.queue_of(call).steps):
        if step.target is TargetKind.PARTNER and call.open_steps >> i & 1:
            yield f"{call.id} is promised and open to a partner"


class WrittenDown:
    """What an engine after us would be told of: exactly the promises there are."""

    def __init__(self) -> None:
        self.kept: set[CallId] = set()

    def after(self, step: Step, centre: Centre) -> Iterator[str]:
        """The laws that are broken after this step."""
        # What an engine before us wrote down comes back as a call that was found again.
        self.kept |= {e.call for e in step.entries if isinstance(e, CallRecovered) and e.state == CallState.PROMISED}
        for action in step.actions:
            if isinstance(action, KeepCallback):
                self.kept.add(action.call)
            elif isinstance(action, ForgetCallback):
                self.kept.discard(action.call)
        promised = {call.id for call in centre.calls.values() if call.promise is not None}
        if promised != self.kept:
            yield f"promised {sorted(promised)}, written down {sorted(self.kept)}"
