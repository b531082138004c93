"""The programs' way in: what the switchboard is doing, did and promised, as JSON, to whoever has a token for it."""
