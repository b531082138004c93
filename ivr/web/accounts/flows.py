"""Sign-ins with the provider that have begun and not come back: each is for the browser that began it, once."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass

WITHIN_MS = 10 * 60_000
AT_MOST = 1_000
"""Under way at once; whoever began first begins again."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What must come back as it was sent."""

    state: str
    nonce: str
    verifier: str
    """Of which the provider was told the hash only: a code that is caught on the way is of no use (RFC 7636)."""
    till: str
    """Where the person was going."""
    redirect_uri: str
    began_at_ms: int


class Flows:
    """By the name that the browser keeps in a cookie."""

    def __init__(self) -> None:
        self._under_way: OrderedDict[str, Flow] = OrderedDict()

    def begin(self, till: str, redirect_uri: str, now_ms: int) -> tuple[str, Flow]:
        """A new one and its name."""
        name, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        flow = Flow(state, nonce, secrets.token_urlsafe(48), till, redirect_uri, now_ms)
        self._under_way[name] = flow
        while len(self._under_way) > AT_MOST:
            self._under_way.popitem(last=False)
        return name, flow

    def take(self, name: str, state: str, now_ms: int) -> Flow | None:
        """The one of that name, if the provider sends its state back in time; it is not there a second time."""
        flow = self._under_way.pop(name, None)
        if flow is None or now_ms - flow.began_at_ms > WITHIN_MS:
            return None
        return flow if secrets.compare_digest(flow.state.encode(), state.encode()) else None
