"""What a caller's events mean: arriving, walking the menu, hearing a last message, hanging up."""

from dataclasses import replace

from queues.asked_entries import LanguageChosen
from queues.entries import CallEntered, MenuChoiceMade, MenuEntered, OfferResult, Outcome, TalkEnder
from queues.ids import CallId, MenuId, PromptId, QueueId
from routing.actions import AskDigits, KeepPapers, Say, WithdrawOffer
from routing.events import CallArrived, CallerHungUp, DigitsEntered, MenuCut, PromptFinished
from routing.loops import stays_home
from routing.menu import MAX_MENUS, MenuTries, answer
from routing.moved import tell
from routing.offers import caller_ends_talk, end_talk, offer_ends
from routing.plan import Entrance, Menu
from routing.returning import RETURNED, keep_place, takes_kept_place, too_many
from routing.searching import begin
from routing.state import RINGING, Call, CallState, Centre
from routing.switching import is_open_for


def call_arrived(centre: Centre, event: CallArrived) -> None:
    """A new caller hears the greeting and the menu, or why nobody answers now."""
    call = enters(centre, event)
    entrance = entrance_of(centre, event.number)
    if too_many(centre, call):
        leave(centre, call, centre.plan.too_many_prompts, Outcome.TURNED_AWAY, "too_many_calls")
    elif is_open_for(centre, call, entrance.hours, entrance.hours_id):
        enter_menu(centre, call, entrance.menu, entrance.greeting)
    else:
        crisis = centre.switches.crisis
        first = (crisis.prompt,) if crisis else ()
        leave(centre, call, first + (entrance.closed_prompts or centre.plan.sorry_prompts), Outcome.CLOSED, "closed")


def enters(centre: Centre, event: CallArrived) -> Call:
    """The call is known, and has heard nothing yet."""
    call = centre.new_call(event.call, event.number, event.caller, entrance_of(centre, event.number).language)
    centre.entries.append(CallEntered(centre.now, call.id, event.number, event.caller, call.language))
    if centre.partners:
        stays_home(centre, call, event)
    return call


def entrance_of(centre: Centre, number: str) -> Entrance:
    """What the number leads to. One that nobody configured leads where the first does: no caller is refused."""
    entrances = centre.plan.entrances
    return entrances.get(number) or entrances.get("") or next(iter(entrances.values()))


def enter_menu(centre: Centre, call: Call, menu: MenuId, before: tuple[PromptId, ...] = ()) -> None:
    """The caller hears `menu` from its beginning."""
    rules = centre.plan.menus[menu]
    centre.move(call, CallState.MENU)
    call.menu, call.heard, call.tries = menu, rules, MenuTries()
    call.menus += 1
    if call.menus > MAX_MENUS:
        enter_queue(centre, call, rules.default, "silence")
        return
    entrance = entrance_of(centre, call.number)
    call.open_for.setdefault(entrance.hours_id or entrance.hours, True)  # who has come to a menu stays let in
    first, call.heard = first_words(centre, call, rules)
    centre.entries.append(MenuEntered(centre.now, call.id, menu))
    centre.actions.append(KeepPapers(call.id, call.papers()))
    ask(centre, call, call.heard, first + before + call.heard.prompts)


def first_words(centre: Centre, call: Call, menu: Menu) -> tuple[tuple[PromptId, ...], Menu]:
    """What is said before all else, and the menu as it is read to this call.

    Languages are offered in the language of the house. A crisis message is heard once in each language.
    """
    offers = menu.language_prompts if call.language == centre.plan.language else ()
    crisis = centre.switches.crisis
    if crisis is None or call.warned == (crisis.prompt, call.language):
        return (), _offering(centre, menu) if offers else menu
    call.warned = (crisis.prompt, call.language)
    if crisis.instead:
        return (), replace(menu, prompts=(*offers, crisis.prompt))
    return (crisis.prompt,), _offering(centre, menu) if offers else menu


def _offering(centre: Centre, menu: Menu) -> Menu:
    """The menu as it is read to whoever may choose another language; made once."""
    if menu.id not in centre.offering:
        centre.offering[menu.id] = replace(menu, prompts=menu.language_prompts + menu.prompts)
    return centre.offering[menu.id]


def speak(centre: Centre, call: Call, language: str) -> None:
    """The call goes on in this language; "" changes nothing."""
    if language and language != call.language:
        call.language = language
        centre.entries.append(LanguageChosen(centre.now, call.id, language))


def ask(centre: Centre, call: Call, menu: Menu, prompts: tuple[PromptId, ...]) -> None:
    """The caller hears `prompts` and may press one key."""
    centre.actions.append(AskDigits(call.id, prompts, call.language, 1, menu.first_key_ms, menu.first_key_ms))


def digits_entered(centre: Centre, call: Call, event: DigitsEntered) -> None:
    """The key, or silence, leads on, as the menu that the caller heard has it."""
    menu = call.heard or centre.plan.menus[call.menu]
    verdict = answer(menu, call.tries, event.digits)
    centre.entries.append(MenuChoiceMade(centre.now, call.id, call.menu, event.digits[:1], verdict.meaning.value))
    speak(centre, call, verdict.language)
    if verdict.queue in centre.plan.queues:
        enter_queue(centre, call, verdict.queue, verdict.meaning.value)
    elif verdict.menu in centre.plan.menus:
        enter_menu(centre, call, verdict.menu)
    elif verdict.directory and begin(centre, call, menu.human):
        return
    elif verdict.directory and menu.human in centre.plan.queues:
        enter_queue(centre, call, menu.human, verdict.meaning.value)
    elif verdict.queue or verdict.menu or verdict.directory:
        # What the key meant is no longer in the plan: the caller chooses again.
        enter_menu(centre, call, entrance_of(centre, call.number).menu)
    else:
        ask(centre, call, menu, verdict.prompts)


def menu_cut(centre: Centre, call: Call, _event: MenuCut) -> None:
    """The caller is in the line in which silence ends: nobody is asked the same again because an engine stops."""
    menu = call.heard or centre.plan.menus[call.menu]
    if menu.default not in centre.plan.queues:
        menu = centre.plan.menus[entrance_of(centre, call.number).menu]
    enter_queue(centre, call, menu.default, "menu_cut")


def enter_queue(centre: Centre, call: Call, queue: QueueId, reason: str) -> None:
    """The caller stands in line, or hears that nobody answers there now."""
    rules = centre.plan.queues[queue]
    if is_open_for(centre, call, rules.hours, rules.hours_id):
        centre.enqueue(call, queue, RETURNED if takes_kept_place(centre, call, queue) else reason)
        centre.watch.entered[call.id] = None
    else:
        leave(centre, call, rules.closed_prompts, Outcome.CLOSED, "queue_closed")


def leave(centre: Centre, call: Call, prompts: tuple[PromptId, ...], outcome: Outcome, reason: str) -> None:
    """The caller is told why, and then the call ends so."""
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    centre.move(call, CallState.LEAVING)
    call.outcome, call.reason, call.last_words = outcome, reason, prompts or centre.plan.sorry_prompts
    tell(centre, call)
    centre.actions.append(Say(call.id, call.last_words, call.language))


def last_message_heard(centre: Centre, call: Call, _event: PromptFinished) -> None:
    """The caller knows why; the call ends."""
    centre.hang_up(call, call.outcome or Outcome.TURNED_AWAY, call.reason)


def line_closes(centre: Centre, owner: str) -> None:
    """A caller who still waits long after closing is told so; one for whom a phone rings is not."""
    call = centre.calls[CallId(owner)]
    if call.state is CallState.WAITING:
        leave(centre, call, centre.queue_of(call).closed_prompts, Outcome.TURNED_AWAY, "line_closed")


def hung_up(centre: Centre, call: Call, _event: CallerHungUp) -> bool:
    """The caller is gone: before an answer the call is abandoned, in a talk it was answered. False if they had gone."""
    if call.off_the_line:
        return False
    gone(centre, call, "caller_hung_up")
    return True


def missing(centre: Centre, call: Call) -> None:
    """The caller is gone, and nobody saw them go."""
    gone(centre, call, "missing")


def cut_off(centre: Centre, call: Call) -> None:
    """The caller was cut off when Asterisk ended: no success of ours, whatever they were doing (F16)."""
    if call.state is CallState.TALKING:
        end_talk(centre, call, TalkEnder.UNKNOWN)
    elif call.state in RINGING:
        offer_ends(centre, call, OfferResult.CALLER_HUNG_UP)
    if call.outcome is Outcome.ANSWERED:
        centre.end(call, call.outcome, call.reason)
        return
    centre.end(call, Outcome.FAILED, "asterisk_restart")


def gone(centre: Centre, call: Call, reason: str) -> None:
    """The call is over from the caller's side, whatever it was doing."""
    if call.state is CallState.TALKING:
        outcome = caller_ends_talk(centre, call)
        centre.end(call, outcome, reason)
        return
    if call.state in RINGING:
        centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
        offer_ends(centre, call, OfferResult.CALLER_HUNG_UP)
    if call.outcome is not None:
        centre.end(call, call.outcome, call.reason)
    else:
        keep_place(centre, call)
        centre.end(call, Outcome.ABANDONED, reason)
