"""A life whose entries are folded as they come, and the board compared with the kernel after every step."""

from collections import Counter

from ivr.call_log.recovery import World, closing_entries
from queues.agents import AgentState
from queues.board import Board, BoardAgent, BoardState
from queues.entries import CallEnded, CallEntered, CallRecovered
from queues.ids import partner_of
from routing.deadlines import DeadlineKind
from routing.events import CrisisMessageSet, HoursForced
from routing.moved import seen
from tests.kernel.life import Life

LOOKS_LIKE = {
    "connecting": BoardState.OFFERED,
    "promising": BoardState.CALLBACK,
    "promised": BoardState.CALLBACK,
}
OUTCOMES = {"answered": "served", "callback_kept": "callbacks_kept", "callback_failed": "callbacks_failed"}


def as_kernel_has_it(call):
    state, *rest = seen(call)
    due = call.promise.due_ms if call.promise else 0
    return (LOOKS_LIKE.get(state.value) or BoardState(state.value), *rest, call.number, due)


def as_board_has_it(call):
    who = (call.agent, call.language, call.answered_at_ms)
    place = (call.state, call.queue, call.entered_at_ms, call.clearance)
    return (*place, *who, call.number, call.due_ms)


def calls_differ(board, centre):
    kernel = {call.id: as_kernel_has_it(call) for call in centre.calls.values()}
    folded = {call.id: as_board_has_it(call) for call in board.calls.values()}
    return [
        f"{call}: {kernel.get(call)} and on the board {folded.get(call)}"
        for call in kernel.keys() | folded.keys()
        if kernel.get(call) != folded.get(call)
    ]


def people_differ(board, centre):
    for person in centre.people.values():
        on_board = board.agents.get(person.id) or BoardAgent(person.id)
        told = [(person.state, on_board.state), (person.call, on_board.call)]
        if person.state is not AgentState.LOGGED_OUT:
            told += [(person.reason, on_board.reason), (person.since_ms, on_board.since_ms)]
        if not partner_of(person.id) and person.id in centre.plan.agents:
            kinds = (DeadlineKind.PAUSE_ENDS, DeadlineKind.WRAP_UP_ENDS)
            told.append((max(centre.deadlines.at(person.id, kind) or 0 for kind in kinds), on_board.until_ms))
        if any(kernel != folded for kernel, folded in told):
            yield f"{person.id}: {told}"


def switches_differ(board, centre):
    kernel = {name: forced.how.value for name, forced in centre.switches.forced.items()}
    if kernel != {name: switched.how for name, switched in board.hours.items()}:
        yield f"hours {kernel} and on the board {board.hours}"
    crisis = centre.switches.crisis
    if (crisis.prompt if crisis else "") != (board.crisis.how if board.crisis else ""):
        yield f"crisis {crisis} and on the board {board.crisis}"


def books_do_not_balance(board):
    """Whatever came in is out again or still there: in each line and in the house (I2)."""
    there = Counter(call.queue for call in board.calls.values())
    for line in (*board.queues.values(), board.house):
        day = line.day
        present = there[line.id] if line.id else len(board.calls)
        moved_on = (day.overflowed_out + day.transferred_out + day.moved_out) if line.id else 0
        if day.carried + day.entered != day.ended + moved_on + present:
            yield f"{line.id or 'house'}: {day}, {present} there"
        if day.waits.total() != day.answered or min(day.waits.values(), default=1) < 1:
            yield f"{line.id or 'house'}: waits of {day}"
        for part in (line.quarters.values(),):
            if (sum(c.entered for c in part), sum(c.ended for c in part)) != (day.entered, day.ended):
                yield f"{line.id or 'house'}: the quarters are not the day"


def times_do_not_add_up(board, now):
    """Every instant somebody is logged in they do exactly one thing (I24)."""
    for agent in board.agents.values():
        if sum(agent.times_at(now).values()) != agent.logged_in_at(now):
            yield f"{agent.id}: {agent.times_at(now)} in {agent.logged_in_at(now)}"


class Watched(Life):
    """Every entry is folded at once."""

    board_kind = Board

    def begin(self, plan, *, linked):
        if not hasattr(self, "board"):
            self.board = self.board_kind(self.now - 5_000)
            self.told, self.entered_today, self.ended_today = [], 0, Counter()
            self.comparing = True
        before = getattr(self, "kernel", None)
        super().begin(plan, linked=linked)
        if before is not None:
            self.switch_as_before(before.centre.switches)

    def switch_as_before(self, switches):
        """What was switched by hand is kept in a file, for the next engine."""
        for name, forced in switches.forced.items():
            self.feed(HoursForced(name, forced.how, forced.until_ms, forced.who))
        if crisis := switches.crisis:
            self.feed(CrisisMessageSet(crisis.prompt, crisis.instead, crisis.until_ms, crisis.who))

    def _took(self, cause, step):
        step = super()._took(cause, step)
        self.fold(step.entries)
        if self.comparing:
            wrong = self.what_is_wrong()
            assert not wrong, f"after {cause} and {step.entries}: {wrong}"
        return step

    def fold(self, entries):
        for entry in entries:
            known = getattr(entry, "call", "") in self.board.calls
            if entry.at_ms < self.board.day_starts_ms:
                pass
            elif isinstance(entry, CallEntered) or (isinstance(entry, CallRecovered) and not known):
                self.entered_today += 1
            elif isinstance(entry, CallEnded):
                self.ended_today[OUTCOMES.get(entry.outcome.value, entry.outcome.value)] += 1
            self.board.apply(entry)
            self.told.append(entry)

    def what_is_wrong(self):
        board, centre = self.board, self.kernel.centre
        counted = {name: getattr(board.house.day, name) for name in self.ended_today}
        return [
            *calls_differ(board, centre),
            *people_differ(board, centre),
            *switches_differ(board, centre),
            *books_do_not_balance(board),
            *times_do_not_add_up(board, self.now),
            *([] if board.house.day.entered == self.entered_today else [f"entered: {board.house.day.entered}"]),
            *([] if counted == self.ended_today else [f"ended {self.ended_today}, counted {counted}"]),
        ]

    def restart(self):
        """Between two engines nobody knows anything; what the first left open is closed from Asterisk's own log."""
        self.comparing = False
        super().restart()
        self.catch_up()
        self.comparing = True
        wrong = self.what_is_wrong()
        assert not wrong, f"after a restart: {wrong}"

    def catch_up(self):
        present = frozenset(self.kernel.centre.calls)
        open_calls = {
            call: tuple(entry for entry in self.told if getattr(entry, "call", None) == call)
            for call in self.board.calls
            if call not in present
        }
        world = World(self.now, present, vanished=frozenset(open_calls))
        self.fold(closing_entries(open_calls, frozenset(), {}, world))

    def midnight(self):
        """A day begins now."""
        self.wait(1)
        self.board.new_day(self.now)
        self.entered_today, self.ended_today = 0, Counter()
