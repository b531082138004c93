"""Continuous-time Markov chains given as rules: their states, their long run, a span of time, and one caller's way.

A rule says for each state which moves it has: how often, to where, and what happens to callers meanwhile. What happens
is counted; so the figures follow from the chain alone. A caller is followed by leaving everybody behind them out, which
changes nothing for them as long as each kind of caller is taken in the order of entering.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

State = tuple[int, ...]
Happening = tuple[str, int, int]
"""What (offered, queued, answered, abandoned, blocked), to which kind of caller, by which pool (-1 for none)."""

NEGLIGIBLE = 1e-13


class Move(NamedTuple):
    rate: float
    to: State
    happens: tuple[Happening, ...] = ()


Rule = Callable[[State], Iterable[Move]]


class Share(NamedTuple):
    """What becomes of the callers of one kind, as shares of those offered, and seconds."""

    answered: float
    abandoned: float
    blocked: float
    at_once: float
    within: float
    """Answered after at most the threshold."""
    abandoned_late: float
    """Abandoned after the threshold."""
    asa_s: float
    mean_wait_s: float
    """Of those let in."""
    by_pool: tuple[float, ...] = ()
    """The answered, by who answered."""
    offered_per_h: float = 0.0
    """Redials among them."""

    @property
    def service_level(self):
        return self.within / (self.answered + self.abandoned_late)


@dataclass
class Chain:
    """A rule's states as far as they reach from the start, and its moves as sparse matrices."""

    rule: Rule
    start: State
    states: list[State] = field(default_factory=list)
    place: dict[State, int] = field(default_factory=dict)

    def __post_init__(self):
        self.states, self.place = reach([self.rule], [self.start])
        self.moves = [list(self.rule(state)) for state in self.states]
        self.generator = generator(
            len(self.states),
            [(source, self.place[move.to], move.rate) for source, moves in enumerate(self.moves) for move in moves],
        )
        self.long_run = long_run(self.generator)

    def per_s(self):
        """How often each thing happens in the long run."""
        often = defaultdict(float)
        for share, moves in zip(self.long_run, self.moves, strict=True):
            for move in moves:
                for happening in move.happens:
                    often[happening] += share * move.rate
        return often

    def mean(self, value):
        """The mean of a function of the state in the long run."""
        return float(sum(share * value(state) for share, state in zip(self.long_run, self.states, strict=True)))


def reach(rules, starts):
    """All states that are reached from these by any of the rules, and the place of each."""
    states, place = list(starts), {state: n for n, state in enumerate(starts)}
    for state in states:  # it grows while it is read
        for rule in rules:
            for move in rule(state):
                if move.to not in place:
                    place[move.to] = len(states)
                    states.append(move.to)
    return states, place


def generator(size, arcs):
    """The generator of a chain from its arcs (from, to, rate); what leaves for nowhere (-1) is lost."""
    arcs = [arc for arc in arcs if arc[2] > 0]
    sources, targets, rates = (np.array(column) for column in zip(*arcs, strict=True))
    inside = targets >= 0
    across = sparse.coo_matrix((rates[inside], (sources[inside], targets[inside])), shape=(size, size)).tocsr()
    leaving = np.bincount(sources, weights=rates, minlength=size)
    return (across - sparse.diags(leaving)).tocsr()


def long_run(matrix):
    """The stationary distribution: π Q = 0, Σ π = 1, solved relative to the first state."""
    equations = matrix.T.tocsc()
    others = splu(equations[1:, 1:], permc_spec="MMD_AT_PLUS_A").solve(-equations[1:, [0]].toarray().ravel())
    shares = np.concatenate([[1.0], others])
    shares /= shares.sum()
    assert abs(shares @ matrix).max() < 1e-10
    assert shares.min() > -1e-10
    return np.maximum(shares, 0.0)


def after(shares, matrix, span_s):
    """The distribution after so many seconds and its integral over them, by uniformisation; lost mass stays lost."""
    fastest = -matrix.diagonal().min()
    if fastest * span_s > 400:  # so that e^(-fastest·span) is no trouble
        middle, first = after(shares, matrix, span_s / 2)
        end, second = after(middle, matrix, span_s / 2)
        return end, first + second
    if fastest == 0:
        return shares, shares * span_s
    step = (matrix / fastest).T.tocsr()
    chance = np.exp(-fastest * span_s)
    rest = 1.0 - chance
    here = np.array(shares, dtype=float)
    end, integral, jumps = chance * here, rest * here, 0
    while rest > NEGLIGIBLE:
        jumps += 1
        here = here + step @ here
        chance *= fastest * span_s / jumps
        rest -= chance
        end = end + chance * here
        integral = integral + max(rest, 0.0) * here
        if jumps > fastest * span_s and chance < NEGLIGIBLE * 1e-3:
            break
    return end, integral / fastest


@dataclass
class Caller:
    """One waiting caller of a kind, those behind them left out: states in which `waiting(state)` counts them last."""

    rule: Rule
    kind: int
    waiting: Callable[[State], int]
    starts: list[State]

    def __post_init__(self):
        self.states, self.place = reach([self.seen], self.starts)
        arcs, self.answers, self.leaves = [], np.zeros(len(self.states)), np.zeros(len(self.states))
        for source, state in enumerate(self.states):
            for rate, to, end in self.ways(state):
                if end == "answered":
                    self.answers[source] += rate
                elif end == "abandoned":
                    self.leaves[source] += rate
                arcs.append((source, -1 if end else self.place[to], rate))
        self.generator = generator(len(self.states), arcs)

    def ways(self, state):
        """(rate, next state, "" or how it ended) for whoever stands last among those waiting of their kind."""
        standing = self.waiting(state)
        for move in self.rule(state):
            mine = {happening[0] for happening in move.happens if happening[1] == self.kind}
            if "offered" in mine:
                continue  # behind them
            if "answered" in mine:
                yield move.rate, move.to, "answered" if standing == 1 else ""
            elif "abandoned" in mine:
                yield move.rate / standing, move.to, "abandoned"
                if standing > 1:
                    yield move.rate * (standing - 1) / standing, move.to, ""
            else:
                yield move.rate, move.to, ""

    def seen(self, state):
        return [Move(rate, to) for rate, to, end in self.ways(state) if not end]

    def spread(self, shares):
        """A distribution over states as a vector over this caller's."""
        vector = np.zeros(len(self.states))
        for state, share in shares.items():
            vector[self.place[state]] += share
        return vector

    def answered_and_left_by(self, first, span_s):
        """The chances of having been answered, and of having left, by so many seconds; and where they wait if not."""
        end, spent = after(first, self.generator, span_s)
        return float(spent @ self.answers), float(spent @ self.leaves), end

    def in_the_end(self, first):
        """The chance of being answered, and the mean of the wait where that happens, else 0."""
        solve = splu(self.generator.tocsc(), permc_spec="MMD_AT_PLUS_A")
        chance = solve.solve(-self.answers)
        return float(first @ chance), float(first @ solve.solve(-chance))


def shares_of(chain, kind, waiting, threshold_s, pools):
    """What becomes of the callers of one kind in the long run."""
    often = chain.per_s()
    offered = often["offered", kind, -1]
    queued, at_once = defaultdict(float), 0.0
    for share, moves in zip(chain.long_run, chain.moves, strict=True):
        for move in moves:
            told = {happening[0] for happening in move.happens if happening[1] == kind}
            if "offered" in told and "queued" in told:
                queued[move.to] += share * move.rate / offered
            elif "offered" in told and "answered" in told:
                at_once += share * move.rate / offered
    within = late = waited_s = 0.0
    if queued:
        caller = Caller(chain.rule, kind, waiting, list(queued))
        first = caller.spread(queued)
        within, left_early, _ = caller.answered_and_left_by(first, threshold_s)
        answered_later, waited_s = caller.in_the_end(first)
        late = first.sum() - answered_later - left_early
    by_pool = tuple(float(often["answered", kind, pool] / offered) for pool in range(pools))
    answered, blocked = sum(by_pool), float(often["blocked", kind, -1] / offered)
    mean_wait_s = chain.mean(waiting) / offered / (1 - blocked) if blocked < 1 else 0.0
    return Share(
        answered,
        float(often["abandoned", kind, -1] / offered),
        blocked,
        float(at_once),
        float(at_once + within),
        float(max(0.0, late)),
        float(waited_s / answered),
        float(mean_wait_s),
        by_pool,
        float(offered * 3600),
    )
