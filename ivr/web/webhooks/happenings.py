"""What is told of what happened, and to whom: each event passes `sight_of` for each subscriber. Pure.

Of a call that the subscriber may know nothing of nothing is told: that somebody came says when they rang.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.config.webhook_entries import Happening, SubscriberEntry
from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer
from ivr.web.matters import CallOutcome
from ivr.web.staff_in_sight import BUSY, as_busy, is_in_sight, needed_for_work, sees_work
from ivr.web.webhooks.known_calls import KnownCall
from queues.board import BoardAgent
from queues.entries import (
    AgentStateChanged,
    CallAnswered,
    CallbackOverdue,
    CallbackPromised,
    CallEnded,
    CallOffered,
    CallQueued,
    CitizenMissed,
    Entry,
)
from queues.ids import NO_CLEARANCE, AgentId, Clearance, QueueId
from queues.transfer_entries import CallTransferred
from routing.plan import Plan

TOLD: Mapping[type, tuple[Happening, tuple[str, ...]]] = {
    CallQueued: (Happening.CALL_QUEUED, ("reason",)),
    CallOffered: (Happening.CALL_RINGING, ("level",)),
    CallAnswered: (Happening.CALL_ANSWERED, ("wait_ms",)),
    CallTransferred: (Happening.CALL_TRANSFERRED, ("before", "level", "person", "reason")),
    CallEnded: (Happening.CALL_ENDED, ("outcome", "state", "wait_ms", "reason")),
    CallbackPromised: (Happening.CALLBACK_PROMISED, ("due_ms", "by")),
    CitizenMissed: (Happening.CALLBACK_MISSED, ("result", "attempt", "again_at_ms")),
    CallbackOverdue: (Happening.CALLBACK_OVERDUE, ("due_ms",)),
}
"""By kind of entry: the event, and which of the entry's own fields it carries."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell one subscriber."""

    id: str
    what: Happening
    at_ms: int
    data: Mapping[str, Any]
    queue: QueueId = QueueId("")
    clearance: Clearance = NO_CLEARANCE
    """What the subscriber must hold for `data`, also when it is sent."""

    def body(self, municipality: str) -> str:
        """As it is sent."""
        told = {"id": self.id, "type": self.what.value, "at_ms": self.at_ms, "municipality": municipality}
        return json.dumps({**told, "data": dict(self.data)}, ensure_ascii=False, separators=(",", ":"))


def subscriber_viewer(name: str, entry: SubscriberEntry) -> Viewer:
    """Whom a subscriber is in the eyes of `sight_of`: nobody with a role, so no number is ever theirs."""
    queues = None if entry.queues is None else frozenset(map(QueueId, entry.queues))
    clearances = frozenset(map(Clearance, entry.clearances))
    return Viewer(f"webhook:{name}", name, frozenset(), queues=queues, clearances=clearances)


@dataclass(frozen=True, slots=True)
class Staff:
    """Those who take calls, and the lines whose calls come to them, as it is now."""

    plan: Plan
    seats: Mapping[AgentId, BoardAgent]


def of_entry(entry: Entry, call: KnownCall | None, viewer: Viewer, staff: Staff) -> Event | None:
    """What the viewer is told of the entry; None for nothing."""
    if isinstance(entry, AgentStateChanged):
        return _of_agent(entry, viewer, staff)
    told = TOLD.get(type(entry))
    if told is None or call is None:
        return None
    what, names = told
    if not sight_of(viewer, call).content:
        return None
    own = {name: getattr(entry, name) for name in names}
    return Event(made_id(entry), what, entry.at_ms, {**_of_call(call), **own}, call.queue, call.clearance)


def of_outcome(number: int, outcome: CallOutcome, viewer: Viewer) -> Event | None:
    """What the viewer is told of what a call was about."""
    if not sight_of(viewer, outcome).content:
        return None
    names = ("call", "kind", "matter", "department", "rosa", "level", "solved", "case", "queue", "agent")
    data = {**{name: getattr(outcome, name) for name in names}, "answered_at_ms": outcome.answered_at_ms}
    event_id = f"matter-{number}-{outcome.at_ms}"
    return Event(event_id, Happening.MATTER_REGISTERED, outcome.at_ms, data, outcome.queue, outcome.clearance)


def _of_agent(entry: AgentStateChanged, viewer: Viewer, staff: Staff) -> Event | None:
    """As `GET /state` shows the person to the same viewer, so that nothing is learnt by asking in the one way."""
    if not is_in_sight(viewer, staff.plan, staff.seats.get(entry.agent) or BoardAgent(entry.agent)):
        return None
    what, data = Happening.AGENT_STATE, {name: getattr(entry, name) for name in ("agent", "reason", "until_ms")}
    if sees_work(viewer, staff.plan, entry.agent):
        data |= {"before": entry.before, "after": entry.after}
        needed = needed_for_work(staff.plan, entry.agent)
        return Event(made_id(entry), what, entry.at_ms, data, clearance=needed)
    data |= {"before": as_busy(entry.before), "after": as_busy(entry.after)}
    if data["before"] == data["after"] == BUSY:
        return None
    if data["after"] == BUSY:
        data |= {"reason": "", "until_ms": 0}
    return Event(made_id((what.value, entry.at_ms, data)), what, entry.at_ms, data)


def _of_call(call: KnownCall) -> dict[str, Any]:
    return {
        "call": call.id,
        "queue": call.queue,
        "entered_at_ms": call.entered_at_ms,
        "agent": call.agent,
        "number": call.number,
        "caller": call.caller,
        "language": call.language,
        "confidential": False,
    }


def made_id(told: object) -> str:
    """The same for the same entry, however often it is read: a receiver knows by it what it has had."""
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]
