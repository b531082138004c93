"""The fold's part that follows callers: arriving, the menu, the lines, and what is found out about them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from queues.asked_entries import LanguageChosen, SurveyBegun
from queues.board_calls import MOST_CHOICES, BoardCall, BoardState, Choice
from queues.board_people import BoardAgent
from queues.board_queues import Answer
from queues.entries import (
    CallbackOverdue,
    CallbackPromised,
    CallbackTakenBack,
    CallEntered,
    CallQueued,
    CallRecovered,
    CallReturned,
    MenuChoiceMade,
    MenuEntered,
    StepOpened,
)
from queues.ids import AgentId, CallId, Instant, OfferId, QueueId
from queues.moved_entries import AFTERWARDS, CallMoved
from queues.name_entries import NameSearched, PersonNotReached
from queues.operator_entries import ParkingBegun, ParkingEnded
from queues.transfer_entries import CallTransferred, TransferReturned
from queues.weighed_entries import CandidatesWeighed

if TYPE_CHECKING:
    from queues.board import Board

NOBODY, NO_OFFER, NO_INSTANT = AgentId(""), OfferId(0), Instant(0)
_STATES = {
    **{state.value: state for state in BoardState},
    "connecting": BoardState.OFFERED,
    "promising": BoardState.CALLBACK,
    "promised": BoardState.CALLBACK,
}
"""The kernel's words for a call's state; one that is not here says nothing."""
_HOW = {"overflow": "overflowed", "transfer": "transferred", "transfer_returned": "transferred"}
"""The reason of entering a line → what it is to come there from another."""
_WITH_SOMEBODY = frozenset(
    {BoardState.OFFERED, BoardState.TALKING, BoardState.CALLBACK_OFFERED, BoardState.CALLING_BACK}
)


# ── small moves ─────────────────────────────────────────────────────────────────────────────────────────────────
def becomes(call: BoardCall, state: BoardState, at_ms: Instant) -> None:
    """The call does this, and with nobody unless it is a thing to do with somebody."""
    if call.state is not state:
        call.state, call.since_ms = state, at_ms
    if state not in _WITH_SOMEBODY:
        call.agent, call.offer = NOBODY, NO_OFFER
    if state is not BoardState.TALKING:
        call.answered_at_ms = NO_INSTANT


def waits(call: BoardCall, at_ms: Instant) -> None:
    """Nobody is busy with the call: it stands in line, or, if it is promised, its place does without its caller."""
    becomes(call, BoardState.CALLBACK if call.promised else BoardState.WAITING, at_ms)


def with_agent(board: "Board", call: BoardCall, agent: AgentId) -> None:
    """This person, or nobody, is busy with the call."""
    call.agent = agent
    if agent:
        board_agent(board, agent).call = call.id


def stands_in(board: "Board", call: BoardCall, queue: QueueId, at_ms: Instant, how: str) -> None:
    """The call is one of this line's, "" for none; counted if it was not so before."""
    before = call.queue
    if queue == before:
        return
    call.queue, call.queued_at_ms = queue, at_ms if queue else NO_INSTANT
    ledger = board.ledger
    if at_ms < ledger.day_starts_ms:
        if before:
            ledger.carried(before, -1)
        if queue:
            ledger.carried(queue, 1)
        return
    if before:
        ledger.count(before, at_ms, f"{how}_out")
    if queue:
        ledger.of_line(queue, at_ms, "entered")
    if before and queue:
        ledger.count(queue, at_ms, f"{how}_in")


def new_call(board: "Board", call_id: CallId, at_ms: Instant, caller: str) -> BoardCall:
    """A call that was not known before."""
    call = board.calls[call_id] = BoardCall(call_id, at_ms, caller=caller, since_ms=at_ms)
    if at_ms < board.day_starts_ms:
        board.ledger.carried(QueueId(""), 1)
        return call
    board.ledger.of_house(at_ms, "entered")
    if caller:
        board.callers.setdefault(caller, False)
    else:
        board.hidden_callers[0] += 1
    return call


def was_none(board: "Board", call: BoardCall) -> None:
    """The answer that was counted was no answer."""
    if call.answer is not None:
        board.ledger.answered(call.answer, -1)
        agent_answered(board, call.answer, -1)
        call.answer = None


def counts_as_answered(board: "Board", call: BoardCall, answer: Answer) -> None:
    """The answer counts, unless it is how a promise is kept: nobody waited on the line for it."""
    call.answer = answer
    if call.promised:
        call.answer = None
        return
    board.ledger.answered(answer)
    agent_answered(board, answer, 1)


def agent_answered(board: "Board", answer: Answer, by: int) -> None:
    """So many answers more of this day are the person's."""
    if answer.at_ms >= board.day_starts_ms and answer.agent:
        board_agent(board, answer.agent).answered += by


def board_agent(board: "Board", agent: AgentId) -> BoardAgent:
    """The person, or line to a partner, as far as anything is known."""
    if (known := board.agents.get(agent)) is None:
        known = board.agents[agent] = BoardAgent(agent, counted_from_ms=board.day_starts_ms)
    return known


# ── arriving, and being found ───────────────────────────────────────────────────────────────────────────────────
def _entered(board: "Board", entry: CallEntered) -> None:
    if entry.call not in board.calls:
        call = new_call(board, entry.call, entry.at_ms, entry.caller)
        call.number, call.language = entry.number, entry.language


def _recovered(board: "Board", entry: CallRecovered) -> None:
    """What Asterisk said of the call is so. One that was already over is nothing new."""
    call = board.calls.get(entry.call)
    over = entry.state in AFTERWARDS
    if call is None:
        if over:
            return
        call = new_call(board, entry.call, entry.at_ms, entry.caller)
    call.recoveries += 1
    call.number, call.caller = entry.number or call.number, entry.caller or call.caller
    call.language = entry.language or call.language
    if over:  # where the caller stood is news, that they did is not
        at_ms = entry.entered_at_ms or entry.at_ms
        stands_in(board, call, entry.queue or call.queue, at_ms, "moved")
        return
    stands_in(board, call, entry.queue, entry.at_ms, "moved")
    call.entered_at_ms, call.clearance = entry.entered_at_ms, entry.clearance
    _does(board, call, entry.state, entry.at_ms, entry.agent, entry.answered_at_ms)
    if entry.answered_at_ms and call.answer is None:
        wait_ms = max(entry.answered_at_ms - entry.entered_at_ms, 0) if entry.entered_at_ms else 0
        counts_as_answered(board, call, Answer(entry.answered_at_ms, call.queue, entry.agent, wait_ms))


def _moved(board: "Board", call: BoardCall, entry: CallMoved) -> None:
    stands_in(board, call, entry.queue, entry.at_ms, "moved")
    call.entered_at_ms, call.clearance, call.language = entry.entered_at_ms, entry.clearance, entry.language
    _does(board, call, entry.state, entry.at_ms, entry.agent, entry.answered_at_ms)


def _does(  # noqa: PLR0913, PLR0917 - what an entry says of a call at once
    board: "Board", call: BoardCall, word: str, at_ms: Instant, agent: AgentId, answered_at_ms: Instant
) -> None:
    becomes(call, _STATES.get(word, call.state), at_ms)
    if call.state in _WITH_SOMEBODY:
        with_agent(board, call, agent)
    if call.state is BoardState.TALKING:
        call.answered_at_ms = answered_at_ms


# ── menus, names and languages ──────────────────────────────────────────────────────────────────────────────────
def _menu(_board: "Board", call: BoardCall, entry: MenuEntered) -> None:
    becomes(call, BoardState.MENU, entry.at_ms)
    call.menu = entry.menu


def _choice(_board: "Board", call: BoardCall, entry: MenuChoiceMade) -> None:
    if len(call.path) < MOST_CHOICES:
        call.path = (*call.path, Choice(entry.at_ms, entry.menu, entry.key, entry.meaning))


def _language(_board: "Board", call: BoardCall, entry: LanguageChosen) -> None:
    call.language = entry.language


def _naming(_board: "Board", call: BoardCall, entry: NameSearched | PersonNotReached) -> None:
    becomes(call, BoardState.NAMING, entry.at_ms)


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _queued(board: "Board", call: BoardCall, entry: CallQueued) -> None:
    stands_in(board, call, entry.queue, entry.at_ms, _HOW.get(entry.reason, "moved"))
    call.entered_at_ms, call.clearance, call.steps = entry.entered_at_ms, entry.clearance, ()
    call.came, call.weighed = entry.reason, None
    waits(call, entry.at_ms)


def _step(_board: "Board", call: BoardCall, entry: StepOpened) -> None:
    if entry.step not in call.steps:
        call.steps = (*call.steps, entry.step)


def _weighed(_board: "Board", call: BoardCall, entry: CandidatesWeighed) -> None:
    call.weighed = entry


def _returned(board: "Board", call: BoardCall, entry: CallReturned) -> None:
    was_none(board, call)
    stands_in(board, call, entry.queue, entry.at_ms, "moved")
    call.entered_at_ms = entry.entered_at_ms
    waits(call, entry.at_ms)


def _transferred(board: "Board", call: BoardCall, entry: CallTransferred) -> None:
    call.answer, call.transfers = None, call.transfers + 1
    stands_in(board, call, entry.queue, entry.at_ms, "transferred")
    waits(call, entry.at_ms)


def _transfer_returned(_board: "Board", call: BoardCall, entry: TransferReturned) -> None:
    waits(call, entry.at_ms)


def _parked(board: "Board", call: BoardCall, entry: ParkingBegun) -> None:
    stands_in(board, call, entry.queue, entry.at_ms, "moved")
    becomes(call, BoardState.PARKED, entry.at_ms)
    call.answer, call.parked_by, call.until_ms = None, entry.agent, entry.until_ms


def _unparked(_board: "Board", call: BoardCall, entry: ParkingEnded) -> None:
    call.parked_by, call.until_ms = NOBODY, NO_INSTANT
    waits(call, entry.at_ms)


def _asked(_board: "Board", call: BoardCall, entry: SurveyBegun) -> None:
    becomes(call, BoardState.SURVEYING, entry.at_ms)


# ── promises ────────────────────────────────────────────────────────────────────────────────────────────────────
def _promised(board: "Board", call: BoardCall, entry: CallbackPromised) -> None:
    stands_in(board, call, entry.queue, entry.at_ms, "moved")
    call.entered_at_ms, call.clearance = entry.entered_at_ms, entry.clearance
    call.due_ms, call.promised_by, call.overdue, call.attempts = entry.due_ms, entry.by, False, 0
    becomes(call, BoardState.CALLBACK, entry.at_ms)
    board.ledger.count(call.queue, entry.at_ms, "callbacks_promised")
    if entry.by:
        board.ledger.count(call.queue, entry.at_ms, "promised_by_agents")


def _taken_back(board: "Board", call: BoardCall, entry: CallbackTakenBack) -> None:
    call.due_ms, call.promised_by, call.overdue = NO_INSTANT, NOBODY, False
    board.ledger.count(call.queue, entry.at_ms, "callbacks_taken_back")
    becomes(call, BoardState.AWAY if entry.reason == "caller_is_here" else BoardState.WAITING, entry.at_ms)


def _overdue(board: "Board", call: BoardCall, entry: CallbackOverdue) -> None:
    call.overdue = True
    board.ledger.count(call.queue, entry.at_ms, "callbacks_overdue")


def of_known(take: Callable[["Board", BoardCall, Any], None]) -> Callable[["Board", Any], None]:
    """What is said of a call that is there; of one that is not, an entry that came late says nothing."""

    def taken(board: "Board", entry: Any) -> None:
        if (call := board.calls.get(entry.call)) is not None:
            take(board, call, entry)

    return taken


TAKES: dict[type, Callable[["Board", Any], None]] = {
    CallEntered: _entered,
    CallRecovered: _recovered,
    CallMoved: of_known(_moved),
    MenuEntered: of_known(_menu),
    MenuChoiceMade: of_known(_choice),
    LanguageChosen: of_known(_language),
    NameSearched: of_known(_naming),
    PersonNotReached: of_known(_naming),
    CallQueued: of_known(_queued),
    StepOpened: of_known(_step),
    CandidatesWeighed: of_known(_weighed),
    CallReturned: of_known(_returned),
    CallTransferred: of_known(_transferred),
    TransferReturned: of_known(_transfer_returned),
    ParkingBegun: of_known(_parked),
    ParkingEnded: of_known(_unparked),
    SurveyBegun: of_known(_asked),
    CallbackPromised: of_known(_promised),
    CallbackTakenBack: of_known(_taken_back),
    CallbackOverdue: of_known(_overdue),
}
