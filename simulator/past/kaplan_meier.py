"""Patience from waits that mostly ended with an answer: Kaplan and Meier's estimate, and what is assumed beyond it.

A caller who was answered would have waited at least so long; to leave such waits out, or to take them for patience,
makes callers look less patient than they are. The estimate is trusted as long as ten waits went on; from there on, and
for whatever no caller ever waited, the rate of leaving is constant: the one seen among the longer half of the waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.contacts import Real
from simulator.world import FOR_EVER, NEVER_MS, Duration, Shape

SAMPLES = 1_000
FEWEST_WAITING = 10


@dataclass(frozen=True, slots=True)
class Patience:
    """How long callers would wait: a stair down to where it is trusted, and a constant rate of leaving beyond."""

    steps_ms: Real
    """Where the stair falls, rising."""
    stays: Real
    """The share that stays beyond each."""
    trusted_ms: float
    """Where the rate takes over."""
    leaves_per_ms: float
    """0: whoever is still there stays for ever."""
    observed: int
    """How many hung up."""
    waits: int

    def share_staying(self, ms: Real) -> Real:
        """The share whose patience is longer than that."""
        index = np.searchsorted(self.steps_ms, ms, side="right")
        stair = np.concatenate(([1.0], self.stays))[index]
        beyond = np.maximum(np.asarray(ms, dtype=np.float64) - self.trusted_ms, 0.0)
        return np.asarray(stair * np.exp(-self.leaves_per_ms * beyond), dtype=np.float64)

    def left_at(self, share: Real) -> Real:
        """When the share that stays has fallen to `share`; NEVER_MS if it does not."""
        share = np.asarray(share, dtype=np.float64)
        found = np.full(share.shape, float(NEVER_MS))
        last = self.stays[-1] if len(self.stays) else 1.0
        if self.leaves_per_ms > 0:
            with np.errstate(divide="ignore"):
                found = self.trusted_ms + np.log(last / share) / self.leaves_per_ms
        if len(self.stays):
            on_stair = share >= last
            # The stair falls: the first step that reaches so low, a little slack for sums of thirds.
            index = np.searchsorted(-self.stays, -share * (1.0 + 1e-12), side="left")
            found = np.where(on_stair, self.steps_ms[np.minimum(index, len(self.stays) - 1)], found)
        clipped: Real = np.clip(found, 1.0, float(NEVER_MS))
        return clipped

    def beyond(self, waited_ms: Real, chance: Real) -> Real:
        """Draws of the whole patience of callers who have waited so long already; a chance from [0, 1) for each."""
        share = self.share_staying(waited_ms) * (1.0 - np.asarray(chance))
        drawn: Real = np.maximum(self.left_at(share), np.asarray(waited_ms, dtype=np.float64) + 1.0)
        return drawn

    def duration(self) -> Duration:
        """As samples of equal weight."""
        if not self.observed:
            return FOR_EVER
        levels = 1.0 - (np.arange(SAMPLES) + 0.5) / SAMPLES
        return Duration(Shape.EMPIRICAL, 1.0, 0.0, tuple(int(ms) for ms in np.rint(self.left_at(levels))))


def survival(waits_ms: Sequence[int], hung_up: Sequence[bool]) -> tuple[Real, Real, NDArray[np.int64]]:
    """Kaplan and Meier's table: the waits that ended by hanging up, the share that stays beyond, who still waited.

    A wait that was cut at the very instant of another's hanging up counts as going on.
    """
    waits, events = np.asarray(waits_ms, dtype=np.float64), np.asarray(hung_up, dtype=bool)
    steps, left = np.unique(waits[events], return_counts=True)
    waiting = len(waits) - np.searchsorted(np.sort(waits), steps, side="left")
    stays: Real = np.cumprod(1.0 - left / np.maximum(waiting, 1), dtype=np.float64)
    return steps, stays, waiting.astype(np.int64)


def patience(waits_ms: Sequence[int], hung_up: Sequence[bool], fewest_waiting: int = FEWEST_WAITING) -> Patience:
    """The estimate from waits and whether each ended by the caller's hanging up."""
    steps, stays, waiting = survival(waits_ms, hung_up)
    trusted = waiting >= fewest_waiting
    waits, events = np.asarray(waits_ms, dtype=np.float64), np.asarray(hung_up, dtype=bool)
    enough = np.sort(waits)[::-1]
    cut = float(enough[fewest_waiting - 1]) if len(enough) >= fewest_waiting else 0.0
    return Patience(
        steps_ms=steps[trusted],
        stays=stays[trusted],
        trusted_ms=cut,
        leaves_per_ms=_rate(waits, events),
        observed=int(events.sum()),
        waits=len(waits),
    )


def _rate(waits: Real, events: NDArray[np.bool_]) -> float:
    """Hangings up by time waited, beyond the half of those waits that ended so."""
    if not events.any():
        return 0.0
    half = float(np.median(waits[events])) if events.sum() > 1 else 0.0
    for begin in (half, 0.0):
        time = float(np.maximum(waits - begin, 0.0).sum())
        left = int((events & (waits > begin)).sum())
        if left and time:
            return left / time
    return 0.0
