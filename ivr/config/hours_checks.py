"""What is wrong with opening hours: unknown, unused, never open, undecided, closed in silence or under a net."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.config.draft import Draft, dialled_forms, written_steps
from ivr.config.fields import EVES
from ivr.config.hours import ALWAYS_SATURDAY, calendar_fault
from ivr.config.menu_checks import reached_menus
from ivr.config.problems import Code, Problem
from queues.ids import QueueId
from routing.plan import OpenHours, Plan

HOURS, NUMBERS, QUEUES, PARTNERS = "hours.yaml", "municipality.yaml", "queues.yaml", "partners.yaml"
_Use = tuple[str, tuple[str | int, ...], str]
"""File, path and name of opening hours that somebody keeps."""


def _uses(draft: Draft) -> Iterator[_Use]:
    for i, number in enumerate(draft.municipality.numbers):
        if number.hours:
            yield NUMBERS, ("numbers", i, "hours"), number.hours
    if draft.queues.defaults.hours:
        yield QUEUES, ("defaults", "hours"), draft.queues.defaults.hours
    for name, queue in draft.queues.queues.items():
        if queue.hours:
            yield QUEUES, ("queues", name, "hours"), queue.hours
    for path, step in written_steps(draft):
        if step.hours:
            yield QUEUES, (*path, "hours"), step.hours
    for name, partner in draft.partners.partners.items():
        if partner.hours:
            yield PARTNERS, ("partners", name, "hours"), partner.hours


def names(draft: Draft) -> Iterator[Problem]:
    """Hours that are kept exist, and hours that exist are kept."""
    uses = list(_uses(draft))
    for file, path, name in uses:
        if name not in draft.hours.hours:
            cure = f"Öppettider som finns: {', '.join(draft.hours.hours)}."
            yield Problem(Code.UNKNOWN_HOURS, draft.at(file, *path), f"Öppettiderna {name!r} finns inte.", cure)
    kept = {name for _, _, name in uses}
    for name in draft.hours.hours:
        if name not in kept:
            place = draft.at_key(HOURS, "hours", name)
            yield Problem(
                Code.UNUSED_HOURS, place, f"Ingen följer öppettiderna {name!r}.", "Ta bort dem, eller använd dem."
            )


def never_open(draft: Draft) -> Iterator[Problem]:
    """Every set of opening hours has an ordinary day on which it is open."""
    for name, entry in draft.hours.hours.items():
        if not any(entry.weekly.values()):
            place = draft.at_key(HOURS, "hours", name, "weekly")
            sentence = f"Öppettiderna {name!r} är stängda alla dagar i veckan."
            yield Problem(Code.NEVER_OPEN, place, sentence, "Skriv minst en tid.")


def undecided_eves(draft: Draft) -> Iterator[Problem]:
    """Each eve is decided; those that always fall on a closed Saturday need not be."""
    for name, entry in draft.hours.hours.items():
        for eve in EVES:
            if eve in entry.eves or (eve in ALWAYS_SATURDAY and not entry.weekly["lördag"]):
                continue
            place = draft.at_key(HOURS, "hours", name, "eves")
            sentence = f"Det är inte bestämt hur {name!r} har öppet {eve}; till dess gäller veckans tider."
            yield Problem(Code.EVE_UNDECIDED, place, sentence, f'Lägg till {eve}: en tid, stängt eller "som vanligt".')


def calendar(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """The red days of every year for which hours are worked out are known; else the week rules, and not in silence."""
    kept = [e.hours for e in plan.entrances.values()] + [q.hours for q in plan.queues.values()]
    ends = [at for hours in kept for at in (*hours.opens_ms[-1:], *hours.opens_ms[:1]) if at]
    if not ends:
        return
    zone = ZoneInfo(draft.municipality.timezone)
    first, last = (datetime.fromtimestamp(at / 1000, zone).year for at in (min(ends), max(ends)))
    for year in range(first, last + 1):
        if fault := calendar_fault(year):
            sentence = f"Röda dagar och aftnar för {year} går inte att räkna ut ({fault}); veckans tider gäller."
            cure = "Skriv årets avvikande dagar under dates, och kontrollera installationen (paketet holidays)."
            yield Problem(Code.CALENDAR_FAULT, draft.at_key(HOURS, "hours"), sentence, cure)


def closed_in_silence(draft: Draft) -> Iterator[Problem]:
    """Whoever meets closed hours is told."""
    for i, number in enumerate(draft.municipality.numbers):
        if number.hours and not number.closed:
            place = draft.at(NUMBERS, "numbers", i, "hours")
            sentence = f"Den som ringer {number.number} när det är stängt får inte veta något."
            yield Problem(Code.CLOSED_WITHOUT_WORDS, place, sentence, "Lägg till closed med en prompt.")
    for name in draft.queues.queues:
        if draft.hours_of(name) and not draft.rule(name, "closed", draft.prompts.closed):
            place = draft.at_key(QUEUES, "queues", name)
            sentence = f"Den som väljer {name!r} när gruppen har stängt får inte veta något."
            yield Problem(Code.CLOSED_WITHOUT_WORDS, place, sentence, "Lägg till closed med en prompt.")


def nets_closed(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """While a number is open, so are the queues that catch silence, errors and 0 in its menus."""
    for i, number in enumerate(draft.municipality.numbers):
        open_then = plan.entrances[dialled_forms(number)[0]].hours
        for name in sorted(reached_menus(draft, number.menu)):
            for role in ("silence", "human"):
                queue = getattr(draft.menu.menus[name], role)
                gap = first_gap(open_then, plan.queues[QueueId(queue)].hours)
                if gap is None:
                    continue
                when = datetime.fromtimestamp(gap / 1000, ZoneInfo(draft.municipality.timezone))
                sentence = (
                    f"Gruppen {queue!r} fångar upp den som tiger eller trycker fel eller 0, men har stängt "
                    f"när numret {number.number} har öppet, till exempel {when:%Y-%m-%d %H:%M} (rad {i + 1} i numbers)."
                )
                place = draft.at("menu.yaml", "menus", name, role)
                yield Problem(Code.NET_CLOSED, place, sentence, "Ge gruppen minst samma öppettider som numret.")


def first_gap(inner: OpenHours, outer: OpenHours) -> int | None:
    """The first instant (ms) that lies in `inner` and not in `outer`; None when `outer` covers it all."""
    for opens, closes in zip(inner.opens_ms, inner.closes_ms, strict=True):
        i = bisect_right(outer.opens_ms, opens) - 1
        if i < 0 or outer.closes_ms[i] <= opens:
            return opens
        if outer.closes_ms[i] < closes:
            return outer.closes_ms[i]
    return None
