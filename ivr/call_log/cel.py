"""Asterisk's own log of what happened on the channels (CEL), read as one record per caller's call: the second witness.

It is written by Asterisk at once and holds what no engine saw. `FIELDS` must be the order in
asterisk-config/cel_custom.conf.jinja. Times there are seconds with six decimals since 1970; here whole milliseconds.
"""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from ivr.config.house import PARTNER_PREFIX
from queues.ids import AgentId, CallId, Instant, PartnerId, QueueId, partner_line
from routing.offers import NO_TALK_MS

FIELDS = (
    *("eventtype", "eventtime", "uniqueid", "linkedid", "channame", "context", "exten"),
    *("appname", "appdata", "peer", "userfield", "eventextra"),
)
CALLERS_CONTEXT = "from-trunk"
"""Where callers' channels begin; whatever begins elsewhere is a phone of ours."""
FALLBACK_QUEUE_PREFIX = "fallback-"
CLOSED_CONTEXTS = ("entrance-", "choose-")
"""The fail-open dialplan passes through these at once, unless it is saying that we are closed."""
SHORT_TALK_MS = 2_000
"""A shorter talk after which the caller was still there was none, as in the kernel and in the dialplan."""
SOME_LINE = 0
_SAME_MOMENT_MS = 1_000
_PIECE_BYTES = 4 * 1024 * 1024


class EndedBy(StrEnum):
    """Whose channel ended the call."""

    CALLER = "caller"
    AGENT = "agent"
    SERVER = "server"
    """The dialplan or the engine."""


@dataclass(slots=True)
class CelTalk:
    """A caller and a person in one bridge; `ended_ms` is 0 while it lasts."""

    agent: AgentId
    began_ms: int
    ended_ms: int = 0
    left_first: EndedBy = EndedBy.CALLER
    """Who of the two left the bridge first."""

    @property
    def length_ms(self) -> int:
        """How long both were there; 0 while it lasts."""
        return max(0, self.ended_ms - self.began_ms) if self.ended_ms else 0


@dataclass(slots=True)
class CelCall:
    """What Asterisk saw of one caller. Instants are 0 for what has not happened."""

    call: CallId
    number: str
    """The number rung."""
    entered_ms: Instant
    channel: str
    accepted_ms: int = 0
    sip_call_id: str = ""
    queue: QueueId = QueueId("")
    """Of the fail-open queue that the call last stood in."""
    queued_ms: int = 0
    talks: list[CelTalk] = field(default_factory=list)
    context: str = ""
    hung_up_ms: int = 0
    ended_by: EndedBy = EndedBy.SERVER
    told_to_end: bool = False
    """The dialplan hung up on purpose."""
    phones_hung_up: dict[str, int] = field(default_factory=dict)
    """Phone's channel → when it was hung up."""
    last_ms: int = 0
    """The last sign of life."""
    rang: bool = False
    starts: int = 1
    """How many channels began under this id: two means that an id came twice."""

    @property
    def served(self) -> CelTalk | None:
        """The talk that made this an answered call; None when no person was reached."""
        for talk in reversed(self.talks):
            at_the_end = self.hung_up_ms and self.hung_up_ms - talk.ended_ms < _SAME_MOMENT_MS
            least_ms = SHORT_TALK_MS if not at_the_end else NO_TALK_MS if self.ended_by is EndedBy.CALLER else 0
            if talk.length_ms >= least_ms:
                return talk
        return None

    @property
    def told_closed(self) -> bool:
        """Whether the call ended where the fail-open dialplan says that we are closed."""
        return bool(self.hung_up_ms) and self.context.startswith(CLOSED_CONTEXTS)


class _Line(NamedTuple):
    kind: str
    at_ms: int
    channel_id: str
    linked_id: str
    channel: str
    context: str
    exten: str
    app: str
    appdata: str
    peer: str
    userfield: str
    extra: str


class CelFold:
    """Calls grown from lines; give it lines in the order of the file, as often as there are new ones."""

    def __init__(self) -> None:
        self.calls: dict[CallId, CelCall] = {}
        self.unreadable = 0
        self._bridged: dict[str, dict[str, AgentId]] = {}
        """Call → channel ids now in a bridge → whose phone, "" for the caller."""

    def feed(self, lines: Iterable[str]) -> None:
        """The lines are part of the calls; one that makes no sense is counted and passed over."""
        for text in lines:
            line = parsed(text)
            if line is None:
                self.unreadable += 1
            else:
                self._take(line)

    def forget(self, call: CallId) -> None:
        """The call needs no more memory."""
        self.calls.pop(call, None)
        self._bridged.pop(call, None)

    def _take(self, line: _Line) -> None:
        if line.kind == "CHAN_START" and line.channel_id == line.linked_id and line.context == CALLERS_CONTEXT:
            self._begin(line)
            return
        call = self.calls.get(CallId(line.linked_id))
        if call is None:
            return
        call.last_ms = max(call.last_ms, line.at_ms)
        if line.kind == "BRIDGE_ENTER":
            self._enter_bridge(call, line)
        elif line.kind == "BRIDGE_EXIT":
            self._leave_bridge(call, line.channel_id, line.at_ms)
        elif line.channel_id == line.linked_id:
            self._take_callers(call, line)
        elif line.kind == "CHAN_START":
            call.rang = True
        elif line.kind == "HANGUP":
            call.phones_hung_up[line.channel] = line.at_ms

    def _begin(self, line: _Line) -> None:
        call = CallId(line.channel_id)
        if known := self.calls.get(call):
            known.starts += 1
            return
        self.calls[call] = CelCall(
            call, line.exten, Instant(line.at_ms), line.channel, context=line.context, last_ms=line.at_ms
        )

    def _take_callers(self, call: CelCall, line: _Line) -> None:
        """What happened on the caller's own channel."""
        call.context = line.context or call.context
        call.sip_call_id = line.userfield or call.sip_call_id
        if line.kind == "ANSWER":
            call.accepted_ms = call.accepted_ms or line.at_ms
        elif line.kind == "APP_START" and line.app == "Queue":
            call.queue = QueueId(line.appdata.partition(",")[0].removeprefix(FALLBACK_QUEUE_PREFIX))
            call.queued_ms = call.queued_ms or line.at_ms
        elif line.kind == "APP_START" and line.app == "Hangup":
            call.told_to_end = True
        elif line.kind == "HANGUP" and not call.hung_up_ms:
            self._leave_bridge(call, line.channel_id, line.at_ms)
            call.hung_up_ms = line.at_ms
            call.ended_by = _ended_by(call, line.extra)

    def _enter_bridge(self, call: CelCall, line: _Line) -> None:
        inside = self._bridged.setdefault(call.call, {})
        inside[line.channel_id] = AgentId("") if line.channel_id == call.call else _seat(line.channel)
        agents = [agent for agent in inside.values() if agent]
        if call.call in inside and agents and not (call.talks and not call.talks[-1].ended_ms):
            call.talks.append(CelTalk(agents[-1], line.at_ms))

    def _leave_bridge(self, call: CelCall, channel_id: str, at_ms: int) -> None:
        inside = self._bridged.get(call.call, {})
        inside.pop(channel_id, None)
        if call.talks and not call.talks[-1].ended_ms and (call.call not in inside or len(inside) < 2):
            call.talks[-1].ended_ms = at_ms
            call.talks[-1].left_first = EndedBy.CALLER if channel_id == call.call else EndedBy.AGENT


def calls_from_cel(lines: Iterable[str]) -> Mapping[CallId, CelCall]:
    """The callers' calls in `lines`, by the id that the log has for them too."""
    fold = CelFold()
    fold.feed(lines)
    return fold.calls


class CelFile:
    """The file, read onwards from where it was left; a new file of the same name is read from its beginning."""

    def __init__(self, path: Path, *, from_ms: int = 0) -> None:
        """Reading begins at the first line not older than `from_ms`, as far as whole lines tell."""
        self.path = path
        self._inode = 0
        self._offset = 0
        self._rest = b""
        with suppress(OSError), path.open("rb") as file:
            self._inode = os.fstat(file.fileno()).st_ino
            self._offset = _offset_of(file.fileno(), from_ms)

    def new_lines(self) -> Iterator[str]:
        """The whole lines since last time; a last one without its end waits. None when there is no file."""
        while lines := self._piece():
            yield from lines

    def _piece(self) -> list[str]:
        """The next few megabytes of lines: a year of them must not come into memory at once."""
        try:
            with self.path.open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_ino != self._inode or status.st_size < self._offset:
                    self._inode, self._offset, self._rest = status.st_ino, 0, b""
                file.seek(self._offset)
                data = file.read(_PIECE_BYTES)
        except OSError:
            return []
        self._offset += len(data)
        *whole, self._rest = (self._rest + data).split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole if line]


def parsed(text: str) -> _Line | None:
    """The line's fields; None if it makes no sense."""
    try:
        values = next(csv.reader([text], strict=True))
        if len(values) < len(FIELDS):
            return None
        return _Line(values[0], _ms(values[1]), *values[2 : len(FIELDS)])
    except (csv.Error, ValueError, StopIteration):
        return None


def _ms(seconds: str) -> int:
    """Whole milliseconds of "1795297215.351348", without passing through a float."""
    whole, _, part = seconds.partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0")[:3])


def _endpoint(channel: str) -> str:
    """`anna` of `PJSIP/anna-0000001f`."""
    return channel.partition("/")[2].rpartition("-")[0]


def _seat(channel: str) -> AgentId:
    """Whose phone it is; of a partner, nobody wrote down which line."""
    endpoint = _endpoint(channel)
    if endpoint.startswith(PARTNER_PREFIX):
        return partner_line(PartnerId(endpoint.removeprefix(PARTNER_PREFIX)), SOME_LINE)
    return AgentId(endpoint)


def _ended_by(call: CelCall, extra: str) -> EndedBy:
    source = ""
    with suppress(ValueError, AttributeError):
        source = str(json.loads(extra).get("hangupsource", ""))
    if source == call.channel:
        return EndedBy.CALLER
    phone_ms = call.phones_hung_up.get(source)
    if phone_ms is not None and call.hung_up_ms - phone_ms > _SAME_MOMENT_MS:
        # Asterisk keeps the first source for ever: this one ended an earlier ring or talk, not the call.
        if call.talks and call.hung_up_ms - call.talks[-1].ended_ms <= _SAME_MOMENT_MS:
            return call.talks[-1].left_first
        return EndedBy.SERVER if call.told_to_end else EndedBy.CALLER
    return EndedBy.AGENT if "/" in source and _endpoint(source) else EndedBy.SERVER


def _offset_of(fd: int, from_ms: int) -> int:
    """Where the first line begins that is not older than `from_ms`; times rise, near enough, so halving finds it."""
    low, high = 0, os.fstat(fd).st_size
    while from_ms and low < high:
        middle = (low + high) // 2
        begin, line = _line_after(fd, middle)
        if line and line.at_ms < from_ms:
            low = begin + 1
        else:
            high = middle
    return _line_start(fd, low)


def _line_after(fd: int, offset: int) -> tuple[int, _Line | None]:
    """The first whole line that begins at or after `offset`, and where; (size, None) when there is none."""
    begin = _line_start(fd, offset)
    text, end, _ = os.pread(fd, 8192, begin).partition(b"\n")
    return begin, parsed(text.decode("utf-8", "replace")) if end else None


def _line_start(fd: int, offset: int) -> int:
    if offset == 0:
        return 0
    data = os.pread(fd, 8192, offset - 1)
    cut = data.find(b"\n")
    return offset + cut if cut >= 0 else os.fstat(fd).st_size
