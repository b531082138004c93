"""Who outside is told what happens here, as a municipality writes it (webhooks.yaml). Without the file, nobody is.

Only what stands in this file is ever rung up by the pages' process: no address comes from a call, a page or the API.
"""

import re
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from ivr.config.fields import Listed, Name, Strict, refusal
from ivr.config.problems import Code


class Happening(StrEnum):
    """What can be told; the value is the event's name on the wire."""

    CALL_QUEUED = "call.queued"
    CALL_RINGING = "call.ringing"
    CALL_ANSWERED = "call.answered"
    CALL_TRANSFERRED = "call.transferred"
    CALL_ENDED = "call.ended"
    CALLBACK_PROMISED = "callback.promised"
    CALLBACK_MISSED = "callback.missed"
    CALLBACK_OVERDUE = "callback.overdue"
    AGENT_STATE = "agent.state"
    MATTER_REGISTERED = "matter.registered"
    ALARM_RAISED = "alarm.raised"
    ALARM_WORSE = "alarm.worse"
    ALARM_ACKNOWLEDGED = "alarm.acknowledged"
    ALARM_CLEARED = "alarm.cleared"


def _address(text: str) -> str:
    """An address that can be posted to: encrypted, or on this very machine; no password, nothing hidden in it."""
    parts = urlsplit(text)
    plain_here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
    try:
        port_fits = parts.port is None or 0 < parts.port < 65_536
    except ValueError:
        port_fits = False
    whole = bool(parts.hostname) and port_fits and parts.username is None and not parts.fragment
    if not whole or not (parts.scheme == "https" or plain_here) or not re.fullmatch(r"[!-~]{1,400}", text):
        sentence = f"{text[:80]!r} är ingen adress som händelser kan skickas till."
        raise refusal(Code.BAD_LINK, sentence)
    return text


class SubscriberEntry(Strict):
    """One system that is told."""

    url: Annotated[str, StringConstraints(max_length=400), AfterValidator(_address)]
    events: Annotated[Listed[Annotated[Happening, Field(strict=False)]], Field(min_length=1, max_length=50)]
    secret: Name | None = None
    """Under which name in secrets.yaml the key lies; by default the subscriber's own."""
    queues: Listed[Name] | None = None
    """Only calls of these; without it, of all."""
    clearances: Listed[Name] = ()
    """What it may be told of calls under secrecy: nothing, unless it stands here."""
    timeout_s: Annotated[int, Field(ge=1, le=60)] = 10
    tries: Annotated[int, Field(ge=1, le=50)] = 14
    """Then the event is laid aside, and somebody is alarmed."""
    waiting_most: Annotated[int, Field(ge=10, le=1_000_000)] = 50_000
    """More than these waiting: the newest are laid aside at once."""


class WebhooksFile(Strict):
    """webhooks.yaml."""

    subscribers: Annotated[dict[Name, SubscriberEntry], Field(max_length=50)] = Field(default_factory=dict)

    def secret_names(self) -> tuple[str, ...]:
        """Every key that must lie in secrets.yaml."""
        return tuple(dict.fromkeys(entry.secret or name for name, entry in self.subscribers.items()))
