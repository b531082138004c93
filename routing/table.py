"""Each event in each state: what it means, where it can lead, or LATE. The diagram in ARCHITECTURE.md is made from it.

What does not fit the table: events about the world as a whole and about people, which mean the same in every call's
state and check the person's state themselves (a handler that returns False says that the event came too late).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from routing import callback_table, naming_table, partners
from routing.callback_events import CallbackOrdered, CallbackRestored
from routing.callbacks import ordered as callback_ordered
from routing.callbacks import restored as callback_restored
from routing.callbacks import unless_here
from routing.callbacks_found import world_listed
from routing.callers import (
    digits_entered,
    hung_up,
    last_message_heard,
    menu_cut,
)
from routing.deadlines import DeadlineKind
from routing.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    AgentRestored,
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    CrisisMessageSet,
    DigitsEntered,
    HoursForced,
    LinkLost,
    MenuCut,
    OfferAnswered,
    OfferFailed,
    OfferRings,
    PartnerRestored,
    PhoneStateChanged,
    PromptFinished,
    Tick,
    TransferRequested,
    WorldListed,
    WrapUpProlonged,
)
from routing.limits import nobody_came, wait_ends
from routing.moving import move_ends, reassigned
from routing.naming import ring_ends as person_ring_ends
from routing.offers import answered, ended, ended_unseen, failed, ring_ends
from routing.operator_events import AgentReassigned, CallParked, CallPicked
from routing.parking import call_parked, park_ends
from routing.picking import call_picked
from routing.reconcile import link_lost
from routing.resume import arrived, call_resumed
from routing.ringing_back import due as callback_due
from routing.ringing_back import overdue as callback_overdue
from routing.staff import (
    logged_in,
    logged_out,
    pause_or_wrap_up_ends,
    paused,
    phone_changed,
    ready,
    restored,
    wrap_up_prolonged,
)
from routing.state import CallState, Centre
from routing.surveys import key_pressed as grade_given
from routing.switching import crisis_message_set, hours_forced, switch_ends
from routing.transfers import line_closes, transfer_ends, transfer_requested
from routing.waiting import announcement_heard, key_pressed, message_due
from routing.widening import step_due

ENDED = "ended"


class Row(NamedTuple):
    """What an event in a state does, and the states it can lead to. No handler: the event is LATE."""

    handler: Callable[..., bool | None] | None
    leads_to: tuple[str, ...] = ()


LATE = Row(None)

S = CallState
_ROWS: dict[tuple[CallState, type], Row] = {
    (S.MENU, DigitsEntered): Row(digits_entered, (S.MENU, S.WAITING, S.LEAVING)),
    (S.MENU, MenuCut): Row(menu_cut, (S.WAITING, S.LEAVING)),
    (S.MENU, CallerHungUp): Row(hung_up, (ENDED,)),
    (S.WAITING, DigitsEntered): Row(key_pressed, (S.WAITING, S.PROMISING)),
    (S.WAITING, PromptFinished): Row(announcement_heard, (S.WAITING,)),
    (S.WAITING, CallerHungUp): Row(hung_up, (ENDED,)),
    (S.OFFERED, OfferRings): Row(partners.line_rings, (S.OFFERED,)),
    (S.OFFERED, OfferAnswered): Row(answered, (S.TALKING,)),
    (S.OFFERED, OfferFailed): Row(failed, (S.WAITING, S.AWAY)),
    (S.OFFERED, ConversationEnded): Row(ended_unseen, (S.WAITING, S.AWAY, ENDED)),
    (S.OFFERED, CallerHungUp): Row(hung_up, (ENDED,)),
    (S.TALKING, ConversationEnded): Row(ended, (S.WAITING, S.AWAY, S.SURVEYING, ENDED)),
    (S.TALKING, CallerHungUp): Row(hung_up, (ENDED,)),
    (S.SURVEYING, DigitsEntered): Row(grade_given, (S.SURVEYING, S.LEAVING, ENDED)),
    (S.SURVEYING, CallerHungUp): Row(hung_up, (ENDED,)),
    (S.LEAVING, PromptFinished): Row(last_message_heard, (ENDED,)),
    (S.LEAVING, CallerHungUp): Row(hung_up, (ENDED,)),
    (S.AWAY, CallerHungUp): Row(hung_up, (ENDED,)),
    (S.PARKED, CallerHungUp): Row(hung_up, (ENDED,)),
    **{key: Row(*meaning) for key, meaning in (callback_table.ROWS | naming_table.ROWS).items()},
}
"""Where an event means something; everywhere else it is LATE."""

CALL_EVENTS: dict[tuple[CallState, type], Row] = {
    (state, event): _ROWS.get((state, event), LATE)
    for state in CallState
    for event in dict.fromkeys(kind for _, kind in _ROWS)
}

WORLD_EVENTS: dict[type, Callable[..., bool | None]] = {
    CallArrived: unless_here(arrived),
    CallResumed: unless_here(call_resumed),
    PartnerRestored: partners.restored,
    WorldListed: world_listed,
    LinkLost: link_lost,
    HoursForced: hours_forced,
    CrisisMessageSet: crisis_message_set,
    CallbackRestored: callback_restored,
    Tick: lambda _centre, _event: None,
}

AGENT_EVENTS: dict[type, Callable[..., bool]] = {
    AgentLoggedIn: logged_in,
    AgentLoggedOut: logged_out,
    AgentReady: ready,
    AgentPaused: paused,
    WrapUpProlonged: wrap_up_prolonged,
    TransferRequested: transfer_requested,
    CallPicked: call_picked,
    CallParked: call_parked,
    AgentReassigned: reassigned,
    PhoneStateChanged: phone_changed,
    AgentRestored: restored,
    CallbackOrdered: callback_ordered,
}

DEADLINES: dict[DeadlineKind, Callable[[Centre, str], Any]] = {
    DeadlineKind.WRAP_UP_ENDS: pause_or_wrap_up_ends,
    DeadlineKind.PAUSE_ENDS: pause_or_wrap_up_ends,
    DeadlineKind.TRANSFER_ENDS: transfer_ends,
    DeadlineKind.RING_ENDS: ring_ends,
    DeadlineKind.STEP_OPENS: step_due,
    DeadlineKind.PARTNER_DUE: partners.partner_due,
    DeadlineKind.OUTSIDE_AGAIN: partners.outside_again,
    DeadlineKind.MESSAGE_DUE: message_due,
    DeadlineKind.LINE_CLOSES: line_closes,
    DeadlineKind.WAIT_ENDS: wait_ends,
    DeadlineKind.NOBODY_CAME: nobody_came,
    DeadlineKind.PARK_ENDS: park_ends,
    DeadlineKind.MOVE_ENDS: move_ends,
    DeadlineKind.SWITCH_ENDS: switch_ends,
    DeadlineKind.CALLBACK_DUE: callback_due,
    DeadlineKind.CALLBACK_OVERDUE: callback_overdue,
    DeadlineKind.PERSON_RING_ENDS: person_ring_ends,
}

RANKS: dict[type, DeadlineKind] = {
    ConversationEnded: DeadlineKind.WRAP_UP_ENDS,
    TransferRequested: DeadlineKind.WRAP_UP_ENDS,
    CallParked: DeadlineKind.WRAP_UP_ENDS,
    CallPicked: DeadlineKind.PAUSE_ENDS,
    AgentReassigned: DeadlineKind.PAUSE_ENDS,
    AgentLoggedIn: DeadlineKind.PAUSE_ENDS,
    AgentLoggedOut: DeadlineKind.PAUSE_ENDS,
    AgentReady: DeadlineKind.PAUSE_ENDS,
    AgentPaused: DeadlineKind.PAUSE_ENDS,
    WrapUpProlonged: DeadlineKind.PAUSE_ENDS,
    PhoneStateChanged: DeadlineKind.PAUSE_ENDS,
}
"""At one instant, the deadlines up to this kind come before the event; all of them before any other event."""

BEGUN = "begun"
_AGAIN = (
    *((S.MENU, to) for to in (S.WAITING, S.LEAVING)),
    *((S.OFFERED, to) for to in (S.WAITING, S.MENU, S.LEAVING)),
    *((S.SURVEYING, to) for to in (S.LEAVING, ENDED)),
    *((S.TALKING, to) for to in (S.WAITING, S.MENU, ENDED)),
    (S.PARKED, S.WAITING),
)
_FROM_AWAY = ((S.AWAY, S.MENU), (S.AWAY, S.WAITING), (S.AWAY, S.LEAVING))
_RING_STOPS = ((S.OFFERED, S.WAITING), (S.OFFERED, S.AWAY))
_FOUND = (S.AWAY, S.OFFERED, S.TALKING)
MOVES: dict[str, tuple[tuple[str, str], ...]] = {
    "CallArrived": (
        *((BEGUN, to) for to in (S.MENU, S.LEAVING, ENDED)),
        *((state, to) for state in (S.OFFERED, S.TALKING) for to in (S.WAITING, S.AWAY)),
    ),
    "matching": ((S.WAITING, S.OFFERED),),
    "RING_ENDS": ((S.OFFERED, S.WAITING),),
    "TransferRequested": ((S.TALKING, S.WAITING), (S.TALKING, S.OFFERED), (S.TALKING, S.AWAY)),
    "CallParked": ((S.TALKING, S.PARKED),),
    "CallPicked": ((S.WAITING, S.OFFERED), (S.PARKED, S.OFFERED), (S.PROMISED, S.CALLBACK_OFFERED)),
    "PARK_ENDS": ((S.PARKED, S.WAITING), (S.PARKED, S.OFFERED)),
    "TRANSFER_ENDS": ((S.OFFERED, S.WAITING), (S.WAITING, S.OFFERED)),
    "LINE_CLOSES": ((S.WAITING, S.LEAVING),),
    "WAIT_ENDS": ((S.WAITING, S.LEAVING), (S.WAITING, S.PROMISING)),
    "NOBODY_CAME": ((S.WAITING, S.LEAVING), (S.WAITING, S.PROMISING)),
    "max_length": ((S.WAITING, S.LEAVING), (S.WAITING, S.PROMISING)),
    "AgentLoggedOut": _RING_STOPS,
    "AgentPaused": _RING_STOPS,
    "PhoneStateChanged": _RING_STOPS,
    "a new plan": _RING_STOPS,
    "CallResumed": ((BEGUN, S.MENU), (BEGUN, S.WAITING), (BEGUN, S.LEAVING), (BEGUN, ENDED), *_AGAIN, *_FROM_AWAY),
    "WorldListed": (
        *((BEGUN, found) for found in _FOUND),
        *((state, found) for state in S for found in (*_FOUND, ENDED) if state != found),
        (S.OFFERED, S.WAITING),
    ),
}
"""What else moves a call: by cause, from where to where. A `CallArrived` of a known call is a `CallResumed`."""
for _cause, _moves in (*callback_table.MOVES.items(), *naming_table.MOVES.items()):
    MOVES[_cause] = tuple(dict.fromkeys((*MOVES.get(_cause, ()), *_moves)))
