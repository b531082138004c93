"""The limits of the files → those of the plan, and what would be wrong with them together.

Two rules. A limit leads somewhere: never in a circle, never to nobody, and under secrecy never to people who may not
hear the call. And what cannot happen is not written: a way after a message is never gone.
"""

from collections.abc import Iterator

from ivr.config.draft import Draft
from ivr.config.limit_entries import LIMITS, LimitEntry, MaxLengthEntry, WayEntry
from ivr.config.problems import Code, Place, Problem
from queues.ids import Clearance, PartnerId, PromptId, QueueId
from routing.circles import names
from routing.plan import Leads, Limit, Plan, PlanStep, Queue, TargetKind, WayOut
from routing.secrecy import may_hear, risen

QUEUES, PARTNERS = "queues.yaml", "partners.yaml"


def limit(draft: Draft, queue: str, field: str) -> Limit | None:
    """The queue's limit of this kind, None if it has none or one that leads nowhere."""
    entry: LimitEntry | None = draft.rule(queue, field, None)
    if entry is None or not entry.then:
        return None
    over = entry.over if isinstance(entry, MaxLengthEntry) else entry.after_s * 1000
    return Limit(over, tuple(_way(way) for way in entry.then))


def _way(entry: WayEntry) -> WayOut:
    return WayOut(
        leads=Leads(entry.to),
        queue=QueueId(entry.queue or ""),
        partner=PartnerId(entry.partner or ""),
        prompts=tuple(PromptId(prompt) for prompt in entry.say),
    )


def steps_by_limit(draft: Draft, queue: str) -> tuple[PlanStep, ...]:
    """A step for each partner to whom only a limit of the queue leads, and no step of its plan."""
    in_plan = {step.partner for step in draft.plan_of(queue)}
    named = dict.fromkeys(way.partner for _, ways in _of(draft, queue) for way in ways if way.partner)
    by_limit = [PartnerId(partner) for partner in named if partner not in in_plan]
    return tuple(PlanStep(0, TargetKind.PARTNER, partner=partner, only_by_limit=True) for partner in by_limit)


def partners_named(draft: Draft) -> set[str]:
    """Every partner to whom a limit leads."""
    return {way.partner for _, way in _written(draft) if way.partner}


def said_on_the_way(draft: Draft) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Every prompt of a limit, with the file and path where it stands."""
    for path, way in _written(draft):
        for i, prompt in enumerate(way.say):
            yield prompt, QUEUES, (*path, "say", i)


def _of(draft: Draft, queue: str) -> Iterator[tuple[str, tuple[WayEntry, ...]]]:
    """What holds for one queue: the fields, and the ways of each."""
    for field in LIMITS:
        entry: LimitEntry | None = draft.rule(queue, field, None)
        if entry is not None:
            yield field, entry.then


def _written(draft: Draft) -> Iterator[tuple[tuple[str | int, ...], WayEntry]]:
    """Every way that is written down, with its path."""
    places = [(("defaults",), draft.queues.defaults), *((("queues", q), e) for q, e in draft.queues.queues.items())]
    for path, rules in places:
        for field in LIMITS:
            entry: LimitEntry | None = getattr(rules, field)
            for i, way in enumerate(entry.then if entry else ()):
                yield (*path, field, "then", i), way


# ── what would be wrong ─────────────────────────────────────────────────────────────────────────────────────────────
def references(draft: Draft) -> Iterator[Problem]:
    """Every queue that a limit names exists, and nothing follows a message."""
    for path, way in _written(draft):
        if way.queue is not None and way.queue not in draft.queues.queues:
            place, cure = draft.at(QUEUES, *path), f"Grupper som finns: {', '.join(draft.queues.queues)}."
            yield Problem(Code.UNKNOWN_QUEUE, place, f"Gruppen {way.queue!r} finns inte.", cure)
    for name in draft.queues.queues:
        for field, ways in _of(draft, name):
            for i, way in enumerate(ways[:-1]):
                if way.to == "message":
                    place = _place(draft, name, field, i + 1)
                    yield Problem(
                        Code.WAY_NEVER, place, "Raden nås aldrig: den ovanför avslutar samtalet.", "Ta bort den."
                    )


def known_partners(draft: Draft) -> Iterator[Problem]:
    """Every partner that a limit names exists and is rung."""
    for path, way in _written(draft):
        if way.partner is None:
            continue
        place = draft.at(QUEUES, *path)
        if way.partner not in draft.partners.partners:
            sentence = f"Svarsstället {way.partner!r} finns inte."
            yield Problem(Code.UNKNOWN_PARTNER, place, sentence, f"Lägg till det i {PARTNERS}.")
        elif draft.partners.partners[way.partner].address is None:
            sentence = f"Svarsstället {way.partner!r} har ingen address och rings inte upp: raden hoppas över."
            yield Problem(Code.PARTNER_NOT_RUNG, place, sentence, f"Ange address i {PARTNERS}.")


def circles(draft: Draft) -> Iterator[Problem]:
    """No call can come back to a line that it was moved on from."""
    for name in draft.queues.queues:
        for field, i, queue in _moves(draft, name):
            if name in _reached(draft, queue):
                by = "sig själv" if queue == name else f"{queue!r} och tillbaka"
                sentence = f"Samtal i {name!r} kan skickas till {by}: en rundgång."
                place = _place(draft, name, field, i)
                yield Problem(Code.OVERFLOW_CIRCLE, place, sentence, "Låt en av grupperna sluta med ett besked.")


def _moves(draft: Draft, queue: str) -> Iterator[tuple[str, int, str]]:
    for field, ways in _of(draft, queue):
        for i, way in enumerate(ways):
            if way.queue in draft.queues.queues:
                yield field, i, way.queue


def _reached(draft: Draft, start: str) -> set[str]:
    """The queues to which calls from one can be moved, itself among them."""
    reached, new = set[str](), {start}
    while new:
        reached |= new
        new = {queue for name in new for _, _, queue in _moves(draft, name)} - reached
    return reached


def secrecy(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """A confidential call is moved only to people who may hear it, and no line it can come to ends at a partner."""
    for name, entry in draft.queues.queues.items():
        for place, queue, ways in _ends(draft, name) if entry.confidential else ():
            clearance = risen(plan.queues[QueueId(name)].clearance, plan.queues[QueueId(queue)].clearance)
            if queue != name and not _heard(plan, plan.queues[QueueId(queue)], clearance):
                sentence = f"Samtal från {name!r} kan hamna i {queue!r}, där ingen har behörigheten {clearance!r}."
                yield Problem(Code.OVERFLOW_UNCLEARED, place, sentence, "Skicka dem till en grupp med behöriga.")
            if any(way.partner for way in (ways if queue == name else ways[-1:])):
                sentence = f"Gruppen {name!r} står under sekretess; dess samtal kan inte gå till ett svarsställe."
                yield Problem(Code.PARTNER_CONFIDENTIAL, place, sentence, "Låt dem sluta på ett annat sätt.")


def _ends(draft: Draft, start: str) -> Iterator[tuple[Place, str, tuple[WayEntry, ...]]]:
    """Every queue that calls of one can come to, with its ways; placed where the queue itself sends them on."""
    for field, ways in _of(draft, start):
        yield _place(draft, start, field), start, ways
        for i, way in enumerate(ways):
            for queue in sorted(_reached(draft, way.queue)) if way.queue in draft.queues.queues else ():
                yield _place(draft, start, field, i), queue, ()
                for _, further in _of(draft, queue):
                    yield _place(draft, start, field, i), queue, further


def _heard(plan: Plan, queue: Queue, clearance: Clearance) -> bool:
    cleared = [a for a in plan.agents.values() if may_hear(a.clearances, risen(queue.clearance, clearance))]
    return any(names(step, agent, queue.id) for step in queue.steps for agent in cleared)


def callbacks(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """A limit leads to a callback only in a queue that rings back."""
    for name in draft.queues.queues:
        for field, ways in _of(draft, name):
            for i, way in enumerate(ways):
                if way.to == "callback" and plan.queues[QueueId(name)].callback is None:
                    sentence = f"Gruppen {name!r} ringer inte upp någon, så raden hoppas över."
                    cure = "Ge gruppen callback, eller låt gränsen leda någon annanstans."
                    yield Problem(Code.NO_CALLBACK, _place(draft, name, field, i), sentence, cure)


def _place(draft: Draft, queue: str, field: str, *within: int) -> Place:
    own: tuple[str | int, ...] = ("queues", queue, field)
    found: tuple[str | int, ...] = own if own in draft.documents[QUEUES].values else ("defaults", field)
    return draft.at(QUEUES, *found, "then", *within) if within else draft.at(QUEUES, *found)
