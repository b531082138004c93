"""A call's way told in Swedish, step by step: what happened, and why. No caller's number is ever part of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ivr.call_log import journey_by_hand, journey_of_callbacks
from ivr.call_log.journey_by_hand import told_by_hand
from ivr.call_log.journey_of_callbacks import told_of_callback
from ivr.local_days import length
from queues.asked_entries import LanguageChosen, SurveyAnswered, SurveyBegun
from queues.entries import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallOffered,
    CallQueued,
    CallRecovered,
    CallReturned,
    Entry,
    MenuChoiceMade,
    MenuEntered,
    OfferEnded,
    StepOpened,
    TalkEnded,
)
from queues.ids import AgentId, PersonId, QueueId, partner_of
from queues.limit_entries import LimitReached
from queues.moved_entries import AFTERWARDS
from queues.name_entries import NameSearched, PersonNotReached, PersonRung
from queues.transfer_entries import CallTransferred, TransferRefused, TransferReturned

OUTCOMES: Mapping[str, str] = {
    "answered": "besvarat",
    "abandoned": "tappat",
    "overflowed_external": "vidare till partner",
    "callback_kept": "uppringt",
    "callback_failed": "inte nått vid uppringning",
    "closed": "stängt",
    "turned_away": "avvisat med besked",
    "failed": "misslyckat",
    "": "pågår",
}
STATES: Mapping[str, str] = {
    "menu": "i menyn",
    "waiting": "i kön",
    "offered": "medan det ringde hos en handläggare",
    "talking": "i samtal",
    "surveying": "under frågorna efter samtalet",
    "leaving": "under sista meddelandet",
    "away": "i reservläget",
    "naming": "medan en person söktes vid namn",
    "connecting": "medan det ringde hos en person i katalogen",
    **journey_of_callbacks.STATES,
    **journey_by_hand.STATES,
    "entered": "vid ankomsten",
}
_REASONS: Mapping[str, str] = {
    "": "",
    "choice": "valde kön i menyn",
    "silence": "tryckte ingenting",
    "invalid": "tryckte fel för många gånger",
    "human": "bad om en människa",
    "overflow": "flyttad från en annan kö",
    "transfer": "kopplad vidare",
    "transfer_returned": "tillbaka från en koppling som ingen svarade på",
    "limit": "kopplad för många gånger",
    "menu_cut": "menyn avbröts för att motorn skulle bytas",
    "resumed": "fanns kvar efter ett avbrott",
    "resumed_after_talk": "samtalet var redan slut när motorn kom tillbaka",
    "fallback": "i reservläget, utan motor",
    "short_talk": "samtalet bröts innan någon hann tala",
    "looped_back": "svarsstället skickade tillbaka samtalet till oss",
    "talk_lost": "samtalet försvann",
    "dead_air": "telefonen svarade men skickade inget ljud",
    "time": "väntetiden för steget har gått",
    "condition": "stegets villkor är uppfyllt",
    "by_limit": "en gräns för kön leder dit",
    "returned": "ringde igen i tid och fick tillbaka sin plats",
    "max_wait": "har väntat så länge som kön tillåter",
    "max_length": "kön är full",
    "nobody_logged_in": "ingen som kan ta samtalet är inloggad",
    "too_many_calls": "numret har redan så många samtal som det får ha",
    "nobody_there": "ingen inloggad i steget innan",
    "closed": "numret är stängt",
    "queue_closed": "kön är stängd",
    "line_closed": "kön stängde medan samtalet väntade",
    "caller_hung_up": "den som ringde lade på",
    "agent_hung_up": "handläggaren lade på",
    "server_hung_up": "växeln lade på",
    "no_sound_hung_up": "handläggarens telefon tystnade",
    "unknown_hung_up": "oklart vem som lade på",
    "missing": "fanns inte längre i växeln",
    "nobody_found": "ingen fanns med det namnet",
    "too_many_found": "för många fanns med det namnet",
    "not_reached": "den som söktes gick inte att nå",
    "asterisk_restart": "växeln startade om",
}
_LANGUAGES: Mapping[str, str] = {"sv": "svenska", "fi": "finska", "en": "engelska"}
_CHOICES: Mapping[str, str] = {
    "choice": "ett val i menyn",
    "repeat": "menyn läses igen",
    "human": "till en människa",
    "invalid": "inte ett val här",
    "silence": "ingen knapp i tid",
}
_OFFERS: Mapping[str, str] = {
    "no_answer": "svarade inte",
    "busy": "var upptagen i telefonen",
    "declined": "tryckte bort samtalet",
    "unreachable": "gick inte att nå",
    "caller_hung_up": "hann inte svara, den som ringde lade på",
    "withdrawn": "slutade ringas upp",
    "looped": "skickade tillbaka samtalet till oss",
}
_REFUSED: Mapping[str, str] = {
    "no_talk": "inget samtal att koppla",
    "no_link": "ingen kontakt med växeln just då",
    "callback": "en uppringning kopplas inte vidare",
    "unknown": "finns inte, eller är utanför huset",
    "self": "till sig själv",
    "closed": "kön är stängd",
    "nobody_cleared": "ingen där får höra samtalet",
    "nobody_there": "ingen där är inloggad",
    "nobody_ready": "ingen där kan svara nu",
}
_LEVELS: Mapping[int, str] = {2: ", specialist", 3: ", förvaltningen"}
_SEARCHES: Mapping[str, str] = {
    "one": "en person passade",
    "several": "flera personer lästes upp",
    "too_many": "för många personer passade",
    "nobody": "ingen hade det namnet",
    "silence": "inget namn slogs",
}
_WHY_NOT: Mapping[str, str] = {
    "busy": "upptagen",
    "no_answer": "svarade inte",
    "absent": "inte på plats",
    "outside_hours": "utanför telefontiden",
}
_TALKS: Mapping[str, str] = {
    "transfer": "{0} kopplade vidare",
    "parked": "{0} parkerade",
    "agent": "{0} lade på",
    "caller": "den som ringde lade på",
    "unknown": "oklart vem som lade på",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What queues and people are called; an id stands for itself where nobody gave it a name."""

    queues: Mapping[QueueId, str] = field(default_factory=dict)
    people: Mapping[AgentId, str] = field(default_factory=dict)
    listed: Mapping[PersonId, str] = field(default_factory=dict)

    def sought(self, person: PersonId) -> str:
        """The name of somebody in the directory."""
        return self.listed.get(person, "någon i katalogen")

    def queue(self, queue: QueueId) -> str:
        """The queue's title."""
        return self.queues.get(queue, queue) or "ingen kö"

    def person(self, agent: AgentId) -> str:
        """The person's name."""
        return self.people.get(agent, agent) or "någon"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to the call."""

    at_ms: int
    kind: str
    what: str
    why: str


def journey(entries: Iterable[Entry], names: Names) -> list[Step]:
    """The call's steps in the order in which they were noted."""
    return [
        Step(entry.at_ms, type(entry).__name__, what, why) for entry in entries for what, why in _told(entry, names)
    ]


_LEADS = {
    "queue": "skickas vidare till {}",
    "partner": "får gå till svarsstället {}",
    "callback": "lovas att bli uppringd",
    "message": "får ett besked, och samtalet avslutas",
}


def reason(word: str) -> str:
    """Why, in Swedish; a word that nobody has translated stands for itself."""
    others = journey_of_callbacks.REASONS | journey_by_hand.REASONS
    return _REASONS.get(word) or others.get(word, word)


def _told(entry: Entry, names: Names) -> Iterator[tuple[str, str]]:
    match entry:
        case CallEntered(number=number):
            yield f"Samtalet kom in på {number}", ""
        case MenuEntered(menu=menu):
            yield f"Menyn {menu}", ""
        case MenuChoiceMade(key=key, meaning=meaning):
            yield f"Tryckte {key}" if key else "Tryckte ingenting", _CHOICES.get(meaning, meaning)
        case StepOpened(queue=queue, step=step):
            yield f"{names.queue(queue)}: steg {step + 1} öppnat, fler kan svara", reason(entry.reason)
        case CallQueued(queue=queue):
            yield f"I kön {names.queue(queue)}", _with_place(entry)
        case LimitReached(queue=queue):
            target = names.queue(QueueId(entry.target)) if entry.leads == "queue" else entry.target
            yield f"{names.queue(queue)}: {_LEADS.get(entry.leads, entry.leads).format(target)}", reason(entry.limit)
        case CallReturned(queue=queue):
            yield f"Tillbaka i kön {names.queue(queue)} på sin gamla plats", reason(entry.reason)
        case CallRecovered():
            yield _recovered(entry)
        case CallEnded():
            yield _ended(entry)
        case _:
            yield from _told_of_people(entry, names)


def _told_of_people(entry: Entry, names: Names) -> Iterator[tuple[str, str]]:
    match entry:
        case CallOffered(agent=agent, level=level, step=step):
            lent = "externt svarsställe" if partner_of(agent) else "lånad från en annan kö"
            knows = f"nivå {level} i kön" if level else lent
            yield f"Ringer hos {names.person(agent)}", f"{knows}, steg {step + 1}" if step >= 0 else "kopplat just dit"
        case OfferEnded(agent=agent, result=result):
            yield f"{names.person(agent)} {_OFFERS.get(result, result)}", f"ringde {length(entry.rang_ms)}"
        case CallAnswered(agent=agent, wait_ms=wait_ms):
            yield f"{names.person(agent)} svarade", f"efter {length(wait_ms)} i kön"
        case TalkEnded(agent=agent, by=by):
            yield f"Samtalet var slut efter {length(entry.talk_ms)}", _TALKS.get(by, by).format(names.person(agent))
        case NameSearched() | PersonRung() | PersonNotReached():
            yield _told_of_search(entry, names)
        case CallTransferred() | TransferReturned() | TransferRefused():
            yield _told_of_transfer(entry, names)
        case LanguageChosen(language=language):
            yield f"Valde språket {_LANGUAGES.get(language, language)}", ""
        case SurveyBegun():
            yield "Frågas om samtalet", ""
        case SurveyAnswered(question=question, grade=grade):
            yield f"Svarade {grade} på frågan om {question}", ""
        case _:
            yield from told_of_callback(entry, names.person)
            yield from told_by_hand(entry, names.person)


def _told_of_transfer(entry: CallTransferred | TransferReturned | TransferRefused, names: Names) -> tuple[str, str]:
    who = names.person(entry.agent)
    if isinstance(entry, TransferReturned):
        where = f"tillbaka till {who}" if entry.reached else "tillbaka till kön"
        return f"Ingen svarade i {names.queue(entry.queue)}", where
    to = names.person(entry.person) if entry.person else names.queue(entry.queue)
    level = _LEVELS.get(entry.level, "")
    if isinstance(entry, TransferRefused):
        return f"{who} kunde inte koppla till {to}{level}", _REFUSED.get(entry.reason, entry.reason)
    times = f"för {entry.times}:e gången" if entry.times > 1 else ""
    return f"{who} kopplade till {to}{level}", ", ".join(filter(None, (times, reason(entry.reason))))


def _told_of_search(entry: NameSearched | PersonRung | PersonNotReached, names: Names) -> tuple[str, str]:
    if isinstance(entry, NameSearched):
        return f"Sökte ett namn med {entry.digits} siffror", _SEARCHES.get(entry.meaning, entry.meaning)
    if isinstance(entry, PersonRung):
        return f"Ringer {names.sought(entry.person)}", "vald vid namn"
    return f"{names.sought(entry.person)} gick inte att nå", _WHY_NOT.get(entry.why, entry.why)


def _with_place(entry: CallQueued) -> str:
    kept = entry.at_ms - entry.entered_at_ms
    return reason(entry.reason) + (f", med plats sedan {length(kept)}" if kept >= 1000 else "")


def _recovered(entry: CallRecovered) -> tuple[str, str]:
    if entry.state in AFTERWARDS:
        return "Avslutat i efterhand ur växelns egen logg", "ingen motor hade samtalet när det slutade"
    return f"Återfunnet {STATES.get(entry.state, entry.state)}", "motorn fick veta det av växeln"


def _ended(entry: CallEnded) -> tuple[str, str]:
    where = STATES.get(entry.state, entry.state)
    return f"Slut: {OUTCOMES.get(entry.outcome, entry.outcome)}, {where}", reason(entry.reason)
