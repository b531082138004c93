"""How often a password may be guessed: slowed down by where guesses come from, never by whom they are about (S12).

An account is never locked. A browser that has signed in to it before has tries of its own, whatever others do; an
address that guesses at one account, or at many, waits. An address is the network that somebody is given whole: by IPv6
one computer has more addresses than there are guesses. Only browsers never seen before share a limit for the account,
so that guesses from many addresses at once come to an end.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Iterable

WINDOW_MS = 15 * 60_000
FROM_DEVICE = 20
FROM_ADDRESS_AT_ACCOUNT = 10
FROM_ADDRESS = 100
AT_ACCOUNT = 100
NETWORK_BITS = 64
"""Of IPv6: the smallest network that is handed out; whoever has one address there has them all."""
REMEMBERED = 10_000
"""Sources kept in mind; the longest unused is forgotten first."""

Source = tuple[str, str, str]


def sources(account: str, address: str, device: str) -> tuple[tuple[Source, int], ...]:
    """Which counts a try stands in, and how many failures each takes. `device`: "" unless known for this account."""
    if device:
        return ((("device", device, ""), FROM_DEVICE),)
    network = network_of(address)
    return (
        (("account from", account, network), FROM_ADDRESS_AT_ACCOUNT),
        (("from", network, ""), FROM_ADDRESS),
        (("account", account, ""), AT_ACCOUNT),
    )


def network_of(address: str) -> str:
    """Whose addresses count as one: of IPv6 the first half, of IPv4, also where it is written as IPv6, all of it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, NETWORK_BITS), strict=False))


class Attempts:
    """The failures of the last quarter of an hour."""

    def __init__(self) -> None:
        self._failures: OrderedDict[Source, list[int]] = OrderedDict()

    def wait_ms(self, counted: Iterable[tuple[Source, int]], now_ms: int) -> int:
        """How long until the next try is looked at; 0: now."""
        return max(self._wait_ms(source, limit, now_ms) for source, limit in counted)

    def failed(self, counted: Iterable[tuple[Source, int]], now_ms: int) -> None:
        """One more failure. Counted before the password is checked, so that tries at once count each other."""
        for source, limit in counted:
            recent = self._recent(source, now_ms)
            self._failures[source] = [*recent, now_ms][-limit:]
            self._failures.move_to_end(source)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def worked(self, counted: Iterable[tuple[Source, int]], at_ms: int) -> None:
        """The try that was counted at `at_ms` was none to count."""
        for source, _ in counted:
            if at_ms in (failures := self._failures.get(source, [])):
                failures.remove(at_ms)

    def _wait_ms(self, source: Source, limit: int, now_ms: int) -> int:
        recent = self._recent(source, now_ms)
        return recent[-limit] + WINDOW_MS - now_ms if len(recent) >= limit else 0

    def _recent(self, source: Source, now_ms: int) -> list[int]:
        return [at_ms for at_ms in self._failures.get(source, []) if now_ms - at_ms < WINDOW_MS]
