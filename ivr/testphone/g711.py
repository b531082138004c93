"""G.711 as tables, and the voices by which the test phones know each other.

A voice is a number from 0 to 255: two sines, both multiples of 50 Hz, so that one 20 ms packet holds whole periods
and every packet of a voice is the same 160 bytes. No frequency lies near a key's, so nothing takes it for one.
"""

import math
from collections.abc import Iterable
from functools import cache, lru_cache

from ivr.testphone.sdp import PCMA

FRAME_SAMPLES = 160
RATE_HZ = 8000
VOICES = 256
_LOUD = 100
"""Samples below this (of 32,768: -50 dB) count as silence."""
_LOW_HZ = tuple(range(400, 1200, 50))
_HIGH_HZ = tuple(range(1700, 3300, 100))


def _alaw_sample(code: int) -> int:
    code ^= 0x55
    segment, step = (code & 0x70) >> 4, code & 0x0F
    size = (step << 4) + 8 if segment == 0 else ((step << 4) + 0x108) << (segment - 1)
    return size if code & 0x80 else -size


def _ulaw_sample(code: int) -> int:
    code = ~code & 0xFF
    size = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return -size if code & 0x80 else size


def _alaw_code(sample: int) -> int:
    mask = 0xD5 if sample >= 0 else 0x55
    size = sample if sample >= 0 else ~sample
    segment = max(0, size.bit_length() - 8)
    return ((segment << 4) | ((size >> (segment + 3 if segment else 4)) & 0x0F)) ^ mask


def _ulaw_code(sample: int) -> int:
    size = min(sample if sample >= 0 else ~sample, 32635) + 0x84
    segment = size.bit_length() - 8
    code = (segment << 4) | ((size >> (segment + 3)) & 0x0F)
    return ~(code | (0x80 if sample < 0 else 0)) & 0xFF


@cache
def samples_of_codes(codec: int) -> tuple[int, ...]:
    """The 16-bit sample that each of the 256 bytes stands for."""
    return tuple(map(_alaw_sample if codec == PCMA else _ulaw_sample, range(256)))


@cache
def quiet_codes(codec: int) -> bytes:
    """The bytes that stand for next to nothing; what is left of a packet without them is sound."""
    return bytes(code for code, sample in enumerate(samples_of_codes(codec)) if abs(sample) < _LOUD)


@cache
def _codes(codec: int) -> bytes:
    """The byte for each 16-bit sample, at `sample & 0xFFFF`."""
    code = _alaw_code if codec == PCMA else _ulaw_code
    return bytes(code(sample - 0x10000 if sample & 0x8000 else sample) for sample in range(0x10000))


def encode(samples: Iterable[int], codec: int) -> bytes:
    """The samples (16 bit) as G.711, to the very byte that Asterisk makes of them."""
    codes = _codes(codec)
    return bytes([codes[sample & 0xFFFF] for sample in samples])


def decode(payload: bytes, codec: int) -> list[int]:
    """G.711 as samples (16 bit)."""
    table = samples_of_codes(codec)
    return [table[code] for code in payload]


@cache
def silence(codec: int) -> bytes:
    """One packet of silence."""
    return encode([0] * FRAME_SAMPLES, codec)


def frequencies_of(voice: int) -> tuple[int, int]:
    """The two sines (Hz) of a voice."""
    return _LOW_HZ[voice % 16], _HIGH_HZ[voice // 16 % 16]


@cache
def voice_payload(voice: int, codec: int) -> bytes:
    """One packet of that voice, the same for ever."""
    turns = [2 * math.pi * hertz / RATE_HZ for hertz in frequencies_of(voice)]
    return encode([round(sum(5000 * math.sin(turn * n) for turn in turns)) for n in range(FRAME_SAMPLES)], codec)


def goertzel(samples: list[int], hertz: int) -> float:
    """The share (0 to 1) of the samples' energy that is at that frequency; 0 for silence."""
    total = sum(sample * sample for sample in samples)
    if not total:
        return 0.0
    factor = 2 * math.cos(2 * math.pi * hertz / RATE_HZ)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    power = before * before + last * last - factor * before * last
    return 2 * power / (len(samples) * total)


@lru_cache(maxsize=2048)
def voice_heard(payload: bytes, codec: int) -> int:
    """Which voice speaks in this packet, -1 for none."""
    samples = decode(payload, codec)
    low = max(range(16), key=lambda i: goertzel(samples, _LOW_HZ[i]))
    high = max(range(16), key=lambda i: goertzel(samples, _HIGH_HZ[i]))
    shares = goertzel(samples, _LOW_HZ[low]), goertzel(samples, _HIGH_HZ[high])
    return high * 16 + low if min(shares) > 0.3 and sum(shares) > 0.85 else -1
