"""The laws of waiting: who stands in line is told so again, is listened to in measure, and is forgotten afterwards."""

from collections.abc import Iterator

from routing.deadlines import DeadlineKind
from routing.state import CallState, Centre
from routing.waiting import KEYS_HEARD

KEYS_OF_A_TELEPHONE = set("0123456789*#")


def callers_are_told(centre: Centre) -> Iterator[str]:
    """Who waits has a next message, keys that a telephone has, and no more of them heard than a storm's beginning."""
    owned = centre.deadlines.owned()
    for call in centre.calls.values():
        if call.state is CallState.WAITING and (call.id, DeadlineKind.MESSAGE_DUE) not in owned:
            yield f"{call.id} waits and will never be told so again"
        if call.told.heard > KEYS_HEARD:
            yield f"{call.id} was listened to {call.told.heard} times between two messages"
        if set(call.told.keys) - KEYS_OF_A_TELEPHONE:
            yield f"{call.id} is listened to for {call.told.keys}"
        if call.told.place < 0:
            yield f"{call.id} was told the place {call.told.place}"
    for known in centre.forecasts.followed() - centre.calls.keys():
        yield f"{known} is gone and a wait is still foreseen for it"
