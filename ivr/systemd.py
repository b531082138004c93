"""What systemd is told: that we are ready, that we are alive, how we fare. Nothing when it did not start us."""

import os
import socket
from contextlib import suppress
from typing import Final

SOCKET: Final = "NOTIFY_SOCKET"
READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


def notify(*words: str) -> None:
    """It knows, if it listens; that it does not listen holds nothing up."""
    address = os.environ.get(SOCKET, "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.settimeout(0)
        sender.sendto("\n".join(words).encode(), address)


def status(sentence: str) -> str:
    """What `systemctl status` shows."""
    return f"STATUS={' '.join(sentence.split())}"
