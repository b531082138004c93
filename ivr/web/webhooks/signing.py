"""What proves to a receiver that an event is ours, unchanged and of now: the scheme of standardwebhooks.com.

`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`. The timestamp
is when it was sent, so that an old one sent again by somebody else can be told.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signed(key: str, event_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The headers of a delivery."""
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{signature(key, event_id, at_s, body)}",
    }


def signature(key: str, event_id: str, at_s: int, body: bytes) -> str:
    """Base64."""
    told = f"{event_id}.{at_s}.".encode() + body
    return base64.b64encode(hmac.new(key.encode(), told, hashlib.sha256).digest()).decode()


def is_ours(key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the delivery was signed with the key: what a receiver does, and our tests."""
    try:
        at_s = int(headers["webhook-timestamp"])
        kind, _, given = headers["webhook-signature"].partition(",")
        wanted = signature(key, headers["webhook-id"], at_s, body)
    except (KeyError, ValueError):
        return False
    return kind == "v1" and hmac.compare_digest(given.encode(), wanted.encode())
