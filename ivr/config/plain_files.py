"""Files as bytes, never more of them than anybody wants, and never from what is no file."""

import os
import stat
from pathlib import Path


def read_bytes(path: Path, most: int) -> bytes:
    """At most one byte more than `most`. A pipe or a device would hold the reader up, and is refused (OSError)."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("inte en vanlig fil")
        return file.read(most + 1)
