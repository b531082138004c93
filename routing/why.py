"""Why a call went to whom it went: the seats that were weighed, and what kept each from it, as one entry a decision.

One rule: nothing is judged here. What keeps a seat from a call, and what puts one before another, is asked of the very
functions that decide (`matching`, through `pairing`); here it only gets its word and its instant.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cmp_to_key
from heapq import nsmallest
from typing import Any

from queues.agents import AgentState, PhoneState
from queues.weighed_entries import CandidatesWeighed, OtherCall, PassedOver
from routing import matching
from routing.circles import DISCIPLINES
from routing.deadlines import DeadlineKind
from routing.pairing import calls_for, compared, hindrances, rivals_compared
from routing.state import NOBODY, Call, Centre

MOST_NAMED = 12
"""How many seats an entry names; all of them are counted."""
MOST_CALLS = 5

HINDRANCES: Mapping[int, str] = {
    matching.UNCLEARED: "uncleared",
    matching.OUTSIDE: "outside",
    matching.NOT_YET: "not_yet",
    matching.KEPT: "kept",
    matching.OTHER_LANGUAGE: "other_language",
    matching.NOT_ASKED: "not_asked",
    matching.STAYS_HOME: "stays_home",
}
OTHERWISE = "kept_away"
"""A hindrance without a word here."""
BETWEEN_AGENTS: Mapping[int, str] = {
    matching.STEP: "step",
    matching.LEVEL: "level",
    matching.FEWEST_QUEUES: "fewest_queues",
    matching.READY_LONGEST: "ready_longest",
    matching.FIRST_BY_NAME: "first_by_name",
}
BETWEEN_CALLS: Mapping[int, str] = {
    matching.PRIORITY: "priority",
    matching.OWN_ORDER: "own_order",
    matching.TARGET_SHARE: "target_share",
    matching.WAITED_LONGEST: "waited_longest",
    matching.FIRST_COME: "first_come",
}
NEVER_THEIRS = frozenset({matching.UNCLEARED, matching.OUTSIDE})
"""What keeps somebody from the call whatever they do: said before what they are doing."""
_ENDS = {AgentState.WRAP_UP: DeadlineKind.WRAP_UP_ENDS, AgentState.NOT_READY: DeadlineKind.PAUSE_ENDS}


def weigh(centre: Centre, call: Call, chosen: int) -> None:
    """It is remembered who was weighed for the call before the seat with index `chosen` got it; -1: nobody could."""
    circles, kept = centre.circles, hindrances(centre, call)
    others = [b for b in range(len(kept)) if b != chosen]
    words = {b: _word(centre, call, kept[b], b, chosen) for b in others}
    nearest = nsmallest(MOST_NAMED, others, key=_nearness(centre, call, words))
    centre.entries.append(
        CandidatesWeighed(
            at_ms=centre.now,
            call=call.id,
            queue=call.queue,
            agent=circles.seats[chosen] if chosen >= 0 else NOBODY,
            step=_step_of(centre, call, chosen) if chosen >= 0 else -1,
            level=circles.level[call.queue][chosen] if chosen >= 0 else 0,
            passed_over=tuple(_passed_over(centre, call, b, words[b]) for b in nearest),
            counts=tuple(sorted(Counter(words.values()).items())),
            other_calls=tuple(_other_calls(centre, call, chosen))[:MOST_CALLS],
        )
    )


def _step_of(centre: Centre, call: Call, chosen: int) -> int:
    pair_steps = centre.circles.pair_steps[call.queue][chosen]
    return matching.first_step(call.open_steps, pair_steps).bit_length() - 1


def _word(centre: Centre, call: Call, hindrance: int, b: int, chosen: int) -> str:
    """Why the call passed the seat over: what never lets them have it, then what they do, then what else."""
    if hindrance in NEVER_THEIRS:
        return HINDRANCES[hindrance]
    if b not in centre.ready:
        person = centre.people[centre.circles.seats[b]]
        if person.state is AgentState.READY:
            return "phone_busy" if person.phone is PhoneState.BUSY else "phone_unreachable"
        return person.state.value
    if hindrance != matching.NOTHING:
        return HINDRANCES.get(hindrance, OTHERWISE)
    return BETWEEN_AGENTS[abs(rivals_compared(centre, call, chosen, b))]


def _nearness(centre: Centre, call: Call, words: Mapping[int, str]) -> Callable[[int], tuple[int, Any, int]]:
    """A key: who could have had the call comes first, as `matching` orders them; then those of a nearer circle."""
    pair_steps, level = centre.circles.pair_steps[call.queue], centre.circles.level[call.queue]

    def order(b: int, c: int) -> int:
        return -rivals_compared(centre, call, b, c)

    rival = cmp_to_key(order)

    def key(b: int) -> tuple[int, Any, int]:
        far = _FARNESS.get(words[b], 1)
        if far == RIVAL:
            return far, rival(b), b
        return far, (matching.first_step(pair_steps[b], pair_steps[b]), -level[b]), b

    return key


RIVAL = 0
_FARNESS = dict.fromkeys(BETWEEN_AGENTS.values(), RIVAL) | {"logged_out": 2} | {HINDRANCES[h]: 3 for h in NEVER_THEIRS}


def _passed_over(centre: Centre, call: Call, b: int, word: str) -> PassedOver:
    agent = centre.circles.seats[b]
    person = centre.people[agent]
    if word == HINDRANCES[matching.NOT_YET]:
        return PassedOver(agent, word, until_ms=_opens_at(centre, call, b))
    if word == person.state.value:
        ends = centre.deadlines.at(agent, _ENDS[person.state]) if person.state in _ENDS else None
        return PassedOver(agent, word, person.reason, ends or 0)
    return PassedOver(agent, word)


def _opens_at(centre: Centre, call: Call, b: int) -> int:
    """When time opens a step to the seat, the earliest; 0 if none waits for its time alone."""
    steps, naming = centre.queue_of(call).steps, centre.circles.pair_steps[call.queue][b]
    times = [call.entered_at_ms + s.after_ms for i, s in enumerate(steps) if naming >> i & 1 and s.opens_by_time]
    return min((at_ms for at_ms in times if at_ms > centre.now), default=0)


def _other_calls(centre: Centre, call: Call, chosen: int) -> Iterator[OtherCall]:
    """The calls, first in each line, that the same person could have taken, and what put this one before."""
    if chosen < 0:
        return
    for other in calls_for(centre, chosen):
        decided = compared(centre, DISCIPLINES[centre.plan.discipline], chosen, call, other) if other is not call else 0
        if decided > 0:
            yield OtherCall(other.id, other.queue, BETWEEN_CALLS[decided])
