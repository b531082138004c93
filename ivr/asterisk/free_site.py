"""A site on ports that nobody has, for tests, benches and drills beside a running service."""

import random
import socket
from pathlib import Path

from ivr.config.site import HOST, Site

_RTP_SPAN = 2_000
_RTP_BASES = range(10_000, 30_000, _RTP_SPAN)
"""Below the ports that the system gives out by itself."""


def free_site(home: Path) -> Site:
    """A site whose ports were free a moment ago; Asterisk passes over sound ports that are taken."""
    base = random.SystemRandom().choice(_RTP_BASES)
    return Site(
        home=home,
        sip_port=_free_port(socket.SOCK_DGRAM),
        ami_port=_free_port(socket.SOCK_STREAM),
        agi_port=_free_port(socket.SOCK_STREAM),
        rtp_first=base,
        rtp_last=base + _RTP_SPAN - 1,
        web_port=_free_port(socket.SOCK_STREAM),
    )


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
