"""The simulator beside Ciw, SimPy and salabim on the same models, in one interleaved run."""
