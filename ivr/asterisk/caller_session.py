"""One caller's FastAGI connection: performs the actions for the call, one after the other, one command at a time.

Four rules. A command is answered or the connection is closed; none is ever given up, or its late reply would be taken
for the next one's. An action that has been superseded is silent: its answer is never reported. Whoever closes without
`ENGINE_DONE` leaves the caller to the fail-open dialplan. And nothing here raises or waits.
"""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import inf
from typing import Protocol

import structlog

from ivr.asterisk import agi_steps
from ivr.asterisk.agi_opening import Opening
from ivr.asterisk.agi_steps import Command
from ivr.asterisk.agi_wire import DEAD_CHANNEL, PATIENCE_S, Reply, ReplyStream, Signal, command
from ivr.asterisk.papers_wire import papers_to_wire
from queues.ids import CallId, OfferId, PromptId
from routing.actions import (
    Action,
    AskDigits,
    EndCall,
    HoldMusic,
    KeepPapers,
    LeaveToFallback,
    OfferToAgent,
    OfferToPartner,
    RingPerson,
    Say,
)
from routing.events import CallerHungUp, DigitsEntered, Event, PromptFinished

log = structlog.get_logger()

INTERRUPT_DIGIT = agi_steps.INTERRUPT_DIGIT
"""What `interrupt` must let Asterisk receive on the channel: a digit that no answer ever contains."""
MAX_WAITING_ACTIONS = 100
INTERRUPT_AGAIN_S = 1.0
"""An interruption that has not come through by then was lost with the link, and is sent again with the next action."""
HANGUP_WITHIN_S = 5.0
"""After a command that the caller ended, `HANGUP` follows within a millisecond; later, something else is the matter."""


class Wire(Protocol):
    """The connection's sending side."""

    def write(self, line: bytes) -> None:
        """Send; never waits."""

    def close(self) -> None:
        """Close when what was written has gone; no more is received."""


@dataclass(frozen=True, slots=True)
class DialEnded:
    """A ringing or a talk is over and the caller is still there.

    Seen from Asterisk 22, as status and cause: ring time over NOANSWER 0; 486 BUSY 17; 603 and 403 CHANUNAVAIL 21;
    480 NOANSWER 19; 404 CHANUNAVAIL 1; 500 CHANUNAVAIL 38; 503 CONGESTION 34; no contact or no such endpoint
    CHANUNAVAIL 3; the agent's leg hung up over AMI while ringing CHANUNAVAIL 0 or NOANSWER 16; a talk ANSWER 16.
    """

    call: CallId
    offer: OfferId
    status: str
    """Asterisk's DIALSTATUS: ANSWER, NOANSWER, BUSY, CONGESTION, CHANUNAVAIL, …"""
    hangup_cause: int
    """Q.850 cause of the agent's leg, 0 if unknown."""
    answered_by: str
    """The agent's channel; "" unless answered."""


Steps = Generator[Command, Reply, None]
_CUT_SHORT = (Say, AskDigits, HoldMusic)
_AUDIBLE = (Say, AskDigits, HoldMusic)
_OFFERS = (OfferToAgent, OfferToPartner, RingPerson)
_SUPERSEDING = (Say, AskDigits, HoldMusic, *_OFFERS, EndCall)


class CallerSession:
    """One caller in Asterisk's AGI(). Whoever gets it sets the callbacks, then calls `start`, then `perform`."""

    def __init__(self, opening: Opening, wire: Wire, clock: Callable[[], float]) -> None:
        self.call = opening.call
        self.channel = opening.channel
        self.number = opening.number
        self.caller = opening.caller
        self.caller_name = opening.caller_name
        self.papers = opening.papers
        self.fresh = opening.fresh
        self.came_with = opening.mark
        """The mark that the caller's INVITE bore, of whatever making; "" for none."""
        self.mark = ""
        """What this call bears when it goes outside."""
        self.interrupt: Callable[[str], None] | None = None
        """Makes Asterisk receive `INTERRUPT_DIGIT` on the channel; without it a prompt is heard to its end."""
        self.on_dial_ended: Callable[[DialEnded], None] = lambda _ended: None
        self.on_closed: Callable[[CallerSession, bool], None] = lambda _session, _hung_up: None
        """Called once, when no action will be performed any more; the second argument: the caller is gone."""
        self._wire = wire
        self._clock = clock
        self._replies = ReplyStream()
        self._report: Callable[[Event], None] | None = None
        self._todo: deque[Action] = deque()
        self._doing: Action | None = None
        self._steps: Steps | None = None
        self._sent: Command | None = None
        self._overdue_at = inf
        self._closed = False
        self._hung_up = False
        self._going = False
        self._armed = True
        self._silenced = False
        self._interrupted_at = -inf
        self._on_channel = papers_to_wire(self.papers) if self.papers else {}
        self._audio = agi_steps.Audio(clock, lambda: self._silenced)

    def play_joined(self, name_of: Callable[[tuple[PromptId, ...], str], str]) -> None:
        """Prompts that are asked together are played as the one sound that `name_of` names, where it names one."""
        self._audio.joined = name_of

    # ── for the one who directs the call ──────────────────────────────────────────────────────────────────────
    def start(self, report: Callable[[Event], None]) -> None:
        """Events go to `report` from now on; a hang-up that came before is reported at once."""
        self._report = report
        if self._hung_up:
            report(CallerHungUp(self.call))

    def perform(self, action: Action) -> None:
        """Begin to do it, after what was asked before; never waits, never raises."""
        if self._closed:
            return
        if isinstance(action, LeaveToFallback) or len(self._todo) >= MAX_WAITING_ACTIONS:
            self.hand_over()
            return
        if isinstance(action, _SUPERSEDING):
            self._supersede()
        self._todo.append(action)
        self._advance()

    def withdraw(self, offer: OfferId) -> bool:
        """Whether the offer had not begun: then it never will, and nothing is reported of it."""
        before = len(self._todo)
        self._todo = deque(a for a in self._todo if not (isinstance(a, _OFFERS) and a.offer == offer))
        return len(self._todo) < before

    def hand_over(self) -> None:
        """Close and leave the caller to the fail-open dialplan; a talk or ringing that goes on is not disturbed."""
        self._close(hung_up=False)

    # ── for the connection ────────────────────────────────────────────────────────────────────────────────────
    def received(self, chunk: bytes) -> None:
        """Bytes from Asterisk have come."""
        items = self._replies.feed(chunk)
        if Signal.HANGUP in items:  # what stands before it answers a question that nobody has any more
            self._close(hung_up=True)
        for item in items:
            if self._closed:
                return
            if isinstance(item, Reply) and item.code == DEAD_CHANNEL:
                self._close(hung_up=True)
            elif isinstance(item, Reply) and self._sent is not None:
                self._answered(item, self._sent)
            else:
                log.warning("agi_nonsense", call=self.call)
                self._close(hung_up=False)

    def lost(self) -> None:
        """The connection is gone; what became of the caller is not known, unless Asterisk had begun to say it."""
        self._close(hung_up=self._going)

    def is_stuck(self) -> bool:
        """Whether Asterisk owes a reply for longer than the command can take."""
        return self._clock() > self._overdue_at

    # ── one command at a time ─────────────────────────────────────────────────────────────────────────────────
    def _advance(self) -> None:
        while self._steps is None and self._todo and not (self._closed or self._going):
            self._silenced = False
            if self._armed:
                self._armed, self._steps = False, _disarm()
            else:
                self._doing = self._todo.popleft()
                self._steps = self._steps_of(self._doing)
            self._step(None)

    def _answered(self, reply: Reply, sent: Command) -> None:
        self._sent, self._overdue_at = None, inf
        if agi_steps.caller_is_going(sent, reply):
            self._going, self._overdue_at = True, self._clock() + HANGUP_WITHIN_S
            return
        self._step(reply)
        self._advance()

    def _step(self, reply: Reply | None) -> None:
        """Run the action to its next command or its end; one that fails leaves the caller to the dialplan."""
        steps = self._steps
        if steps is None:
            return
        try:
            self._send(next(steps) if reply is None else steps.send(reply))
        except StopIteration:
            self._steps = self._doing = None
        except Exception:
            log.exception("agi_action_failed", call=self.call, action=type(self._doing).__name__)
            self._steps = self._doing = None
            self.hand_over()

    def _send(self, to_send: Command) -> None:
        if self._closed:
            return
        line = command(*to_send)
        self._sent, self._overdue_at = to_send, self._clock() + PATIENCE_S[to_send[0]]
        self._wire.write(line)

    def _supersede(self) -> None:
        """Nothing audible that was asked before is begun, and the one that is heard falls silent."""
        self._todo = deque(a for a in self._todo if not isinstance(a, _AUDIBLE))
        if not isinstance(self._doing, _CUT_SHORT):
            return
        lately = self._silenced and self._clock() < self._interrupted_at + INTERRUPT_AGAIN_S
        self._silenced = True
        if self.interrupt is None or self._sent is None or lately or not agi_steps.can_be_interrupted(self._sent):
            return
        interrupt, self._interrupted_at = self.interrupt, self._clock()
        self._call_back(lambda: interrupt(self.channel))

    def _close(self, *, hung_up: bool) -> None:
        """Nothing is performed any more, and whoever directs the call knows why."""
        if self._closed:
            return
        self._closed, self._hung_up, self._overdue_at = True, hung_up, inf
        self._todo.clear()
        self._wire.close()
        if hung_up:
            self._tell(CallerHungUp(self.call))
        self._call_back(lambda: self.on_closed(self, hung_up))

    def _tell(self, event: Event, *, over: bool = True) -> None:
        """Report; an action whose answer this is, is over."""
        if over:
            self._doing = None
        report = self._report
        if report is not None:
            self._call_back(lambda: report(event))

    def _call_back(self, callback: Callable[[], None]) -> None:
        """A fault of the director's does not cost the caller the connection."""
        try:
            callback()
        except Exception:
            log.exception("agi_callback_failed", call=self.call)

    # ── what each action is ───────────────────────────────────────────────────────────────────────────────────
    def _steps_of(self, action: Action) -> Steps:
        match action:
            case KeepPapers():
                steps = self._keep(action)
            case Say():
                steps = self._say(action)
            case AskDigits():
                steps = self._ask(action)
            case HoldMusic():
                steps = self._hold(action)
            case OfferToAgent() | OfferToPartner() | RingPerson():
                steps = self._offer(action)
            case EndCall():
                steps = self._end()
            case _:
                steps = _nothing()
        return steps

    def _keep(self, action: KeepPapers) -> Steps:
        papers = papers_to_wire(action.papers)
        if changed := {name: value for name, value in papers.items() if self._on_channel.get(name, "") != value}:
            yield agi_steps.set_variables(changed)
            self._on_channel = papers

    def _say(self, action: Say) -> Steps:
        key = yield from self._audio.say(action)
        if not self._silenced:
            self._tell(DigitsEntered(self.call, key) if key else PromptFinished(self.call))

    def _hold(self, action: HoldMusic) -> Steps:
        """The music goes on over every key, and the next one is listened to."""
        yield from self._audio.hold(action.music)
        key = action.keys
        while key and not self._silenced:
            key = yield from self._audio.listen(action.keys)
            if key and not self._silenced:
                self._tell(DigitsEntered(self.call, key), over=False)

    def _ask(self, action: AskDigits) -> Steps:
        digits = yield from self._audio.ask(action)
        if not self._silenced:
            self._tell(DigitsEntered(self.call, digits))

    def _offer(self, action: agi_steps.Offered) -> Steps:
        status, cause, peer = yield from self._audio.dial(action, self.mark)
        self._doing = None
        ended = DialEnded(self.call, action.offer, status, cause, peer)
        self._call_back(lambda: self.on_dial_ended(ended))
        if status != "ANSWER" and not self._todo:
            yield from self._audio.hold(action.music)

    def _end(self) -> Steps:
        yield agi_steps.set_variables({"ENGINE_DONE": "1"})
        self._close(hung_up=False)


def _disarm() -> Steps:
    """The dialplan's watch over an engine that does nothing is at an end."""
    yield agi_steps.DISARM


def _nothing() -> Steps:
    """An action that is not done on the caller's connection."""
    yield from ()
