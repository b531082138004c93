"""The live engine: drives the kernel with the clock and lets Asterisk perform what it decides."""
