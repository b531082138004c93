"""The fold's part that follows offers and talks, and counts how calls end."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from queues.board_calls import BoardCall, BoardState
from queues.board_counts import SHORT_ABANDON_MS
from queues.board_of_callers import (
    NO_INSTANT,
    NO_OFFER,
    NOBODY,
    becomes,
    board_agent,
    counts_as_answered,
    of_known,
    stands_in,
    waits,
    with_agent,
)
from queues.board_people import BoardPartner
from queues.board_queues import Answer
from queues.entries import (
    CallAnswered,
    CallEnded,
    CallOffered,
    CitizenMissed,
    CitizenRung,
    OfferEnded,
    OfferResult,
    Outcome,
    TalkEnded,
)
from queues.ids import CallId, PartnerId, partner_of
from queues.name_entries import PersonRung

if TYPE_CHECKING:
    from queues.board import Board

_COUNTED_AS = {outcome: outcome.value for outcome in Outcome} | {
    Outcome.ANSWERED: "served",
    Outcome.CALLBACK_KEPT: "callbacks_kept",
    Outcome.CALLBACK_FAILED: "callbacks_failed",
}
_GOT_THROUGH = frozenset({Outcome.ANSWERED, Outcome.OVERFLOWED_EXTERNAL, Outcome.CALLBACK_KEPT})
_REFUSED = frozenset({OfferResult.NO_ANSWER, OfferResult.DECLINED})
_SAYS_NOTHING = frozenset({OfferResult.CALLER_HUNG_UP, OfferResult.WITHDRAWN})


def _offered(board: "Board", call: BoardCall, entry: CallOffered) -> None:
    becomes(call, BoardState.CALLBACK_OFFERED if call.promised else BoardState.OFFERED, entry.at_ms)
    call.offer = entry.offer
    with_agent(board, call, entry.agent)
    board.ledger.count(call.queue, entry.at_ms, "offers")


def _person_rung(board: "Board", call: BoardCall, entry: PersonRung) -> None:
    becomes(call, BoardState.OFFERED, entry.at_ms)
    call.offer = entry.offer
    with_agent(board, call, entry.agent)
    board.ledger.count(call.queue, entry.at_ms, "offers")


def _offer_ended(board: "Board", call: BoardCall, entry: OfferEnded) -> None:
    waits(call, entry.at_ms)
    call.misses += entry.result not in _SAYS_NOTHING
    board.ledger.count(call.queue, entry.at_ms, "offers_failed")
    if entry.at_ms < board.day_starts_ms or not entry.agent:
        return
    if entry.result in _REFUSED:
        board_agent(board, entry.agent).missed += 1
    if (partner := partner_of(entry.agent)) and entry.result not in _SAYS_NOTHING:
        board_partner(board, partner).failed += 1


def _answered(board: "Board", call: BoardCall, entry: CallAnswered) -> None:
    stands_in(board, call, entry.queue, entry.at_ms, "moved")
    becomes(call, BoardState.TALKING, entry.at_ms)
    call.offer, call.answered_at_ms = entry.offer, entry.at_ms
    with_agent(board, call, entry.agent)
    counts_as_answered(board, call, Answer(entry.at_ms, call.queue, entry.agent, entry.wait_ms))


def _talk_ended(board: "Board", call: BoardCall, entry: TalkEnded) -> None:
    call.agent, call.offer, call.answered_at_ms = NOBODY, NO_OFFER, NO_INSTANT
    board.ledger.count(call.queue, entry.at_ms, "talks")
    board.ledger.count(call.queue, entry.at_ms, "talk_ms", entry.talk_ms)
    if entry.at_ms < board.day_starts_ms or not entry.agent:
        return
    person = board_agent(board, entry.agent)
    person.talks, person.talk_ms = person.talks + 1, person.talk_ms + entry.talk_ms
    if partner := partner_of(entry.agent):
        outside = board_partner(board, partner)
        outside.talks, outside.talk_ms = outside.talks + 1, outside.talk_ms + entry.talk_ms


def _citizen_rung(board: "Board", call: BoardCall, entry: CitizenRung) -> None:
    becomes(call, BoardState.CALLING_BACK, entry.at_ms)
    call.offer, call.attempts = entry.offer, entry.attempt
    with_agent(board, call, entry.agent)
    board.ledger.count(call.queue, entry.at_ms, "citizens_rung")


def _citizen_missed(board: "Board", call: BoardCall, entry: CitizenMissed) -> None:
    becomes(call, BoardState.CALLBACK, entry.at_ms)
    board.ledger.count(call.queue, entry.at_ms, "citizens_missed")


def _ended(board: "Board", call: BoardCall, entry: CallEnded) -> None:
    """The call has its outcome, in the line where it was, and is forgotten."""
    ledger, at_ms = board.ledger, entry.at_ms
    del board.calls[call.id]
    _let_go(board, call)
    if at_ms < ledger.day_starts_ms:
        ledger.carried(call.queue, -1)
        if call.queue:
            ledger.house.day.carried -= 1
        return
    ledger.count(call.queue, at_ms, _COUNTED_AS[entry.outcome])
    if entry.outcome is Outcome.ABANDONED and call.queue:
        ledger.gave_up(call.queue, at_ms, entry.wait_ms, short=entry.wait_ms < SHORT_ABANDON_MS)
    if entry.outcome in _GOT_THROUGH:
        if not call.caller:
            board.hidden_callers[1] += 1
        elif call.caller in board.callers:
            board.callers[call.caller] = True


def _let_go(board: "Board", call: BoardCall) -> None:
    """Nobody is busy with the call."""
    person = board.agents.get(call.agent)
    if person is not None and person.call == call.id:
        person.call = CallId("")


def board_partner(board: "Board", partner: PartnerId) -> BoardPartner:
    """The partner, as far as anything is known."""
    if (known := board.partners.get(partner)) is None:
        known = board.partners[partner] = BoardPartner(partner)
    return known


TAKES: dict[type, Callable[["Board", Any], None]] = {
    CallOffered: of_known(_offered),
    PersonRung: of_known(_person_rung),
    OfferEnded: of_known(_offer_ended),
    CallAnswered: of_known(_answered),
    TalkEnded: of_known(_talk_ended),
    CitizenRung: of_known(_citizen_rung),
    CitizenMissed: of_known(_citizen_missed),
    CallEnded: of_known(_ended),
}
