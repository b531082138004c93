"""One delivery, tried: posted to the address in the file and no other, however the receiver answers.

No redirect is followed, no proxy of the environment is used, and nothing of the answer is read but its first line and
headers: a receiver can neither lead us elsewhere nor fill our memory. The whole try has one deadline.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

import httpx

from ivr.web.webhooks.rows import Delivery
from ivr.web.webhooks.signing import signed

FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 3_600.0
REFUSED: Final = frozenset({400, 410, 413, 415, 422})
"""Answers to this very event: trying it for hours would hold up all that follow."""
TRIES_WHEN_REFUSED: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """How a try ended."""

    failure: str = ""
    """"" if the event is delivered."""
    refused: bool = False
    wait_s: float = 0.0
    """What the receiver asked for."""


def client() -> httpx.AsyncClient:
    """What posts; to be closed."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=10)
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, limits=limits)


async def sent(  # noqa: PLR0913, PLR0917 - what makes a try
    http: httpx.AsyncClient, url: str, key: str, delivery: Delivery, at_ms: int, timeout_s: float
) -> Answer:
    """The try, at the most `timeout_s` of it."""
    body = delivery.body.encode()
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Tonval",
        **signed(key, delivery.event, at_ms // 1000, body),
    }
    try:
        async with (
            asyncio.timeout(timeout_s),
            http.stream("POST", url, content=body, headers=headers, timeout=timeout_s) as answer,
        ):
            return _judged(answer)
    except TimeoutError:
        return Answer("timeout")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Answer(type(error).__name__)


def _judged(answer: httpx.Response) -> Answer:
    if answer.is_success:
        return Answer()
    asked = answer.headers.get("retry-after", "")
    wait_s = float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0.0
    return Answer(f"status {answer.status_code}", answer.status_code in REFUSED, min(wait_s, LONGEST_PAUSE_S))


def pause_s(tries: int, chance: float) -> float:
    """How long after so many failed tries the next comes: doubling, with up to half of it left to chance (0–1)."""
    whole: float = min(FIRST_PAUSE_S * 2 ** min(tries - 1, 20), LONGEST_PAUSE_S)
    return whole * (1 - chance / 2)
