"""Single queues whose talks are not exponential: a mixture, phases, a constant; and patience in phases.

The words of the rule. Callers come at random (Poisson) to one queue, the first who came is taken first, all agents are
alike. `mixed`: each talk is of one of several exponential kinds, drawn when it begins (a question whose level shows
once somebody has answered, resolved or put through by the same agent in more time). `phased`: each talk has so many
exponential phases (Erlang). `constant`: each talk lasts as long, nobody gives up (Crommelin 1932; Franx 2001).
"""

# ruff: noqa: PLR0917 – one parameter for each number of the model

import math
from functools import partial

import numpy as np

from tests.simulation.exact.chains import Chain, Move, shares_of
from tests.simulation.exact.skills import changed


def mixed(per_h, talks, agents, patience_s, threshold_s, places=60):
    """M/H/c/K+M; talks: (share, mean_s) of each kind of talk."""
    rule = partial(_mixed, per_h / 3600, talks, agents, 1 / patience_s, places)
    return _figures(rule, len(talks) + 1, threshold_s)


def _mixed(rate, talks, agents, leaving, places, state):
    line = len(talks)
    asked, free = ("offered", 0, -1), sum(state[:line]) < agents
    if free:
        for kind, (share, _) in enumerate(talks):
            yield Move(rate * share, changed(state, (kind, 1)), (asked, ("answered", 0, 0)))
    elif state[line] < places:
        yield Move(rate, changed(state, (line, 1)), (asked, ("queued", 0, -1)))
    else:
        yield Move(rate, state, (asked, ("blocked", 0, -1)))
    yield from _leaves(state, line, leaving)
    for over, (_, mean_s) in enumerate(talks):
        ended, often = changed(state, (over, -1)), state[over] / mean_s
        if often and state[line]:
            for kind, (share, _) in enumerate(talks):
                yield Move(often * share, changed(ended, (line, -1), (kind, 1)), (("answered", 0, 0),))
        elif often:
            yield Move(often, ended)


def phased(per_h, talk_s, phases, agents, patience_s, threshold_s, places=60):
    """M/E/c/K+M; talk_s: the mean of all the phases together."""
    rule = partial(_phased, per_h / 3600, talk_s / phases, phases, agents, 1 / patience_s, places)
    return _figures(rule, phases + 1, threshold_s)


def _phased(rate, phase_s, phases, agents, leaving, places, state):
    asked = ("offered", 0, -1)
    if sum(state[:phases]) < agents:
        yield Move(rate, changed(state, (0, 1)), (asked, ("answered", 0, 0)))
    elif state[phases] < places:
        yield Move(rate, changed(state, (phases, 1)), (asked, ("queued", 0, -1)))
    else:
        yield Move(rate, state, (asked, ("blocked", 0, -1)))
    yield from _leaves(state, phases, leaving)
    for phase in range(phases - 1):
        if state[phase]:
            yield Move(state[phase] / phase_s, changed(state, (phase, -1), (phase + 1, 1)))
    often, ended = state[phases - 1] / phase_s, changed(state, (phases - 1, -1))
    if often and state[phases]:
        yield Move(often, changed(ended, (phases, -1), (0, 1)), (("answered", 0, 0),))
    elif often:
        yield Move(often, ended)


def _leaves(state, line, leaving):
    if state[line] and leaving:
        yield Move(state[line] * leaving, changed(state, (line, -1)), (("abandoned", 0, -1),))


def _figures(rule, size, threshold_s):
    chain = Chain(rule, (0,) * size)
    return shares_of(chain, 0, lambda state: state[size - 1], threshold_s, 1)


def constant(per_h, talk_s, agents, threshold_s, most=600):
    """M/D/c: the chances of no wait and of at most the threshold, and the mean wait.

    Who is there a talk later is who came meanwhile and who waited before, so the number there satisfies
    p = p(shifted by c) ∗ Poisson(λD). P(W ≤ t) for (k-1)D ≤ t < kD is a Poisson sum over how many wait at most.
    """
    load = per_h / 3600 * talk_s
    assert load < agents
    meanwhile = _poisson(load, most)
    step = np.zeros((most, most))
    for there in range(most):
        waited = max(there - agents, 0)
        step[there, waited:] = meanwhile[: most - waited]
        step[there, -1] += 1 - step[there].sum()
    equations = step.T - np.eye(most)
    equations[-1] = 1.0
    there = np.linalg.solve(equations, np.eye(most)[-1])
    wait_s = float(there @ np.maximum(np.arange(most) - agents, 0)) / (per_h / 3600)
    at_most = np.cumsum(there)[agents - 1 :]  # no more than j - 1 in line: at_most[j]; nobody in line and one free: [0]
    return float(at_most[0]), _wait_at_most(per_h / 3600, talk_s, agents, threshold_s, at_most[1:]), wait_s


def _wait_at_most(rate, talk_s, agents, by_s, in_line_at_most):
    talks = math.floor(by_s / talk_s) + 1
    most = talks * agents - 1
    come = _poisson(rate * (talks * talk_s - by_s), most + 1)
    return float(sum(come[j] * in_line_at_most[most - j] for j in range(most + 1)))


def _poisson(mean, size):
    numbers = np.arange(size)
    logs = np.array([math.lgamma(n + 1) for n in numbers])
    return np.exp(numbers * math.log(mean) - mean - logs)
