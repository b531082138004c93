"""The block with which Asterisk opens a FastAGI connection, and what of it may be believed.

Two rules. The caller's name and number are the caller's own words: they are cleaned here and used for nothing but
showing. And a key that occurs twice is forged (a line break in a name): what stands before the caller's words counts
as it came first, the dialplan's own arguments, which stand after them, as they came last.
"""

import re
import unicodedata
from dataclasses import dataclass

from ivr.asterisk.papers_wire import VARIABLES, papers_from_wire
from queues.ids import CallId
from routing.papers import Papers

MAX_OPENING_BYTES = 65_536
FIRST_BYTES = b"agi_"
"""What every line of the block begins with; anything else is no Asterisk."""
MAX_SHOWN = 80
"""Characters of a name or number that are kept."""

_ARGUMENT = "agi_arg_"
_FRESH_ARGUMENT = f"{_ARGUMENT}{len(VARIABLES) + 1}"
_NUMBER_ARGUMENT = f"{_ARGUMENT}{len(VARIABLES) + 2}"
_MARK_ARGUMENT = f"{_ARGUMENT}{len(VARIABLES) + 3}"
_UNIQUEID = re.compile(r"[0-9A-Za-z._-]{1,150}")
_CHANNEL = re.compile(r"[0-9A-Za-z/@._;:+-]{1,150}")
_MARK = re.compile(r"[0-9A-Za-z._=-]{1,120}")
_RUNG = re.compile(r"[0-9A-Za-z+*#._-]{1,80}")
_CALLER = re.compile(r"\+?[0-9]{2,20}")
_SPACING = str.maketrans("", "", " -()./")
_RESTRICTED = 0x60
"""The bits of a caller's presentation that say withheld or unavailable."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One caller's connection as Asterisk announces it."""

    call: CallId
    channel: str
    number: str
    """The number that was rung, "" if odd."""
    caller: str
    """Digits, perhaps after a +; "" if withheld or odd."""
    caller_name: str
    """Fit to be shown; never to be trusted."""
    papers: Papers | None
    fresh: bool
    """False if the caller has been in a session, or in the fail-open dialplan, before."""
    mark: str = ""
    """What says that the call has been outside and come back; whether that is true, only its maker can tell."""


def read_opening(block: bytes) -> Opening | None:
    """The opening that the block (up to its empty line) says; None if it is not our dialplan's."""
    fields = opening_fields(block)
    uniqueid, channel = fields.get("agi_uniqueid", ""), fields.get("agi_channel", "")
    fresh = fields.get(_FRESH_ARGUMENT)
    if not _UNIQUEID.fullmatch(uniqueid) or not _CHANNEL.fullmatch(channel) or fresh not in {"fresh", "resumed"}:
        return None
    number, mark = fields.get(_NUMBER_ARGUMENT, ""), fields.get(_MARK_ARGUMENT, "")
    return Opening(
        call=CallId(uniqueid),
        channel=channel,
        number=number if _RUNG.fullmatch(number) else "",
        caller=_caller(fields),
        caller_name=shown(fields.get("agi_calleridname", "")),
        papers=papers_from_wire([fields.get(f"{_ARGUMENT}{n}", "") for n in range(1, len(VARIABLES) + 1)]),
        fresh=fresh == "fresh",
        mark=mark if _MARK.fullmatch(mark) else "",
    )


def opening_fields(block: bytes) -> dict[str, str]:
    """Key and value of each line that has both."""
    fields: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        key, colon, value = line.partition(":")
        if colon and (key.startswith(_ARGUMENT) or key not in fields):
            fields[key] = value.removeprefix(" ")
    return fields


def _caller(fields: dict[str, str]) -> str:
    """The caller's number, "" if withheld, unknown or no number."""
    presentation = fields.get("agi_callingpres", "")
    if presentation.isdecimal() and int(presentation[:4]) & _RESTRICTED:
        return ""
    number = shown(fields.get("agi_callerid", "")).translate(_SPACING)
    return number if _CALLER.fullmatch(number) else ""


def shown(text: str) -> str:
    """The text without control, direction and other invisible characters, of at most 80 characters."""
    kept = (char for char in text[: MAX_SHOWN * 20] if unicodedata.category(char) not in _INVISIBLE)
    return unicodedata.normalize("NFC", "".join(kept))[:MAX_SHOWN].strip()


_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
