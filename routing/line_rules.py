"""What a partner's lines do now, and when the clock alone changes that.

As `matching`: flat whole numbers, without objects, in the subset of Python that numba compiles. The kernel calls these
functions as they are, the fast simulator calls them compiled. Instants and spans are in ms.
"""

OPEN, CLOSED, SPENT, UNREACHABLE, CIRCUIT_OPEN = range(5)
"""Of a partner."""
TAKES_CALLS, IS_SHUT, RESTS, TRIES_LATER = range(4)
"""Of one of its lines. RESTS: for as long as the circuit is open; TRIES_LATER: it is the one that tries, in a while."""


def word_of(is_open: int, used_ms: int, most_ms: int, reachable: int, failures: int, trips_after: int) -> int:
    """What is to be said of the partner: its hours, its talk today, and failures in a row against their bounds."""
    if not is_open:
        return CLOSED
    if used_ms >= most_ms:
        return SPENT
    if not reachable:
        return UNREACHABLE
    return CIRCUIT_OPEN if failures >= trips_after else OPEN


def line_does(word: int, probes: int, probe_at_ms: int, now: int) -> int:
    """What a line does that is not busy. probes: whether it is the one that tries while the circuit is open."""
    if word not in (OPEN, CIRCUIT_OPEN):
        return IS_SHUT
    if word == OPEN or (probes and probe_at_ms <= now):
        return TAKES_CALLS
    return TRIES_LATER if probes else RESTS


def talked_today_ms(began_ms: int, now: int, midnight_ms: int) -> int:
    """How much of a talk, up to now, was today."""
    return now - max(began_ms, midnight_ms)


def spent_or_new_at(due_ms: int, now: int, used_ms: int, most_ms: int, talking: int, next_midnight_ms: int) -> int:
    """When, at the earliest, the day's talk is spent, or begins anew; at `due_ms` if nothing is before that.

    talking: how many lines talk, used_ms: how long has been talked today, up to now.
    """
    if used_ms or talking:
        due_ms = min(due_ms, next_midnight_ms)
    if talking and used_ms < most_ms:
        due_ms = min(due_ms, now - (used_ms - most_ms) // talking)
    return due_ms
