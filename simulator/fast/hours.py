"""Opening hours in the fast loop, as `routing.plan` and `routing.switches` have them when nothing is forced."""

from simulator.compiled import part
from simulator.fast.columns import ASKED, BIG, ENTERED, NO, NOW, OPEN, Q_HOURS, Q_SERVES_ON, QUEUE


@part
def interval(t, hours, at):
    """The last interval that has begun at that instant; NO if none has."""
    found = NO
    for i in range(t.hours[hours, 0], t.hours[hours, 1]):
        if t.opens[i] > at:
            break
        found = i
    return found


@part
def are_open(t, hours, at):
    """Whether the instant lies in an interval."""
    i = interval(t, hours, at)
    return i != NO and at < t.closes[i]


@part
def closes_at(t, hours, at):
    """The end of the interval that holds the instant; the instant itself when closed."""
    i = interval(t, hours, at)
    return t.closes[i] if i != NO and at < t.closes[i] else at


@part
def opens_at(t, hours, at):
    """The next opening, the instant itself when open, BIG when never."""
    if are_open(t, hours, at):
        return at
    i = interval(t, hours, at)
    following = t.hours[hours, 0] if i == NO else i + 1
    return t.opens[following] if following < t.hours[hours, 1] else BIG


@part
def is_open_for(t, w, s, hours, key):
    """Whether these hours are open for the call: decided when it is first asked, and then for good."""
    calls, bit = w.calls, 1 << key
    if calls[s, ASKED] & bit == 0:
        calls[s, ASKED] |= bit
        if are_open(t, hours, w.reg[NOW]):
            calls[s, OPEN] |= bit
    return calls[s, OPEN] & bit != 0


@part
def line_closes_at(t, w, s):
    """When the call is told that its line has closed; BIG for never."""
    q, now = w.calls[s, QUEUE], w.reg[NOW]
    hours = w.queues[q, Q_HOURS]
    i = interval(t, hours, now)
    closes = t.closes[i] if i != NO and now < t.closes[i] else closes_at(t, hours, w.calls[s, ENTERED])
    return closes + w.queues[q, Q_SERVES_ON] if closes < BIG else BIG
