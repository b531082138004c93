"""Who may take a waiting call, by what the call itself asks for: the one place where that is computed.

Two rules. A right is never waived: whoever may not hear the call is out, whatever else holds. And a wish (the call's
language, the level that a transfer asked for) narrows the circle only while somebody is logged in who meets it and
will be asked: a wish strands nobody.
"""

from collections.abc import Sequence

from routing import matching
from routing.state import NOBODY, Call, Centre


def seats_for(centre: Centre, call: Call) -> Sequence[int]:
    """By seat: 1 if the call lets it go there, 0 if the seat may not hear it, else what keeps it away (`matching`).

    Steps, lending and readiness come on top.
    """
    row: Sequence[int] = centre.circles.cleared(call.clearance)
    if centre.partners and (call.promise is not None or call.legs.at_home(centre.now)):
        row = centre.circles.at_home(call.clearance)
    if call.handed.narrows:
        row = _for_transfer(centre, call, row)
    if call.language not in {"", centre.plan.language}:
        row = _in_language(centre, call, row)
    return row


def _for_transfer(centre: Centre, call: Call, row: Sequence[int]) -> Sequence[int]:
    """Whom the transfer named, or who has the level: under supervision nobody else, otherwise while they are here."""
    handed = call.handed
    if handed.only != NOBODY:
        seats = centre.circles.seats
        return [may and (1 if seats[a] == handed.only else matching.NOT_ASKED) for a, may in enumerate(row)]
    level, named = centre.circles.level[call.queue], centre.circles.pair_steps[call.queue]
    shunned = centre.circles.index.get(handed.shuns, -1)
    asked = [
        may and (1 if level[a] >= handed.min_level and a != shunned else matching.NOT_ASKED)
        for a, may in enumerate(row)
    ]
    will = _will_open(centre, call)
    if handed.until_ms or any(asked[a] == 1 and named[a] & will for a in centre.logged_in):
        return asked
    return row


def _in_language(centre: Centre, call: Call, row: Sequence[int]) -> Sequence[int]:
    """Who speaks the call's language, while any of them is logged in whom an open step names, or one that will open."""
    speaks = centre.circles.speaks(call.language)
    will = _will_open(centre, call)
    key = (call.clearance, call.language, call.queue, will)
    cached = centre.narrowed.get(key) if row is centre.circles.cleared(call.clearance) else None
    if cached is not None:
        return cached
    named = centre.circles.pair_steps[call.queue]
    here = any(row[a] == 1 and speaks[a] and named[a] & will for a in centre.logged_in)
    kept = [(1 if speaks[a] else matching.OTHER_LANGUAGE) if may == 1 and here else may for a, may in enumerate(row)]
    if row is centre.circles.cleared(call.clearance):
        centre.narrowed[key] = kept
    return kept


def _will_open(centre: Centre, call: Call) -> int:
    """The steps of the call's plan that are open, or that time alone will open, as bits."""
    will = call.open_steps
    for i, step in enumerate(centre.queue_of(call).steps):
        will |= step.opens_by_time << i
    return will
