"""What processes have used of the machine, from /proc."""

import os
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """User and system time of the process and all its threads so far; 0 for no process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    load, _, _ = os.getloadavg()
    return {"cores": os.cpu_count(), "load_before": round(load, 2), "kernel": os.uname().release}
