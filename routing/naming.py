"""Looking for a person by name: what each key means, and ringing whoever is chosen.

Four rules. Whatever is not understood, not found or not wanted ends in the line for everything else, never in a
hang-up. Names are typed with 2 to 9 alone, so 1, 0, * and # mean the same throughout. Whoever takes calls here is rung
through their seat and nowhere else, and no phone rings for two callers. And who may not be found is not in the
directory at all.
"""

from queues.agents import AgentState, PhoneState
from queues.entries import OfferResult
from queues.ids import AgentId, CallId, PersonId
from queues.name_entries import NameSearched, PersonRung
from routing.actions import OfferToAgent, RingPerson, WithdrawOffer
from routing.callbacks import promise
from routing.callers import enter_queue, entrance_of
from routing.directory import Directory, Listed, Search
from routing.events import DigitsEntered, MenuCut
from routing.names import MOST_DIGITS, NAME_KEYS
from routing.offers import back, offer_ends, ring
from routing.searching import (
    ABSENT,
    BUSY,
    NO_ANSWER,
    OUTSIDE_HOURS,
    ask,
    choices,
    directory_of,
    not_reached,
    rings_on,
    ways_out,
)
from routing.secrecy import may_hear
from routing.state import Call, CallState, Centre

_IN_USE = frozenset({CallState.CONNECTING, CallState.TALKING})


def key_pressed(centre: Centre, call: Call, event: DigitsEntered) -> bool:
    """The key, or silence, leads on. False if nobody is being looked for."""
    search, key = call.search, event.digits[:1]
    if search is None:
        return False
    directory = directory_of(centre)
    search.keys += 1
    if key == "0":
        go_home(centre, call, search, "human")
    elif search.keys > directory.most_keys or not directory.people:
        go_home(centre, call, search, "invalid")
    elif search.not_reached:
        _after_not_reached(centre, call, search, key)
    elif search.offered:
        _choose(centre, call, search, key)
    else:
        _type(centre, call, search, key)
    return True


def go_home(centre: Centre, call: Call, search: Search, reason: str) -> None:
    """The caller stands in the line for everything else, or hears that it is closed."""
    call.search = None
    queues = centre.plan.queues
    home = search.home if search.home in queues else centre.plan.menus[entrance_of(centre, call.number).menu].human
    enter_queue(centre, call, home, reason)


def cut(centre: Centre, call: Call, _event: MenuCut) -> bool:
    """An engine stops: the caller is in the line for everything else, and nobody asks them anything again."""
    if call.search is None:
        return False
    go_home(centre, call, call.search, "menu_cut")
    return True


# ── typing ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _type(centre: Centre, call: Call, search: Search, key: str) -> None:
    """One more letter, or the end of the name."""
    directory = directory_of(centre)
    if key in NAME_KEYS and len(search.digits) < MOST_DIGITS:
        search.digits += key
        complete, partial = _found(directory, search)
        if len(complete) + len(partial) == 1:
            _offer(centre, call, search, complete + partial, "one")
        else:
            ask(centre, call, (), directory.next_key_ms)
    elif key == "*":
        search.digits = ""
        ask(centre, call, directory.words.instruction, directory.first_key_ms)
    elif key == "1":
        ask(centre, call, (), directory.next_key_ms)
    elif key == "" and not search.digits:
        _remember(centre, call, search, 0, "silence")
        go_home(centre, call, search, "silence")
    else:
        _typed(centre, call, search)


def _found(directory: Directory, search: Search) -> tuple[tuple[PersonId, ...], tuple[PersonId, ...]]:
    """Whom the digits are enough for so far."""
    if len(search.digits) < directory.least_digits:
        return (), ()
    return directory.find(search.digits)


def _typed(centre: Centre, call: Call, search: Search) -> None:
    """The name is whole: those who bear it can be chosen, if they are few enough to be told."""
    directory = directory_of(centre)
    complete, partial = directory.find(search.digits)
    everybody, most = complete + partial, directory.most_choices
    few = next((found for found in (everybody, complete) if 0 < len(found) <= most), ())
    if few:
        _offer(centre, call, search, few, "one" if len(few) == 1 else "several")
    elif everybody and not search.narrowed:
        search.narrowed = True
        _remember(centre, call, search, len(everybody), "too_many")
        ask(centre, call, directory.words.too_many, directory.first_key_ms)
    elif everybody:
        _remember(centre, call, search, len(everybody), "too_many")
        go_home(centre, call, search, "too_many_found")
    else:
        _nothing(centre, call, search)


def _nothing(centre: Centre, call: Call, search: Search) -> None:
    """Nobody is called so: the caller may try again, but not for ever."""
    directory = directory_of(centre)
    _remember(centre, call, search, 0, "nobody")
    search.misses += 1
    search.digits, search.narrowed = "", False
    if search.misses >= directory.tries:
        go_home(centre, call, search, "nobody_found")
    else:
        ask(centre, call, directory.words.nothing + directory.words.instruction, directory.first_key_ms)


def _remember(centre: Centre, call: Call, search: Search, found: int, meaning: str) -> None:
    """How the search went; what was typed could be anything, a personal number too, and is not kept here."""
    centre.entries.append(NameSearched(centre.now, call.id, len(search.digits), found, meaning))


# ── choosing ────────────────────────────────────────────────────────────────────────────────────────────────────
def _offer(centre: Centre, call: Call, search: Search, people: tuple[PersonId, ...], meaning: str) -> None:
    search.offered = people
    _remember(centre, call, search, len(people), meaning)
    _tell(centre, call, search)


def _tell(centre: Centre, call: Call, search: Search) -> None:
    directory = directory_of(centre)
    ask(centre, call, choices(directory, search.offered), directory.choice_ms)


def _choose(centre: Centre, call: Call, search: Search, key: str) -> None:
    """A person's key, or another: then the choices once more."""
    if key == "":
        go_home(centre, call, search, "silence")
    elif key.isdecimal() and int(key) <= len(search.offered):
        _chosen(centre, call, search, search.offered[int(key) - 1])
    elif key in NAME_KEYS and len(search.offered) == 1:
        _types_on(centre, call, search, key)
    else:
        _tell(centre, call, search)


def _types_on(centre: Centre, call: Call, search: Search, key: str) -> None:
    """The caller had not finished the name when it was clear whom they meant, or so it seemed."""
    directory = directory_of(centre)
    search.digits = (search.digits + key)[:MOST_DIGITS]
    complete, partial = directory.find(search.digits)
    if search.offered[0] in complete + partial:
        _tell(centre, call, search)
    else:
        search.offered = ()
        ask(centre, call, (), directory.next_key_ms)


def _chosen(centre: Centre, call: Call, search: Search, person: PersonId) -> None:
    """The person is rung, or the caller hears why not."""
    listed = directory_of(centre).people.get(person)
    search.person = person
    if listed is None or not may_hear(frozenset(), call.clearance):
        go_home(centre, call, search, "nobody_found")
    elif why := _away(centre, listed):
        not_reached(centre, call, search, why)
    else:
        connect(centre, call, search, listed)


# ── the person ──────────────────────────────────────────────────────────────────────────────────────────────────
def _away(centre: Centre, listed: Listed) -> str:
    """Why the person cannot be rung now; "" if they can."""
    if listed.absent_until_ms > centre.now:
        return ABSENT
    if listed.hours is not None and not listed.hours.is_open(centre.now):
        return OUTSIDE_HOURS
    if centre.paused:
        return NO_ANSWER
    return _seat_is_taken(centre, listed.agent) if listed.agent else _phone_is_taken(centre, listed.phone)


def _seat_is_taken(centre: Centre, agent: AgentId) -> str:
    person = centre.people.get(agent)
    if person is None or person.state is AgentState.LOGGED_OUT or person.phone is PhoneState.UNREACHABLE:
        return ABSENT
    return "" if person.state is AgentState.READY and person.phone is PhoneState.IDLE else BUSY


def _phone_is_taken(centre: Centre, phone: str) -> str:
    if not phone:
        return NO_ANSWER
    return BUSY if any(phone_of(call) == phone for call in centre.calls.values()) else ""


def phone_of(call: Call) -> str:
    """The phone without a seat that rings or talks for the call, "" for none."""
    return call.search.phone if call.search is not None and call.state in _IN_USE else ""


def connect(centre: Centre, call: Call, search: Search, listed: Listed) -> None:
    """The person's phone rings, the caller hearing music all the while."""
    directory = directory_of(centre)
    centre.move(call, CallState.CONNECTING)
    call.offer, call.agent, call.offered_at_ms = centre.next_offer(), listed.agent, centre.now
    search.phone = "" if listed.agent else listed.phone
    centre.entries.append(PersonRung(centre.now, call.id, call.offer, search.person, listed.agent))
    if listed.agent:
        person = centre.people[listed.agent]
        ring(centre, call, person)
        centre.actions.append(OfferToAgent(call.id, call.offer, person.id, directory.ring_ms, directory.music))
    else:
        centre.actions.append(RingPerson(call.id, call.offer, listed.phone, directory.ring_ms, directory.music))
    rings_on(centre, call)


def ring_ends(centre: Centre, owner: str) -> None:
    """Nobody answered in time. While nothing can be withdrawn, Asterisk's own time-out ends the ringing instead."""
    call = centre.calls[CallId(owner)]
    if centre.paused:
        return
    centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
    offer_ends(centre, call, OfferResult.NO_ANSWER)
    back(centre, call, OfferResult.NO_ANSWER)


def _after_not_reached(centre: Centre, call: Call, search: Search, key: str) -> None:
    """1 to be rung, silence for somebody else; anything else, and what can be done is said once more."""
    if key == "":
        go_home(centre, call, search, "not_reached")
    elif key == "1" and promise(centre, call, queue=search.home, matter=_name(centre, search)):
        call.search = None
    elif key == "1":
        go_home(centre, call, search, "not_reached")
    else:
        ask(centre, call, ways_out(centre, call, search), directory_of(centre).choice_ms)


def _name(centre: Centre, search: Search) -> str:
    """Whom the caller looked for, for the people who ring back."""
    listed = directory_of(centre).people.get(search.person)
    return f"{listed.first} {listed.last}".strip() if listed else ""
