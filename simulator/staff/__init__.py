"""The fewest people for a target, and the shifts that cover them."""
