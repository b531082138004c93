"""What a caller hears who looks for a person by name: how to type it, who was found, why somebody is not reached.

One rule: whatever happens, the papers name the line in which the caller stands if nobody is found or we are gone.
"""

from queues.entries import OfferResult
from queues.ids import PersonId, PromptId, QueueId
from queues.name_entries import PersonNotReached
from routing.actions import AskDigits, KeepPapers
from routing.deadlines import DeadlineKind
from routing.directory import Directory, NamingWords, Search
from routing.moved import tell
from routing.promises import may_promise
from routing.secrecy import may_hear, risen
from routing.state import NO_OFFER, NOBODY, Call, CallState, Centre

NO_ANSWER, BUSY, ABSENT, OUTSIDE_HOURS = "no_answer", "busy", "absent", "outside_hours"
"""Why a person is not reached."""
WHY = {OfferResult.BUSY: BUSY, OfferResult.DECLINED: BUSY}
"""What a ring that was not answered is to the caller; `NO_ANSWER` if it is not here."""
EMPTY = Directory({})


def directory_of(centre: Centre) -> Directory:
    """Who can be reached by name now."""
    return centre.plan.directory or EMPTY


def begin(centre: Centre, call: Call, home: QueueId) -> bool:
    """The caller hears how to type a name; `home` is where they stand otherwise. False if nobody can be looked for.

    A call that needs a clearance is not put through to anybody by name: nobody in a directory holds one.
    """
    directory, queue = directory_of(centre), centre.plan.queues.get(home)
    if queue is None or not directory.people:
        return False
    clearance = risen(call.clearance, queue.clearance)
    if not may_hear(frozenset(), clearance):
        return False
    call.clearance = clearance
    call.search = Search(home)
    centre.move(call, CallState.NAMING)
    tell(centre, call)
    centre.actions.append(KeepPapers(call.id, call.papers()))
    ask(centre, call, directory.words.instruction, directory.first_key_ms)
    return True


def ask(centre: Centre, call: Call, prompts: tuple[PromptId, ...], key_ms: int) -> None:
    """The caller hears `prompts` and may press one key, within `key_ms` of their end."""
    centre.actions.append(AskDigits(call.id, prompts, call.language, 1, key_ms, key_ms))


def choices(directory: Directory, offered: tuple[PersonId, ...]) -> tuple[PromptId, ...]:
    """Who can be chosen, by name and department, and with which key; not those whom the directory has no more."""
    words, said = directory.words, directory.words.found
    for i, person in enumerate(offered):
        if listed := directory.people.get(person):
            department = (listed.department,) if listed.department else ()
            said += (*words.before, listed.spoken, *department, words.press[i])
    return said + words.or_wait


def not_reached(centre: Centre, call: Call, search: Search, why: str) -> None:
    """The caller hears why, and what they can do instead."""
    directory = directory_of(centre)
    search.not_reached = why
    centre.deadlines.cancel_all(call.id)
    centre.move(call, CallState.NAMING)
    call.offer, call.agent = NO_OFFER, NOBODY
    centre.entries.append(PersonNotReached(centre.now, call.id, search.person, why))
    ask(centre, call, reasons(directory.words)[why] + ways_out(centre, call, search), directory.choice_ms)


def rings_on(centre: Centre, call: Call) -> None:
    """The person's phone stops when its time is over, if nobody has answered by then."""
    until_ms = max(call.offered_at_ms + directory_of(centre).ring_ms, centre.now)
    if call.agent == NOBODY:
        centre.deadlines.set(call.id, DeadlineKind.PERSON_RING_ENDS, until_ms)
    else:
        centre.deadlines.set(call.agent, DeadlineKind.RING_ENDS, until_ms)


def reasons(words: NamingWords) -> dict[str, tuple[PromptId, ...]]:
    """What is said of somebody who is not reached, by why."""
    return {
        NO_ANSWER: words.no_answer,
        BUSY: words.busy,
        ABSENT: words.absent,
        OUTSIDE_HOURS: words.outside_hours,
    }


def ways_out(centre: Centre, call: Call, search: Search) -> tuple[PromptId, ...]:
    """What whoever was not put through can do: be rung, where that can be promised, or wait for somebody else."""
    words = directory_of(centre).words
    return words.callback_or_wait if may_promise(centre, call, search.home) else words.only_wait
