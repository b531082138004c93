"""What the fail-open dialplan needs to know of the municipality: its menus, lines and hours, as plain values.

The same YAML through the same plan. Only what Asterisk itself can decide is here: hours as people state them (dates
without a year mean nothing to GotoIfTime, so special days are extensions of eight digits), keys as extensions.
"""

from datetime import date
from typing import Any

from ivr.asterisk.plain import KEY, NAME, NUMBER, checked
from ivr.asterisk.sounds import sound_name
from ivr.config.house import House, Opening
from ivr.config.site import Site
from queues.ids import NO_CLEARANCE, Clearance, PromptId, QueueId
from routing.plan import Choice, Entrance, Menu, Queue

FALLBACK_PREFIX = "fallback-"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ANY_DATE = "_XXXXXXXX"
_KEYS = "0123456789*#"


NO_HOURS = "0"
"""Instead of a name: always open, unless the whole house is forced closed."""
_ALWAYS = {
    "name": NO_HOURS,
    "days": [{"pattern": _ANY_DATE, "spans": [{"times": "00:00-23:59", "weekday": "*"}]}],
}


def fallback_queue(queue: QueueId) -> str:
    """The name of the app_queue queue in which this queue's callers wait while there is no engine."""
    return FALLBACK_PREFIX + checked(NAME, queue, "kö")


def zone_path(site: Site, timezone: str) -> str:
    """The time zone's own file, so that neither the machine's zone nor its age decides what is open (F72)."""
    return str(site.asterisk_dir / "lib" / "zoneinfo" / timezone)


def dialplan_values(house: House, site: Site) -> dict[str, Any]:
    """The template's values; raises RenderError for a name that Asterisk would misread."""
    plan = house.plan
    return {
        "zone": zone_path(site, house.timezone),
        "entrances": [_entrance(house, number, entrance) for number, entrance in plan.entrances.items() if number],
        "menus": [_menu(menu) for menu in plan.menus.values()],
        "queues": [_queue(house, queue) for queue in plan.queues.values()],
        "refuges": _refuges(house),
        "openings": [*(_opening(name, opening) for name, opening in house.openings.items()), _ALWAYS],
        "notice_prompts": _prompts(house.fallback_prompts),
        "hold_music": "default",
        "short_talk_ms": plan.short_talk_ms,
    }


def _sounds(prompts: tuple[PromptId, ...], language: str) -> list[str]:
    return [sound_name(prompt, language) for prompt in prompts]


def _prompts(prompts: tuple[PromptId, ...]) -> list[str]:
    """Ids whose language is the caller's, so known only in the dialplan."""
    return [sound_name(prompt, "sv").rpartition("/")[2] for prompt in prompts]


def _entrance(house: House, number: str, entrance: Entrance) -> dict[str, Any]:
    return {
        "number": checked(NUMBER, number, "nummer"),
        "menu": checked(NAME, entrance.menu, "meny"),
        "language": entrance.language,
        "hours": house.entrance_hours.get(number, NO_HOURS),
        "closed_sounds": _sounds(entrance.closed_prompts or house.plan.sorry_prompts, entrance.language),
        "greeting_sounds": _sounds(entrance.greeting, entrance.language),
    }


def _menu(menu: Menu) -> dict[str, Any]:
    return {
        "id": checked(NAME, menu.id, "meny"),
        "prompts": _prompts(menu.prompts),
        "invalid_prompts": _prompts(menu.invalid_prompts),
        "language_prompts": _prompts(menu.language_prompts),
        "key_gotos": [(key, _language(menu, key), _key_goto(menu, key)) for key in _KEYS],
        "default": menu.default,
        "first_key_s": max(1, round(menu.first_key_ms / 1000)),
        "repeats": menu.repeats,
        "invalid_tries": menu.invalid_tries,
        "max_asks": menu.max_asks,
    }


def _key_goto(menu: Menu, key: str) -> tuple[str, ...]:
    """Where a key leads: every key has an extension, so no key is ever a guess of Asterisk's."""
    for given in menu.choices:
        checked(KEY, given, f"knapp i menyn {menu.id}")
    if choice := menu.choices.get(key):
        return _choice_goto(menu, choice)
    return {"*": ("s", "ask"), "0": (f"choose-{menu.human}", "s", "1")}.get(key, ("i", "1"))


def _language(menu: Menu, key: str) -> str:
    """The language in which the call goes on; "" as before."""
    choice = menu.choices.get(key)
    return checked(NAME, choice.language, "språk") if choice and choice.language else ""


def _choice_goto(menu: Menu, choice: Choice) -> tuple[str, ...]:
    """The directory needs an engine: without one its key leads to people, as 0 does."""
    if choice.directory:
        return (f"choose-{menu.human}", "s", "1")
    return (f"choose-{choice.queue}" if choice.queue else f"menu-{choice.menu}", "s", "1")


def _queue(house: House, queue: Queue) -> dict[str, Any]:
    return {
        "id": checked(NAME, queue.id, "kö"),
        "fallback": fallback_queue(queue.id),
        "clearance": _wire(queue.clearance),
        "hours": house.queue_hours.get(queue.id, NO_HOURS),
        "closed_prompts": _prompts(queue.closed_prompts or house.plan.sorry_prompts),
        "waiting_sounds": _sounds(queue.waiting_prompts, house.language),
        "every_s": max(15, queue.message_every_ms // 1000),
        "music": queue.music,
        "priority": queue.priority,
        "ring_s": max(1, -(-queue.ring_ms // 1000)),
        "wrap_up_s": queue.wrap_up_ms // 1000,
    }


def _wire(clearance: Clearance) -> str:
    return "none" if clearance == NO_CLEARANCE else checked(NAME, clearance, "clearance")


def _refuges(house: House) -> list[tuple[str, str]]:
    """For each clearance the line in which a call that carries it waits, if its own queue's people may not hear it."""
    plan = house.plan
    human = [q for menu in plan.menus.values() for q in (menu.human, menu.default)]
    queues = [plan.queues[q] for q in human if q in plan.queues] + list(plan.queues.values())
    refuges: dict[str, str] = {}
    for queue in queues:
        refuges.setdefault(_wire(queue.clearance), queue.id)
    return list(refuges.items())


def _opening(name: str, opening: Opening) -> dict[str, Any]:
    days = [{"pattern": day.strftime("%Y%m%d"), "spans": _spans(opening.dates[day], "*")} for day in _dates(opening)]
    weekly = [s for day, spans in zip(_WEEKDAYS, opening.weekly, strict=True) for s in _spans(spans, day)]
    return {"name": checked(NAME, name, "öppettider"), "days": [*days, {"pattern": _ANY_DATE, "spans": weekly}]}


def _dates(opening: Opening) -> list[date]:
    return sorted(opening.dates)


def _spans(spans: tuple[tuple[int, int], ...], weekday: str) -> list[dict[str, str]]:
    """GotoIfTime's own spans: both ends are in, so the last open minute is named."""
    return [{"times": f"{_clock(a)}-{_clock(b - 1)}", "weekday": weekday} for a, b in spans if b > a]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
