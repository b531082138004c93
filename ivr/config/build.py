"""From a municipality's files, whose references hold, to the house that runs: the plan and what is beside it."""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from ivr.config.callbacks import callback_rules, callback_words, said_in_callbacks
from ivr.config.directory_build import build_directory, directory_choices
from ivr.config.draft import Draft, dialled_forms
from ivr.config.hours import local_date, open_hours, opening
from ivr.config.house import House, PauseReason, Person
from ivr.config.limits import limit, said_on_the_way, steps_by_limit
from ivr.config.matters import departments, matter_types
from ivr.config.models import AgentEntry, ChoiceEntry, MenuEntry, NumberEntry, StepEntry
from ivr.config.outward_files import alarms_of, webhooks_of
from ivr.config.partners import partner_links, plan_partners, whispers
from ivr.config.survey import said_in_survey, survey_of
from ivr.config.waiting import said_in_line, waiting_rules
from ivr.config.wallboard import wallboard_of
from queues.ids import NO_CLEARANCE, AgentId, Clearance, MenuId, PartnerId, PromptId, QueueId
from routing.directory import NamingWords
from routing.plan import (
    ALWAYS_OPEN,
    Agent,
    Choice,
    Discipline,
    Entrance,
    Menu,
    OpenHours,
    Plan,
    PlanStep,
    Queue,
    TargetKind,
)


def build(draft: Draft, now_ms: int) -> House:
    """The house as of `now_ms`: its opening hours are known from the day before until long after."""
    zone = draft.municipality.timezone
    hours = {name: open_hours(entry, zone, now_ms) for name, entry in draft.hours.hours.items()}
    today = local_date(zone, now_ms)
    known = build_directory(draft, hours, now_ms)
    plan = replace(build_plan(draft, hours), directory=known.directory)
    numbers = draft.municipality.numbers
    return House(
        name=draft.municipality.name,
        title=draft.municipality.title,
        timezone=zone,
        language=draft.municipality.language,
        languages=draft.languages,
        plan=plan,
        people=MappingProxyType({AgentId(a): _person(a, e) for a, e in draft.agents.agents.items()}),
        queue_titles=MappingProxyType({QueueId(q): e.title for q, e in draft.queues.queues.items()}),
        openings=MappingProxyType({name: opening(entry, today) for name, entry in draft.hours.hours.items()}),
        entrance_hours=MappingProxyType({f: e.hours for e in numbers if e.hours for f in dialled_forms(e)}),
        queue_hours=MappingProxyType({QueueId(q): h for q in draft.queues.queues if (h := draft.hours_of(q))}),
        prompts=frozenset(PromptId(prompt) for prompt, _, _ in prompts_used(draft)),
        transfer_by_keys=draft.municipality.transfer_by_keys,
        pause_reasons=MappingProxyType(
            {key: PauseReason(e.reason, _prompts(e.prompt)) for key, e in draft.agents.pause_reasons.items()}
        ),
        trunk_addresses=draft.municipality.trunk_addresses,
        outward=draft.municipality.outward or "",
        shown_number=numbers[0].number,
        fallback_prompts=_prompts(draft.prompts.fallback),
        partners=partner_links(draft),
        crisis_prompts=_prompts(draft.prompts.crisis),
        phones=MappingProxyType(known.phones),
        spoken_names=MappingProxyType(known.spoken),
        matters=matter_types(draft),
        departments=departments(draft),
        alarms=alarms_of(draft),
        webhooks=webhooks_of(draft),
        wallboard=wallboard_of(draft),
    )


def _person(name: str, entry: AgentEntry) -> Person:
    return Person(AgentId(name), entry.name, entry.extension, entry.may_switch)


def prompts_used(draft: Draft) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Every prompt that any part can say, with the file and path where it stands."""
    from ivr.phone_codes import SPOKEN  # noqa: PLC0415 - a simulation has no codes, and starts sooner

    yield from _said_in_menus(draft)
    yield from _said_in_queues(draft)
    for menu, key in directory_choices(draft):
        for prompt in sorted(NamingWords().every_prompt()):
            yield prompt, "menu.yaml", ("menus", menu, "choices", key, "directory")
    yield from said_in_callbacks(draft)
    for key, pause in draft.agents.pause_reasons.items():
        yield from _standing("agents.yaml", ("pause_reasons", key, "prompt"), pause.prompt)
    for prompt in sorted(SPOKEN):
        yield prompt, "agents.yaml", ("agents",)
    for path, prompts in said_in_survey(draft.municipality.survey):
        yield from _standing("municipality.yaml", ("survey", *path), prompts)
    for field in ("sorry", "fallback", "invalid", "waiting", "closed", "too_many", "crisis"):
        yield from _standing("prompts.yaml", (field,), getattr(draft.prompts, field))


def _said_in_menus(draft: Draft) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    for i, number in enumerate(draft.municipality.numbers):
        for field in ("greeting", "closed"):
            yield from _standing("municipality.yaml", ("numbers", i, field), getattr(number, field))
    for name, menu in draft.menu.menus.items():
        for field in ("before", "after", "invalid"):
            yield from _standing("menu.yaml", ("menus", name, field), getattr(menu, field))
        for key, choice in menu.choices.items():
            yield from _standing("menu.yaml", ("menus", name, "choices", key, "prompt"), choice.prompt)


def _said_in_queues(draft: Draft) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    for name, queue in draft.queues.queues.items():
        for field in ("queued", "waiting", "closed"):
            yield from _standing("queues.yaml", ("queues", name, field), getattr(queue, field) or ())
    for field in ("waiting", "closed"):
        yield from _standing("queues.yaml", ("defaults", field), getattr(draft.queues.defaults, field) or ())
    yield from whispers(draft)
    yield from said_in_line(draft)
    yield from said_on_the_way(draft)


def _standing(
    file: str, path: tuple[str | int, ...], prompts: tuple[str, ...]
) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    for i, prompt in enumerate(prompts):
        yield prompt, file, (*path, i)


def build_plan(draft: Draft, hours: dict[str, OpenHours]) -> Plan:
    """What the kernel runs on, but for the directory of names."""
    rules = draft.municipality
    return Plan(
        digest=draft.digest,
        entrances=MappingProxyType(
            {form: _entrance(draft, e, hours) for e in rules.numbers for form in dialled_forms(e)}
        ),
        menus=MappingProxyType({MenuId(m): _menu(draft, m, entry) for m, entry in draft.menu.menus.items()}),
        queues=MappingProxyType({QueueId(q): _queue(draft, q, hours) for q in draft.queues.queues}),
        agents=MappingProxyType({AgentId(a): _agent(draft, a, entry) for a, entry in draft.agents.agents.items()}),
        partners=plan_partners(draft, hours),
        discipline=Discipline(rules.discipline),
        language=rules.language,
        survey=survey_of(rules.survey, draft.prompts.invalid),
        login_by_phone=rules.login_by_phone,
        rona_pause_ms=rules.rona_pause_s * 1000,
        rona_limit=rules.rona_limit,
        short_talk_ms=rules.short_talk_s * 1000,
        transfer_limit=rules.transfer_limit,
        max_calls=rules.max_calls,
        max_calls_per_caller=rules.max_calls_per_caller,
        too_many_prompts=_prompts(draft.prompts.too_many),
        resume_place_ms=rules.resume_place_s * 1000,
        sorry_prompts=_prompts(draft.prompts.sorry),
        callback_words=callback_words(draft),
    )


def _entrance(draft: Draft, entry: NumberEntry, hours: dict[str, OpenHours]) -> Entrance:
    return Entrance(
        menu=MenuId(entry.menu),
        hours=hours[entry.hours] if entry.hours else ALWAYS_OPEN,
        hours_id=entry.hours or "",
        closed_prompts=_prompts(entry.closed),
        greeting=_prompts(entry.greeting),
        language=draft.municipality.language,
    )


def _menu(draft: Draft, name: str, entry: MenuEntry) -> Menu:
    return Menu(
        id=MenuId(name),
        prompts=_prompts(_matters(entry)),
        language_prompts=_prompts(_offers(entry)),
        choices=MappingProxyType({key: _choice(name, choice) for key, choice in entry.choices.items()}),
        default=QueueId(entry.silence),
        human=QueueId(entry.human),
        invalid_prompts=_prompts(entry.invalid or draft.prompts.invalid),
        first_key_ms=entry.first_key_s * 1000,
        repeats=entry.repeats,
        invalid_tries=entry.invalid_tries,
        max_asks=entry.max_asks,
    )


def _choice(menu: str, entry: ChoiceEntry) -> Choice:
    """What the key leads to; a language alone leads to the same menu."""
    if entry.queue is None and entry.menu is None and entry.language is not None and not entry.directory:
        return Choice(menu=MenuId(menu), language=entry.language)
    queue, leads_to = QueueId(entry.queue or ""), MenuId(entry.menu or "")
    return Choice(queue, leads_to, directory=entry.directory, language=entry.language or "")


def menu_prompts(entry: MenuEntry) -> tuple[str, ...]:
    """All that a menu says to those who have not chosen a language, in order: first of all, which there are."""
    return (*_offers(entry), *_matters(entry))


def _offers(entry: MenuEntry) -> tuple[str, ...]:
    return tuple(p for choice in entry.choices.values() if choice.language for p in choice.prompt)


def _matters(entry: MenuEntry) -> tuple[str, ...]:
    spoken = (p for choice in entry.choices.values() if not choice.language for p in choice.prompt)
    return (*entry.before, *spoken, *entry.after)


def _queue(draft: Draft, name: str, hours: dict[str, OpenHours]) -> Queue:
    entry = draft.queues.queues[name]
    opens = draft.hours_of(name)

    def ms(field: str, default_s: int) -> int:
        return draft.rule(name, field, default_s) * 1000

    return Queue(
        id=QueueId(name),
        steps=(*(_step(step, hours) for step in draft.plan_of(name)), *steps_by_limit(draft, name)),
        clearance=Clearance(entry.confidential) if entry.confidential else NO_CLEARANCE,
        hours=hours[opens] if opens else ALWAYS_OPEN,
        hours_id=opens or "",
        closed_prompts=_prompts(draft.rule(name, "closed", draft.prompts.closed)),
        queued_prompts=_prompts(entry.queued),
        whisper=_prompts(entry.whisper),
        waiting_prompts=_prompts(draft.rule(name, "waiting", draft.prompts.waiting)),
        first_message_ms=ms("first_message_s", 10),
        message_every_ms=ms("message_every_s", 50),
        waiting=waiting_rules(draft, name),
        callback=callback_rules(draft, name),
        priority=draft.rule(name, "priority", 0),
        ring_ms=ms("ring_s", 20),
        wrap_up_ms=ms("wrap_up_s", 30),
        answer_target_ms=ms("answer_target_s", 120),
        lend_when_ready_over=draft.rule(name, "lend_when_ready_over", 0),
        serve_after_close_ms=ms("serve_after_close_s", 900),
        max_wait=limit(draft, name, "max_wait"),
        max_length=limit(draft, name, "max_length"),
        nobody_logged_in=limit(draft, name, "nobody_logged_in"),
        survey=draft.rule(name, "survey", True),  # noqa: FBT003 - the value, not a switch
    )


def _step(entry: StepEntry, hours: dict[str, OpenHours]) -> PlanStep:
    return PlanStep(
        after_ms=entry.after_s * 1000,
        target=TargetKind(entry.to),
        queues=tuple(QueueId(q) for q in entry.queues),
        min_level=entry.min_level,
        skip_when_empty=entry.skip_when_empty,
        queue_longer_than=-1 if entry.queue_longer_than is None else entry.queue_longer_than,
        estimated_wait_over_ms=(entry.estimated_wait_over_s or 0) * 1000,
        own_ready_under=entry.own_ready_under or 0,
        hours=hours[entry.hours] if entry.hours else ALWAYS_OPEN,
        hours_id=entry.hours or "",
        partner=PartnerId(entry.partner or ""),
    )


def _agent(draft: Draft, name: str, entry: AgentEntry) -> Agent:
    """The person with their own queues first, then every other in the order of the file at the general level."""
    general = draft.agents.other_queues if entry.other_queues is None else entry.other_queues
    others = {q: general for q in draft.queues.queues if q not in entry.queues} if general else {}
    return Agent(
        id=AgentId(name),
        queues=tuple((QueueId(q), level) for q, level in {**entry.queues, **others}.items()),
        clearances=frozenset(Clearance(c) for c in entry.clearances),
        languages=frozenset(entry.languages),
    )


def _prompts(names: tuple[str, ...]) -> tuple[PromptId, ...]:
    return tuple(PromptId(name) for name in names)
