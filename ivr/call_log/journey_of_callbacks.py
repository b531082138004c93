"""What became of a promise to ring somebody back, told in Swedish for `tonval call`. No number is ever part of it."""

from collections.abc import Callable, Iterator

from queues.entries import CallbackOverdue, CallbackPromised, CallbackTakenBack, CitizenMissed, CitizenRung, Entry
from queues.ids import AgentId

STATES = {
    "promising": "medan återuppringning lovades",
    "promised": "i väntan på återuppringning",
    "callback_offered": "medan en handläggare tillfrågades om återuppringning",
    "calling_back": "medan medborgaren ringdes upp",
}
REASONS = {
    "not_written": "löftet kunde inte skrivas ner",
    "caller_is_here": "den som ringde är kvar på linjen",
    "cancelled": "löftet togs tillbaka",
    "not_reached": "ingen svarade, eller ingen tryckte 1",
    "talked_unseen": "samtalet fördes medan motorn var borta",
    "number_not_rung": "numret rings inte upp",
    "callback": "återuppringning",
}
_MISSED = {
    "no_answer": "svarade inte",
    "busy": "var upptagen",
    "declined": "avvisade samtalet",
    "unreachable": "gick inte att nå",
    "withdrawn": "hann inte nås, handläggaren lade på",
}


def told_of_callback(entry: Entry, person: Callable[[AgentId], str]) -> Iterator[tuple[str, str]]:
    """What happened, and why; nothing for what is no part of a callback."""
    match entry:
        case CallbackPromised(by=by):
            yield f"{person(by)} lovade återuppringning" if by else "Valde att bli uppringd och behåller sin plats", ""
        case CallbackTakenBack(reason=reason):
            yield "Återuppringningen gäller inte längre, väntar som förut", REASONS.get(reason, reason)
        case CitizenRung(agent=agent, attempt=attempt):
            yield f"{person(agent)} tog återuppringningen, medborgaren rings", f"försök {attempt}"
        case CitizenMissed(result=result, again_at_ms=again):
            later = "rings igen senare" if again else "rings inte fler gånger"
            yield f"Medborgaren {_MISSED.get(result, result)}", later
        case CallbackOverdue():
            yield "Återuppringningen är försenad", "någon har larmats"
        case _:
            pass
