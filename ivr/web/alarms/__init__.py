"""Alarms: what is wrong now, since when, whether somebody has taken it on, and what was wrong before."""
