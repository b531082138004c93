"""What an agent's events mean: login, pause, wrap-up, and what the phone says by itself."""

from queues.agents import AgentState, NotReadyReason, PhoneState
from queues.entries import OfferResult
from queues.ids import AgentId
from routing.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    AgentRestored,
    PhoneStateChanged,
    WrapUpProlonged,
)
from routing.handed import TRANSFERRED
from routing.offers import withdraw
from routing.parked import PARKED
from routing.partners import line_seen
from routing.state import Centre, Person

BY_PHONE = "phone"
"""The reason of a login or logout that the phone made, not the person."""
BY_OTHER = "by_operator"
"""The reason of a logout that somebody else made; who, the event says."""
PROLONGED = "prolonged"
"""The reason of a wrap-up that the person has made longer."""


def logged_in(centre: Centre, person: Person, _event: AgentLoggedIn) -> bool:
    """The person is here and ready; False if they were here already. During a talk they stay after all."""
    if person.intends is AgentState.LOGGED_OUT:
        person.intends, person.chose_to_leave = None, False
        return True
    if person.state is not AgentState.LOGGED_OUT:
        return False
    person.chose_to_leave = False
    person.misses = 0
    centre.become(person, AgentState.READY)
    return True


def logged_out(centre: Centre, person: Person, event: AgentLoggedOut) -> bool:
    """The person is gone, after the talk if there is one; a ring stops at once."""
    person.chose_to_leave = True
    return _goes(centre, person, AgentState.LOGGED_OUT, BY_OTHER if event.who else "")


def paused(centre: Centre, person: Person, event: AgentPaused) -> bool:
    """The person takes no calls until they say so, after the talk if there is one."""
    if person.state is AgentState.LOGGED_OUT:
        return False
    return _goes(centre, person, AgentState.NOT_READY, event.reason)


def _goes(centre: Centre, person: Person, state: AgentState, reason: str) -> bool:
    if person.state in {AgentState.TALKING, AgentState.RINGING}:
        person.intends, person.intends_reason = state, reason
        if person.state is AgentState.RINGING:
            withdraw(centre, person, OfferResult.WITHDRAWN)
        return True
    if person.state is state and person.reason == reason:
        return False
    centre.become(person, state, reason)
    return True


def ready(centre: Centre, person: Person, _event: AgentReady) -> bool:
    """The person takes calls again; during a talk only what they had asked for is taken back."""
    if person.state is AgentState.TALKING:
        person.intends, person.chose_to_leave = None, False
        return True
    if person.state not in {AgentState.NOT_READY, AgentState.WRAP_UP}:
        return False
    person.misses = 0
    centre.become(person, AgentState.READY)
    return True


def wrap_up_prolonged(centre: Centre, person: Person, event: WrapUpProlonged) -> bool:
    """The wrap-up lasts longer, from now; False if there is none."""
    if person.state is not AgentState.WRAP_UP:
        return False
    centre.become(person, AgentState.WRAP_UP, PROLONGED, centre.now + event.by_ms)
    return True


def pause_or_wrap_up_ends(centre: Centre, owner: str) -> None:
    """The person is ready again by themselves."""
    centre.become(centre.people[AgentId(owner)], AgentState.READY)


def phone_changed(centre: Centre, person: Person, event: PhoneStateChanged) -> bool:
    """What Asterisk says of the phone is believed; a dead phone stops a ring and, where so configured, logs out."""
    phone_is(centre, person, event.state)
    return True


def phone_is(centre: Centre, person: Person, phone: PhoneState) -> None:
    """The phone is in this state. Lists repeat what is known; only death means the same each time it is told."""
    if person.phone is phone and phone is not PhoneState.UNREACHABLE:
        return
    if person.partner:
        line_seen(centre, person, phone)
        if phone is PhoneState.UNREACHABLE and person.state is AgentState.RINGING:
            withdraw(centre, person, OfferResult.UNREACHABLE)
        return
    before, person.phone = person.phone, phone
    if phone is PhoneState.UNREACHABLE:
        _phone_died(centre, person)
    elif before is PhoneState.UNREACHABLE:
        _phone_lives(centre, person)
    if phone is PhoneState.IDLE and person.reason == NotReadyReason.PHONE_FAULT and centre.ends_by_itself(person):
        centre.become(person, AgentState.READY)
    centre.refresh(person)


def _phone_died(centre: Centre, person: Person) -> None:
    ringing = person.state is AgentState.RINGING
    if centre.plan.login_by_phone:
        person.chose_to_leave = person.intends is AgentState.LOGGED_OUT and person.intends_reason != BY_PHONE
        if ringing or person.state is AgentState.TALKING:
            if person.intends is None:
                person.intends, person.intends_reason = AgentState.LOGGED_OUT, BY_PHONE
        elif person.state is not AgentState.LOGGED_OUT:
            centre.become(person, AgentState.LOGGED_OUT, BY_PHONE)
    if ringing:
        withdraw(centre, person, OfferResult.UNREACHABLE)


def _phone_lives(centre: Centre, person: Person) -> None:
    if person.intends is AgentState.LOGGED_OUT and person.intends_reason == BY_PHONE:
        person.intends = None
    elif person.state is AgentState.LOGGED_OUT and centre.plan.login_by_phone and not person.chose_to_leave:
        centre.become(person, AgentState.READY, BY_PHONE)


def restored(centre: Centre, person: Person, event: AgentRestored) -> bool:
    """The person does what they did when the engine before us ended; whoever rang or talked is found so in Asterisk."""
    if person.state is not AgentState.LOGGED_OUT:
        return False
    if event.state is AgentState.LOGGED_OUT:
        person.chose_to_leave = event.reason != BY_PHONE
    elif event.state is AgentState.WRAP_UP:
        # Whom they had put through, or parked, is forgotten with the engine before us: the call waits in its line.
        reason = "" if event.reason in {TRANSFERRED, PARKED} else event.reason
        centre.become(person, AgentState.WRAP_UP, reason, max(event.until_ms, centre.now))
    elif event.state is AgentState.NOT_READY:
        until = max(event.until_ms, centre.now) if event.until_ms else 0
        centre.become(person, AgentState.NOT_READY, event.reason, until)
    else:
        centre.become(person, AgentState.READY)
    return True
