"""Any design of kinds of callers and pools of agents: V, N, W, X, levels, priorities, places, redials, wrap-up.

The words of the rule that is modelled. Callers of each kind come at random (Poisson). A caller takes, among the pools
with somebody free that handle the kind: the lowest step, the highest level, the fewest kinds handled; so two pools that
are alike in all three for a kind are refused here (whoever was ready longest is no matter of counts). If nobody is free
they wait, at most `places` of the kind at once, the rest turned away (blocked); each waiting caller has an exponential
patience. Talks are exponential and begin at once; so is the wrap-up after each, if the pool has one. An agent who
becomes free takes, among the kinds that wait and that the pool handles: the highest priority, then own kinds in the
order listed, then lent help (at most one kind lent to a pool, here); of one kind the first who came. But a pool whose
shift is over only finishes its talks: more of it talk than are there. A caller who gave up rings again with a
probability after an exponential time, again and again, and is then offered anew; so does, with another probability,
one who was served.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter

import numpy as np

from tests.simulation.exact.chains import Chain, Move, Share, after, generator, reach, shares_of


@dataclass(frozen=True)
class Kind:
    """Callers of one kind, to one queue."""

    per_h: float
    patience_s: float = math.inf
    priority: int = 0
    places: int = 60
    """At most so many wait; far more than ever do is as good as no limit."""
    redial_share: float = 0.0
    """Of those who gave up, how many ring again."""
    redial_after_s: float = 600.0
    most_redialling: int = 40
    """Where the chain is cut; far more than ever are."""
    blocked_redial_share: float = 0.0
    served_redial_share: float = 0.0
    """Of those served, how many ring again, after as long a time."""


@dataclass(frozen=True)
class Handles:
    """A pool handles a kind of caller."""

    kind: int
    talk_s: float
    level: int = 2
    step: int = 0
    own: bool = True


@dataclass(frozen=True)
class Pool:
    """So many agents, alike."""

    agents: int
    handles: tuple[Handles, ...]
    """Own kinds in the order listed, lent ones last."""
    wrap_up_s: float = 0.0

    def handled(self, kind):
        return next((handled for handled in self.handles if handled.kind == kind), None)


class Skills:
    """The rule. A state: per pool its talks by mean and its wrap-ups, per kind who waits, per kind who will redial."""

    def __init__(self, kinds, pools):
        self.kinds, self.pools = tuple(kinds), tuple(pools)
        self.first_of, self.talks = [], []
        size = 0
        for pool in self.pools:
            self.first_of.append(size)
            self.talks.append(sorted({self.talk_of(handled) for handled in pool.handles}))
            size += len(self.talks[-1]) + 1
        self.line = size
        self.orbit = size + len(self.kinds)
        self.start = (0,) * (self.orbit + len(self.kinds))
        self.offers = [self.in_order(kind) for kind in range(len(self.kinds))]
        assert all(sum(not handled.own for handled in pool.handles) <= 1 for pool in self.pools)

    def talk_of(self, handled):
        """Talks of one mean are counted together, except where it matters who they are with."""
        apart = handled.kind if self.kinds[handled.kind].served_redial_share else -1
        return handled.talk_s, apart

    def in_order(self, kind):
        """The pools that handle a kind, best first."""
        found = []
        for number, pool in enumerate(self.pools):
            handled = pool.handled(kind)
            if handled and pool.agents:
                key = (handled.step, -handled.level, len(pool.handles))
                talk = self.first_of[number] + self.talks[number].index(self.talk_of(handled))
                found.append((key, number, talk))
        found.sort()
        assert len({key for key, *_ in found}) == len(found), "who was ready longest is not known here"
        return [(number, talk) for _, number, talk in found]

    def free(self, state, number):
        first, pool = self.first_of[number], self.pools[number]
        return pool.agents - sum(state[first : first + len(self.talks[number]) + 1])

    def waiting(self, kind):
        return lambda state: state[self.line + kind]

    def __call__(self, state):
        for kind, asked in enumerate(self.kinds):
            yield from self.comes(state, kind, asked.per_h / 3600)
            redialling = state[self.orbit + kind]
            if redialling:
                yield from self.comes(changed(state, (self.orbit + kind, -1)), kind, redialling / asked.redial_after_s)
            standing = state[self.line + kind]
            if standing and not math.isinf(asked.patience_s):
                without = changed(state, (self.line + kind, -1))
                rate = standing / asked.patience_s
                yield from self.gone(without, kind, rate, asked.redial_share, (("abandoned", kind, -1),))
        for number, pool in enumerate(self.pools):
            yield from self.ends(state, number, pool)

    def comes(self, state, kind, rate):
        for number, talk in self.offers[kind]:
            if self.free(state, number) > 0:
                yield Move(rate, changed(state, (talk, 1)), (("offered", kind, -1), ("answered", kind, number)))
                return
        asked = self.kinds[kind]
        if state[self.line + kind] < asked.places:
            to = changed(state, (self.line + kind, 1))
            yield Move(rate, to, (("offered", kind, -1), ("queued", kind, -1)))
            return
        turned_away = (("offered", kind, -1), ("blocked", kind, -1))
        yield from self.gone(state, kind, rate, asked.blocked_redial_share, turned_away)

    def gone(self, state, kind, rate, redial_share, happens):
        """Who has left without an answer rings again later, or not."""
        if redial_share and state[self.orbit + kind] < self.kinds[kind].most_redialling:
            yield Move(rate * redial_share, changed(state, (self.orbit + kind, 1)), happens)
            yield Move(rate * (1 - redial_share), state, happens)
        else:
            yield Move(rate, state, happens)

    def ends(self, state, number, pool):
        first = self.first_of[number]
        wrapping = first + len(self.talks[number])
        for talk, (mean_s, kind) in enumerate(self.talks[number], first):
            if not state[talk]:
                continue
            rate, over = state[talk] / mean_s, changed(state, (talk, -1), (wrapping, 1 if pool.wrap_up_s else 0))
            again = self.kinds[kind].served_redial_share if kind >= 0 else 0.0
            if again and state[self.orbit + kind] < self.kinds[kind].most_redialling:
                yield self.freed(changed(over, (self.orbit + kind, 1)), number, rate * again)
                rate *= 1 - again
            yield self.freed(over, number, rate)
        if state[wrapping]:
            yield self.freed(changed(state, (wrapping, -1)), number, state[wrapping] / pool.wrap_up_s)

    def freed(self, state, number, rate):
        """Somebody of the pool may be free: then the first who waits for them, in the rule's order."""
        pool = self.pools[number]
        waiting = [
            ((-self.kinds[handled.kind].priority, not handled.own, rank), handled)
            for rank, handled in enumerate(pool.handles)
            if state[self.line + handled.kind]
        ]
        if not waiting or self.free(state, number) <= 0:
            return Move(rate, state)
        handled = min(waiting, key=itemgetter(0))[1]
        talk = self.first_of[number] + self.talks[number].index(self.talk_of(handled))
        to = changed(state, (self.line + handled.kind, -1), (talk, 1))
        return Move(rate, to, (("answered", handled.kind, number),))

    def with_everybody_at_work(self, state):
        """The state when nobody who waits could be taken, and who was taken: after a pool has come."""
        happened = []
        for number in range(len(self.pools)):
            while (move := self.freed(state, number, 1.0)).happens:
                state = move.to
                happened += move.happens
        return state, happened


def changed(state, *changes):
    altered = list(state)
    for place, by in changes:
        altered[place] += by
    return tuple(altered)


def figures(kinds, pools, threshold_s):
    """What becomes of each kind of caller in the long run, and how busy each pool is (talk and wrap-up)."""
    rule = Skills(kinds, pools)
    chain = Chain(rule, rule.start)
    shares = [shares_of(chain, kind, rule.waiting(kind), threshold_s, len(rule.pools)) for kind in range(len(kinds))]
    free = [chain.mean(partial(rule.free, number=number)) for number in range(len(rule.pools))]
    return shares, [1 - idle / pool.agents for idle, pool in zip(free, rule.pools, strict=True)]


def day(kinds, pieces):
    """What becomes of each kind of caller through a day that begins with nobody there, and ends when nobody is left.

    pieces: (hours, calls an hour of each kind, pools); the pools of all are the same but for their numbers, and so
    are the patience and the places. A pool that goes home finishes its talks. After the last piece nobody calls, and
    its pools stay. Shares of all who are offered; nobody is followed, so there is no `within`.
    """
    rules = [
        Skills([replace(k, per_h=n) for k, n in zip(kinds, calls, strict=True)], pools) for _, calls, pools in pieces
    ]
    rules.append(Skills([replace(k, per_h=0.0) for k in kinds], pieces[-1][2]))
    spans = [hours * 3600 for hours, *_ in pieces] + [6 * 3600]
    arrived = [lambda state, rule=rule: [Move(1.0, rule.with_everybody_at_work(state)[0])] for rule in rules]
    states, place = reach([*rules, *arrived], [rules[0].start])
    here = np.zeros(len(states))
    here[0] = 1.0
    counts, waited_s = defaultdict(float), [0.0] * len(kinds)
    for rule, span_s in zip(rules, spans, strict=True):
        moved = np.zeros(len(states))
        for share, state in zip(here, states, strict=True):
            to, happened = rule.with_everybody_at_work(state)
            moved[place[to]] += share
            for happening in happened:
                counts[happening] += share
        moves = [list(rule(state)) for state in states]
        arcs = [(n, place[move.to], move.rate) for n, each in enumerate(moves) for move in each]
        here, spent = after(moved, generator(len(states), arcs), span_s)
        for seconds, each, state in zip(spent, moves, states, strict=True):
            for kind in range(len(kinds)):
                waited_s[kind] += seconds * state[rule.line + kind]
            for move in each:
                for happening in move.happens:
                    counts[happening] += seconds * move.rate
    return [_share_of_day(counts, kind, waited_s[kind], len(rules[0].pools)) for kind in range(len(kinds))]


def _share_of_day(counts, kind, waited_s, pools):
    offered = counts["offered", kind, -1]
    by_pool = tuple(counts["answered", kind, pool] / offered for pool in range(pools))
    queued, blocked = counts["queued", kind, -1] / offered, counts["blocked", kind, -1] / offered
    return Share(
        sum(by_pool), counts["abandoned", kind, -1] / offered, blocked, 1 - queued - blocked, math.nan, math.nan,
        math.nan, waited_s / offered / (1 - blocked), by_pool, offered,
    )  # fmt: skip
