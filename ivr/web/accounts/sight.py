"""What of a call somebody sees: the one decision for pages, streams, API, webhooks and exports (S07, S08, S14, I10).

Whoever lacks the clearance of a call is not shown that there is one: a row says by itself when somebody rang, and a
neighbour who knows that learns where to. How many wait is told in figures that point at nobody
(`ivr.web.small_counts`). Two kinds of call are shown as being there, with nothing that says who or what about: one
that has chosen nothing yet, in the menu where all look alike, and the viewer's own.
"""

from dataclasses import dataclass

from ivr.web.accounts.viewer import CallInSight, Viewer
from queues.ids import UNKNOWN_CLEARANCE


@dataclass(frozen=True, slots=True)
class Sight:
    """What of one call may be shown."""

    is_there: bool = False
    """That it is there, and since when."""
    content: bool = False
    """Its id, whom it is about: pseudonym, earlier calls, path, steps, language, clearance, agent, reasons."""
    number: bool = False
    """The caller's number; each showing is written in the access log."""


NOTHING = Sight()
BARE = Sight(is_there=True)


def sight_of(viewer: Viewer, call: CallInSight) -> Sight:
    """What `viewer` may see of `call`, now."""
    own = bool(viewer.agent) and call.agent == viewer.agent
    if not own and not viewer.may_see_queue(call.queue):
        return NOTHING
    if not viewer.may_hear(call.clearance):
        undecided = call.clearance == UNKNOWN_CLEARANCE and not call.queue
        return BARE if own or undecided else NOTHING
    return Sight(is_there=True, content=True, number=viewer.may_number(call))
