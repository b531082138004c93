"""A citizen's telephone: rings a number over the trunk, hears, presses keys, and witnesses how the call ended.

The witness is the first of three (FAULTS.md): it believes nothing but what came out of its own socket.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.testphone.dialog import Dialog, new_tag, our_uri
from ivr.testphone.ear import Ear, Heard, until
from ivr.testphone.loopback import HOST, Address
from ivr.testphone.message import Message, response_to
from ivr.testphone.rtp import Stream, now_ms
from ivr.testphone.sdp import OUR_EVENTS, PCMA, PCMU, describe, understand
from ivr.testphone.steps import Step, take
from ivr.testphone.trunk import Trunk
from ivr.testphone.wire import contact_of, respond
from ivr.testphone.witness import Terminal

PATIENCE_MS = 30_000
"""How long a caller listens for something, unless told otherwise."""
DEFAULT_NUMBER = "0701740605"
"""In the range that is kept free for fiction."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to the caller. `at_ms` since 1970."""

    at_ms: int
    what: str
    detail: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Caller:
    """One call. Either `follow(steps)` or the single methods; `record()` is the witness's line."""

    trunk: Trunk
    number: str
    display: bytes = b""
    """The name in From, byte for byte between quotes, whatever it holds (F57); b"" for none."""
    from_user: str | bytes = DEFAULT_NUMBER
    voice: int = 200
    """What it says when it speaks (200–255 for callers)."""
    deaf: bool = False
    """Hears nothing, and only breathes now and then: for thousands of waiting calls."""
    press_info: bool = False
    """Keys go out as SIP INFO, the cheap way; otherwise as RFC 4733 events."""
    attentive: bool = False
    """Whether `heard_now` can tell speech from music."""
    names: Mapping[int, str] = field(default_factory=dict)
    """Voice → agent, for `answered_by`."""
    book: Mapping[bytes, str] = field(default_factory=dict)
    """Packet → prompt (`prompts_heard.prompt_book`)."""
    closing_prompts: frozenset[str] = frozenset()
    """Prompts after which the service may hang up: closed, overload."""
    short_talk_ms: float = 1_900
    """A talk that the other side ended sooner was none (the plan's `short_talk_ms`, less what hearing may miss)."""
    codecs: tuple[int, ...] = (PCMA, PCMU)
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers of the INVITE."""
    token: str = field(default_factory=lambda: secrets.token_hex(12))
    """The SIP Call-ID."""
    status: int = 0
    """The final status of the INVITE, 0 before it."""
    started_ms: float = 0.0
    up_ms: float = 0.0
    """When 200 OK came."""
    ended_ms: float = 0.0
    terminal: Terminal | None = None
    bye_by: str | None = None
    end_reason: str = ""
    timeline: list[Moment] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    ear: Ear = field(init=False)
    _stream: Stream | None = None
    _dialog: Dialog | None = None
    _invite: Message | None = None
    _final: asyncio.Future[Message] | None = None
    _cancelled: bool = False

    def __post_init__(self) -> None:
        self.ear = Ear(book=self.book, attentive=self.attentive, notice=self._noticed)

    # ── what happened ───────────────────────────────────────────────────────────────────────────────────────────
    def note(self, what: str, detail: str = "", at_ms: float = 0.0) -> None:
        """The moment is on the timeline."""
        self.timeline.append(Moment(round(at_ms or now_ms()), what, detail))

    def _noticed(self, kind: str, what: str, at_ms: int) -> None:
        if kind == "voice":
            if int(what) == self.voice:
                return
            what = self.names.get(int(what), what)
        self.note(kind, what, at_ms)

    @property
    def served(self) -> bool:
        """Whether an agent talked with the caller: long enough, or until the caller hung up.

        One who picked up and dropped the call served nobody: the caller was put back in line, or lost.
        """
        long_enough = self.ear.longest_voice_ms >= self.short_talk_ms
        return long_enough or (self.ear.voice >= 0 and self.bye_by != "server")

    @property
    def answered_by(self) -> str:
        """The last agent who talked: its name, or its voice where names are not known; "" for none."""
        voices = [moment.detail for moment in self.timeline if moment.what == "voice"]
        return voices[-1] if voices and self.served else ""

    @property
    def up(self) -> bool:
        """Whether the call is connected."""
        return bool(self.up_ms) and not self.ended_ms

    def record(self) -> dict[str, object]:
        """The witness's line (W1): how the call was seen from this side. `longest_silence_ms` is None when deaf."""
        return {
            "token": self.token,
            "started_ms": round(self.started_ms),
            "ended_ms": round(self.ended_ms),
            "terminal": str(self.terminal or Terminal.VANISHED),
            "bye_by": self.bye_by,
            "longest_silence_ms": None if self.deaf else round(self.ear.longest_silence_ms),
            "longest_gap_ms": None if self.deaf else round(self.ear.longest_gap_ms, 1),
            "packets": self.ear.packets,
            "answered_by": self.answered_by,
            "heard": list(self.ear.prompts),
            "status": self.status,
        }

    # ── what the caller does ────────────────────────────────────────────────────────────────────────────────────
    async def follow(self, steps: tuple[Step, ...]) -> dict[str, object]:
        """The steps have been taken in order, as far as the call lasted; the witness's line."""
        for step in steps:
            await take(self, step)
            if self.over.is_set():
                break
        if not self.over.is_set():
            await self.hang_up()
        return self.record()

    def start(self) -> asyncio.Future[Message]:
        """The INVITE is sent; becomes its final response. `dial` does this and waits."""
        trunk = self.trunk
        self._stream = trunk.studio.open_stream(self.ear, deaf=self.deaf)
        self._invite = self._make_invite(self._stream.port)
        trunk.calls[self.token] = self
        self.started_ms = now_ms()
        self.note("dialled", self.number)
        self._final = trunk.wire.request(self._invite, trunk.server, self._on_provisional)
        self._final.add_done_callback(self._on_final)
        return self._final

    async def dial(self) -> int:
        """The final status of the INVITE."""
        await self.start()
        await asyncio.sleep(0)  # the call's own callback runs first: `up` is true when this returns
        return self.status

    def _make_invite(self, port: int) -> Message:
        wire = self.trunk.wire
        host, sip_port = self.trunk.server
        user = self.from_user.decode("latin-1") if isinstance(self.from_user, bytes) else self.from_user
        name = f'"{self.display.decode("latin-1")}" ' if self.display else ""
        headers = [("Via", wire.new_via()), ("Max-Forwards", "70")]
        headers += [("From", f"{name}<sip:{user}@{HOST}>;tag={new_tag()}"), ("To", f"<sip:{self.number}@{host}>")]
        headers += [("Call-ID", self.token), ("CSeq", "1 INVITE"), ("Contact", f"<{our_uri('trunk', wire.port)}>")]
        headers += [("Allow", "INVITE,ACK,BYE,CANCEL,OPTIONS,INFO,UPDATE"), ("Content-Type", "application/sdp")]
        body = describe(port, self.codecs)
        return Message("INVITE", f"sip:{self.number}@{host}:{sip_port}", headers=[*headers, *self.headers], body=body)

    def _on_provisional(self, response: Message) -> None:
        if response.status > 100:
            self.note("provisional", str(response.status))
            if response.body and (sound := understand(response.body)) and self._stream:
                self._stream.aim(sound)

    def _on_final(self, future: asyncio.Future[Message]) -> None:
        if future.cancelled() or self._invite is None or self.terminal is Terminal.VANISHED:
            return
        response = future.result()
        self.status = response.status
        if response.status >= 300:
            self._refused(response)
            return
        invite, wire = self._invite, self.trunk.wire
        target = contact_of(response, invite.uri)
        routes = tuple(reversed(response.every("record-route")))
        contact = our_uri("trunk", wire.port)
        self._dialog = Dialog(wire, self.token, invite.get("from"), response.get("to"), target, contact, routes)
        wire.send_ack(self._dialog.request("ACK"), self._dialog.address, invite.branch)
        if self._cancelled:  # the answer and our leaving have crossed
            self._dialog.bye()
            self._end(Terminal.CANCELLED, "caller")
            return
        self._connected(response)

    def _connected(self, response: Message) -> None:
        self.up_ms = now_ms()
        self.note("up")
        self.ear.begin(self.up_ms)
        sound = understand(response.body)
        if self._stream and sound:
            self._stream.aim(sound)
            self.fall_silent()

    def _refused(self, response: Message) -> None:
        self.end_reason = f"{response.status} {response.reason}"
        if response.status == 487 and self._cancelled:
            self._end(Terminal.CANCELLED, "caller")
        elif response.status in (486, 600):
            self._end(Terminal.BUSY, "server")
        else:
            self._end(Terminal.FAILED, "server")

    def speak(self, every: int = 1) -> None:
        """The caller talks (its voice) on every `every`-th 20 ms beat."""
        if self._stream:
            self._stream.speak(self.voice, every)

    def fall_silent(self, *, entirely: bool = False) -> None:
        """The caller listens: a packet of silence now and then, or none at all."""
        if self._stream and entirely:
            self._stream.mute()
        elif self._stream:
            self._stream.breathe(_DEAF_BREATH if self.deaf else _BREATH)

    async def press(
        self, keys: str, *, info: bool = False, tone_ms: int = 100, gap_ms: int = 80, ends: int = 3
    ) -> None:
        """The keys have been sent, as RFC 4733 events or (`info`) as SIP INFO."""
        self.note("pressed", keys)
        if info or self.press_info or self._stream is None:
            for key in keys:
                if self._dialog and self.up:
                    await self._dialog.info_digit(key, tone_ms)
            return
        await asyncio.wait({self._stream.press(keys, tone_ms, gap_ms, ends)})

    async def hear_agent(self, within_ms: float = PATIENCE_MS) -> bool:
        """Whether an agent is talking now, or began to in that time; who it is says `answered_by`."""
        await until(lambda: self.ear.voice >= 0 or self.over.is_set(), within_ms)
        return self.ear.voice >= 0

    async def hear_sound(self, within_ms: float = PATIENCE_MS) -> bool:
        """Whether anything but silence was heard in that time."""
        since = now_ms()
        await until(lambda: self.ear.last_sound_ms > since or self.over.is_set(), within_ms)
        return self.ear.last_sound_ms > since

    async def hear_prompt(self, prompt: str = "", within_ms: float = PATIENCE_MS) -> bool:
        """Whether that prompt (any, for "") was begun in that time; prompts heard before count. Needs `book`."""

        def heard() -> bool:
            return prompt in self.ear.prompts if prompt else bool(self.ear.prompts)

        await until(lambda: heard() or self.over.is_set(), within_ms)
        return heard()

    async def hear(self, what: Heard, within_ms: float = PATIENCE_MS) -> bool:
        """Whether the line sounded like that in that time. Needs `attentive`."""
        await until(lambda: self.heard_now() is what or self.over.is_set(), within_ms, every_ms=200)
        return self.heard_now() is what

    def heard_now(self) -> Heard:
        """What the last three seconds sounded like. Needs `attentive`."""
        return self.ear.what(now_ms())

    async def hang_up(self) -> None:
        """The call is over from our side, however far it had come: BYE, or CANCEL while it rings."""
        if self.over.is_set():
            return
        if self._dialog is None:
            await self.cancel()
            return
        said = self._dialog.bye()
        if self._stream:
            self._stream.drain()
        self._end(Terminal.ANSWERED if self.served else Terminal.HUNG_UP_WAITING, "caller")
        await said

    async def cancel(self) -> None:
        """The INVITE is cancelled (RFC 3261, 9.1); if the answer was quicker, the call is hung up instead."""
        if self._invite is None or self._final is None or self.over.is_set():
            return
        self._cancelled = True
        self.note("cancelled")
        kept = ("via", "from", "to", "call-id", "max-forwards")
        headers = [(name, value) for name, value in self._invite.headers if name.lower() in kept]
        cancel = Message("CANCEL", self._invite.uri, headers=[*headers, ("CSeq", "1 CANCEL")])
        await self.trunk.wire.request(cancel, self.trunk.server)
        # Whoever never gives the INVITE its final answer is not waited for (RFC 3261, 9.1).
        await until(self.over.is_set, self.trunk.wire.give_up_s * 1000)
        self._end(Terminal.CANCELLED, "caller")

    def vanish(self) -> None:
        """Not another byte for this call: as when a mobile loses its network (F55)."""
        if not self.over.is_set():
            self.trunk.gone.add(self.token)
            self._end(Terminal.VANISHED, None)

    # ── what the server does ────────────────────────────────────────────────────────────────────────────────────
    def take(self, message: Message, to: Address) -> None:
        """A request of the server within this call has been answered."""
        wire = self.trunk.wire
        if message.method == "BYE":
            respond(wire, message, to, 200)
            self.end_reason = message.get("reason")
            self._end(self._end_by_server(), "server")
        elif message.method in ("INVITE", "UPDATE") and self._dialog:
            sound = understand(message.body)
            if sound and self._stream:
                self._stream.aim(sound)
            codecs, events = (sound.codecs[:1], sound.events) if sound else (self.codecs[:1], OUR_EVENTS)
            port = self._stream.port if self._stream else 0
            wants_sdp = message.method == "INVITE" or bool(message.body)
            self._dialog.accept(message, to, describe(port, codecs, events) if wants_sdp else b"")
        else:
            wire.reply(message, to, response_to(message, 200, tag=new_tag()))

    def _end_by_server(self) -> Terminal:
        if self._stream:
            self._stream.drain()
        self.bye_by = "server"
        if self.served:
            return Terminal.ANSWERED
        closing = bool(self.ear.prompts) and self.ear.prompts[-1] in self.closing_prompts
        return Terminal.CLOSED if closing else Terminal.SERVER_HUNG_UP

    def _end(self, terminal: Terminal, bye_by: str | None) -> None:
        if self.over.is_set():
            return
        self.ended_ms = now_ms()
        if self._stream:
            self.trunk.studio.close_stream(self._stream)
            self.ear.longest_silence_ms = self.ear.silence_until(self.ended_ms)
        self.terminal, self.bye_by = terminal, bye_by
        self.note("over", str(terminal))
        self.trunk.calls.pop(self.token, None)
        self.over.set()


_BREATH, _DEAF_BREATH = 25, 250
"""Beats of 20 ms between two packets of silence: Asterisk takes a caller who sends nothing for gone (F55)."""
