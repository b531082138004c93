"""Putting a caller through: to a specialist (level 2), a department (level 3) or a person by name.

Four rules. What cannot lead to anybody is refused, and the talk goes on. A transfer to a department or a person is
supervised: not answered in time the call goes back to whoever made it, else to its old line in its old place. What a
call has needed to be heard it goes on needing. And a call that has been put through too often goes to people who take
everything.
"""

from dataclasses import dataclass

from queues.agents import AgentState
from queues.entries import OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Clearance, Instant, QueueId
from queues.line import place
from queues.transfer_entries import CallTransferred, TransferRefused, TransferReturned
from routing import callers
from routing.actions import EndTalk, WithdrawOffer
from routing.callers import entrance_of
from routing.deadlines import DeadlineKind
from routing.events import TransferRequested
from routing.handed import TRANSFERRED, let_go, waits_to_hear
from routing.moved import tell
from routing.offers import after_talk, away, does_as_intended, offer, offer_ends, remember_talk
from routing.secrecy import may_hear, risen
from routing.state import NOBODY, Call, CallState, Centre, Person

SPECIALIST, DEPARTMENT = 2, 3
LAST_WORD_MS = 1_000
"""By how much the wait for a supervised transfer's answer is longer than its ring, so that the answer comes first."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a transfer could reach, as whoever is about to make it wants to know."""

    ready: tuple[AgentId, ...] = ()
    """Who could answer now."""
    logged_in: tuple[AgentId, ...] = ()
    waiting: int = 0
    """How many calls would be served before this one."""
    wait_ms: int = 0
    """The wait as it is foreseen, 0 if somebody is ready or nobody knows."""


def refusal(centre: Centre, person: Person, event: TransferRequested) -> str:
    """Why the transfer is not made; "" if it is."""
    call = centre.calls.get(person.call)
    if call is None or person.state is not AgentState.TALKING or call.state is not CallState.TALKING:
        return "no_talk"
    if centre.paused or call.promise is not None:
        return "no_link" if centre.paused else "callback"
    return _what_is_wrong(centre, person, event) or _who_lacks(centre, call, event)


def _what_is_wrong(centre: Centre, person: Person, event: TransferRequested) -> str:
    """Why nobody can be put through there, whoever is here; "" if that is not the matter."""
    if event.person:
        known = event.person in centre.plan.agents
        return ("self" if event.person == person.id else "") if known else "unknown"
    if event.queue not in centre.plan.queues or event.level not in {SPECIALIST, DEPARTMENT}:
        return "unknown"
    return "" if _is_open(centre, event.queue) else "closed"


def _is_open(centre: Centre, queue: QueueId) -> bool:
    rules = centre.plan.queues[queue]
    return centre.switches.is_open(rules.hours, rules.hours_id, centre.now)


def _who_lacks(centre: Centre, call: Call, event: TransferRequested) -> str:
    seats = [a for a in _seats(centre, call, event) if centre.circles.seats[a] != call.agent]
    if not seats:
        return "nobody_cleared"
    if not any(a in centre.logged_in for a in seats):
        return "nobody_there"
    supervised = bool(event.person) or event.level == DEPARTMENT
    return "nobody_ready" if supervised and not any(a in centre.ready for a in seats) else ""


def _seats(centre: Centre, call: Call, event: TransferRequested) -> list[int]:
    """The seats that the transfer asks for and that may hear the call then."""
    circles = centre.circles
    if event.person:
        # The line in which the call stands meanwhile may need more than the call did.
        cleared = circles.cleared(_needed(centre, call, home_line(centre, call)))
        return [a for a in (circles.index[event.person],) if cleared[a]]
    named, level = circles.pair_steps[event.queue], circles.level[event.queue]
    cleared = circles.cleared(_needed(centre, call, event.queue))
    return [a for a in range(len(circles.seats)) if cleared[a] and named[a] and level[a] >= event.level]


def _needed(centre: Centre, call: Call, queue: QueueId) -> Clearance:
    return risen(call.clearance, centre.plan.queues[queue].clearance)


def reach(centre: Centre, person: Person, event: TransferRequested) -> Reach:
    """Whom the transfer could reach now; of a talk that is none, nobody."""
    call = centre.calls.get(person.call)
    if call is None or (event.queue not in centre.plan.queues and event.person not in centre.circles.index):
        return Reach()
    seats = [a for a in _seats(centre, call, event) if centre.circles.seats[a] != person.id]
    names = centre.circles.seats
    ready = tuple(names[a] for a in seats if a in centre.ready)
    here = tuple(names[a] for a in seats if a in centre.logged_in)
    if event.person:
        return Reach(ready, here)
    line, now = centre.lines[event.queue], centre.now
    would_be = place(call.priority, _place_ms(centre, call, event), call.sequence, call.id)
    wait_ms = 0 if ready else centre.forecasts.wait_ms(event.queue, line, would_be, now)
    return Reach(ready, here, line.position(would_be) - 1, wait_ms)


def _place_ms(centre: Centre, call: Call, event: TransferRequested) -> Instant:
    """The instant that will decide the place: back into its own line, asking for nobody better, is to the end (F51)."""
    own = centre.circles.level.get(event.queue, ())
    mine = own[centre.circles.index[call.agent]] if own and call.agent in centre.circles.index else 0
    again = event.queue == call.queue and mine >= event.level and event.level == SPECIALIST
    return centre.now if again else call.entered_at_ms or centre.now


# ── made ────────────────────────────────────────────────────────────────────────────────────────────────────────
def transfer_requested(centre: Centre, person: Person, event: TransferRequested) -> bool:
    """The caller is on the way to whom the person asked for, or the person is told why not."""
    call = centre.calls.get(person.call)
    why = refusal(centre, person, event)
    if call is None or why:
        about = call.id if call else CallId("")
        refused = TransferRefused(centre.now, about, person.id, event.queue, event.level, event.person, why)
        centre.entries.append(refused)
    elif call.handed.times >= centre.plan.transfer_limit:
        _put_through(centre, call, person, _to_humans(centre, call, event), "limit")
    else:
        _put_through(centre, call, person, event)
    return True


def _to_humans(centre: Centre, call: Call, event: TransferRequested) -> TransferRequested:
    """As if somebody had asked for where people take everything; while that is closed, for where they did ask."""
    human = _humans(centre, call)
    asked = event.queue or call.queue
    closed = not _is_open(centre, human) and asked in centre.plan.queues
    return TransferRequested(call.agent, asked if closed else human, 0)


def _humans(centre: Centre, call: Call) -> QueueId:
    """Where people take everything, if any of them may hear the call; else the line it came from."""
    menu = centre.plan.menus.get(entrance_of(centre, call.number).menu)
    human = menu.human if menu else call.queue
    if human not in centre.plan.queues:
        human = next(iter(centre.plan.queues))
    if call.queue in centre.plan.queues and not _somebody(centre, human, _needed(centre, call, human)):
        human = call.queue
    return human


def _line(centre: Centre, call: Call, to: TransferRequested) -> QueueId:
    """Where the call stands from then on: for a person, where it came from."""
    return to.queue if not to.person and to.queue in centre.plan.queues else home_line(centre, call)


def home_line(centre: Centre, call: Call) -> QueueId:
    """The line that the call came from; of one that stood in none, where people take everything."""
    return call.queue if call.queue in centre.plan.queues else _humans(centre, call)


def _somebody(centre: Centre, queue: QueueId, clearance: Clearance) -> bool:
    """Whether anybody whom the queue's plan names may hear a call that needs this."""
    cleared, named = centre.circles.cleared(clearance), centre.circles.pair_steps[queue]
    return any(may and named[a] for a, may in enumerate(cleared))


def _put_through(centre: Centre, call: Call, by: Person, to: TransferRequested, reason: str = "") -> None:
    before, queue = call.queue, _line(centre, call, to)
    ended, adopted = EndTalk(call.id, call.offer, call.agent, call.papers()), call.adopted
    place_ms = _place_ms(centre, call, to)
    remember_talk(centre, call, TalkEnder.TRANSFER)
    supervised = to.person != NOBODY or to.level == DEPARTMENT
    _note(centre, call, by, to, supervised=supervised)
    times = call.handed.times
    centre.entries.append(
        CallTransferred(centre.now, call.id, ended.offer, by.id, before, queue, to.level, to.person, times, reason)
    )
    _after(centre, by, call, supervised=supervised)
    call.entered_at_ms, call.answered_at_ms, call.queue = place_ms, Instant(0), queue
    call.bounds.enters(centre.now)
    at = len(centre.actions)
    if adopted:
        rules = centre.plan.queues[queue]
        call.clearance, call.priority = _needed(centre, call, queue), max(call.priority, rules.priority)
        call.closes_at_ms = centre.switches.line_closes_at(rules, call.entered_at_ms, centre.now)
        call.open_steps = 0
        away(centre, call)
        tell(centre, call)
    else:
        centre.enqueue(call, queue, "transfer", quietly=True)
        if to.person:
            _ring_at_once(centre, call, centre.people[to.person])
    centre.actions.insert(at, EndTalk(ended.call, ended.offer, ended.agent, call.papers()))


def _note(centre: Centre, call: Call, by: Person, to: TransferRequested, *, supervised: bool) -> None:
    """The call knows who put it through, and where it goes back to."""
    handed = call.handed
    handed.waited_ms = handed.waited_until(call.entered_at_ms, call.answered_at_ms)
    handed.times, handed.at_ms, handed.by = handed.times + 1, centre.now, by.id
    handed.back_to, handed.back_level = call.queue, handed.min_level
    handed.min_level, handed.only, handed.shuns = to.level, to.person, by.id
    rules = centre.plan.queues.get(to.queue) or centre.queue_of(call)
    handed.until_ms = Instant(centre.now + rules.ring_ms if supervised else 0)
    handed.wrapped_up_ms = Instant(centre.now + centre.queue_of(call).wrap_up_ms)


def _after(centre: Centre, by: Person, call: Call, *, supervised: bool) -> None:
    """Whoever put the call through wraps up; under supervision at least until they know that it was answered."""
    if by.intends is not None:
        does_as_intended(centre, by)
    elif supervised:
        until_ms = max(call.handed.until_ms + LAST_WORD_MS, call.handed.wrapped_up_ms)
        centre.become(by, AgentState.WRAP_UP, TRANSFERRED, until_ms)
    else:
        after_talk(centre, by, centre.queue_of(call).wrap_up_ms)


def _ring_at_once(centre: Centre, call: Call, person: Person) -> None:
    """The person's phone rings for the call, whatever the plan says; that they may hear it has been seen to."""
    if not may_hear(centre.plan.agents[person.id].clearances, call.clearance):
        return  # whatever was seen to before: the one decision is asked where the phone is rung, too
    offer(centre, call, person)
    if call.handed.only != NOBODY:
        # Whatever ends this ring but an answer ends the transfer: nobody else is asked.
        call.handed.until_ms = centre.now
        centre.deadlines.cancel(call.id, DeadlineKind.TRANSFER_ENDS)


# ── not reached ─────────────────────────────────────────────────────────────────────────────────────────────────
def transfer_ends(centre: Centre, owner: str) -> None:
    """Nobody answered in time: the call goes back to whoever made the transfer, else to its old line."""
    call = centre.calls[CallId(owner)]
    if call.state is CallState.OFFERED:
        if centre.paused:
            # Nothing can be withdrawn now; the ring's own end, or the next list, brings us here again.
            call.handed.until_ms = centre.now
            return
        rang_out = centre.now - call.offered_at_ms >= centre.queue_of(call).ring_ms
        centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
        offer_ends(centre, call, OfferResult.NO_ANSWER if rang_out else OfferResult.WITHDRAWN)
    centre.leave_line(call)
    _go_back(centre, call)


def line_closes(centre: Centre, owner: str) -> None:
    """Who still waits long after closing is told so; who has been put through under supervision goes back instead."""
    call = centre.calls[CallId(owner)]
    if call.handed.until_ms and call.state is CallState.WAITING:
        transfer_ends(centre, owner)
    else:
        callers.line_closes(centre, owner)


def _go_back(centre: Centre, call: Call) -> None:
    handed, tried = call.handed, call.queue
    person = centre.people.get(handed.by)
    home = handed.back_to
    if home not in centre.plan.queues or not _somebody(centre, home, _needed(centre, call, home)):
        home = tried
    handed.free()
    handed.min_level = handed.back_level if home == handed.back_to else 0
    call.queue = home
    at = len(centre.entries)
    centre.enqueue(call, home, "transfer_returned", quietly=True)
    reached = person is not None and _takes_back(centre, call, person)
    centre.entries.insert(at, TransferReturned(centre.now, call.id, tried, handed.by, reached))
    if reached and person is not None:
        _ring_at_once(centre, call, person)
    else:
        let_go(centre, call)


def _takes_back(centre: Centre, call: Call, person: Person) -> bool:
    """Whether the person who made the transfer can be rung at once; waiting for this counts as being ready."""
    agent = centre.plan.agents.get(person.id)
    if centre.paused or agent is None or not may_hear(agent.clearances, call.clearance):
        return False
    if waits_to_hear(call, person):
        centre.become(person, AgentState.READY)
    return person.index in centre.ready
