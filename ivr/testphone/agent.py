"""An agent's phone: registers, rings, answers as its behaviour says, and remembers every ring.

The record of rings is a witness: whether an uncleared phone ever rang, and whether a phone was ever rung twice at
once, is read from `rings` and from nothing the service says.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.testphone.behaviour import Behaviour, Manner, answer
from ivr.testphone.dialog import Dialog, info_digit, new_tag, our_uri
from ivr.testphone.ear import Ear
from ivr.testphone.loopback import Address, only_loopback
from ivr.testphone.message import Message, address_uri, response_to, uri_user
from ivr.testphone.registration import Registration
from ivr.testphone.rtp import Stream, Studio, now_ms
from ivr.testphone.sdp import OUR_EVENTS, describe, understand
from ivr.testphone.wire import Wire, respond

Chooser = Callable[["Ring"], Behaviour]
"""Decides anew for every ring; for phones of mixed manners."""


class RingEnd(StrEnum):
    """How a ring ended."""

    RINGING = "ringing"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    IGNORED = "ignored"
    LOST = "lost"
    """The phone was switched off while it rang."""


@dataclass(slots=True, eq=False, repr=False)
class Ring:
    """One INVITE that reached this phone. Instants in ms since 1970; 0 where it never came to it."""

    agent: str
    call_id: str
    at_ms: float
    headers: dict[str, str]
    """All headers of the INVITE by lower-case name, X-headers among them; `from` is what the display would show."""
    invite: Message = field(repr=False)
    source: Address
    tag: str = field(default_factory=new_tag, repr=False)
    overlapping: bool = False
    """The phone was already ringing or talking."""
    end: RingEnd = RingEnd.RINGING
    status: int = 0
    answered_ms: float = 0.0
    """When our 200 OK was sent."""
    ended_ms: float = 0.0
    """When the ringing or the talk was over."""
    bye_by: str = ""
    """agent or server."""
    cancel_reason: str = ""
    heard_voice: int = -1
    heard_voice_ms: float = 0.0
    packets: int = 0
    digits: str = ""
    """Keys heard as RFC 4733 events."""
    prompts: list[str] = field(default_factory=list)
    """Prompts heard, where the phone has the book to know them by."""
    info_digits: str = ""
    """Keys told by SIP INFO."""
    longest_gap_ms: float = 0.0
    task: asyncio.Task[None] | None = field(default=None, repr=False)
    dialog: Dialog | None = field(default=None, repr=False)
    stream: Stream | None = field(default=None, repr=False)

    @property
    def offer(self) -> str:
        """The offer's id as the service wrote it on the INVITE, "" without."""
        return self.headers.get("x-tonval-offer", "")

    @property
    def call(self) -> str:
        """The caller's call id as the service wrote it on the INVITE, "" without."""
        return self.headers.get("x-tonval-call", "")

    @property
    def shown_number(self) -> str:
        """The caller's number as the phone would show it."""
        return uri_user(address_uri(self.headers.get("from", "")))


@dataclass(slots=True, eq=False, repr=False)
class AgentPhone:
    """One phone with one line. `await register()` to begin, `await close()` to end."""

    name: str
    password: str
    server: Address
    studio: Studio | None = None
    """Shared by many phones; None: one of its own."""
    behaviour: Behaviour | Chooser = field(default_factory=answer)
    """May be changed at any time; counts from the next ring."""
    voice: int = 0
    """What it says when it talks (0–199 for agents)."""
    voice_every: int = 1
    expires_s: int = 120
    user: str = ""
    """The name in digest, where it is not `name`."""
    rings: list[Ring] = field(default_factory=list)
    current: Ring | None = None
    rung: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by every ring; whoever waits clears it first."""
    wire: Wire | None = None
    registration: Registration | None = None
    book: Mapping[bytes, str] = field(default_factory=dict)
    """Packet → prompt, for what it hears in a talk."""
    port: int = 0
    """Where it listens; 0 for any port that is free."""
    dialled: dict[str, Callable[[Message, Address], None]] = field(default_factory=dict)
    """By Call-ID: who takes the server's requests in a call that this phone has made (`dialling`)."""
    _studio: Studio = field(init=False)

    def __post_init__(self) -> None:
        only_loopback(self.server)
        self._studio = self.studio or Studio()

    @property
    def line(self) -> Studio:
        """What this phone sounds and hears through."""
        return self._studio

    @property
    def contact(self) -> str:
        """The URI at which this phone is reached."""
        return our_uri(self.name, self.wire.port if self.wire else 0)

    # ── being reachable ─────────────────────────────────────────────────────────────────────────────────────────
    async def open(self) -> None:
        """The phone has a socket (and may be rung at `contact`), but nobody knows it yet."""
        if self.wire is None:
            self.wire = await Wire.open(self._on_request, self.port)

    async def register(self) -> int:
        """The final status of the registration; 200 means reachable, kept so by refreshes."""
        await self.open()
        assert self.wire  # noqa: S101 - opened the line before
        if self.registration is None:
            user = self.user or self.name
            self.registration = Registration(
                self.wire, self.server, self.name, user, self.password, self.contact, self.expires_s
            )
        return await self.registration.register()

    async def unregister(self) -> int:
        """The final status of taking the registration back."""
        return await self.registration.unregister() if self.registration else 200

    def power_off(self) -> None:
        """Not another byte in or out: as when the cable is pulled. A ring or talk is left as it was."""
        if self.registration:
            self.registration.stop()
        if self.wire:
            self.wire.close()
            self.wire = None
        self.registration = None
        if self.current:
            self._finish(self.current, RingEnd.LOST if not self.current.answered_ms else self.current.end)

    async def close(self) -> None:
        """Any talk is hung up, the registration is taken back, the sockets are closed."""
        if self.wire:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await self.hang_up()
                    if self.registration and self.registration.registered:
                        await self.unregister()
            self.power_off()
        if self.studio is None:
            await self._studio.close()

    # ── the ring ────────────────────────────────────────────────────────────────────────────────────────────────
    def _on_request(self, message: Message, to: Address) -> None:
        current = self.current
        if take := self.dialled.get(message.call_id):
            take(message, to)
            return
        match message.method:
            case "INVITE" if current and current.call_id == message.call_id:
                self._renegotiated(current, message, to)
            case "INVITE":
                self._ring(message, to)
            case "CANCEL":
                self._cancelled(message, to)
            case "BYE":
                self._bye(message, to)
            case "INFO" if current and current.call_id == message.call_id:
                current.info_digits += info_digit(message)
                self._respond(message, to, 200)
            case "OPTIONS" | "NOTIFY" | "INFO" | "UPDATE" | "MESSAGE":
                self._respond(message, to, 200)
            case _:
                self._respond(message, to, 405)

    def _respond(self, message: Message, to: Address, status: int) -> None:
        if self.wire:
            respond(self.wire, message, to, status)

    def _ring(self, invite: Message, to: Address) -> None:
        headers = {name.lower(): value for name, value in invite.headers}
        ring = Ring(self.name, invite.call_id, now_ms(), headers, invite, to)
        ring.overlapping = self.current is not None
        self.rings.append(ring)
        behaviour = self.behaviour(ring) if callable(self.behaviour) else self.behaviour
        if behaviour.manner is Manner.IGNORE:
            ring.end, ring.ended_ms = RingEnd.IGNORED, now_ms()
        elif ring.overlapping:
            self._refuse(ring, 486)
        else:
            self.current = ring
            self.now(behaviour)
        self.rung.set()

    async def _behave(self, ring: Ring, behaviour: Behaviour) -> None:
        if behaviour.manner is not Manner.REFUSE or behaviour.after_ms:
            self._reply(ring, 180)  # without it the ring could not even be cancelled (RFC 3261, 9.1)
        if behaviour.manner is Manner.RING:
            return
        await asyncio.sleep(behaviour.after_ms / 1000)
        if behaviour.manner is Manner.REFUSE:
            self._refuse(ring, behaviour.status)
        elif self._answer(ring, behaviour) and behaviour.talk_ms is not None:
            await asyncio.sleep(behaviour.talk_ms / 1000)
            await self.hang_up()

    def _reply(self, ring: Ring, status: int, body: bytes = b"") -> None:
        if self.wire is None:
            return
        response = response_to(ring.invite, status, tag=ring.tag)
        response.headers.append(("Contact", f"<{self.contact}>"))
        if body:
            response.headers.append(("Content-Type", "application/sdp"))
            response.body = body
        ring.status = status
        self.wire.reply(ring.invite, ring.source, response)

    def _refuse(self, ring: Ring, status: int) -> None:
        self._reply(ring, status)
        self._finish(ring, RingEnd.REFUSED)

    def _answer(self, ring: Ring, behaviour: Behaviour) -> bool:
        sound = understand(ring.invite.body)
        if sound is None or self.wire is None:
            self._refuse(ring, 488)
            return False
        ring.dialog = Dialog.of_invite(self.wire, ring.invite, ring.tag, self.contact)
        ring.stream = stream = self._studio.open_stream(Ear(book=self.book))
        ring.prompts = stream.ear.prompts
        stream.ear.notice = lambda kind, what, at_ms: self._noticed(ring, kind, what, at_ms)
        self._reply(ring, 200, describe(stream.port, sound.codecs[:1], sound.events))
        ring.end, ring.answered_ms = RingEnd.ANSWERED, now_ms()
        stream.ear.begin(ring.answered_ms)
        if behaviour.manner is not Manner.DEAD_AIR:
            stream.aim(sound)
            stream.speak(self.voice, self.voice_every)
        return True

    def _noticed(self, ring: Ring, kind: str, what: str, at_ms: int) -> None:
        if kind == "voice" and int(what) != self.voice:
            ring.heard_voice, ring.heard_voice_ms = int(what), at_ms

    def _renegotiated(self, ring: Ring, invite: Message, to: Address) -> None:
        sound = understand(invite.body)
        if ring.dialog is None or ring.stream is None:
            return
        if sound and ring.stream.sent:
            ring.stream.aim(sound)
        codecs, events = (sound.codecs[:1], sound.events) if sound else ((ring.stream.codec,), OUR_EVENTS)
        ring.dialog.accept(invite, to, describe(ring.stream.port, codecs, events))

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _cancelled(self, cancel: Message, to: Address) -> None:
        ring = self.current
        rings = ring is not None and ring.call_id == cancel.call_id and not ring.answered_ms
        # Too late, the CANCEL is answered and means nothing (RFC 3261, 9.2).
        known = any(past.call_id == cancel.call_id for past in self.rings[-5:])
        self._respond(cancel, to, 200 if known else 481)
        if ring and rings:
            ring.cancel_reason = cancel.get("reason")
            self._reply(ring, 487)
            self._finish(ring, RingEnd.CANCELLED)

    def _bye(self, bye: Message, to: Address) -> None:
        ring = self.current
        known = ring is not None and ring.call_id == bye.call_id
        self._respond(bye, to, 200 if known else 481)
        if ring and known:
            ring.bye_by = "server"
            ring.cancel_reason = bye.get("reason")
            self._finish(ring, RingEnd.ANSWERED)

    def now(self, behaviour: Behaviour) -> None:
        """What rings is treated so from this instant, whatever was meant for it: the person makes up their mind."""
        ring = self.current
        if ring is None or ring.answered_ms:
            msg = f"nothing rings at {self.name}"
            raise RuntimeError(msg)
        if ring.task:
            ring.task.cancel()
        ring.task = asyncio.get_running_loop().create_task(self._behave(ring, behaviour))

    async def hang_up(self) -> None:
        """The talk is over from our side; a phone that only rings declines."""
        ring = self.current
        if ring is None:
            return
        if ring.dialog is None:
            self._refuse(ring, 603)
            return
        ring.bye_by = "agent"
        said = ring.dialog.bye()
        self._finish(ring, RingEnd.ANSWERED)
        await said

    def press(self, keys: str) -> asyncio.Future[None] | None:
        """The keys go out in the talk (RFC 4733); None when there is no talk."""
        return self.current.stream.press(keys) if self.current and self.current.stream else None

    def _finish(self, ring: Ring, end: RingEnd) -> None:
        ring.end, ring.ended_ms = end, now_ms()
        if ring.task and ring.task is not asyncio.current_task():
            ring.task.cancel()
        if ring.stream:
            self._studio.close_stream(ring.stream)
            ear = ring.stream.ear
            ring.packets, ring.digits, ring.longest_gap_ms = ear.packets, ear.digits, ear.longest_gap_ms
        if self.current is ring:
            self.current = None
