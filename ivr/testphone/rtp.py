"""The sound of hundreds of calls, paced and heard by one loop.

Two rules. Every stream sends on the same 20 ms beat, so a phone costs one system call a packet and no timer. What
comes lies in the socket with the kernel's stamp until the next sweep: nothing wakes for a packet.
"""

import asyncio
import contextlib
import secrets
import socket
import struct
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Self

from ivr.testphone.ear import KEYS, Ear
from ivr.testphone.g711 import FRAME_SAMPLES, silence, voice_payload
from ivr.testphone.loopback import HOST, Address, only_loopback
from ivr.testphone.sdp import PCMA, Sound

BEAT_S = 0.02
_SWEEP_BEATS = 5
_SO_TIMESTAMPNS = 35
_STAMP = struct.Struct("@qq")
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_VOLUME = 10


def now_ms() -> float:
    """The wall clock in ms since 1970, the same that the kernel stamps packets with."""
    return time.time_ns() / 1e6


def _open_even_socket() -> socket.socket:
    """A UDP socket on an even port of 127.0.0.1, so that the other side's RTCP (port + 1) meets no other stream."""
    for _ in range(100):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((HOST, 0))
        if sock.getsockname()[1] % 2 == 0:
            sock.setblocking(False)  # noqa: FBT003 - the socket's own signature
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            return sock
        sock.close()
    raise OSError("no even port was free")


@dataclass(slots=True)
class _Press:
    """A key on its way: packets left, in beats."""

    key: int
    updates_left: int
    ends_left: int
    gap_left: int
    started_at: int = -1
    done: asyncio.Future[None] | None = None


@dataclass(slots=True, eq=False, repr=False)
class Stream:
    """One call's sound both ways. `aim` says where to, `speak` what; `press` sends keys (RFC 4733)."""

    ear: Ear = field(default_factory=Ear)
    port: int = 0
    sent: int = 0
    _sock: socket.socket | None = None
    _to: Address | None = None
    _codec: int = PCMA
    _events: int = -1
    _payload: bytes = b""
    _every: int = 1
    _beat: int = 0
    _sequence: int = 0
    _source: int = field(default_factory=lambda: secrets.randbits(32))
    _presses: deque[_Press] = field(default_factory=deque)
    _buffer: bytearray = field(default_factory=lambda: bytearray(2048))

    _deaf: bool = False

    def open(self, shared: socket.socket | None = None) -> None:
        """The stream has a socket and a port to be told in SDP; deaf with a socket that it shares with others."""
        self._deaf = shared is not None
        self._sock = shared or _open_even_socket()
        self.port = self._sock.getsockname()[1]

    def close(self) -> None:
        """What lay in the socket has been heard; the socket is gone, keys not yet sent are dropped."""
        if self._sock and not self._deaf:
            self.drain()
            self._sock.close()
        self._sock = None
        self._to = None
        while self._presses:
            done = self._presses.popleft().done
            if done and not done.done():
                done.cancel()

    @property
    def codec(self) -> int:
        """The payload type in which this side sends."""
        return self._codec

    def aim(self, sound: Sound) -> None:
        """Sound goes there from now on, two packets at once: Asterisk waits for the first media of a call."""
        first = self._to is None
        self._to = only_loopback(sound.address)
        self._codec, self._events = sound.codecs[0], sound.events
        self.ear.codec = self._codec
        if first:
            self._send(self._codec, silence(self._codec), self._stamp())
            self._beat += 1
            self._send(self._codec, silence(self._codec), self._stamp())

    def speak(self, voice: int, every: int = 1) -> None:
        """That voice is sent on every `every`-th beat; call after `aim`."""
        self._payload, self._every = voice_payload(voice, self._codec), every

    def breathe(self, every: int = 25) -> None:
        """Silence is sent now and then: a sign of life that costs next to nothing."""
        self._payload, self._every = silence(self._codec), every

    def mute(self) -> None:
        """Nothing is sent but keys."""
        self._payload = b""

    def press(self, keys: str, tone_ms: int = 100, gap_ms: int = 80, ends: int = 3) -> asyncio.Future[None]:
        """The keys go out one after the other; the future is done when the last has been sent."""
        done = asyncio.get_running_loop().create_future()
        if not keys:
            done.set_result(None)
        beats, gap = max(3, tone_ms // 20), max(1, gap_ms // 20)
        for at, key in enumerate(keys):
            last = done if at == len(keys) - 1 else None
            self._presses.append(_Press(KEYS.index(key.upper()), beats, ends, gap, done=last))
        return done

    def _stamp(self) -> int:
        return self._beat * FRAME_SAMPLES & 0xFFFFFFFF

    def _send(self, kind: int, payload: bytes, stamp: int, *, mark: bool = False) -> None:
        if not self._sock or not self._to:
            return
        self._sequence = self._sequence + 1 & 0xFFFF
        head = _HEADER.pack(0x80, kind | 0x80 if mark else kind, self._sequence, stamp, self._source)
        with contextlib.suppress(OSError):  # a full buffer or a closed port loses a packet, as a network does
            self._sock.sendto(head + payload, self._to)
            self.sent += 1

    def beat(self) -> None:
        """20 ms have passed: what is due has been sent."""
        self._beat += 1
        if self._presses:
            self._beat_press(self._presses[0])
        elif self._payload and self._beat % self._every == 0:
            self._send(self._codec, self._payload, self._stamp())

    def _beat_press(self, press: _Press) -> None:
        if self._events < 0 or (press.ends_left <= 0 and press.gap_left <= 0):
            self._presses.popleft()
            if press.done and not press.done.done():
                press.done.set_result(None)
            return
        if press.ends_left <= 0:
            press.gap_left -= 1
            return
        first = press.started_at < 0
        if first:
            press.started_at = self._stamp()
        over = press.updates_left <= 0
        lasted = self._stamp() - press.started_at + FRAME_SAMPLES & 0xFFFF
        packet = _EVENT.pack(press.key, (0x80 if over else 0) | _VOLUME, lasted)
        if not over:
            press.updates_left -= 1
            self._send(self._events, packet, press.started_at, mark=first)
            return
        # The end is told several times at once (RFC 4733, 2.5.1.4): any one of them is enough.
        for _ in range(press.ends_left):
            self._send(self._events, packet, press.started_at)
        press.ends_left = 0

    def drain(self) -> None:
        """Everything that had come has been heard."""
        sock, ear = self._sock, self.ear
        if sock is None or self._deaf:
            return
        view, receive = memoryview(self._buffer), sock.recvmsg_into
        try:
            while True:
                size, extra, _, _ = receive([self._buffer], 64)
                if size < 12:
                    continue
                seconds, nanos = _STAMP.unpack_from(extra[0][2]) if extra else (0, 0)
                ear.hear(view[:size], seconds * 1000 + nanos / 1e6 if seconds else now_ms())
        except OSError:  # nothing more has come, or the other side's port is closed
            return


@dataclass(slots=True, eq=False, repr=False)
class Studio:
    """The beat of all streams. `async with Studio() as studio:` or `start()` and `close()`."""

    streams: set[Stream] = field(default_factory=set)
    late_beats: int = 0
    """Beats that came more than 20 ms late: a sign that this machine is too slow for what was asked."""
    _task: asyncio.Task[None] | None = None
    _sink: socket.socket | None = None
    """Where the sound for all deaf streams goes: nobody reads it, the kernel throws it away."""

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def start(self) -> None:
        """The beat runs."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="testphone beat")

    async def close(self) -> None:
        """The beat has stopped and every stream is closed."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for stream in list(self.streams):
            self.close_stream(stream)
        if self._sink:
            self._sink.close()
            self._sink = None

    def open_stream(self, ear: Ear, *, deaf: bool = False) -> Stream:
        """A stream with a port, on the beat; a deaf one can send, and costs next to nothing."""
        self.start()
        stream = Stream(ear)
        if deaf and self._sink is None:
            self._sink = _open_even_socket()
            self._sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        stream.open(self._sink if deaf else None)
        self.streams.add(stream)
        return stream

    def close_stream(self, stream: Stream) -> None:
        """The stream is off the beat and closed."""
        self.streams.discard(stream)
        stream.close()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due, count = loop.time(), 0
        while True:
            due += BEAT_S
            wait = due - loop.time()
            if wait < -1.0:  # this process was stopped for long: do not send the missed packets in one burst
                due, wait = loop.time(), 0.0
            self.late_beats += wait < -BEAT_S
            await asyncio.sleep(max(0.0, wait))
            count += 1
            for place, stream in enumerate(list(self.streams)):
                stream.beat()
                if (place + count) % _SWEEP_BEATS == 0:  # a fifth of them on each beat, so that no beat is long
                    stream.drain()
