"""From the directory's rows to whom the kernel can find, which phones Asterisk knows, and which names must be said."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from ivr.config.directory import Entry
from ivr.config.draft import Draft
from ivr.config.fields import WEEKDAYS, spans
from ivr.config.hours import open_hours
from ivr.config.house import PHONE_PREFIX
from ivr.config.models import HoursEntry
from ivr.config.problems import Code, Problem
from ivr.local_days import day_span
from queues.ids import AgentId, Instant, PersonId, PromptId
from routing.directory import Directory, Listed
from routing.plan import OpenHours

NAME_PREFIX, DEPARTMENT_PREFIX = "namn-", "avd-"
MENU = "menu.yaml"
SATURDAY = 5
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a directory: whom the kernel knows, phones of their own by account, names by their sound."""

    directory: Directory | None = None
    phones: Mapping[str, str] = field(default_factory=dict)
    spoken: Mapping[PromptId, str] = field(default_factory=dict)


def name_prompt(entry: Entry) -> PromptId:
    """The sound of the person's name: its own for each way to say one, and no letter of it in any path."""
    return _prompt(NAME_PREFIX, entry.said)


def department_prompt(department: str) -> PromptId:
    """The sound of a department's name; "" for none."""
    return _prompt(DEPARTMENT_PREFIX, department) if department else PromptId("")


@lru_cache(maxsize=65_536)
def _prompt(prefix: str, text: str) -> PromptId:
    return PromptId(prefix + hashlib.sha256(text.encode()).hexdigest()[:20])


def spoken_names(people: list[Entry]) -> dict[PromptId, str]:
    """Every name and department, by the sound that says it."""
    names = {name_prompt(entry): entry.said for entry in people}
    return names | {department_prompt(e.department): e.department for e in people if e.department}


def directory_choices(draft: Draft) -> Iterator[tuple[str, str]]:
    """Every key that leads to the directory: menu and key."""
    for name, menu in draft.menu.menus.items():
        for key, choice in menu.choices.items():
            if choice.directory:
                yield name, key


def build_directory(draft: Draft, hours: Mapping[str, OpenHours], now_ms: int) -> Built:
    """The directory as the house uses it; nothing of one that no key leads to."""
    if not any(directory_choices(draft)):
        return Built()
    seats = {agent.extension: AgentId(name) for name, agent in draft.agents.agents.items()}
    zone = draft.municipality.timezone
    people: dict[PersonId, Listed] = {}
    phones: dict[str, str] = {}
    for entry in draft.directory.people:
        times = _hours_of(entry, hours, zone, now_ms)
        if times is _UNKNOWN:
            continue
        seat = seats.get(entry.phone, AgentId(""))
        account = "" if seat else account_of(entry.phone, outward=bool(draft.municipality.outward))
        if account.startswith(PHONE_PREFIX):
            phones[account] = entry.phone
        listed = Listed(
            id=person_id(entry),
            first=entry.first,
            last=entry.last,
            spoken=name_prompt(entry),
            department=department_prompt(entry.department),
            agent=seat,
            phone=account,
            hours=times,
            absent_until_ms=Instant(day_span(entry.absent_to, ZoneInfo(zone))[1] if entry.absent_to else 0),
        )
        people[listed.id] = listed
    return Built(Directory(people), phones, spoken_names(draft.directory.people))


def account_of(phone: str, *, outward: bool) -> str:
    """What is rung: a phone of the house by its account, a number as it is if there is a way out; "" for nothing."""
    if phone.startswith("+"):
        return phone if outward else ""
    return PHONE_PREFIX + phone if phone else ""


def person_id(entry: Entry) -> PersonId:
    """Who the person is, for as long as name, department and phone are the same."""
    told = f"{entry.first}\n{entry.last}\n{entry.department}\n{entry.phone}"
    return PersonId("p" + hashlib.sha256(told.encode()).hexdigest()[:16])


_UNKNOWN = OpenHours((), ())


def _hours_of(entry: Entry, hours: Mapping[str, OpenHours], zone: str, now_ms: int) -> OpenHours | None:
    """The person's telephone hours; None for always, `_UNKNOWN` for a name that nobody has given to any hours."""
    if not entry.hours:
        return None
    if entry.hours[0].isalpha():
        return hours.get(entry.hours, _UNKNOWN)
    return _weekdays(entry.hours, zone, now_ms // DAY_MS * DAY_MS)


@lru_cache(maxsize=1_000)
def _weekdays(written: str, zone: str, now_ms: int) -> OpenHours:
    """These hours of every Monday to Friday that is no red day, as instants."""
    week = {day: spans(written) if i < SATURDAY else () for i, day in enumerate(WEEKDAYS)}
    entry = HoursEntry.model_construct(weekly=week, red_days=(), eves={}, dates={})
    return open_hours(entry, zone, now_ms)


def problems(draft: Draft) -> Iterator[Problem]:
    """A key leads to a directory that is there, and a directory is led to; hours that people keep exist."""
    keys = list(directory_choices(draft))
    if draft.directory.name and not keys:
        sentence = "Inget val i menyn leder till katalogen (directory: true)."
        yield Problem(Code.DIRECTORY_UNUSED, draft.directory.place, sentence, "Låt ett val leda dit.")
    if keys and not draft.directory.people:
        for menu, key in keys:
            place = draft.at(MENU, "menus", menu, "choices", key, "directory")
            sentence = "Katalogen saknas eller är tom: valet leder till samma grupp som tangent 0."
            yield Problem(Code.DIRECTORY_NONE, place, sentence, "Lägg directory.csv i mappen.")
    for entry in draft.directory.people if "hours.yaml" in draft.models else ():
        if entry.hours[:1].isalpha() and entry.hours not in draft.hours.hours:
            sentence = f"Öppettiderna {entry.hours!r} finns inte; personen nås bara genom växeln."
            cure = f"Öppettider som finns: {', '.join(draft.hours.hours)}."
            yield Problem(Code.DIRECTORY_ROW, entry.where, sentence, cure)
