"""Scenario files: what may be written, what is wrong with it, and what is run."""
