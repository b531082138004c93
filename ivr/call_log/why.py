"""A routing decision told in Swedish: to whom the call went and why, and what kept each of the others from it.

No caller is ever named: the entries hold none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ivr.call_log.journey import Names
from ivr.local_days import local
from queues.entries import Entry
from queues.ids import AgentId
from queues.weighed_entries import CandidatesWeighed, OtherCall, PassedOver

_WON: Mapping[str, str] = {
    "step": "i en närmare krets än de andra lediga",
    "level": "högst nivå av de lediga",
    "fewest_queues": "färst andra grupper att svara i",
    "ready_longest": "ledig längst",
    "first_by_name": "lika med de andra lediga, först i listan",
}
_YOURS: Mapping[str, str] = {
    "step": "du är i en närmare krets än de andra lediga",
    "level": "du har högst nivå av de lediga",
    "fewest_queues": "du har färst andra grupper att svara i",
    "ready_longest": "du har varit ledig längst",
    "first_by_name": "du står först bland dem som är lika lediga",
}
_MEANWHILE: Mapping[str, str] = {
    "talking": "i samtal",
    "ringing": "där det ringer",
    "wrap_up": "i efterbehandling",
    "not_ready": "i paus",
}
_LOST: Mapping[str, str] = {
    "step": "ledig, men längre ut i kretsen",
    "level": "ledig, men lägre nivå i gruppen",
    "fewest_queues": "ledig, men med fler grupper att svara i",
    "ready_longest": "ledig kortare tid",
    "first_by_name": "ledig lika länge, senare i listan",
    "talking": "i samtal",
    "ringing": "det ringer redan där",
    "phone_busy": "telefonen är upptagen",
    "phone_unreachable": "telefonen går inte att nå",
    "kept": "behövs i den egna gruppen",
    "other_language": "talar inte språket",
    "not_asked": "kopplingen gällde någon annan",
    "stays_home": "samtalet ska inte ut till svarsställe",
    "kept_away": "samtalet är menat för någon annan",
}
_UNTIL: Mapping[str, str] = {"wrap_up": "efterbehandling{0}", "not_yet": "steget har inte öppnat{1}"}
_TOGETHER: Mapping[str, str] = {
    "logged_out": "Inte inloggade",
    "uncleared": "Saknar behörigheten",
    "outside": "Utanför gruppens krets",
}
"""What is told of many at once, by name as far as names were kept."""
_PAUSES: Mapping[str, str] = {
    "rona": "svarade inte nyss, vilar{0}",
    "declined": "tryckte bort ett samtal nyss, vilar{0}",
    "phone_fault": "fel på telefonen nyss, lämnas i fred{0}",
    "dead_air": "telefonen gav inget ljud, tills personen kommer tillbaka",
    "circuit_open": "svarar inte, prövas igen{0}",
    "": "inte redo{0}",
}
_CALLS: Mapping[str, str] = {
    "priority": "det här har högre prioritet",
    "own_order": "den här gruppen kommer före bland de egna",
    "target_share": "det här var närmare sitt svarsmål",
    "waited_longest": "det här hade väntat längre",
    "first_come": "det här kom först",
}
LINE = "/"
"""Between a partner's name and the number of its line, in a seat's id."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision in sentences."""

    at_ms: int
    what: str
    others: tuple[str, ...]


def decisions(entries: Iterable[Entry], names: Names, zone: ZoneInfo) -> list[Decision]:
    """Every decision about a call, in the order in which they were made."""
    return [_decision(entry, names, zone) for entry in entries if isinstance(entry, CandidatesWeighed)]


def to_you(entry: CandidatesWeighed) -> str:
    """The decision as one sentence to the person who gets the call: what makes it theirs, and why not another's."""
    if entry.level >= 2:
        standing = f"gruppen är bland dina egna (nivå {entry.level})"
    else:
        standing = f"du hjälper till från en annan grupp (steg {entry.step + 1})"
    decided = next((_YOURS[one.why] for one in entry.passed_over if one.why in _YOURS), "")
    return f"Du får samtalet för att {standing} och {decided or 'ingen annan kan ta det nu' + _busy(entry)}."


def _busy(entry: CandidatesWeighed) -> str:
    """What the others who are here do instead; "" if nobody is."""
    told = [f"{number} {_MEANWHILE[why]}" for why, number in entry.counts if why in _MEANWHILE]
    return f" ({', '.join(told)})" if told else ""


def _decision(entry: CandidatesWeighed, names: Names, zone: ZoneInfo) -> Decision:
    others = (
        *(f"{_seat(one.agent, names)}: {_kept(one, zone)}." for one in _once_a_partner(entry.passed_over)),
        *_counted(entry, names),
        *(_other_call(other, names) for other in entry.other_calls),
    )
    return Decision(entry.at_ms, _what(entry, names), others)


def _what(entry: CandidatesWeighed, names: Names) -> str:
    if not entry.agent:
        return f"Ingen kunde ta samtalet i {names.queue(entry.queue)} just nu."
    decided = next((_WON[one.why] for one in entry.passed_over if one.why in _WON), "ensam om att kunna ta det nu")
    if LINE in entry.agent:
        return f"Samtalet gick till svarsstället {_seat(entry.agent, names)}: {decided}."
    return f"Samtalet gick till {_seat(entry.agent, names)}: {_standing(entry)}, {decided}."


def _standing(entry: CandidatesWeighed) -> str:
    if entry.level >= 2:
        return f"gruppen är bland de egna (nivå {entry.level})"
    return f"hjälper till från en annan grupp (steg {entry.step + 1})"


def _seat(agent: AgentId, names: Names) -> str:
    return names.person(AgentId(agent.partition(LINE)[0])) if LINE in agent else names.person(agent)


def _once_a_partner(passed: Iterable[PassedOver]) -> Iterator[PassedOver]:
    """Whoever is told of one by one; of a partner's lines that are kept from the call by the same, one."""
    told: set[tuple[str, str]] = set()
    for one in passed:
        partner, line, _ = one.agent.partition(LINE)
        if one.why in _TOGETHER or (line and (partner, one.why) in told):
            continue
        told.add((partner, one.why))
        yield one


def _kept(one: PassedOver, zone: ZoneInfo) -> str:
    at = f" {local(one.until_ms, zone):%H.%M.%S}" if one.until_ms else ""
    if one.why == "not_ready":
        return _PAUSES.get(one.reason, f"paus ({one.reason}){{0}}").format(at and f" till{at}")
    if one.why in _UNTIL:
        return _UNTIL[one.why].format(at and f" till{at}", at and f", det sker{at}")
    return _LOST.get(one.why, one.why)


def _counted(entry: CandidatesWeighed, names: Names) -> Iterator[str]:
    """What is told of many at once, and how many were left without a name."""
    counts = dict(entry.counts)
    unnamed = sum(counts.values()) - len(entry.passed_over)
    for why, title in _TOGETHER.items():
        named = list(dict.fromkeys(_seat(one.agent, names) for one in entry.passed_over if one.why == why))
        more = counts.get(why, 0) - sum(one.why == why for one in entry.passed_over)
        unnamed -= more
        if counts.get(why, 0):
            yield f"{title}: {', '.join([*named, *([f'{more} till' if named else f'{more}'] if more else [])])}."
    if unnamed > 0:
        yield f"Och {unnamed} till."


def _other_call(other: OtherCall, names: Names) -> str:
    return f"Före {other.call} i {names.queue(other.queue)}: {_CALLS.get(other.why, other.why)}."
