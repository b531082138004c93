"""One queue through a day of changing rates and staff, as a chain in pieces: how many are answered, and how soon.

The words of the rule. At the beginning nobody is there. In each piece callers come at random (Poisson) at the piece's
rate; exponential talks, one kind of agent, the first who came is taken first, exponential patience. At the beginning
of a piece some agents go home, each as likely as any other, and others come, who take who waits; whoever talks when
their time is over finishes the talk and takes no other. After the last piece nobody calls, and its agents stay until
nobody is left.
"""

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy import sparse
from scipy.sparse.linalg import expm_multiply

from tests.simulation.exact.chains import Share, generator


@dataclass(frozen=True)
class Piece:
    """So many hours, with what they begin with."""

    hours: float
    per_h: float
    come: int = 0
    go: int = 0


class Day:
    """The chain of one day. A state: who talks of those on duty, who finishes after their time, who waits."""

    def __init__(self, pieces, talk_s, patience_s, most_waiting=60, *, drain_hours=2.0):
        self.pieces = [*pieces, Piece(drain_hours, 0.0)]
        self.talk_s, self.leaving, self.most = talk_s, 1.0 / patience_s, most_waiting
        self.on_duty = np.cumsum([piece.come - piece.go for piece in self.pieces]).tolist()
        self.finishing = sum(piece.go for piece in self.pieces)
        self.states = [
            (talking, late, line)
            for talking in range(max(self.on_duty) + 1)
            for late in range(self.finishing + 1)
            for line in range(most_waiting + 1)
            if not line or talking in self.on_duty
        ]
        self.place = {state: n for n, state in enumerate(self.states)}
        self.lines = np.array([line for *_, line in self.states], dtype=float)

    def moves(self, piece):
        """(from, to, rate) and what happens, of the whole chain in a piece."""
        agents, rate = self.on_duty[piece], self.pieces[piece].per_h / 3600
        for source, (talking, late, line) in enumerate(self.states):
            if talking > agents or (line and talking < agents):
                continue  # never there
            if talking < agents:
                yield source, self.place[talking + 1, late, line], rate, "at once"
            elif line < self.most:
                yield source, self.place[talking, late, line + 1], rate, "queued"
            if talking and line:
                yield source, self.place[talking, late, line - 1], talking / self.talk_s, "answered"
            elif talking:
                yield source, self.place[talking - 1, late, line], talking / self.talk_s, ""
            if late:
                yield source, self.place[talking, late - 1, line], late / self.talk_s, ""
            if line:
                yield source, self.place[talking, late, line - 1], line * self.leaving, "abandoned"

    def change(self, piece):
        """Where the states go when a piece begins, as a matrix to be multiplied from the left by a distribution."""
        before = self.on_duty[piece - 1] if piece else 0
        here = self.pieces[piece]
        arcs = []
        for source, (talking, late, line) in enumerate(self.states):
            if talking > before or (line and talking < before):
                continue
            for gone in range(min(here.go, talking) + 1):
                share = chosen(before, talking, here.go, gone)
                if not share or late + gone > self.finishing:
                    continue  # never there
                taken = min(line, self.on_duty[piece] - (talking - gone))
                arcs.append((source, self.place[talking - gone + taken, late + gone, line - taken], share))
        sources, targets, shares = zip(*arcs, strict=True)
        return sparse.coo_matrix((shares, (sources, targets)), shape=(len(self.states),) * 2).tocsr()

    def forward(self, piece):
        return generator(len(self.states), [(source, to, rate) for source, to, rate, _ in self.moves(piece)])

    @cache  # noqa: B019 – a day lives as long as its test
    def caller(self, piece):
        """The chain of the last who waits, those behind left out; and how fast they are answered, and leave."""
        arcs = []
        answers, leaves = np.zeros(len(self.states)), np.zeros(len(self.states))
        for source, to, rate, what in self.moves(piece):
            line = self.states[source][2]
            if not line or what in {"at once", "queued"}:
                continue
            if what == "answered" and line == 1:
                answers[source] += rate
                arcs.append((source, -1, rate))
            elif what == "abandoned":
                leaves[source] += self.leaving
                arcs += [(source, -1, self.leaving), (source, to, rate - self.leaving)]
            else:
                arcs.append((source, to, rate))
        return generator(len(self.states), arcs), answers, leaves

    @cache  # noqa: B019
    def callers_change(self, piece):
        """As `change`, for the last who waits: where they still do, and the chance that they are taken now."""
        matrix = self.change(piece).tocoo()
        waits = (self.lines[matrix.row] > 0) & (self.lines[matrix.col] > 0)
        taken = (self.lines[matrix.row] > 0) & (self.lines[matrix.col] == 0)
        still = sparse.coo_matrix((matrix.data[waits], (matrix.row[waits], matrix.col[waits])), shape=matrix.shape)
        at_once = np.bincount(matrix.row[taken], weights=matrix.data[taken], minlength=len(self.states))
        return still.tocsr(), at_once


def chosen(all_of_them, talking, go, gone):
    """The chance that of so many who go home so many talk."""
    return math.comb(talking, gone) * math.comb(all_of_them - talking, go - gone) / math.comb(all_of_them, go)


def through(day, threshold_s, points=6, steps=2):
    """What becomes of those who call in each piece, and of all of them: a list of `Share`, the last of the whole day.

    points: of the quadrature over when they call, in each of so many steps of a piece.
    """
    nodes, widths = leggauss(points)
    ends = np.cumsum([piece.hours * 3600 for piece in day.pieces])
    starts = ends - np.array([piece.hours * 3600 for piece in day.pieces])
    moments = []
    for piece in range(len(day.pieces) - 1):
        # Who calls within the threshold of a piece's end meets the next in time: the cut is there.
        cuts = {*np.linspace(starts[piece], ends[piece], steps + 1), max(starts[piece], ends[piece] - threshold_s)}
        for first, last in pairwise(sorted(cuts)):
            half = (last - first) / 2
            moments += [
                (piece, first + half * (1 + node), half * width) for node, width in zip(nodes, widths, strict=True)
            ]
    spread = _forward(day, moments, starts)
    later = _backward(day, moments, ends)
    return _gathered(day, moments, spread, later, _within(day, moments, ends, spread, threshold_s))


def _forward(day, moments, starts):
    """The distribution at each moment."""
    here = np.zeros(len(day.states))
    here[0] = 1.0
    found = []
    for piece in range(len(day.pieces) - 1):
        here = here @ day.change(piece)
        matrix, now = day.forward(piece).T.tocsc(), starts[piece]
        for _, at_s, _ in (moment for moment in moments if moment[0] == piece):
            here = expm_multiply(matrix * (at_s - now), here)
            now = at_s
            found.append(here)
        here = expm_multiply(matrix * (starts[piece + 1] - now), here)
    return found


def _backward(day, moments, ends):
    """At each moment, for the last who waits in each state: mean wait where answered, chance of that, mean wait."""
    size = len(day.states)
    none, one = sparse.csr_matrix((size, size)), sparse.identity(size, format="csr")
    ahead = np.zeros(3 * size + 1)
    ahead[-1] = 1.0
    found = [None] * len(moments)
    for piece in reversed(range(len(day.pieces))):
        matrix, answers, _ = day.caller(piece)
        waits = (day.lines > 0).astype(float)
        column = sparse.csr_matrix(np.concatenate([np.zeros(size), answers, waits])[:, None])
        blocks = sparse.bmat([[matrix, one, none], [none, matrix, none], [none, none, matrix]])
        whole = sparse.bmat([[blocks, column], [sparse.csr_matrix((1, 3 * size)), None]]).tocsc()
        whole.resize((3 * size + 1, 3 * size + 1))
        now = ends[piece]
        for n in reversed([n for n, moment in enumerate(moments) if moment[0] == piece]):
            ahead = expm_multiply(whole * (now - moments[n][1]), ahead)
            now = moments[n][1]
            found[n] = ahead
        start = ends[piece] - day.pieces[piece].hours * 3600
        ahead = expm_multiply(whole * (now - start), ahead)
        still, at_once = day.callers_change(piece)
        parts = [still @ ahead[part * size : (part + 1) * size] for part in range(3)]
        parts[1] += at_once
        ahead = np.concatenate([*parts, [1.0]])
    return found


def _within(day, moments, ends, spread, threshold_s):
    """For who begins to wait at each moment: the chances of being answered, and of having left, by the threshold."""
    size, found = len(day.states), []
    for (piece, at_s, _), here in zip(moments, spread, strict=True):
        now, until, at = at_s, at_s + threshold_s, piece
        waiting = np.concatenate([_joined(day, piece, here)[1], [0.0, 0.0]])
        while True:
            matrix, answers, leaves = day.caller(at)
            counts = sparse.csr_matrix(np.column_stack([answers, leaves]))
            whole = sparse.bmat([[matrix, counts], [None, sparse.csr_matrix((2, 2))]]).T.tocsc()
            stop = min(until, ends[at])
            waiting = expm_multiply(whole * (stop - now), waiting)
            now = stop
            if now >= until:
                break
            at += 1
            still, at_once = day.callers_change(at)
            taken = float(waiting[:size] @ at_once)
            waiting = np.concatenate([waiting[:size] @ still, waiting[size:] + np.array([taken, 0.0])])
        found.append((waiting[size], waiting[size + 1]))
    return found


def _joined(day, piece, here):
    """Of who calls now: the share answered at once, and where the others wait."""
    waiting, at_once, rate = np.zeros(len(day.states)), 0.0, day.pieces[piece].per_h / 3600
    for source, to, _, what in day.moves(piece):
        if what == "at once":
            at_once += here[source]
        elif what == "queued":
            waiting[to] += here[source]
    assert rate == 0 or abs(at_once + waiting.sum() - 1) < 1e-9, "the chain is cut too short"
    return at_once, waiting


def _gathered(day, moments, spread, later, within):
    size = len(day.states)
    rows = np.zeros(
        (len(day.pieces) - 1, 8)
    )  # calls, answered, at once, within, late, wait if answered, wait, abandoned
    for (piece, _, width), here, ahead, (soon, left) in zip(moments, spread, later, within, strict=True):
        at_once, waiting = _joined(day, piece, here)
        waited_s, answered, wait_s = (float(waiting @ ahead[part * size : (part + 1) * size]) for part in range(3))
        abandoned = waiting.sum() - answered
        calls = width * day.pieces[piece].per_h / 3600
        row = [1.0, at_once + answered, at_once, at_once + soon, abandoned - left, waited_s, wait_s, abandoned]
        rows[piece] += calls * np.array(row)
    return [_share(row) for row in [*rows, rows.sum(axis=0)]]


def _share(row):
    calls, answered, at_once, within, late, waited_s, wait_s, abandoned = (float(number) for number in row)
    return Share(
        answered / calls, abandoned / calls, 0.0, at_once / calls, within / calls, late / calls,
        waited_s / answered, wait_s / calls, (answered / calls,), calls,
    )  # fmt: skip
