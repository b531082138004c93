"""What each action is on a caller's channel: generators that yield a command and are sent its reply.

Three rules. The interrupting digit and the other keys that no telephone has (A to D) are never an answer: what they cut
short goes on where it was. Music is known to be gone after every file and every dial. And what a dial left behind is
wiped before the call goes on, or the dialplan would take a caller back in line for one who has been served.
"""

import re
from collections.abc import Callable, Generator

from ivr.asterisk import partner_wire
from ivr.asterisk.agi_wire import Reply, Verb
from ivr.asterisk.sounds import sound_names
from queues.ids import AgentId, PromptId
from routing.actions import AskDigits, OfferToAgent, OfferToPartner, RingPerson, Say

Offered = OfferToAgent | OfferToPartner | RingPerson
Command = tuple[Verb, *tuple[str, ...]]

INTERRUPT_DIGIT = "D"
DIAL_MARGIN_S = 2
"""By how much Asterisk's own ring time-out is longer than the kernel's."""
MAX_DIGITS = 64
MAX_WAIT_MS = 60_000
QUIET_MS = 1_500
"""How long a caller who thinks about a key hears nothing; then music, so that nobody believes the line is dead."""
THINKING_MUSIC = "default"
MAX_STRAY_KEYS = 20
"""How many strange keys one prompt or wait bears; then it counts as ended."""

MAX_KEYS_IGNORED = 200
"""How many keys that mean nothing a wait with music bears; then it listens no more until something else is done."""

_KEYS = "0123456789*#"
_STRAY = "ABCD"
_STRAY_KEYS = frozenset(_STRAY)
_PHONE = re.compile(r"[a-z0-9_-]{1,80}")
_NUMBER = re.compile(r"\+46[0-9]{7,10}")
OUTWARD = "outward"
"""The endpoint of the way out."""
TALK_AT_MOST_S = 7_200
_MUSIC = re.compile(r"[0-9A-Za-z_-]{1,80}")
_DIAL_RESULT = "${DIALSTATUS}|${HANGUPCAUSE}|${DIALEDPEERNAME}"
_FAILED = "-1"
_NO_APPLICATION = "-2"

Heard = Generator[Command, Reply, str]
Done = Generator[Command, Reply, None]


def set_variables(values: dict[str, str]) -> Command:
    """Sets them all on the channel. More than one in one command, so that a kill cannot come between them."""
    if len(values) == 1:
        return (Verb.SET_VARIABLE, *next(iter(values.items())))
    return (Verb.SET_VARIABLES, ",".join(f"{name}={value}" for name, value in values.items()))


DISARM: Command = (Verb.DISARM, "0")
"""Before anything else: the dialplan takes back a caller for whom nothing is done in time, and now something is."""


def can_be_interrupted(command: Command) -> bool:
    """Whether `INTERRUPT_DIGIT` ends the command."""
    return command[0] in {Verb.STREAM_FILE, Verb.GET_OPTION, Verb.WAIT_FOR_DIGIT}


def caller_is_going(command: Command, reply: Reply) -> bool:
    """Whether the command failed because the caller hung up, and not for want of a file."""
    if reply.result != _FAILED:
        return False
    verb = command[0]
    return verb in {Verb.DIAL, Verb.WAIT_FOR_DIGIT} or (
        verb in {Verb.STREAM_FILE, Verb.GET_OPTION} and reply.endpos > 0
    )


class Audio:
    """What the caller hears, and the keys pressed meanwhile."""

    def __init__(self, clock: Callable[[], float], silenced: Callable[[], bool]) -> None:
        self._clock = clock
        self._silenced = silenced
        self._music = ""
        self._status_is_stale = False
        self._served = False
        """The caller has had their talk: what the dial left behind says so to the dialplan, and stays."""
        self.joined: Callable[[tuple[PromptId, ...], str], str] = lambda _prompts, _language: ""
        """The name of several prompts as one sound, "" for none: no key is lost between them then."""

    def say(self, action: Say) -> Heard:
        """The key of `action.keys` that cut the prompts short; "" if each was heard to its end, or silenced."""
        self._served = action.served
        yield from self._wipe_dial_status()
        wanted = _keys(action.keys)
        for sound in sound_names(action.prompts, action.language):
            key = yield from self._play(sound, wanted + INTERRUPT_DIGIT)
            if self._silenced() or (key and key in wanted):
                return key
        return ""

    def ask(self, action: AskDigits) -> Heard:
        """The keys pressed, at most `max_digits`; "" for none in time."""
        self._served = action.served
        yield from self._wipe_dial_status()
        digits = key = yield from self._first_key(action)
        limit = min(action.max_digits, MAX_DIGITS)
        while key and len(digits) < limit and not self._silenced():
            key = yield from self._wait(action.next_ms)
            digits += key
        return digits[:limit]

    def hold(self, music: str) -> Done:
        """The caller hears this music, or nothing for ""."""
        yield from self._wipe_dial_status()
        if music == self._music:
            return
        if not music:
            yield Verb.SET_MUSIC, "OFF"
        elif _MUSIC.fullmatch(music):
            yield Verb.SET_MUSIC, "ON", music
        else:
            yield Verb.SET_MUSIC, "ON"
        self._music = music

    def listen(self, keys: str) -> Heard:
        """The next of `keys` that is pressed, whatever is heard going on over it; "" when silenced, or in a storm."""
        others = 0
        while others < MAX_KEYS_IGNORED and not self._silenced():
            reply = yield Verb.WAIT_FOR_DIGIT, str(MAX_WAIT_MS)
            if reply.key and reply.key in _keys(keys):
                return reply.key
            others += 1 if reply.key else 0
        return ""

    def dial(self, action: Offered, mark: str = "") -> Generator[Command, Reply, tuple[str, int, str]]:
        """Rings the agent and, if answered, lets the talk be: DIALSTATUS, hang-up cause and the agent's channel.

        mark: what a call that goes outside is known by if it comes back.
        """
        self._served = False
        yield from self._wipe_dial_status()
        argument = _dial_argument(action, mark)
        if argument is None:
            return "CHANUNAVAIL", 0, ""
        rung = yield Verb.DIAL, argument
        self._music = ""
        found = yield Verb.EVALUATE, _DIAL_RESULT
        status, cause, peer, *_ = (*found.data.split("|"), "", "", "")
        if rung.code != 200 or rung.result == _NO_APPLICATION:
            return "CHANUNAVAIL", 0, ""
        self._status_is_stale = status == "ANSWER"
        return status, int(cause) if cause.isdecimal() else 0, peer if status == "ANSWER" else ""

    def _wipe_dial_status(self) -> Done:
        if self._status_is_stale and not self._served:
            yield Verb.SET_VARIABLE, "DIALSTATUS", ""
            self._status_is_stale = False

    def _first_key(self, action: AskDigits) -> Heard:
        """The key that cut a prompt short or came in time after the last one."""
        joined = self.joined(action.prompts, action.language)
        *before, last = [joined] if joined else sound_names(action.prompts, action.language) or [""]
        for sound in before:
            key = yield from self._play(sound, _KEYS + _STRAY)
            if key or self._silenced():
                return key
        if not last:
            return (yield from self._typed_on(action.first_ms))
        if self._silenced():
            return ""
        self._music = ""
        quiet_ms = min(QUIET_MS, action.first_ms)
        reply = yield Verb.GET_OPTION, last, _KEYS + _STRAY, _span(quiet_ms)
        if reply.key in _STRAY_KEYS:
            key = yield from self._play(last, _KEYS + _STRAY, reply.endpos)
            return key or (yield from self._think(action.first_ms))
        # A missing sound must not cost the caller the time to press a key.
        left_ms = action.first_ms if reply.result == _FAILED else action.first_ms - quiet_ms
        return reply.key or (yield from self._think(left_ms))

    def _typed_on(self, span_ms: int) -> Heard:
        """The next of several keys within the span, "" for none; no music begins between two typed in a row."""
        quiet_ms = min(QUIET_MS, span_ms)
        key = yield from self._wait(quiet_ms)
        return key or (yield from self._think(span_ms - quiet_ms))

    def _think(self, span_ms: int) -> Heard:
        """The key pressed within the span, "" for none; music meanwhile."""
        if span_ms <= 0 or self._silenced():
            return ""
        yield from self.hold(THINKING_MUSIC)
        return (yield from self._wait(span_ms))

    def _play(self, sound: str, keys: str, offset: int = 0) -> Heard:
        """The key among `keys` that cut the sound short, "" if it was heard to its end. A strange one is no cut."""
        self._music = ""
        strays = 0
        while strays < MAX_STRAY_KEYS and not self._silenced():
            reply = yield Verb.STREAM_FILE, sound, keys, str(offset)
            if reply.key not in _STRAY_KEYS:
                return reply.key
            strays, offset = strays + 1, reply.endpos
        return ""

    def _wait(self, span_ms: int) -> Heard:
        """The key pressed within the span, "" for none."""
        until, left_ms, strays = self._clock() + span_ms / 1000, span_ms, 0
        while strays < MAX_STRAY_KEYS and not self._silenced():
            reply = yield Verb.WAIT_FOR_DIGIT, _span(left_ms)
            if reply.key not in _STRAY_KEYS:
                return reply.key
            strays, left_ms = strays + 1, round((until - self._clock()) * 1000)
        return ""


def _keys(keys: str) -> str:
    """Those that a telephone has."""
    return "".join(key for key in keys if key in _KEYS)


def _span(span_ms: int) -> str:
    """A waiting time as Asterisk takes it: never for ever."""
    return str(min(max(span_ms, 1), MAX_WAIT_MS))


def rung(action: Offered) -> AgentId:
    """The account that is rung: a seat, a phone that is none, or the way out for a number."""
    if isinstance(action, RingPerson):
        return AgentId(OUTWARD if action.phone.startswith("+") else action.phone)
    return action.agent


def _dial_argument(action: Offered, mark: str) -> str | None:
    """What `Dial` is told: go on after the talk, follow no forwarding, play music, and tell the phone its offer."""
    music = f"m({action.music})" if _MUSIC.fullmatch(action.music) else ""
    if isinstance(action, OfferToPartner):
        return partner_wire.dial_argument(action, mark, music, sound_names(action.whisper, action.language))
    if not _PHONE.fullmatch(rung(action)):
        return None
    ring_s = -(-action.ring_ms // 1000) + DIAL_MARGIN_S
    if isinstance(action, RingPerson) and rung(action) == OUTWARD:
        number = f"{action.phone}@{OUTWARD}"
        limits = f"giS({TALK_AT_MOST_S}){music}b(to-person^s^1({action.offer}))"
        return f"PJSIP/{number},{ring_s},{limits}" if _NUMBER.fullmatch(action.phone) else None
    return f"PJSIP/{rung(action)},{ring_s},gi{music}b(to-agent^s^1({action.offer}))"
