"""Pure: waiting lines, the people who serve them, and what is remembered and measured of both."""
