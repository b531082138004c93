"""From AMI's bytes to plain dicts, and from words to lines that cannot become a second action.

Two rules. A message is decoded only when it is whole, so that no name breaks at the border of a network packet. And
what is too long, forged or no message at all is left out and counted; the one after it is read as if it stood alone.
"""

from collections.abc import Mapping

MAX_MESSAGE_BYTES = 65_536
MAX_HEADERS = 500
MAX_LINE_BYTES = 1_000
"""Asterisk reads lines of an action up to 1,024 bytes."""

_END = b"\n\r\n"
"""Ends a message, whichever line ends its own lines have; the last one's \\r stays behind."""
_FORBIDDEN = frozenset("\r\n\0")


class UnsafeHeaderError(ValueError):
    """A key or value that could not be sent as one line of one action."""


class MessageSplitter:
    """Cuts a stream into messages. Holds at most `MAX_MESSAGE_BYTES` of one that has not ended."""

    def __init__(self) -> None:
        self.oversized = 0
        """Messages left out for their length."""
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that end within `data`, in order, without their terminators."""
        stream = self._rest + data
        if b"\n\n" in stream:
            stream = stream.replace(b"\n\n", _END)
        if b"\r\r" in stream:
            stream = stream.replace(b"\r\r", _END)
        *messages, rest = stream.split(_END)
        if messages and self._skipping:
            self._skipping = False
            messages.pop(0)
        if len(rest) > MAX_MESSAGE_BYTES:
            self.oversized += not self._skipping
            self._skipping = True
        self._rest = rest[-2:] if self._skipping else rest
        kept = [message for message in messages if len(message) <= MAX_MESSAGE_BYTES]
        self.oversized += len(messages) - len(kept)
        return kept


def event_name(raw: bytes) -> str:
    """What the message says it is, "" if it is no event; reads the first line only."""
    if not raw.startswith(b"Event: "):
        return ""
    return raw[7:107].partition(b"\n")[0].rstrip(b"\r").decode("ascii", "replace")


def parse(raw: bytes) -> dict[str, str] | None:
    """The headers of one message as they are written; None if it is none that Asterisk sends.

    A key that may be repeated (…Variable, Output) has its values joined by line feeds. Any other repetition is a line
    break in somebody's words: the message is forged.
    """
    if b"\0" in raw or raw.count(b"\n") > MAX_HEADERS:
        return None
    fields: dict[str, str] = {}
    for line in raw.decode("utf-8", "replace").split("\n"):
        key, colon, value = line.partition(":")
        if not colon or not key:
            if line in {"", "\r"}:
                continue
            return None
        value = value.strip()
        if "\r" in value:
            return None
        if key not in fields:
            fields[key] = value
        elif key.endswith("Variable") or key == "Output":
            fields[key] += "\n" + value
        else:
            return None
    return fields if "Event" in fields or "Response" in fields else None


def check_headers(headers: Mapping[str, str]) -> None:
    """Every key and value stays on its own line.

    Raises: UnsafeHeaderError, which names the key but never shows the value.
    """
    for key, value in headers.items():
        if not _FORBIDDEN.isdisjoint(key) or not key or ":" in key:
            raise UnsafeHeaderError(f"{key!r} cannot be a header's name")
        if not _FORBIDDEN.isdisjoint(value):
            raise UnsafeHeaderError(f"{key}: line break or NUL in its value")
        if len(key) + len(value.encode()) + 4 > MAX_LINE_BYTES:
            raise UnsafeHeaderError(f"{key}: longer than {MAX_LINE_BYTES} bytes")
