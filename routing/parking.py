"""Parking with return: a caller who has been answered waits for one person, and hears music.

Three rules. A parked call has the papers of its line: it keeps its place there and what it needs to be heard, and
whoever finds it knows both. It returns to whoever parked it when its time is up or it is asked for, and to its line if
they are gone or busy: nobody waits for somebody who talks to somebody else. And nobody waits for a person who has left.
"""

from queues.agents import AgentState, PhoneState
from queues.entries import TalkEnder
from queues.ids import CallId, Clearance, Instant, QueueId
from queues.operator_entries import ParkingBegun, ParkingEnded, ParkingRefused
from routing.actions import EndTalk, HoldMusic
from routing.deadlines import DeadlineKind
from routing.moved import tell
from routing.offers import does_as_intended, offer, remember_talk
from routing.operator_events import CallParked
from routing.parked import PARKED, Parked, unpark, waits_for
from routing.secrecy import may_hear, risen
from routing.state import NO_OFFER, NOBODY, Call, CallState, Centre, Person
from routing.transfers import LAST_WORD_MS, home_line

SHORTEST_MS, LONGEST_MS = 5_000, 900_000
"""How long a call may be parked for at a time."""
MOST_PARKED = 3
"""How many calls one person may have parked at once."""
ENDED = "parking_ended"
"""The reason of standing in line again."""


def park_refusal(centre: Centre, person: Person, event: CallParked) -> str:
    """Why the call is not parked; "" if it is."""
    call = centre.calls.get(person.call)
    if call is None or person.state is not AgentState.TALKING or call.state is not CallState.TALKING:
        return "no_talk"
    if centre.paused or call.promise is not None:
        return "no_link" if centre.paused else "callback"
    if call.adopted:
        return "recovered"  # its caller is in no session of ours: nothing could be played to them
    if not SHORTEST_MS <= event.return_after_ms <= LONGEST_MS:
        return "time"
    return "too_many" if len(waits_for(centre, person.id)) >= MOST_PARKED else ""


def call_parked(centre: Centre, person: Person, event: CallParked) -> bool:
    """The caller hears music and the person is spared other calls; or the person is told why not."""
    call, why = centre.calls.get(person.call), park_refusal(centre, person, event)
    if call is None or why:
        centre.entries.append(ParkingRefused(centre.now, call.id if call else CallId(""), person.id, why))
        return True
    until_ms = Instant(centre.now + event.return_after_ms)
    _leaves_talk(centre, call, person, until_ms)
    if person.intends is not None:
        does_as_intended(centre, person)
    else:
        # A little longer than the call is away: whoever is ready first would be given somebody else's.
        centre.become(person, AgentState.WRAP_UP, PARKED, until_ms + LAST_WORD_MS)
    return True


def _leaves_talk(centre: Centre, call: Call, person: Person, until_ms: Instant) -> None:
    handed, offer_id, line = call.handed, call.offer, home_line(centre, call)
    handed.waited_ms = handed.waited_until(call.entered_at_ms, call.answered_at_ms)
    handed.free()
    handed.at_ms, handed.by = centre.now, NOBODY
    wrapped_up_ms = Instant(centre.now + centre.queue_of(call).wrap_up_ms)
    remember_talk(centre, call, TalkEnder.PARKED)
    rules = centre.plan.queues[line]
    call.queue, call.clearance = line, _needed(centre, call, line)
    call.priority, call.entered_at_ms = max(call.priority, rules.priority), call.entered_at_ms or centre.now
    call.offer, call.agent, call.answered_at_ms, call.search = NO_OFFER, NOBODY, Instant(0), None
    centre.move(call, CallState.PARKED)
    call.parked = Parked(person.id, centre.now, until_ms, wrapped_up_ms)
    centre.parked[call.id] = None
    centre.deadlines.set(call.id, DeadlineKind.PARK_ENDS, until_ms)
    centre.entries.append(ParkingBegun(centre.now, call.id, offer_id, person.id, line, until_ms))
    tell(centre, call)  # its place and what it needs may be others now
    centre.actions.append(EndTalk(call.id, offer_id, person.id, call.papers()))
    centre.actions.append(HoldMusic(call.id, rules.music))


def _needed(centre: Centre, call: Call, queue: QueueId) -> Clearance:
    return risen(call.clearance, centre.plan.queues[queue].clearance)


def park_ends(centre: Centre, owner: str) -> None:
    """The time is up, or the person has left: the call is back with them if they can be rung, else in its line."""
    call = centre.calls[CallId(owner)]
    person = centre.people.get(call.parked.by) if call.parked else None
    left = person is None or person.state is AgentState.LOGGED_OUT
    returns(centre, call, "gone" if left else "time", person if _can_be_rung(centre, call, person) else None)


def _can_be_rung(centre: Centre, call: Call, person: Person | None) -> bool:
    """Whether the person takes calls, or only wraps up: they have asked for this one."""
    agent = centre.plan.agents.get(person.id) if person else None
    if person is None or agent is None or centre.paused or person.phone is not PhoneState.IDLE:
        return False
    if person.state not in {AgentState.READY, AgentState.WRAP_UP}:
        return False
    return may_hear(agent.clearances, _needed(centre, call, call.queue))


def returns(centre: Centre, call: Call, reason: str, to: Person | None) -> None:
    """The parked call stands in its line, in its old place, and the phone of `to` rings for it."""
    by = call.parked.by if call.parked else NOBODY
    if to is not None and to.state is not AgentState.READY:
        centre.become(to, AgentState.READY)
    unpark(centre, call)
    call.bounds.enters(centre.now)
    centre.entries.append(ParkingEnded(centre.now, call.id, by, call.queue, to is not None, reason))
    centre.enqueue(call, call.queue, ENDED, quietly=True)
    if to is not None:
        offer(centre, call, to)
