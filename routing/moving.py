"""Moving somebody between lines while calls are served, and what ends it.

Two rules. A move is another plan, put in force like any: a ring and a talk go on. And it never makes anybody hear what
they may not, nor leaves a line to nobody.
"""

from queues.ids import AgentId, Instant
from queues.operator_entries import AgentMoved, MoveRefused
from routing.deadlines import DeadlineKind
from routing.kept_moves import forget_move, keep_moves, moved_of, owner_of
from routing.moves import Move, Queues, what_is_wrong
from routing.operator_events import AgentReassigned
from routing.replacing import follow
from routing.state import Centre, Person


def move_refusal(centre: Centre, event: AgentReassigned) -> str:
    """Why the person is not moved; "" if they are."""
    if 0 < event.until_ms <= centre.now:
        return "time"
    return what_is_wrong(centre.written, centre.moves, event.agent, event.queues)


def reassigned(centre: Centre, person: Person, event: AgentReassigned) -> bool:
    """The person answers there from now on, or it is remembered why not. False if it says nothing about anybody."""
    if person.id not in centre.written.agents or not (event.queues or person.id in centre.moves):
        return False
    if why := move_refusal(centre, event):
        centre.entries.append(MoveRefused(centre.now, person.id, event.who, why))
    else:
        _move(centre, person.id, event.queues, event.until_ms, event.who)
    return True


def move_ends(centre: Centre, owner: str) -> None:
    """The time that somebody gave is out: the person answers where it is written."""
    _move(centre, moved_of(owner), (), Instant(0), "")


def _move(centre: Centre, agent: AgentId, queues: Queues, until_ms: Instant, who: str) -> None:
    forget_move(centre, agent)
    if queues:
        centre.moves[agent] = Move(queues, until_ms, who)
        if until_ms:
            centre.deadlines.set(owner_of(agent), DeadlineKind.MOVE_ENDS, until_ms)
    centre.entries.append(AgentMoved(centre.now, agent, queues, until_ms if queues else Instant(0), who))
    follow(centre, keep_moves(centre, centre.written))
