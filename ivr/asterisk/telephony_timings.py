"""How long things may take between the engine and Asterisk, in seconds."""

from dataclasses import dataclass

from ivr.asterisk.lister import DEFAULT_LIST_TIMINGS, ListTimings
from ivr.asterisk.manager_link import DEFAULT_TIMINGS, LinkTimings


@dataclass(frozen=True, slots=True)
class TelephonyTimings:
    """A test bench is quicker."""

    without_link_s: float = 5.0
    last_word_s: float = 0.5
    """How long a phone's own reason may come after Dial has returned."""
    link: LinkTimings = DEFAULT_TIMINGS
    lists: ListTimings = DEFAULT_LIST_TIMINGS


DEFAULTS = TelephonyTimings()
