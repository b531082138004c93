"""Exact figures of small call centres, by Markov chains and renewal arguments, from nothing of Tonval's."""
