"""What a waiting caller has been told and may press."""

from dataclasses import dataclass


@dataclass(slots=True)
class Told:
    """Belongs to one caller in one line."""

    place: int = 0
    """The place in line that was last said, 0 for none."""
    keys: str = ""
    """The keys that what is heard now listens to; others are late."""
    heard: int = 0
    """How many keys were pressed since the last message."""
