"""The types of matter of a municipality, and what must hold between them, the departments and the queues."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from ivr.config.draft import Draft
from ivr.config.house import MatterType
from ivr.config.matter_entries import MatterEntry, MattersFile
from ivr.config.problems import Code, Problem
from queues.ids import QueueId

FILE = "matters.yaml"


def matter_types(draft: Draft) -> Mapping[str, MatterType]:
    """Every type by name, in the order of the file; none without a file."""
    written = _written(draft)
    return MappingProxyType({name: _type(name, e) for name, e in written.matters.items()} if written else {})


def departments(draft: Draft) -> Mapping[str, str]:
    """Title by name; none without a file."""
    written = _written(draft)
    return MappingProxyType({name: e.title for name, e in written.departments.items()} if written else {})


def _written(draft: Draft) -> MattersFile | None:
    return cast("MattersFile | None", draft.models.get(FILE))


def _type(name: str, entry: MatterEntry) -> MatterType:
    return MatterType(
        id=name,
        title=entry.title,
        department=entry.department,
        rosa=entry.rosa,
        level=entry.level,
        queues=frozenset(map(QueueId, entry.queues)),
        checklist=entry.checklist,
        link=entry.link or "",
    )


# ── checks ──────────────────────────────────────────────────────────────────────────────────────────────────────
def known_departments(draft: Draft) -> Iterator[Problem]:
    """Every matter has a department that is there, and every department a matter."""
    written = cast("MattersFile", draft.models[FILE])
    for name, entry in written.matters.items():
        if entry.department not in written.departments:
            sentence = f"Förvaltningen {entry.department!r} finns inte."
            cure = f"Välj en av: {', '.join(written.departments)}."
            place = draft.at(FILE, "matters", name, "department")
            yield Problem(Code.UNKNOWN_DEPARTMENT, place, sentence, cure)
    used = {entry.department for entry in written.matters.values()}
    for name in written.departments.keys() - used:
        sentence = f"Inget ärende hör till förvaltningen {name!r}."
        place = draft.at_key(FILE, "departments", name)
        yield Problem(Code.UNUSED_DEPARTMENT, place, sentence, "Ta bort den, eller lägg till dess ärenden.")


def titles_tell_apart(draft: Draft) -> Iterator[Problem]:
    """No group is offered two matters that read the same."""
    seen: dict[str, list[MatterType]] = {}
    for matter in matter_types(draft).values():
        others = seen.setdefault(matter.title.casefold(), [])
        if any(not o.queues or not matter.queues or o.queues & matter.queues for o in others):
            sentence = f"Titeln {matter.title!r} står redan för ett annat ärende i samma grupp."
            place = draft.at(FILE, "matters", matter.id, "title")
            yield Problem(Code.SAME_TITLE, place, sentence, "Ge dem olika titlar.")
        others.append(matter)


def queues_of_matters(draft: Draft) -> Iterator[Problem]:
    """Every group that a matter names is there, and every group has a matter to choose; calls are served if not."""
    types = matter_types(draft).values()
    written = cast("MattersFile", draft.models[FILE])
    for name, entry in written.matters.items():
        for i, queue in enumerate(entry.queues):
            if queue not in draft.queues.queues:
                sentence = f"Kön {queue!r} finns inte, så ärendet kan inte väljas där."
                place = draft.at(FILE, "matters", name, "queues", i)
                cure = f"Välj en av: {', '.join(draft.queues.queues)}."
                yield Problem(Code.MATTER_OF_NO_QUEUE, place, sentence, cure)
    for queue in draft.queues.queues if types else ():
        if not any(matter.offered_for(QueueId(queue)) for matter in types):
            sentence = f"Inget ärende kan väljas för samtal till {queue!r}."
            place = draft.at_key(FILE, "matters")
            yield Problem(Code.QUEUE_WITHOUT_MATTER, place, sentence, "Lägg till ett, eller ett utan queues.")
