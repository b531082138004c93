"""The choices of matching against the words of ROUTING.md: on everything small, and on each offer of random lives."""

from fractions import Fraction
from itertools import combinations, product
from random import Random

import pytest

from routing import matching, pairing
from routing.invariants import may_take
from routing.matching import (
    LONGEST_WAIT,
    NEAREST_TARGET,
    NOTHING,
    OWN_FIRST,
    agents_compared,
    calls_compared,
    choose_agent,
    first_step,
    hindrance,
)
from routing.plan import Discipline
from tests.kernel.test_machine import live

STEPS = range(8)
"""Three steps of a plan, in every combination."""


def by_the_words(open_steps, pair_steps, cleared, own, may_lend):
    """ROUTING.md: an open step names the agent, who may hear the call, and is own or can be spared."""
    named = any(open_steps >> i & 1 and pair_steps >> i & 1 for i in range(3))
    return named and cleared == 1 and (own == 1 or may_lend == 1)


def test_eligible_is_what_the_words_say_for_every_small_pair():
    for pair in product(STEPS, STEPS, (0, 1), (0, 1), (0, 1)):
        assert (hindrance(*pair) == NOTHING) == by_the_words(*pair), pair


def test_the_step_of_a_pair_is_the_lowest_in_common():
    for open_steps, pair_steps in product(STEPS, STEPS):
        common = [i for i in range(3) if open_steps >> i & 1 and pair_steps >> i & 1]
        assert first_step(open_steps, pair_steps) == (1 << common[0] if common else 0)


def test_no_more_open_steps_ever_make_a_pair_ineligible():
    """The circle only widens."""
    for few, more, pair in product(STEPS, STEPS, STEPS):
        if few & more == few and hindrance(few, pair, 1, 1, 1) == NOTHING:
            assert hindrance(more, pair, 1, 1, 1) == NOTHING


def best_agent(ready, open_steps, house):
    """Step index, level descending, number of queues, ready longest, id: the smallest of those who are eligible."""
    pair_steps, cleared, own, may_lend, level, queue_count, ready_since = house
    fit = [a for a in ready if by_the_words(open_steps, pair_steps[a], cleared[a], own[a], may_lend[a])]

    def key(a):
        step = min(i for i in range(3) if open_steps >> i & 1 and pair_steps[a] >> i & 1)
        return step, -level[a], queue_count[a], ready_since[a], a

    return min(fit, key=key, default=-1)


def test_the_agent_for_a_call_is_the_best_of_all_in_forty_thousand_houses():
    rnd = Random(7)
    found = 0
    for _ in range(40_000):
        n = rnd.randint(1, 6)

        def row(*values, n=n):
            return [rnd.choice(values) for _ in range(n)]

        house = (row(*STEPS), row(0, 1, 1), row(0, 1), row(0, 1), row(0, 1, 2, 3), row(1, 2), row(0, 5, 9))
        ready = tuple(rnd.sample(range(n), rnd.randint(0, n)))
        open_steps = rnd.choice(STEPS)
        chosen = choose_agent(ready, open_steps, *house)
        assert chosen == best_agent(ready, open_steps, house), (ready, open_steps, house)
        found += chosen >= 0
    assert found > 10_000


SMALL_AGENTS = [(*who, i) for i, who in enumerate(product((1, 4), (0, 3), (1, 2), (0, 5)))]
SMALL_CALLS = [(*call, i) for i, call in enumerate(product((0, 9), (0, 1, matching.NEVER), (0, 40, 100), (60, 120)))]


def order_of_calls(discipline, now, call):
    """Priority, the discipline, the instant, the sequence: smaller goes first."""
    priority, rank, entered, target, sequence = call
    own = rank if discipline == OWN_FIRST else 0
    share = -Fraction(now - entered, target) if discipline == NEAREST_TARGET else 0
    return -priority, own, share, entered, sequence


@pytest.mark.parametrize("discipline", [OWN_FIRST, LONGEST_WAIT, NEAREST_TARGET])
def test_of_any_two_calls_the_one_goes_first_that_the_words_put_first(discipline):
    for one, other in combinations(SMALL_CALLS, 2):
        first = order_of_calls(discipline, 120, one) < order_of_calls(discipline, 120, other)
        assert (calls_compared(discipline, 120, *one, *other) > 0) == first, (one, other)
        assert (calls_compared(discipline, 120, *other, *one) > 0) != first, (one, other)


def test_of_any_two_agents_exactly_one_goes_first():
    for one, other in combinations(SMALL_AGENTS, 2):
        words = (one[0], -one[1], *one[2:]) < (other[0], -other[1], *other[2:])
        assert (agents_compared(*one, *other) > 0) == words
        assert agents_compared(*one, *other) == -agents_compared(*other, *one)


@pytest.mark.parametrize("discipline", [OWN_FIRST, LONGEST_WAIT, NEAREST_TARGET])
def test_no_three_calls_go_in_a_ring(discipline):
    few = SMALL_CALLS[::5]
    for a, b, c in product(few, few, few):
        if len({a, b, c}) == 3:
            ab, bc = calls_compared(discipline, 120, *a, *b) > 0, calls_compared(discipline, 120, *b, *c) > 0
            if ab and bc:
                assert calls_compared(discipline, 120, *a, *c) > 0


# ── in a living centre ──────────────────────────────────────────────────────────────────────────────────────────────
def eligible(centre, call, a):
    ready = [centre.people[centre.circles.seats[i]] for i in sorted(centre.ready)]
    return may_take(centre, call, centre.people[centre.circles.seats[a]], ready)


def agent_by_the_words(centre, call):
    """The best of all who are ready, looked for one by one in the plan itself."""
    queue = centre.plan.queues[call.queue]

    def key(a):
        seat = centre.circles.people[a]
        named = call.open_steps & centre.circles.pair_steps[queue.id][a]
        first = next(i for i in range(len(queue.steps)) if named >> i & 1)
        return first, -dict(seat.queues).get(queue.id, 0), len(seat.queues), centre.ready_since[a], a

    return min((a for a in centre.ready if eligible(centre, call, a)), key=key, default=-1)


def call_by_the_words(centre, a):
    """The best of all that wait in any line, by priority, discipline, instant and sequence."""
    own = [q for q, level in centre.circles.people[a].queues if level >= 2]

    def key(call):
        rank = own.index(call.queue) if call.queue in own else len(own)
        target = centre.plan.queues[call.queue].answer_target_ms
        first = {
            Discipline.OWN_FIRST: rank,
            Discipline.LONGEST_WAIT: 0,
            Discipline.NEAREST_TARGET: -Fraction(centre.now - call.entered_at_ms, target),
        }[centre.plan.discipline]
        return -call.priority, first, call.entered_at_ms, call.sequence

    waiting = [c for c in centre.calls.values() if c.place is not None and eligible(centre, c, a)]
    return min(waiting, key=key, default=None)


def test_every_choice_in_many_lives_is_the_best_of_all(monkeypatch):
    """Both choices, looked for again without a table, a line's order or a short cut."""
    chosen = {"agent": 0, "call": 0}
    agent_for, call_for = pairing.agent_for, pairing.call_for

    def checked_agent(centre, call):
        found = agent_for(centre, call)
        assert found == agent_by_the_words(centre, call)
        chosen["agent"] += found >= 0
        return found

    def checked_call(centre, a):
        found = call_for(centre, a)
        assert found is call_by_the_words(centre, a)
        chosen["call"] += found is not None
        return found

    monkeypatch.setattr(pairing, "agent_for", checked_agent)
    monkeypatch.setattr(pairing, "call_for", checked_call)
    for seed in range(40):
        live(seed, 400)
    assert min(chosen.values()) > 100
