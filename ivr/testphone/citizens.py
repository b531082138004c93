"""What made-up citizens do when they ring: kinds of people, and the steps that each takes, by lot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from ivr.testphone.steps import (
    CancelAfter,
    Dial,
    HangUp,
    HearAgent,
    HearPrompt,
    Press,
    StayUntilEnd,
    Step,
    Vanish,
    Wait,
)

HOSTILE_NAMES: tuple[bytes, ...] = (
    b"",
    b"Anonymous",
    "Åsa Öberg".encode(),
    "Åsa Öberg".encode("latin-1"),
    "\U0001f4de\U0001f468\u200d\U0001f469\u200d\U0001f467".encode(),
    "\u202eegral\u202c Rund".encode(),
    b"<script>alert(1)</script>",
    b"'; DROP TABLE calls;--",
    b"${SHELL(id)}",
    b"$[1+1];&%0d%0aAction: Originate",
    b'=HYPERLINK(\\"http://example.invalid\\")',
    b"A" * 10_240,
    b'quote \\" and \\\\ backslash',
    b"tab\there",
)
"""Names that a From header may hold between its quotes (FAULTS.md F57); all of them well-formed SIP."""
BROKEN_NAMES: tuple[bytes, ...] = (
    b"nul\x00byte",
    b"line\r\nX-Injected: yes",
    b'open " quote',
    b'=HYPERLINK(""http://example.invalid"")',
    b"bare\ncarriage\rreturn",
)
"""Names that make the INVITE itself malformed: refused or cleaned by Asterisk, never harmful."""

KINDS: Mapping[str, float] = {
    "chooses": 60,
    "repeats": 8,
    "silent": 8,
    "wrong_keys": 6,
    "leaves_menu": 6,
    "leaves_queue": 8,
    "cancels": 3,
    "vanishes": 1,
}
"""Kinds of citizens and their shares."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How long things take for a made-up citizen, each a range in ms from which one value is drawn."""

    kinds: Mapping[str, float] = field(default_factory=lambda: KINDS)
    keys: str = "123456"
    wrong: str = "789"
    thinks_ms: tuple[float, float] = (300, 4_000)
    """Before a key."""
    patience_ms: tuple[float, float] = (20_000, 120_000)
    impatience_ms: tuple[float, float] = (100, 6_000)
    """Of one who leaves early."""
    talks_ms: tuple[float, float] = (1_000, 8_000)
    hangs_up_first: float = 0.6
    """The share of talks that the citizen ends; the others wait for the agent to."""
    hostile: float = 0.05
    """The share of callers with a hostile name."""
    info: float = 0.0
    """The share that presses by SIP INFO."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """One person: what they do, and what stands in From."""

    kind: str
    steps: tuple[Step, ...]
    key: str
    """The choice that they will come to, "" for the default."""
    display: bytes
    number: str


def made_up_citizen(lot: Random, habits: Habits) -> Citizen:
    """A citizen by lot; the same lot gives the same one."""
    kind = lot.choices(list(habits.kinds), list(habits.kinds.values()))[0]
    key = lot.choice(habits.keys)
    steps = _steps(kind, key, lot, habits)
    display = lot.choice(HOSTILE_NAMES) if lot.random() < habits.hostile else b""
    number = f"07017406{lot.randint(5, 99):02d}"
    reaches = key if kind in ("chooses", "repeats", "leaves_queue", "vanishes") else ""
    return Citizen(kind, steps, reaches, display, number)


def _steps(kind: str, key: str, lot: Random, habits: Habits) -> tuple[Step, ...]:
    def span(bounds: tuple[float, float]) -> float:
        return lot.uniform(*bounds)

    def press(keys: str) -> tuple[Step, ...]:
        return (Wait(span(habits.thinks_ms)), Press(keys, info=lot.random() < habits.info))

    begins = (Dial(), HearPrompt())
    ends: tuple[Step, ...] = (Wait(span(habits.talks_ms)), HangUp())
    if lot.random() >= habits.hangs_up_first:
        ends = (StayUntilEnd(habits.talks_ms[1] * 3),)
    served = (HearAgent(span(habits.patience_ms)), *ends)
    early = span(habits.impatience_ms)
    wrong = lot.choice(habits.wrong), lot.choice(habits.wrong)
    ways: dict[str, tuple[Step, ...]] = {
        "chooses": (*begins, *press(key), *served),
        "repeats": (*begins, *press("*"), *press(key), *served),
        "silent": (*begins, *served),
        "wrong_keys": (*begins, *press(wrong[0]), *press(wrong[1]), *served),
        "leaves_menu": (Dial(), Wait(early), HangUp()),
        "leaves_queue": (*begins, *press(key), Wait(early), HangUp()),
        "cancels": (CancelAfter(lot.uniform(0, 20)),),
        "vanishes": (*begins, *press(key), Wait(early), Vanish()),
    }
    return ways[kind]
