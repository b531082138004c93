"""The engine's heartbeat: one byte to the supervisor whenever the event loop has come round."""

import asyncio
import os

from ivr.supervisor import BEAT_S, HEARTBEAT_FD


async def beat_for_ever() -> None:
    """Beats until cancelled. Without a supervisor there is nobody to beat for, and it only waits."""
    fd = int(os.environ.pop(HEARTBEAT_FD, "-1"))
    while True:
        if fd >= 0:
            os.write(fd, b".")
        await asyncio.sleep(BEAT_S)
