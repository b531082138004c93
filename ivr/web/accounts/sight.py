"""What of a call somebody sees: the one decision for pages, streams, API, webhooks and exports (S07, S08, S14, I10).

A confidential call shows whoever lacks the clearance that it is there, in which queue and since when, and nothing
that could say who rang or what about: no number, no pseudonym, no path, no language, no call id to ask further with.
"""

from dataclasses import dataclass

from ivr.web.accounts.viewer import CallInSight, Viewer


@dataclass(frozen=True, slots=True)
class Sight:
    """What of one call may be shown."""

    is_there: bool = False
    """That it waits or talks, in which queue, since when."""
    content: bool = False
    """Its id, whom it is about: pseudonym, earlier calls, path, steps, language, clearance, agent, reasons."""
    number: bool = False
    """The caller's number; each showing is written in the access log."""


NOTHING = Sight()
EVERYTHING_PUBLIC = Sight(is_there=True)


def sight_of(viewer: Viewer, call: CallInSight) -> Sight:
    """What `viewer` may see of `call`, now."""
    own = bool(viewer.agent) and call.agent == viewer.agent
    if not own and not viewer.may_see_queue(call.queue):
        return NOTHING
    if not viewer.may_hear(call.clearance):
        return EVERYTHING_PUBLIC
    return Sight(is_there=True, content=True, number=viewer.may_number(call))
