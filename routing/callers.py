"""What a caller's events mean: arriving, walking the menu, hearing a last message, hanging up."""

from queues.entries import CallEntered, MenuChoiceMade, MenuEntered, OfferResult, Outcome, TalkEnder
from queues.ids import CallId, MenuId, PromptId
from routing.actions import AskDigits, HoldMusic, KeepPapers, LeaveToFallback, Say, WithdrawOffer
from routing.deadlines import DeadlineKind
from routing.events import CallArrived, CallerHungUp, DigitsEntered, PromptFinished
from routing.menu import MenuTries, answer
from routing.offers import after_ringing, end_talk, offer_over
from routing.plan import Entrance
from routing.state import Call, CallState, Centre


def call_arrived(centre: Centre, event: CallArrived) -> None:
    """A new caller hears the greeting and the menu, or why nobody answers now."""
    entrance = entrance_of(centre, event.number)
    if len(centre.calls) >= centre.plan.max_calls:
        centre.actions.append(LeaveToFallback(event.call))
        return
    call = centre.new_call(event.call, event.number, event.caller, entrance.language)
    centre.entries.append(CallEntered(centre.now, call.id, event.number, event.caller, entrance.language))
    if not entrance.hours.is_open(centre.now):
        leave(centre, call, entrance.closed_prompts, Outcome.CLOSED, "closed")
        return
    enter_menu(centre, call, entrance.menu, entrance.greeting)


def entrance_of(centre: Centre, number: str) -> Entrance:
    """What the number leads to. One that nobody configured leads where the first does: no caller is refused."""
    entrances = centre.plan.entrances
    return entrances.get(number) or entrances.get("") or next(iter(entrances.values()))


def enter_menu(centre: Centre, call: Call, menu: MenuId, before: tuple[PromptId, ...] = ()) -> None:
    """The caller hears `menu` from its beginning."""
    call.state = CallState.MENU
    call.menu = menu
    call.tries = MenuTries()
    centre.entries.append(MenuEntered(centre.now, call.id, menu))
    centre.actions.append(KeepPapers(call.id, call.papers()))
    ask(centre, call, before + centre.plan.menus[menu].prompts)


def ask(centre: Centre, call: Call, prompts: tuple[PromptId, ...]) -> None:
    """The caller hears `prompts` and may press one key."""
    menu = centre.plan.menus[call.menu]
    centre.actions.append(AskDigits(call.id, prompts, call.language, 1, menu.first_key_ms, menu.first_key_ms))


def digits_entered(centre: Centre, call: Call, event: DigitsEntered) -> None:
    """The key, or silence, leads on."""
    menu = centre.plan.menus[call.menu]
    verdict = answer(menu, call.tries, event.digits)
    centre.entries.append(MenuChoiceMade(centre.now, call.id, call.menu, event.digits[:1], verdict.meaning.value))
    if verdict.menu:
        enter_menu(centre, call, verdict.menu)
    elif not verdict.queue:
        ask(centre, call, verdict.prompts)
    else:
        queue = centre.plan.queues[verdict.queue]
        if queue.hours.is_open(centre.now):
            centre.enqueue(call, verdict.queue, verdict.meaning.value)
        else:
            leave(centre, call, queue.closed_prompts, Outcome.CLOSED, "queue_closed")


def leave(centre: Centre, call: Call, prompts: tuple[PromptId, ...], outcome: Outcome, reason: str) -> None:
    """The caller is told why, and then the call ends so."""
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    call.state, call.outcome, call.reason = CallState.LEAVING, outcome, reason
    centre.actions.append(Say(call.id, prompts or centre.plan.sorry_prompts, call.language))


def last_message_heard(centre: Centre, call: Call, _event: PromptFinished) -> None:
    """The caller knows why; the call ends."""
    centre.hang_up(call, call.outcome or Outcome.TURNED_AWAY, call.reason)


def announcement_heard(centre: Centre, call: Call, _event: PromptFinished) -> None:
    """The caller who waits hears music again."""
    centre.actions.append(HoldMusic(call.id, centre.queue_of(call).music))


def settle(centre: Centre, call: Call, *, new: bool) -> None:
    """A caller whom nobody takes at once hears that they stand in line, or music."""
    queue = centre.queue_of(call)
    if new and queue.queued_prompts:
        centre.actions.append(Say(call.id, queue.queued_prompts, call.language))
    else:
        centre.actions.append(HoldMusic(call.id, queue.music))


def message_due(centre: Centre, owner: str) -> None:
    """A caller who still waits is told so; the next time is set."""
    call = centre.calls[CallId(owner)]
    queue = centre.queue_of(call)
    centre.deadlines.set(owner, DeadlineKind.MESSAGE_DUE, centre.now + queue.message_every_ms)
    if call.state is CallState.WAITING and queue.waiting_prompts:
        centre.actions.append(Say(call.id, queue.waiting_prompts, call.language))


def line_closes(centre: Centre, owner: str) -> None:
    """A caller who still waits long after closing is told so; one for whom a phone rings is not."""
    call = centre.calls[CallId(owner)]
    if call.state is CallState.WAITING:
        leave(centre, call, centre.queue_of(call).closed_prompts, Outcome.TURNED_AWAY, "line_closed")


def step_due(centre: Centre, owner: str) -> None:
    """The circle around a waiting call is wider."""
    call = centre.calls[CallId(owner)]
    if call.state is CallState.WAITING:
        centre.open_steps(call)


def hung_up(centre: Centre, call: Call, _event: CallerHungUp) -> None:
    """The caller is gone: before an answer the call is abandoned, in a talk it was answered."""
    gone(centre, call, "caller_hung_up")


def gone(centre: Centre, call: Call, reason: str) -> None:
    """The call is over from the caller's side, whatever it was doing."""
    if call.state is CallState.TALKING:
        end_talk(centre, call, TalkEnder.CALLER)
        centre.end(call, Outcome.ANSWERED, reason)
        return
    if call.state is CallState.OFFERED:
        offer_over(centre, call, OfferResult.CALLER_HUNG_UP)
        centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
        after_ringing(centre, centre.people[call.agent], OfferResult.CALLER_HUNG_UP)
    if call.state is CallState.LEAVING and call.outcome is not None:
        centre.end(call, call.outcome, call.reason)
    else:
        centre.end(call, Outcome.ABANDONED, reason)
