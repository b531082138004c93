"""Longer trials of the whole service over real SIP; the tests run the same code with smaller numbers."""
