"""Passwords: hashed with argon2id, checked one at a time, and as slowly for somebody unknown as for anybody (S12)."""

import asyncio
import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 128
WAITING = 20
"""Checks that may wait for their turn; each takes some 60 ms of one core and 64 MiB."""
COMMON = frozenset(
    word + tail
    for word in ("password", "lösenord", "losenord", "qwerty", "abc123", "kommun", "växel", "vaxel", "sommar", "vinter")
    for tail in ("", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "2025", "2026", "2027")
) | {"123456789012", "1234567890123", "qwertyuiopåä", "qwertyuiop123", "111111111111", "000000000000"}


class PasswordsBusyError(Exception):
    """Too many are waiting to be checked; try again."""


class Passwords:
    """Makes and checks hashes."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    def hashed(self, password: str) -> str:
        """What is kept instead of the password. Takes a while: not on the event loop."""
        return self._hasher.hash(password)

    async def made(self, password: str) -> str:
        """`hashed`, beside the event loop."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def opens(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one of the hash. Without a hash (nobody, or no password) the same work is done.

        Raises PasswordsBusyError when too many wait.
        """
        if self._waiting >= WAITING:
            raise PasswordsBusyError
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(self._opens, kept, password[: LONGEST + 1])
        finally:
            self._waiting -= 1

    def _opens(self, kept: str | None, password: str) -> bool:
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(kept)


def generated() -> str:
    """A password nobody can guess, easy enough to read aloud: 80 bits."""
    return "-".join(secrets.token_hex(2) for _ in range(5))


def objection(password: str, account: str) -> str:
    """Why the password is not taken, in Swedish; "" when it is."""
    if len(password) < SHORTEST:
        return f"Lösenordet ska ha minst {SHORTEST} tecken."
    if len(password) > LONGEST:
        return f"Lösenordet får ha högst {LONGEST} tecken."
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 5 or account.casefold() in plain:
        return "Lösenordet är för lätt att gissa."
    return ""
