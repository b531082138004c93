"""The little of SDP (RFC 4566, 3264) that G.711 and RFC 4733 digits need."""

from dataclasses import dataclass

from ivr.testphone.loopback import HOST, Address

PCMU, PCMA = 0, 8
OUR_EVENTS = 101
_NAMES = {PCMU: "PCMU/8000", PCMA: "PCMA/8000"}


@dataclass(frozen=True, slots=True)
class Sound:
    """What the other side says it will receive."""

    address: Address
    codecs: tuple[int, ...]
    """G.711 payload types in the other side's order of preference."""
    events: int = -1
    """The payload type of telephone-event, -1 without."""


def describe(port: int, codecs: tuple[int, ...] = (PCMA, PCMU), events: int = OUR_EVENTS) -> bytes:
    """An SDP body that offers or accepts these codecs on `port` of this machine; `events` -1 leaves digits out."""
    types = [*codecs, *([events] if events >= 0 else [])]
    lines = ["v=0", f"o=- 1 1 IN IP4 {HOST}", "s=tonval", f"c=IN IP4 {HOST}", "t=0 0"]
    lines.append(f"m=audio {port} RTP/AVP {' '.join(map(str, types))}")
    lines += [f"a=rtpmap:{codec} {_NAMES[codec]}" for codec in codecs]
    if events >= 0:
        lines += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-16"]
    lines += ["a=ptime:20", "a=sendrecv"]
    return ("\r\n".join(lines) + "\r\n").encode()


def understand(body: bytes) -> Sound | None:
    """Where and how the other side wants sound; None when the body has no audio that this phone can do."""
    host, port, types, events = "", 0, list[int](), -1
    for line in body.decode("latin-1").splitlines():
        if line.startswith("c=IN IP4 "):
            host = line[9:].strip()
        elif line.startswith("m=audio "):
            words = line.split()
            port = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
            types = [int(word) for word in words[3:] if word.isascii() and word.isdigit()]
        elif line.startswith("a=rtpmap:") and "telephone-event/8000" in line.lower():
            number = line[9:].split()[0]
            events = int(number) if number.isascii() and number.isdigit() else -1
    codecs = tuple(kind for kind in types if kind in _NAMES)
    return Sound((host, port), codecs, events) if codecs and host and port else None
