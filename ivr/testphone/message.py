"""SIP messages as bytes and back (RFC 3261, the part a phone on loopback needs).

Two rules. Text is Latin-1 both ways, so that any byte a hostile name holds arrives as it was written. Parsing raises
BadMessageError and nothing else, whatever the bytes.
"""

from dataclasses import dataclass, field

_LONG_NAMES = {
    "i": "call-id",
    "m": "contact",
    "e": "content-encoding",
    "l": "content-length",
    "c": "content-type",
    "f": "from",
    "s": "subject",
    "k": "supported",
    "t": "to",
    "v": "via",
}
REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    603: "Decline",
}


class BadMessageError(ValueError):
    """Bytes that are no SIP message."""


@dataclass(slots=True)
class Message:
    """A request (`method`, `uri`) or a response (`status` > 0)."""

    method: str = ""
    uri: str = ""
    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    """In order, as (name, value); a name may come again."""
    body: bytes = b""

    def get(self, name: str) -> str:
        """The first value of that header, "" without one."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def every(self, name: str) -> list[str]:
        """All values of that header, in order."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    @property
    def call_id(self) -> str:
        """The token of the call that the message belongs to."""
        return self.get("call-id")

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of the request that this is, or that this answers; (0, "") if there is none."""
        number, _, method = self.get("cseq").strip().partition(" ")
        return (_number(number), method.strip()) if _number(number) >= 0 else (0, "")

    @property
    def branch(self) -> str:
        """The top Via's branch: what ties a response to its request."""
        return parameter(self.get("via"), "branch")

    def to_bytes(self) -> bytes:
        """The message on the wire, Content-Length included."""
        first = f"{self.method} {self.uri} SIP/2.0" if self.method else f"SIP/2.0 {self.status} {self.reason}"
        lines = [first, *(f"{name}: {value}" for name, value in self.headers), f"Content-Length: {len(self.body)}"]
        return "\r\n".join((*lines, "", "")).encode("latin-1") + self.body


def parse(data: bytes) -> Message:
    """The message that the datagram holds; raises BadMessageError for anything else."""
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        raise BadMessageError("no empty line after the headers")
    first, *rest = head.decode("latin-1").lstrip("\r\n").split("\r\n")
    message = _first_line(first)
    for line in rest:
        _add_header(message, line)
    stated = message.get("content-length").strip()
    if stated:
        length = _number(stated)
        if not 0 <= length <= len(body):
            raise BadMessageError("a body of another length than stated")
        body = body[:length]
    message.headers = [(name, value) for name, value in message.headers if name.lower() != "content-length"]
    message.body = body
    return message


def _number(text: str) -> int:
    """The number that the digits mean, -1 for anything else and for more digits than a header ever has."""
    return int(text) if len(text) <= 10 and text.isascii() and text.isdigit() else -1


def _first_line(line: str) -> Message:
    parts = line.split(" ", 2)
    if len(parts) == 3 and parts[0] == "SIP/2.0":
        if not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) == 3 and int(parts[1]) >= 100):
            raise BadMessageError("a status that is no number from 100 to 999")
        return Message(status=int(parts[1]), reason=parts[2])
    if len(parts) == 3 and parts[2] == "SIP/2.0" and parts[0] and parts[1]:
        return Message(method=parts[0], uri=parts[1])
    raise BadMessageError("neither a request nor a response")


def _add_header(message: Message, line: str) -> None:
    if line[:1] in (" ", "\t"):
        if not message.headers:
            raise BadMessageError("a continued line with nothing before it")
        name, value = message.headers[-1]
        message.headers[-1] = (name, f"{value} {line.strip()}".strip())
        return
    name, colon, value = line.partition(":")
    name = name.strip()
    if not colon or not name:
        raise BadMessageError("a header without a name or a colon")
    message.headers.append((_LONG_NAMES.get(name.lower(), name), value.strip()))


def after_name(value: str) -> str:
    """What follows a quoted display name in a From, To or Contact value; the value itself without one."""
    if not value.startswith('"'):
        return value
    at = 1
    while at < len(value) and value[at] != '"':
        at += 2 if value[at] == "\\" else 1
    return value[at + 1 :].lstrip()


def address_uri(value: str) -> str:
    """The URI of a From, To, Contact or Route value."""
    rest = after_name(value)
    inner, found, _ = rest.partition("<")[2].partition(">")
    return inner if found else rest.split(";", 1)[0].strip()


def parameter(value: str, name: str) -> str:
    """A header parameter's value (`tag`, `branch`, `expires`), "" without it; those inside <> do not count."""
    rest = after_name(value)
    outside = rest.rpartition(">")[2] if "<" in rest else rest
    for part in outside.split(";")[1:]:
        key, _, given = part.partition("=")
        if key.strip().lower() == name:
            return given.strip().strip('"')
    return ""


def uri_user(uri: str) -> str:
    """The user part of a SIP URI, "" without one."""
    rest = uri.partition(":")[2]
    return rest.partition("@")[0].partition(";")[0] if "@" in rest else ""


def uri_address(uri: str) -> tuple[str, int]:
    """Host and port of a SIP URI; port 5060 when none (or none that is a number) is given."""
    place = uri.partition(":")[2].rpartition("@")[2].partition(";")[0].partition("?")[0]
    host, _, port = place.partition(":")
    return host, _number(port) if 0 <= _number(port) < 65536 else 5060


def response_to(request: Message, status: int, *, tag: str = "", reason: str = "") -> Message:
    """A response with the request's Via, From, To, Call-ID and CSeq; `tag` is put on a To that has none."""
    answer = Message(status=status, reason=reason or REASONS.get(status, "Unknown"))
    for name, value in request.headers:
        if name.lower() in ("via", "from", "call-id", "cseq", "record-route"):
            answer.headers.append((name, value))
        elif name.lower() == "to":
            needs_tag = tag and not parameter(value, "tag")
            answer.headers.append((name, f"{value};tag={tag}" if needs_tag else value))
    return answer
