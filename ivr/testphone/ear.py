"""What one phone hears, measured from the packets of one call.

Two rules. Every instant is the kernel's own receive stamp, so a busy or late Python cannot make a gap. What is done
for every packet is a few C calls; anything that looks closer (`what`) is done only when asked.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.testphone.g711 import FRAME_SAMPLES, decode, goertzel, quiet_codes, voice_heard
from ivr.testphone.sdp import OUR_EVENTS, PCMA, PCMU

KEYS = "0123456789*#ABCD"
_SOUND_SAMPLES = 8
"""A packet with fewer samples above silence than this (of 160) is silence."""
_WINDOW_PACKETS = 150
_MUSIC_PACKETS = 25
"""So many packets with sound and no prompt among them are music; fewer may be the faint edges of words."""
_OTHER_PACKETS = 3
"""So many packets of other sound end a voice; the first packet of a voice is itself one of these."""
_PROMPT_PAUSE_MS = 1500
"""The same prompt after such a pause is said again."""
_RTP = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")


class Heard(StrEnum):
    """What the last three seconds were."""

    SILENCE = "silence"
    SPEECH = "speech"
    MUSIC = "music"
    TONE = "tone"


@dataclass(slots=True, eq=False, repr=False)
class Ear:
    """The hearing of one call. Instants in ms since 1970."""

    codec: int = PCMA
    book: Mapping[bytes, str] = field(default_factory=dict)
    """Packet → the prompt that it is part of (`prompts_heard.py`); empty: prompts are not told apart."""
    attentive: bool = False
    """Whether packets are kept for `what`."""
    notice: Callable[[str, str, int], None] = lambda _kind, _what, _at_ms: None
    """Called with ("voice" | "prompt" | "music" | "digit", which, instant) when one begins to be heard."""
    packets: int = 0
    first_packet_ms: float = 0.0
    last_packet_ms: float = 0.0
    longest_gap_ms: float = 0.0
    """Between two packets."""
    listening_since_ms: float = 0.0
    last_sound_ms: float = 0.0
    """The last packet that was not silence; 0 before the first."""
    longest_silence_ms: float = 0.0
    """Between two packets with sound, or from the answer to the first."""
    lost: int = 0
    """Holes in the sequence numbers."""
    digits: str = ""
    voice: int = -1
    """The voice that is being heard, -1 when the last sound was something else."""
    voice_ms: float = 0.0
    """When it began."""
    longest_voice_ms: float = 0.0
    """The longest that one voice was heard, from its first packet to its last."""
    prompts: list[str] = field(default_factory=list)
    """Prompts in the order in which they were heard."""
    unknown_sound: int = 0
    """Packets with sound that are neither a known prompt nor a voice: music, where `book` holds every prompt."""
    foreign: int = 0
    """Packets of any other kind."""
    _run: int = 0
    _prompt_ms: float = 0.0
    _previous: bytes = b""
    _sequence: int = -1
    _digit_at: int = -1
    _recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=_WINDOW_PACKETS))

    def begin(self, at_ms: float) -> None:
        """From now on silence counts."""
        self.listening_since_ms = self.last_sound_ms = at_ms

    def hear(self, packet: memoryview, at_ms: float) -> None:
        """One RTP packet has been counted, and understood as far as every packet is."""
        kind = packet[1] & 0x7F
        if kind not in (PCMA, PCMU):
            self._hear_other(packet, kind, at_ms)
            return
        self._count(packet, at_ms)
        payload = bytes(packet[12:])
        if self.attentive:
            self._recent.append(payload)
        if len(payload.translate(None, quiet_codes(kind))) < _SOUND_SAMPLES:
            return
        if at_ms - self.last_sound_ms > self.longest_silence_ms and self.listening_since_ms:
            self.longest_silence_ms = at_ms - self.last_sound_ms
        self.last_sound_ms = at_ms
        self.codec = kind
        # Speech and music never bring the same packet twice; a voice always does.
        if payload == self._previous:
            self._hear_voice(payload, kind, at_ms)
        elif prompt := self.book.get(payload):
            self._hear_prompt(prompt, at_ms)
        else:
            self._hear_unknown(at_ms)
        self._previous = payload

    def _count(self, packet: memoryview, at_ms: float) -> None:
        if not self.packets:
            self.first_packet_ms = at_ms
        elif at_ms - self.last_packet_ms > self.longest_gap_ms:
            self.longest_gap_ms = at_ms - self.last_packet_ms
        self.packets += 1
        self.last_packet_ms = at_ms
        sequence = packet[2] << 8 | packet[3]
        step = (sequence - self._sequence) & 0xFFFF
        if self._sequence >= 0 and 1 < step < 100:
            self.lost += step - 1
        self._sequence = sequence

    def _hear_voice(self, payload: bytes, codec: int, at_ms: float) -> None:
        voice = voice_heard(payload, codec)
        self._run = 0
        if voice < 0:
            return
        if voice != self.voice:
            self.voice, self.voice_ms = voice, at_ms
            self.notice("voice", str(voice), round(at_ms))
        self.longest_voice_ms = max(self.longest_voice_ms, at_ms - self.voice_ms)

    def _hear_prompt(self, prompt: str, at_ms: float) -> None:
        again = at_ms - self._prompt_ms > _PROMPT_PAUSE_MS
        self._run, self._prompt_ms, self.voice = 0, at_ms, -1
        if again or self.prompts[-1:] != [prompt]:
            self.prompts.append(prompt)
            self.notice("prompt", prompt, round(at_ms))

    def _hear_unknown(self, at_ms: float) -> None:
        self.unknown_sound += 1
        self._run += 1
        if self._run == _OTHER_PACKETS:
            self.voice = -1
        if self.book and self._run == _MUSIC_PACKETS:
            self.notice("music", "", round(at_ms))

    def _hear_other(self, packet: memoryview, kind: int, at_ms: float) -> None:
        if kind != OUR_EVENTS or len(packet) < 16:
            self.foreign += 1
            return
        self._count(packet, at_ms)
        stamp = _RTP.unpack_from(packet)[3]
        event, _, _ = _EVENT.unpack_from(packet, 12)
        # All packets of one press carry the instant at which it began (RFC 4733, 2.3.5): one press, one digit.
        if stamp != self._digit_at and event < len(KEYS):
            self._digit_at = stamp
            self.digits += KEYS[event]
            self.notice("digit", KEYS[event], round(at_ms))

    def silence_until(self, now_ms: float) -> float:
        """The longest silence (ms) so far, one that lasts until now included; 0 before the answer."""
        if not self.listening_since_ms:
            return 0.0
        return max(self.longest_silence_ms, now_ms - self.last_sound_ms)

    def what(self, now_ms: float) -> Heard:
        """What the last packets were; silence when none has come for 200 ms. Needs `attentive`."""
        recent = list(self._recent)
        if not recent or now_ms - self.last_packet_ms > 200:
            return Heard.SILENCE
        return classify(recent, self.codec, self.book)


def classify(payloads: list[bytes], codec: int, book: Mapping[bytes, str] | None = None) -> Heard:
    """What a run of packets is: a tone is one or two sines, what stands in the book is speech.

    Without a book it is a guess: speech pauses, most music does not (a slow piano does).
    """
    quiet = quiet_codes(codec)
    loud = [payload for payload in payloads if len(payload.translate(None, quiet)) >= _SOUND_SAMPLES]
    if len(loud) < max(1, len(payloads) // 20):
        return Heard.SILENCE
    if all(_is_tone(payload, codec) for payload in loud[:: max(1, len(loud) // 8)]):
        return Heard.TONE
    if book:
        return Heard.SPEECH if sum(payload in book for payload in loud) > len(loud) // 4 else Heard.MUSIC
    energies = [sum(abs(sample) for sample in decode(payload, codec)) / FRAME_SAMPLES for payload in payloads]
    mean = sum(energies) / len(energies)
    pauses = sum(energy < mean * 0.25 for energy in energies) / len(energies)
    return Heard.SPEECH if pauses > 0.12 else Heard.MUSIC


def _is_tone(payload: bytes, codec: int) -> bool:
    samples = decode(payload, codec)
    shares = sorted((goertzel(samples, hertz) for hertz in range(300, 3400, 50)), reverse=True)
    return shares[0] + shares[1] > 0.85


async def until(condition: Callable[[], bool], within_ms: float, every_ms: float = 20) -> bool:
    """Whether the condition came true in that time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_ms / 1000
    while not condition():
        if loop.time() >= deadline:
            return False
        await asyncio.sleep(every_ms / 1000)
    return True
