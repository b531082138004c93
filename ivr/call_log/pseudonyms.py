"""A caller's number as a name that nobody without the key can turn back, nor make for a number they know.

A plain hash would not do: there are few enough ten-digit numbers to try them all. The key lies apart from the log,
and when it is destroyed the names mean nothing any more.
"""

import hmac

from ivr.call_log.codec import Pseudonym

PREFIX = "p:"
_LENGTH = 24
"""Hexadecimal digits kept: 96 bits."""


def pseudonyms(key: bytes) -> Pseudonym:
    """A function from number to pseudonym: the same for the same number and key, "" for no number."""

    def pseudonym(number: str) -> str:
        if not number:
            return ""
        return PREFIX + hmac.digest(key, number.encode("utf-8", "surrogatepass"), "sha256").hex()[:_LENGTH]

    return pseudonym
