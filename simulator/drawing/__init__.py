"""Chance: everything about callers and phones, drawn before anything is decided."""
