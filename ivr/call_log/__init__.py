"""What happened, kept: events, entries, a row per call; never in the way of a call."""
