"""Pure: the final rows that no engine was there to write, from what the log began and what Asterisk saw.

A call that ended while no engine lived gets its row here, and a call that no engine ever met gets its whole record.
What a person answered is `answered`, in the fail-open dialplan as elsewhere. Running it again adds nothing, as long
as it is told what it added.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.call_log.cel import CelCall, CelTalk, EndedBy
from queues.entries import (
    CallAnswered,
    CallbackPromised,
    CallbackTakenBack,
    CallEnded,
    CallEntered,
    CallOffered,
    CallQueued,
    CallRecovered,
    CallReturned,
    Entry,
    MenuEntered,
    OfferEnded,
    Outcome,
    TalkEnded,
    TalkEnder,
)
from queues.ids import UNKNOWN_CLEARANCE, AgentId, CallId, Instant, OfferId, QueueId, partner_of
from queues.moved_entries import GONE, HUNG_UP
from queues.operator_entries import ParkingBegun
from queues.transfer_entries import CallTransferred
from routing.returning import RETURNED

SETTLED_MS = 5_000
"""A hang-up this fresh is left alone: the kernel that had the call writes its row, or the next look finds it."""
FOUND_OFFER = OfferId(-1)
"""Stands for the offer of a talk that only Asterisk knows of."""


@dataclass(frozen=True, slots=True)
class World:
    """What is known of the moment in which the log is completed."""

    now: Instant
    present: frozenset[CallId] = frozenset()
    """The calls that the living kernel has in its care at `now`: it writes their rows."""
    booted_at_ms: int = 0
    """When Asterisk last started: what began before and never hung up has ended with it. 0 if nobody knows."""
    vanished: frozenset[CallId] = frozenset()
    """Calls of which neither the kernel nor Asterisk's own log has known anything for a good while."""


def closing_entries(
    open_calls: Mapping[CallId, Sequence[Entry]],
    known: Container[CallId],
    cel_calls: Mapping[CallId, CelCall],
    world: World,
) -> list[Entry]:
    """What must be added to the log so that every call whose channel is gone has exactly one final row.

    `open_calls`: those in the log without one. `known`: the calls of which the log has anything at all. Both must have
    been read after `world` was, and hold everything noted until then.
    """
    entries: list[Entry] = []
    for call, remembered in open_calls.items():
        if call not in world.present:
            entries.extend(_close(call, remembered, cel_calls.get(call), world))
    for call, seen in cel_calls.items():
        if call not in known and call not in open_calls and call not in world.present and seen.accepted_ms:
            entries.extend(_whole_record(seen, world))
    return entries


@dataclass(frozen=True, slots=True)
class _Talk:
    offer: OfferId
    agent: AgentId
    at_ms: int


def is_promised(remembered: Sequence[Entry]) -> bool:
    """Whether the call is one whose caller has gone and is to be rung."""
    last = [entry for entry in remembered if isinstance(entry, CallbackPromised | CallbackTakenBack)]
    return bool(last) and isinstance(last[-1], CallbackPromised)


class _Story:
    """How far the log has come with one call."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.number = ""
        self.state = "entered"
        self.queue = QueueId("")
        self.entered_at_ms = 0
        self.clearance = UNKNOWN_CLEARANCE
        self.offer: CallOffered | None = None
        self.talk: _Talk | None = None
        self.wait_ms: int | None = None
        self.talked = False
        self.promised = False
        """Whether the caller is to be rung: then no channel need be there."""
        self.talked_to = AgentId("")
        self.handed_on_ms = 0
        """When the call was last put through: a talk that began before is not what it ended with."""
        self.first_ms = entries[0].at_ms if entries else 0
        self.last_ms = 0
        for entry in entries:
            self.last_ms = max(self.last_ms, entry.at_ms)
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        match entry:
            case CallEntered():
                self.number = entry.number
            case CallRecovered():
                self._take_recovered(entry)
            case CallQueued():
                # In a place that was kept for them nobody waited before they rang again.
                since_ms = entry.at_ms if entry.reason == RETURNED else entry.entered_at_ms
                self._queue_up(entry.queue, since_ms, "waiting")
                self.clearance = entry.clearance
            case CallReturned() | CallTransferred() | ParkingBegun():
                self._queue_up(entry.queue, getattr(entry, "entered_at_ms", 0), "waiting")
                self.talk, self.wait_ms, self.talked, self.handed_on_ms = None, None, False, entry.at_ms
            case CallOffered():
                self.offer, self.state = entry, "offered"
            case CallAnswered():
                self._answer(entry.offer, entry.agent, entry.at_ms, entry.wait_ms)
            case TalkEnded():
                self.talk = None
            case CallbackPromised() | CallbackTakenBack():
                self.promised = isinstance(entry, CallbackPromised)
            case MenuEntered() | OfferEnded():
                self.state = "menu" if isinstance(entry, MenuEntered) else "waiting"
            case _:
                pass

    def _take_recovered(self, entry: CallRecovered) -> None:
        self.number = self.number or entry.number
        self._queue_up(entry.queue, entry.entered_at_ms, entry.state)
        self.clearance = entry.clearance
        if entry.answered_at_ms and not self.talk:
            self._answer(FOUND_OFFER, entry.agent, entry.answered_at_ms, self.waited_ms(entry.answered_at_ms))

    def _queue_up(self, queue: QueueId, entered_at_ms: int, state: str) -> None:
        self.queue, self.state = queue or self.queue, state
        self.entered_at_ms = entered_at_ms or self.entered_at_ms

    def _answer(self, offer: OfferId, agent: AgentId, at_ms: int, wait_ms: int) -> None:
        self.talk, self.wait_ms, self.talked, self.state = _Talk(offer, agent, at_ms), wait_ms, True, "talking"
        self.talked_to = agent

    def waited_ms(self, until_ms: int) -> int:
        """From entering the queue, 0 if it never did."""
        return max(0, until_ms - self.entered_at_ms) if self.queue and self.entered_at_ms else 0


def _close(call: CallId, remembered: Sequence[Entry], seen: CelCall | None, world: World) -> Iterator[Entry]:
    """The rest of a call that the log began; nothing while it goes on, or while it is too early to tell."""
    story = _Story(remembered)
    if story.promised:
        if call in world.vanished:
            yield _found(call, story, GONE, world)
            wait_ms = story.waited_ms(story.last_ms)
            at_ms, outcome = Instant(story.last_ms), Outcome.CALLBACK_FAILED
            yield CallEnded(at_ms, call, outcome, "promised", story.queue, wait_ms, "missing")
        return
    if seen and not story.queue:
        story.queue, story.entered_at_ms = seen.queue, seen.queued_ms
    if seen and seen.hung_up_ms:
        if _settled(seen, world):
            yield _found(call, story, HUNG_UP, world)
            yield from _ending(call, story, seen)
    elif _ended_with_asterisk(seen.entered_ms if seen else story.first_ms, world):
        yield _found(call, story, GONE, world)
        yield from _cut_off(call, story, max(story.last_ms, seen.last_ms if seen else 0), "asterisk_restart")
    elif call in world.vanished:
        yield _found(call, story, GONE, world)
        yield from _cut_off(call, story, story.last_ms, "missing")


def _whole_record(seen: CelCall, world: World) -> Iterator[Entry]:
    """A call that no engine met, from its beginning; nothing while it goes on."""
    gone = not seen.hung_up_ms and _ended_with_asterisk(seen.entered_ms, world)
    if not gone and not _settled(seen, world):
        return
    story = _Story(())
    story.number, story.queue, story.entered_at_ms = seen.number, seen.queue, seen.queued_ms
    story.state = "waiting" if seen.queue else "menu"
    yield CallEntered(seen.entered_ms, seen.call, seen.number, "", "")
    if seen.queue:
        at_ms = Instant(seen.queued_ms)
        yield CallQueued(at_ms, seen.call, seen.queue, at_ms, UNKNOWN_CLEARANCE, "fallback")
    yield _found(seen.call, story, GONE if gone else HUNG_UP, world)
    if gone:
        yield from _cut_off(seen.call, story, seen.last_ms, "asterisk_restart")
    else:
        yield from _ending(seen.call, story, seen)


def _settled(seen: CelCall, world: World) -> bool:
    return 0 < seen.hung_up_ms <= world.now - SETTLED_MS


def _ended_with_asterisk(entered_ms: int, world: World) -> bool:
    """Whether a call that has not hung up is gone all the same: no channel outlives the process that had it."""
    return 0 < entered_ms < world.booted_at_ms


def _found(call: CallId, story: _Story, state: str, world: World) -> CallRecovered:
    """That we learnt of this from Asterisk, and when."""
    entered, nobody, not_talking = Instant(story.entered_at_ms), AgentId(""), Instant(0)
    # No caller: Asterisk's own log names none, and what ours has is a pseudonym, which must not be renamed once more.
    return CallRecovered(
        *(world.now, call, state, story.number, "", story.queue, entered, story.clearance),
        agent=nobody,
        answered_at_ms=not_talking,
    )


def _ending(call: CallId, story: _Story, seen: CelCall) -> Iterator[Entry]:
    """The talk and the final row of a call that hung up."""
    at_ms = Instant(seen.hung_up_ms)
    talk = seen.served
    if talk and talk.began_ms < story.handed_on_ms:
        talk = None
    if talk:
        yield from _talk(call, story, talk, seen)
    elif story.talk:
        talk_ms = max(0, at_ms - story.talk.at_ms)
        yield TalkEnded(at_ms, call, story.talk.offer, story.talk.agent, talk_ms, _by(seen))
    # A talk that Asterisk saw and that was none (F40) makes no answered call, whatever the log had begun to say.
    if talk or (story.talked and not [t for t in seen.talks if t.began_ms >= story.handed_on_ms]):
        reason = "caller_hung_up" if seen.ended_by is EndedBy.CALLER else ""
        who = talk.agent if talk else story.talked_to
        outcome = Outcome.OVERFLOWED_EXTERNAL if partner_of(who) else Outcome.ANSWERED
        yield CallEnded(at_ms, call, outcome, "talking", story.queue, story.wait_ms or 0, reason)
        return
    outcome, reason = _unanswered(seen)
    yield CallEnded(at_ms, call, outcome, story.state, story.queue, story.waited_ms(at_ms), reason)


def _unanswered(seen: CelCall) -> tuple[Outcome, str]:
    if seen.told_closed:
        return Outcome.CLOSED, "fallback"
    if seen.ended_by is EndedBy.CALLER:
        return Outcome.ABANDONED, "caller_hung_up"
    return Outcome.FAILED, "server_hung_up"


def _talk(call: CallId, story: _Story, talk: CelTalk, seen: CelCall) -> Iterator[Entry]:
    """What is missing of the talk: its answer, its end, or nothing."""
    if story.talk is None and story.talked:
        return
    who = _who(talk, story)
    began, offer = talk.began_ms, story.talk.offer if story.talk else _offer_to(who, story)
    if story.talk is None:
        story.wait_ms = story.waited_ms(began)
        yield CallAnswered(Instant(began), call, offer, story.queue, who, story.wait_ms)
    else:
        began = story.talk.at_ms
    yield TalkEnded(Instant(talk.ended_ms), call, offer, who, max(0, talk.ended_ms - began), _by(seen))


def _by(seen: CelCall) -> TalkEnder:
    return TalkEnder.CALLER if seen.ended_by is EndedBy.CALLER else TalkEnder.AGENT


def _who(talk: CelTalk, story: _Story) -> AgentId:
    """Who talked: of a partner's lines, the one that the log has."""
    partner, offered = partner_of(talk.agent), story.offer.agent if story.offer else AgentId("")
    return offered if partner and partner_of(offered) == partner else talk.agent


def _offer_to(agent: AgentId, story: _Story) -> OfferId:
    """The offer that the talk came of, when the log has it."""
    return story.offer.offer if story.offer and story.offer.agent == agent else FOUND_OFFER


def _cut_off(call: CallId, story: _Story, last_ms: int, reason: str) -> Iterator[Entry]:
    """The final row of a call that nobody ended; its last sign of life is the nearest instant there is."""
    at_ms = Instant(last_ms)
    if story.talk:
        talk_ms = max(0, last_ms - story.talk.at_ms)
        yield TalkEnded(at_ms, call, story.talk.offer, story.talk.agent, talk_ms, TalkEnder.UNKNOWN)
    wait_ms = story.wait_ms if story.wait_ms is not None else story.waited_ms(last_ms)
    yield CallEnded(at_ms, call, Outcome.FAILED, story.state, story.queue, wait_ms, reason)
