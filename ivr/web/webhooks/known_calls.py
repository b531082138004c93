"""What is known of each call from its entries: enough to say what happened to it, and who may be told. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from queues.asked_entries import LanguageChosen
from queues.entries import (
    CallAnswered,
    CallbackPromised,
    CallEnded,
    CallEntered,
    CallOffered,
    CallQueued,
    CallRecovered,
    CallReturned,
    Entry,
    OfferEnded,
)
from queues.ids import UNKNOWN_CLEARANCE, AgentId, CallId, Clearance, QueueId
from queues.moved_entries import CallMoved


@dataclass(frozen=True, slots=True)
class KnownCall:
    """One call. What is not known of it is secret."""

    id: CallId
    queue: QueueId = QueueId("")
    clearance: Clearance = UNKNOWN_CLEARANCE
    agent: AgentId = AgentId("")
    number: str = ""
    caller: str = ""
    """A pseudonym."""
    language: str = ""
    entered_at_ms: int = 0


FOLDED: tuple[type[Entry], ...] = (
    CallEntered,
    LanguageChosen,
    CallQueued,
    CallRecovered,
    CallMoved,
    CallbackPromised,
    CallOffered,
    OfferEnded,
    CallAnswered,
    CallReturned,
    CallEnded,
)
"""Kinds that change what is known of a call."""


def after(call: KnownCall, entry: Entry) -> KnownCall:
    """The call as it is known after the entry."""
    match entry:
        case CallEntered():
            return replace(call, number=entry.number, caller=entry.caller, language=entry.language)
        case LanguageChosen():
            return replace(call, language=entry.language)
        case CallQueued() | CallbackPromised():
            place = {"queue": entry.queue, "clearance": entry.clearance, "entered_at_ms": entry.entered_at_ms}
            return replace(call, **place)  # type: ignore[arg-type]
        case CallRecovered() | CallMoved():
            return _found(call, entry)
        case _:
            return replace(call, agent=_agent(call, entry))


def _agent(call: KnownCall, entry: Entry) -> AgentId:
    if isinstance(entry, CallOffered | CallAnswered):
        return entry.agent
    return AgentId("") if isinstance(entry, OfferEnded | CallReturned) else call.agent


def _found(call: KnownCall, entry: CallRecovered | CallMoved) -> KnownCall:
    known = replace(call, clearance=entry.clearance, agent=entry.agent)
    if entry.queue:
        known = replace(known, queue=entry.queue, entered_at_ms=entry.entered_at_ms)
    if isinstance(entry, CallRecovered):
        known = replace(known, number=entry.number or known.number, caller=entry.caller or known.caller)
    return known


@dataclass(slots=True)
class KnownCalls:
    """The calls that go on. `before` gives a call's entries before a row, for one that is met in its middle."""

    before: Callable[[CallId, int], Iterable[Entry]]
    _calls: dict[CallId, KnownCall] = field(default_factory=dict)

    def take(self, row: int, entry: Entry) -> KnownCall | None:
        """The call that the entry in this row is about, as it is known after it; None for an entry about no call."""
        call: CallId | None = getattr(entry, "call", None)
        if not call:
            return None
        known = after(self._calls.get(call) or self._first(call, row, entry), entry)
        if isinstance(entry, CallEnded):
            self._calls.pop(call, None)
        else:
            self._calls[call] = known
        return known

    def _first(self, call: CallId, row: int, entry: Entry) -> KnownCall:
        known = KnownCall(call)
        if not isinstance(entry, CallEntered):
            for earlier in self.before(call, row):
                known = after(known, earlier)
        return known
