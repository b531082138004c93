"""Those who ring by themselves, in the order in which they come out of their menu: known before the first has rung.

Nothing happens while a caller hears a menu, so their ringing is no event of its own. It only counts who rang before
whom: that decides when two come out, or ring again, at the same instant.
"""

from simulator.compiled import part
from simulator.fast.columns import (
    ARRIVES,
    ASKED,
    COMING,
    EVENT,
    KEY,
    KINDS,
    LATER,
    M_HOURS,
    M_HOURS_KEY,
    NEVER_KEY,
    OPEN,
    PRESSES,
    RINGS_LATER,
    ROOT,
    STATE,
    WHOM,
)  # fmt: skip
from simulator.fast.hours import are_open
from simulator.fast.lines import next_sequence
from simulator.spans import span as spans_span
from simulator.world import NEVER_MS

ms_of = part(spans_span)


@part
def hears_menu_ms(t, c, o, contact):
    """How long the caller takes through the menu."""
    stream = o.stream[contact]
    row = t.menu_row[stream]
    return ms_of(1.0 if row < 0 else c.units[row, contact], t.menu_mean[stream])


@part
def foresee(t, w, c, o, r):
    """The replication's roots are in order: who is let in and hears a menu by its end, all others by their ringing."""
    coming, first = w.coming, c.first[r]
    w.reg[ROOT] = w.reg[COMING] = first
    for root in range(first, c.first[r + 1]):
        at = c.arrival_ms[root]
        key = at * KINDS + ARRIVES
        whom = ~root
        if are_open(t, t.streams[o.stream[root], M_HOURS], at):
            whom = root
            ms = hears_menu_ms(t, c, o, root)
            if ms:
                key = (at + ms) * KINDS + LATER if ms < NEVER_MS else NEVER_KEY
        place = root
        while place > first and coming[place - 1, KEY] > key:
            coming[place, KEY] = coming[place - 1, KEY]
            coming[place, WHOM] = coming[place - 1, WHOM]
            place -= 1
        coming[place, KEY] = key
        coming[place, WHOM] = whom


@part
def root_of(whom):
    """Which root it is, whether anybody answers it or not."""
    return max(whom, ~whom)


@part
def have_rung(w, c):
    """Everybody who rings before what happens now has rung, one after another."""
    reg = w.reg
    root = reg[ROOT]
    while root < reg[RINGS_LATER] and c.arrival_ms[root] * KINDS + ARRIVES <= reg[EVENT]:
        w.rang[root] = next_sequence(w)
        root += 1
    reg[ROOT] = root


@part
def comes_out(t, w, o, s, contact):
    """The root, who was let in when it rang, has pressed its keys."""
    calls, bit = w.calls, 1 << t.streams[o.stream[contact], M_HOURS_KEY]
    calls[s, ASKED] |= bit
    calls[s, OPEN] |= bit
    calls[s, STATE] = PRESSES
