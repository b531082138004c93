"""What the call log tells: habits, a day again under other rules, and a forecast."""
