"""The one place that knows which addresses the test phone may speak to."""

from ipaddress import ip_address

HOST = "127.0.0.1"
Address = tuple[str, int]
"""Host and port."""


class NotLoopbackError(ValueError):
    """Somebody asked the test phone to speak to another machine."""


def only_loopback(address: Address) -> Address:
    """`address` itself if it lies in 127.0.0.0/8; raises NotLoopbackError for anything else, names included."""
    try:
        inside = ip_address(address[0]).is_loopback
    except ValueError:
        inside = False
    if not inside or ":" in address[0]:
        raise NotLoopbackError(f"the test phone speaks to 127.0.0.0/8 only, not to {address[0]}")
    return address
