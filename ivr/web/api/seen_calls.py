"""Calls as a program sees them: each field passes `sight_of`, those that go on and those that are over alike."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ivr.call_log.reading import CallRow
from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import CallInSight, Viewer
from queues.board import BoardCall
from queues.ids import AgentId, CallId, Clearance, QueueId


class SeenCall(BaseModel):
    """A call. Of one that has chosen nothing yet all but the instant is null; one that is secret is not there."""

    id: str | None
    queue: str | None
    """The group, null before the caller has chosen one."""
    entered_at_ms: int
    """When it began to wait, or arrived."""
    confidential: bool
    """Whether something is left out."""
    state: str | None = None
    """What it does; of a call that is over, in what it ended."""
    caller: str | None = None
    """A pseudonym: the same caller has the same."""
    number: str | None = None
    """The municipality's number that was rung."""
    language: str | None = None
    agent: str | None = None
    arrived_at_ms: int | None = None
    answered_at_ms: int | None = None
    ended_at_ms: int | None = None
    wait_ms: int | None = None
    talk_ms: int | None = None
    outcome: str | None = None
    reason: str | None = None
    due_ms: int | None = None
    """By when a caller who was promised it is to have been rung."""
    overdue: bool = False


def live(viewer: Viewer, call: BoardCall) -> SeenCall | None:
    """A call that goes on; None if it is not there for this viewer."""
    return _seen(
        viewer,
        call,
        call.entered_at_ms or call.arrived_at_ms,
        {
            "id": call.id,
            "state": call.state.value,
            "caller": call.caller or None,
            "number": call.number or None,
            "language": call.language or None,
            "agent": call.agent or None,
            "arrived_at_ms": call.arrived_at_ms,
            "answered_at_ms": call.answered_at_ms or None,
            "due_ms": call.due_ms or None,
            "overdue": call.overdue,
        },
    )


class PastCall:
    """What `sight_of` must know of a call in the log."""

    __slots__ = ("agent", "clearance", "queue", "row")

    def __init__(self, row: CallRow, clearance: Clearance) -> None:
        self.row, self.clearance = row, clearance
        self.queue = QueueId(row.queue)
        self.agent = AgentId(row.agent)

    @property
    def id(self) -> CallId:
        """Its id."""
        return self.row.call


def past(viewer: Viewer, call: PastCall) -> SeenCall | None:
    """A call in the log; None if it is not there for this viewer."""
    row = call.row
    return _seen(
        viewer,
        call,
        row.queued_at_ms or row.entered_at_ms,
        {
            "id": row.call,
            "state": row.state or None,
            "caller": row.caller or None,
            "number": row.number or None,
            "agent": row.agent or None,
            "arrived_at_ms": row.entered_at_ms,
            "answered_at_ms": row.answered_at_ms,
            "ended_at_ms": row.ended_at_ms,
            "wait_ms": row.wait_ms,
            "talk_ms": row.talk_ms,
            "outcome": row.outcome or None,
            "reason": row.reason or None,
        },
    )


def _seen(viewer: Viewer, call: CallInSight, since_ms: int, content: Mapping[str, Any]) -> SeenCall | None:
    """That the call is there, and its content for those who may know it."""
    sight = sight_of(viewer, call)
    if not sight.is_there:
        return None
    bare = SeenCall(id=None, queue=call.queue or None, entered_at_ms=since_ms, confidential=True)
    return bare.model_copy(update={**content, "confidential": False}) if sight.content else bare
