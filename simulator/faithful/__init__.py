"""The faithful driver: made-up people against the whole kernel."""
