"""A partner's lines: seats that are open by the clock, counted, bounded, and closed by themselves when calls fail.

Four rules. A line holds no clearance, so no confidential call and no call of which nobody knows what it needs is ever
for one. A call that failed there stays at home a while, and is outside twice at the most. Several failures in a row
open the circuit: then one line at a time tries, now and then. And what closes lines never cuts a talk.
"""

from collections.abc import Iterator
from dataclasses import replace

from queues.agents import AgentState, PhoneState
from queues.entries import OfferResult, PartnerChanged, TalkEnder
from queues.ids import CallId, Instant, PartnerId, partner_line
from routing import line_rules
from routing.actions import KeepPapers, OfferToPartner
from routing.deadlines import DeadlineKind
from routing.events import OfferRings, PartnerRestored
from routing.outside import DAY_MS, PartnerMemory
from routing.plan import FAR_FUTURE_MS, Partner, Plan
from routing.state import Call, CallState, Centre, Person

OPEN, CLOSED, SPENT, UNREACHABLE, CIRCUIT_OPEN = "open", "closed", "spent", "unreachable", "circuit_open"
_WORDS = {
    line_rules.OPEN: OPEN,
    line_rules.CLOSED: CLOSED,
    line_rules.SPENT: SPENT,
    line_rules.UNREACHABLE: UNREACHABLE,
    line_rules.CIRCUIT_OPEN: CIRCUIT_OPEN,
}
DROPPED = "dropped"
WHISPER_MS = 15_000
"""How long after the ring time Asterisk itself may still be saying what an answer is about."""
_NOT_THEIRS = {OfferResult.CALLER_HUNG_UP, OfferResult.WITHDRAWN}
"""What says nothing about the partner."""
_BUSY = {AgentState.RINGING, AgentState.TALKING}


def ring_line(centre: Centre, call: Call, person: Person) -> None:
    """The partner is rung on this line."""
    partner, queue = centre.plan.partners[person.partner], centre.queue_of(call)
    memory = _memory(centre, partner.id)
    if memory.failures >= partner.trips_after:
        memory.probe_at_ms = Instant(centre.now + partner.probe_ms)
    call.legs.made, call.legs.rings = call.legs.made + 1, False
    centre.actions.append(KeepPapers(call.id, call.papers()))
    whisper = partner.whisper + queue.whisper
    made = OfferToPartner(call.id, call.offer, person.id, partner.ring_ms, queue.music, whisper, partner.language)
    centre.actions.append(made)
    centre.deadlines.set(person.id, DeadlineKind.RING_ENDS, centre.now + ring_ms(centre, call, person))


def ring_ms(centre: Centre, call: Call, person: Person) -> int:
    """How long a ring may last in our hands; on a line, until it rings there, and then with what is whispered."""
    partner = centre.plan.partners.get(person.partner)
    if partner is None:
        return centre.queue_of(call).ring_ms
    return partner.ring_ms + WHISPER_MS if call.legs.rings else partner.setup_ms


def line_rings(centre: Centre, call: Call, event: OfferRings) -> bool:
    """The partner has its ring time. False if the offer is no more, or had come through before."""
    person = centre.people.get(call.agent)
    if event.offer != call.offer or call.legs.rings or person is None or not person.partner:
        return False
    call.legs.rings = True
    centre.deadlines.set(person.id, DeadlineKind.RING_ENDS, call.offered_at_ms + ring_ms(centre, call, person))
    return True


def not_answered(call: Call, person: Person) -> OfferResult:
    """What a ring that nobody answered says: of a partner that it never came through to, that it is out of reach."""
    return OfferResult.UNREACHABLE if person.partner and not call.legs.rings else OfferResult.NO_ANSWER


# ── what comes of calls there ───────────────────────────────────────────────────────────────────────────────────────
def line_failed(centre: Centre, call: Call, person: Person, result: OfferResult) -> None:
    """The ring on this line led to no talk."""
    if result not in _NOT_THEIRS:
        _failure(centre, call, person)
    line_free(centre, person)


def talk_begins(centre: Centre, person: Person) -> None:
    """It is known when the partner's minutes of the day will be spent, if this is one of its lines."""
    if (partner := centre.plan.partners.get(person.partner)) is not None:
        follow(centre, partner)


def line_talked(centre: Centre, call: Call, person: Person, talk_ms: int, by: TalkEnder) -> None:
    """A talk on this line is over: it is counted, and one that the partner ended at once is a failure."""
    memory = _memory(centre, person.partner)
    minutes_spent(centre, person.partner, talk_ms)
    short = talk_ms < short_talk_ms(centre, person.partner)
    mute = by is TalkEnder.NO_SOUND and talk_ms < centre.plan.dead_air_ms
    if mute or (short and by is TalkEnder.AGENT):
        _failure(centre, call, person)
    elif not short and by is not TalkEnder.NO_SOUND:
        memory.failures = 0
    line_free(centre, person)


def minutes_spent(centre: Centre, partner: PartnerId, talk_ms: int) -> None:
    """A talk that ends now counts among the partner's of this day, as far as it was today."""
    memory, midnight = _memory(centre, partner), centre.now // DAY_MS * DAY_MS
    memory.begins(centre.now // DAY_MS)
    memory.used_ms += line_rules.talked_today_ms(centre.now - talk_ms, centre.now, midnight)


def short_talk_ms(centre: Centre, partner: PartnerId) -> int:
    """A talk that is shorter, and that the other side ended, was none: there, or with a person of the house for ""."""
    rules = centre.plan.partners.get(partner)
    return rules.short_talk_ms if rules else centre.plan.short_talk_ms


def _failure(centre: Centre, call: Call, person: Person) -> None:
    partner, memory = centre.plan.partners.get(person.partner), _memory(centre, person.partner)
    memory.failures, memory.failed_at_ms = memory.failures + 1, centre.now
    if partner is not None:
        memory.probe_at_ms = Instant(centre.now + partner.probe_ms)
        call.legs.stays_home(centre.now + partner.again_ms)


def outside_again(centre: Centre, owner: str) -> None:
    """A call that still waits may go outside once more."""
    call = centre.calls[CallId(owner)]
    if call.state is CallState.WAITING:
        centre.new_calls[call.id] = None
        centre.unopened[call.id] = None


# ── whether the lines are open ──────────────────────────────────────────────────────────────────────────────────────
def line_free(centre: Centre, person: Person) -> None:
    """Nobody talks on this line any more, and nothing rings: it does what lines do now."""
    partner = centre.plan.partners.get(person.partner)
    if partner is None:
        centre.become(person, AgentState.LOGGED_OUT, DROPPED)
    else:
        follow(centre, partner, freed=person)


def line_seen(centre: Centre, person: Person, phone: PhoneState) -> None:
    """Asterisk says whether the partner can be reached; what it says of one line holds for all."""
    person.phone = phone
    _memory(centre, person.partner).reachable = phone is not PhoneState.UNREACHABLE
    if (partner := centre.plan.partners.get(person.partner)) is not None:
        follow(centre, partner)
    centre.refresh(person)


def partner_due(centre: Centre, owner: str) -> None:
    """The instant at which something about the partner was to change."""
    partner = centre.plan.partners.get(partner_owning(owner))
    if partner is not None:
        follow(centre, partner)


def rings_in_vain(person: Person, plan: Plan) -> bool:
    """Whether this line rings, and another plan has it no more."""
    partner = plan.partners.get(person.partner)
    return person.state is AgentState.RINGING and (partner is None or line_number(person) > partner.lines)


def partners_kept(centre: Centre, plan: Plan) -> dict[PartnerId, Partner]:
    """The plan's partners, and those lines of dropped ones on which somebody still talks."""
    kept = dict(plan.partners)
    for person in centre.people.values():
        if person.partner and person.state is AgentState.TALKING:
            partner = kept.get(person.partner) or replace(centre.plan.partners[person.partner], lines=0)
            kept[partner.id] = replace(partner, lines=max(partner.lines, line_number(person)))
    return kept


def follow_all(centre: Centre, plan: Plan | None = None) -> None:
    """Every line does what it should: hours have changed, or this plan has come into force."""
    for partner in centre.plan.partners.values():
        if plan is not None:
            new = plan.partners.get(partner.id)
            _memory(centre, partner.id).lines = new.lines if new else 0
        follow(centre, partner)
    for partner_id in centre.partners.keys() - centre.plan.partners.keys():
        del centre.partners[partner_id]
        centre.deadlines.cancel_all(owner_of(partner_id))


def restored(centre: Centre, event: PartnerRestored) -> bool:
    """What the log says was talked there today, before this engine; False of another day, or of no partner of ours."""
    partner, memory = centre.plan.partners.get(event.partner), centre.partners.get(event.partner)
    if partner is None or memory is None or event.day != centre.now // DAY_MS:
        return False
    memory.begins(event.day)
    memory.used_ms += event.used_ms
    follow(centre, partner)
    return True


def follow(centre: Centre, partner: Partner, freed: Person | None = None) -> None:
    """Every line that is not busy does what it should now, and it is known when that changes next.

    freed: the line whose ring or talk this instant is over.
    """
    memory = _memory(centre, partner.id)
    memory.begins(centre.now // DAY_MS)
    seats = list(_seats(centre, partner))
    busy = [person for person in seats if person.state in _BUSY and person is not freed]
    heals_ms = _heals_at(centre, partner, busy)
    if heals_ms <= centre.now:
        memory.failures = 0
    used = _used_ms(centre, memory, busy)
    word = _word(centre, partner, used)
    free = [person for person in seats if person not in busy]
    probe = _probe(centre, busy, free)
    for person in free:
        _sit(centre, person, word, probes=person is probe)
    if memory.said != _WORDS[word]:
        memory.said = _WORDS[word]
        centre.entries.append(PartnerChanged(centre.now, partner.id, memory.said))
    due_ms = _next_change(centre, partner, used, busy)
    if memory.failures:
        due_ms = min(due_ms, heals_ms)
    if due_ms < FAR_FUTURE_MS:
        centre.deadlines.set(owner_of(partner.id), DeadlineKind.PARTNER_DUE, due_ms)
    else:
        centre.deadlines.cancel(owner_of(partner.id), DeadlineKind.PARTNER_DUE)


def _word(centre: Centre, partner: Partner, used: int) -> int:
    memory = _memory(centre, partner.id)
    is_open = centre.switches.is_open(partner.hours, partner.hours_id, centre.now)
    return line_rules.word_of(
        is_open, used, partner.most_ms_a_day, memory.reachable, memory.failures, partner.trips_after
    )


def _sit(centre: Centre, person: Person, word: int, *, probes: bool) -> None:
    """The line is open, resting or closed."""
    memory = _memory(centre, person.partner)
    does = line_rules.line_does(word, probes, memory.probe_at_ms, centre.now)
    if line_number(person) > memory.lines:
        centre.become(person, AgentState.LOGGED_OUT, DROPPED)
    elif does == line_rules.IS_SHUT:
        centre.become(person, AgentState.LOGGED_OUT, _WORDS[word])
    elif does == line_rules.TAKES_CALLS:
        centre.become(person, AgentState.READY)
    elif does == line_rules.RESTS:
        centre.deadlines.cancel(person.id, DeadlineKind.PAUSE_ENDS)
        centre.become(person, AgentState.NOT_READY, CIRCUIT_OPEN)
    elif centre.deadlines.at(person.id, DeadlineKind.PAUSE_ENDS) != memory.probe_at_ms:
        centre.become(person, AgentState.NOT_READY, CIRCUIT_OPEN, memory.probe_at_ms)


def _probe(centre: Centre, busy: list[Person], free: list[Person]) -> Person | None:
    """The one line that tries while the circuit is open; none while one rings."""
    if any(person.state is AgentState.RINGING for person in busy):
        return None
    tries = (p for p in free if p.state is AgentState.READY or centre.ends_by_itself(p))
    return next(tries, free[0] if free else None)


def _heals_at(centre: Centre, partner: Partner, busy: list[Person]) -> int:
    """When a talk that has begun since the last failure will have lasted, or did; FAR_FUTURE_MS if there is none."""
    began = (centre.calls[person.call].answered_at_ms for person in busy if person.state is AgentState.TALKING)
    since = [at_ms for at_ms in began if at_ms > _memory(centre, partner.id).failed_at_ms]
    lasts_ms = max(partner.short_talk_ms, centre.plan.dead_air_ms)  # before that it may yet have been none
    return min(since) + lasts_ms if since else FAR_FUTURE_MS


def _next_change(centre: Centre, partner: Partner, used: int, busy: list[Person]) -> int:
    """When, at the earliest, the clock alone changes what the lines do."""
    now, due_ms = centre.now, FAR_FUTURE_MS
    if centre.switches.on(partner.hours_id) is None:
        is_open = partner.hours.is_open(now)
        due_ms = partner.hours.closes_at(now) if is_open else partner.hours.opens_at(now)
    talking = sum(person.state is AgentState.TALKING for person in busy)
    if partner.most_ms_a_day < FAR_FUTURE_MS:
        midnight = (now // DAY_MS + 1) * DAY_MS
        due_ms = line_rules.spent_or_new_at(due_ms, now, used, partner.most_ms_a_day, talking, midnight)
    return due_ms


def used_ms(centre: Centre, partner: Partner) -> int:
    """How long has been talked there today, the talks that go on included."""
    return _used_ms(centre, _memory(centre, partner.id), list(_seats(centre, partner)))


def _used_ms(centre: Centre, memory: PartnerMemory, seats: list[Person]) -> int:
    midnight = centre.now // DAY_MS * DAY_MS
    talks = [centre.calls[person.call] for person in seats if person.state is AgentState.TALKING]
    goes_on = sum(line_rules.talked_today_ms(call.answered_at_ms, centre.now, midnight) for call in talks)
    return memory.used_ms * (memory.day == centre.now // DAY_MS) + goes_on


def _seats(centre: Centre, partner: Partner) -> Iterator[Person]:
    for n in range(1, partner.lines + 1):
        yield centre.people[partner_line(partner.id, n)]


def line_number(person: Person) -> int:
    """Which of the partner's lines the seat is, from 1."""
    return int(person.id.rpartition("/")[2])


def _memory(centre: Centre, partner: PartnerId) -> PartnerMemory:
    return centre.partners.setdefault(partner, PartnerMemory())


def owner_of(partner: PartnerId) -> str:
    """Who owns the partner's deadline; no seat and no call is called so."""
    return f"{partner}/"


def partner_owning(owner: str) -> PartnerId:
    """Whose deadline it is."""
    return PartnerId(owner.removesuffix("/"))
