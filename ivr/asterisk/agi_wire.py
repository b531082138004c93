"""What goes over a FastAGI connection once it is open: one command a line, and the replies. Bytes in, values out.

Three rules. A command is one line, whatever its arguments. Only the verbs of `Verb` are ever sent. And a line that
Asterisk would not have written is `Signal.NONSENSE`: whoever sees it closes the connection, so that no reply is ever
taken for the answer to another command.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from math import inf

MAX_COMMAND_BYTES = 2048
"""With the line's end. Asterisk cuts longer ones, at 2 KiB before mid-2025."""
MAX_REPLY_BYTES = 8192
MAX_USAGE_LINES = 200


class Verb(StrEnum):
    """Everything the engine ever asks Asterisk to do on a caller's channel."""

    STREAM_FILE = "STREAM FILE"
    GET_OPTION = "GET OPTION"
    WAIT_FOR_DIGIT = "WAIT FOR DIGIT"
    SET_MUSIC = "SET MUSIC"
    SET_VARIABLE = "SET VARIABLE"
    SET_VARIABLES = "EXEC MSet"
    DIAL = "EXEC Dial"
    EVALUATE = "GET FULL VARIABLE"
    DISARM = "SET AUTOHANGUP"


PATIENCE_S: Mapping[Verb, float] = {
    Verb.STREAM_FILE: 900.0,
    Verb.GET_OPTION: 900.0,
    Verb.WAIT_FOR_DIGIT: 120.0,
    Verb.SET_MUSIC: 10.0,
    Verb.SET_VARIABLE: 10.0,
    Verb.SET_VARIABLES: 10.0,
    Verb.DIAL: inf,
    Verb.EVALUATE: 10.0,
    Verb.DISARM: 10.0,
}
"""After how long without a reply Asterisk is taken to be stuck and the connection is closed."""


class CommandRefusedError(ValueError):
    """The command would not be one line that Asterisk reads as meant."""


def command(verb: Verb, *arguments: str) -> bytes:
    """One line, every argument quoted. Raises `CommandRefusedError` for control characters and lines over 2 KiB."""
    text = " ".join((verb, *map(_quoted, arguments)))
    try:
        line = text.encode() + b"\n"
    except UnicodeEncodeError as error:
        raise CommandRefusedError(f"{verb}: not text") from error
    if len(line) > MAX_COMMAND_BYTES:
        raise CommandRefusedError(f"{verb}: {len(line)} bytes")
    return line


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _quoted(argument: str) -> str:
    """The argument as Asterisk's parser reads it back."""
    if _CONTROL.search(argument):
        raise CommandRefusedError("a control character in an argument")
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Signal(Enum):
    """What may arrive and is no reply."""

    HANGUP = auto()
    """The caller's channel is gone."""
    NONSENSE = auto()
    """A line that has no place here."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one command."""

    code: int
    result: str = ""
    """What stands after `result=`; may be empty."""
    data: str = ""
    """What stands in brackets: `timeout`, or a variable's value."""
    endpos: int = 0
    """How many samples of the file were heard."""

    @property
    def key(self) -> str:
        """The key that ended the command, one of 0-9*#ABCD, or ""."""
        return _KEYS.get(self.result, "")


DEAD_CHANNEL = 511
_KEYS = {str(ord(key)): key for key in "0123456789*#ABCD"}
_RESULT = re.compile(r"result=(\S*)(?: \((.*?)\))?(?: endpos=([0-9]{1,15}))?", re.DOTALL)
_LINE = re.compile(r"([0-9]{3})([ -])(.*)", re.DOTALL)


class ReplyStream:
    """Turns bytes, however they are cut, into replies and signals."""

    def __init__(self) -> None:
        self._rest = b""
        self._usage_lines = 0

    def feed(self, chunk: bytes) -> list[Reply | Signal]:
        """What the bytes complete. Nothing that follows `NONSENSE` means anything."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        found = [item for line in lines if (item := self._read(line)) is not None]
        if len(self._rest) > MAX_REPLY_BYTES:
            found.append(Signal.NONSENSE)
            self._rest = b""
        return found

    def _read(self, line: bytes) -> Reply | Signal | None:
        """One line's meaning; None for the lines inside a usage text."""
        text = line.decode("utf-8", "replace")
        if self._usage_lines:
            return self._usage(text)
        if text == "HANGUP":
            return Signal.HANGUP
        if text.startswith("520-"):
            self._usage_lines = 1
            return None
        return parse_reply(text) or Signal.NONSENSE

    def _usage(self, text: str) -> Reply | Signal | None:
        """One line further in a usage text, which ends with a line `520 `."""
        if text.startswith("520 "):
            self._usage_lines = 0
            return Reply(520)
        self._usage_lines += 1
        return Signal.NONSENSE if self._usage_lines > MAX_USAGE_LINES else None


def parse_reply(text: str) -> Reply | None:
    """The reply on one line, None if it is none."""
    if not (line := _LINE.fullmatch(text)) or line[2] == "-" or len(text) > MAX_REPLY_BYTES:
        return None
    if not (found := _RESULT.fullmatch(line[3])):
        return None if line[1] == "200" else Reply(int(line[1]))
    return Reply(int(line[1]), found[1], found[2] or "", int(found[3] or 0))
