"""How loud a sound is to a listener, and where in it somebody speaks. Pure: 16-bit mono samples in, decibels out.

The level is that of the speech alone: 20 ms frames, first those above −60 dBFS, then those no more than 10 dB below
the mean of these (the two gates of ITU-R BS.1770, without its weighting, which does nothing below 4 kHz to speak of).
"""

from array import array
from collections.abc import Iterator
from math import inf, log10
from operator import mul
from typing import TypeAlias

FULL_SCALE = 32_768
FRAME_MS = 20
_EDGE_FRAME_MS = 5
_ABSOLUTE_GATE_DB = -60.0
_RELATIVE_GATE_DB = 10.0
_EDGE_BELOW_DB = 38.0
_PIECE = 800

Samples: TypeAlias = "array[int]"
"""Signed 16-bit samples, one channel."""


def active_level_db(samples: Samples, rate_hz: int) -> float:
    """Mean level of what is spoken in dBFS (a full-scale square wave is 0); −inf when nobody speaks."""
    powers = [power for power in _frame_powers(samples, rate_hz, FRAME_MS) if power > _power(_ABSOLUTE_GATE_DB)]
    if not powers:
        return -inf
    gate = sum(powers) / len(powers) * _power(-_RELATIVE_GATE_DB)
    loud = [power for power in powers if power >= gate]
    return _decibels(sum(loud) / len(loud))


def is_audible(samples: Samples, above_db: float) -> bool:
    """Whether any sample is as loud; looks no further than the first: hundreds of files are asked at every start."""
    least = FULL_SCALE * 10 ** (above_db / 20)
    pieces = (samples[at : at + _PIECE] for at in range(0, len(samples), _PIECE))
    return any(max(piece) >= least or -min(piece) >= least for piece in pieces)


def peak_db(samples: Samples) -> float:
    """The largest single sample in dBFS; −inf for silence."""
    if not samples:
        return -inf
    largest = max(abs(max(samples)), abs(min(samples)))
    return 20 * log10(largest / FULL_SCALE) if largest else -inf


def speech_span(samples: Samples, rate_hz: int, before_ms: int, after_ms: int) -> tuple[int, int]:
    """First and last sample (half-open) of the speech with a margin; (0, 0) when nobody speaks."""
    powers = list(_frame_powers(samples, rate_hz, _EDGE_FRAME_MS))
    floor = max([_power(_ABSOLUTE_GATE_DB), *(power * _power(-_EDGE_BELOW_DB) for power in powers)])
    spoken = [i for i, power in enumerate(powers) if power > floor]
    if not spoken:
        return (0, 0)
    frame = rate_hz * _EDGE_FRAME_MS // 1000
    first = spoken[0] * frame - rate_hz * before_ms // 1000
    last = (spoken[-1] + 1) * frame + rate_hz * after_ms // 1000
    return (max(0, first), min(len(samples), last))


def _frame_powers(samples: Samples, rate_hz: int, frame_ms: int) -> Iterator[float]:
    """Mean square of each frame, 1.0 being full scale; the last frame may be short."""
    frame = rate_hz * frame_ms // 1000
    for start in range(0, len(samples), frame):
        part = samples[start : start + frame]
        yield sum(map(mul, part, part)) / len(part) / FULL_SCALE**2


def _power(decibels: float) -> float:
    return float(10 ** (decibels / 10))


def _decibels(power: float) -> float:
    return 10 * log10(power)
