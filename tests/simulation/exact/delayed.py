"""One queue and helpers who may take a call only when it has waited so long: exact, by how long the first has waited.

The words of the rule. Callers come at random (Poisson) to one queue and are taken in the order of entering; exponential
patience. So many own agents; who comes while one is free is answered at once. So many helpers, who have no callers of
their own, may take a call from the very instant at which it has waited `after_s`: one who is free then takes it at that
instant; one who becomes free later takes the first in line, if that has waited so long. Exponential talks, of one mean
with own agents and another with helpers.

How it is solved. While somebody waits, let x be the wait of the first in line; f_j(x) its density when j helpers talk.
When the first leaves the line, the next is found going down from x: those who came y ago are a Poisson stream of
intensity λe^(-θy). S_j(y) is the flow of such searches that pass y. Then, below `after_s`,

    f_j' = -(cμ + θ + jν) f_j + (j+1)ν f_{j+1} + λe^(-θx) S_j,      S_j' = -(cμ + θ) f_j + λe^(-θx) S_j,

and above it all helpers talk and f' = (λe^(-θx) - cμ - θ - kν) f. Where nobody waits there is a finite chain, tied to
these by f_j(0) = λ p(c, j) and by S_j(0), which flows into p(c, j).
"""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.integrate import quad, solve_ivp

from tests.simulation.exact.chains import Share


@dataclass(frozen=True)
class Delayed:
    """The model, in seconds; and its solution."""

    per_h: float
    own: int
    talk_s: float
    helpers: int
    help_s: float
    after_s: float
    patience_s: float

    @property
    def rate(self):
        return self.per_h / 3600

    def intensity(self, x):
        """Of those who came x ago and still wait."""
        return self.rate * math.exp(-x / self.patience_s)

    @property
    def leaves(self):
        """How fast the first in line is taken by their own, or gives up."""
        return self.own / self.talk_s + 1 / self.patience_s

    def slope(self, x, values):
        """Of f_0 … f_k, S_0 … S_k below `after_s`, for one or several solutions."""
        size = self.helpers + 1
        f, s = values[:size], values[size:]
        helping = np.arange(size)[:, None] / self.help_s
        found = self.intensity(x) * s
        fewer = np.vstack([(helping * f)[1:], np.zeros((1, f.shape[1]))])
        return np.vstack([found + fewer - (self.leaves + helping) * f, found - self.leaves * f])

    def below(self, first, **asked):
        """The solution from 0 to `after_s`; first: the values at 0, one column each."""
        shape = first.shape

        def flat(x, values):
            return self.slope(x, values.reshape(shape)).ravel()

        return solve_ivp(flat, (0, self.after_s), first.ravel(), method="DOP853", rtol=1e-12, atol=1e-16, **asked)

    def over(self, x):
        """f above `after_s` relative to there."""
        span = x - self.after_s
        come = (self.intensity(self.after_s) - self.intensity(x)) * self.patience_s
        return math.exp(come - (self.leaves + self.helpers / self.help_s) * span)

    @cached_property
    def solution(self):
        """(p by own and helpers who talk, f and S at 0), normalised."""
        size, own = self.helpers + 1, self.own + 1
        unknown = own * size + size  # p, then S(0)
        place = np.arange(own * size).reshape(own, size)
        start = np.zeros((2 * size, unknown))
        for j in range(size):
            start[j, place[self.own, j]] = self.rate
            start[size + j, own * size + j] = 1.0
        end = self.below(start).y[:, -1].reshape(start.shape)
        f, s = end[:size], end[size:]
        rows = list(
            s - np.vstack([np.zeros((1, unknown)), f[:-1]])
        )  # S_j(d) = f_{j-1}(d): who is taken at that instant
        rows[-1] = rows[-1] - f[-1]  # and for all of them, what comes back from above
        rows += [self._balance(i, j, place, unknown, own * size) for i in range(own) for j in range(size)]
        equations = np.array(rows)
        _, _, null = np.linalg.svd(equations)
        answer = null[-1] / null[-1][0]
        assert abs(equations @ answer).max() < 1e-9
        whole = answer[: own * size].sum() + self._waiting(start @ answer)
        return answer[: own * size].reshape(own, size) / whole, start @ answer / whole

    def _balance(self, i, j, place, unknown, inflow):
        row = np.zeros(unknown)
        row[place[i, j]] = -(self.rate + i / self.talk_s + j / self.help_s)
        if i:
            row[place[i - 1, j]] += self.rate
        if i < self.own:
            row[place[i + 1, j]] += (i + 1) / self.talk_s
        else:
            row[inflow + j] += 1.0
        if j < self.helpers:
            row[place[i, j + 1]] += (j + 1) / self.help_s
        return row

    def _waiting(self, first):
        """The chance that somebody waits, given the values at 0."""
        size = self.helpers + 1
        curve = self.below(first[:, None], dense_output=True).sol
        low = self.integral(lambda x: curve(x)[:size].sum(), 0, self.after_s)
        return low + curve(self.after_s)[size - 1] * self.tail(lambda x: 1.0, self.after_s)

    @staticmethod
    def integral(value, low, high):
        return quad(value, low, high, epsabs=1e-13, epsrel=1e-11, limit=200)[0] if high > low else 0.0

    def tail(self, value, low):
        """The integral of value · `over` from low, as far as it is anything."""
        far = self.after_s
        while self.over(far) > 1e-18:
            far += 50.0
        cuts = np.linspace(low, max(low, far), 20)
        return sum(self.integral(lambda x: value(x) * self.over(x), a, b) for a, b in pairwise(cuts))

    def share(self, threshold_s):
        """What becomes of the callers; by own agents and by helpers."""
        p, first = self.solution
        size, d, patience = self.helpers + 1, self.after_s, self.patience_s
        curve = self.below(first[:, None], dense_output=True).sol
        own, helping = self.own / self.talk_s / self.rate, self.helpers / self.help_s / self.rate
        at_instant = curve(d)[: size - 1].sum() / self.rate
        above = curve(d)[size - 1]

        def answered(value, by_s):
            """Σ value(wait) over those answered by then; a value of 1 gives their share."""
            low = self.integral(lambda x: value(x) * curve(x)[:size].sum(), 0, min(d, by_s)) * own
            if by_s < d:
                return value(0) * at_once + low
            high = self.tail(value, d) - (self.tail(value, by_s) if math.isfinite(by_s) else 0.0)
            return value(0) * at_once + low + value(d) * at_instant + above * (own + helping) * high

        at_once = float(p[:-1].sum())
        everybody = answered(lambda x: 1.0, math.inf)
        within = answered(lambda x: 1.0, threshold_s)
        reached = answered(lambda x: math.exp(x / patience), threshold_s)
        late = math.exp(-threshold_s / patience) * (1 - reached) - (everybody - within)
        helped = at_instant + above * helping * self.tail(lambda x: 1.0, d)
        return Share(
            everybody, 1 - everybody, 0.0, at_once, within, late, answered(lambda x: x, math.inf) / everybody,
            (1 - everybody) * patience, (everybody - helped, helped), self.per_h,
        )  # fmt: skip
