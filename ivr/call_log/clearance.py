"""Which entries say what must be held to hear a call; whoever asks the log about a clearance asks these."""

from queues.entries import CallbackPromised, CallQueued, CallRecovered
from queues.moved_entries import CallMoved

SAYS_CLEARANCE = CallQueued | CallRecovered | CallMoved | CallbackPromised
"""Each has the `clearance` that the call needs from then on; it never falls."""
