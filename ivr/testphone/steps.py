"""What a made-up citizen does, as data: one small value for each thing."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.testphone.ear import Heard

if TYPE_CHECKING:
    from ivr.testphone.caller import Caller


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring the number and wait for the final answer."""


@dataclass(frozen=True, slots=True)
class CancelAfter:
    """Ring the number and put the receiver down after that time, answered or not."""

    after_ms: float = 100


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing; ends early if the call does."""

    ms: float


@dataclass(frozen=True, slots=True)
class HearPrompt:
    """Wait until that prompt is heard; any sound will do for ""."""

    prompt: str = ""
    within_ms: float = 10_000


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait until the line sounds like that (needs an attentive caller)."""

    what: Heard
    within_ms: float = 10_000


@dataclass(frozen=True, slots=True)
class Press:
    """Press the keys."""

    keys: str
    info: bool = False
    tone_ms: int = 100
    gap_ms: int = 80
    ends: int = 3
    """How often the end of each key is told."""


@dataclass(frozen=True, slots=True)
class HearAgent:
    """Wait for an agent's voice, and answer with one's own; hangs up if none comes and `or_leave`."""

    within_ms: float = 60_000
    or_leave: bool = True


@dataclass(frozen=True, slots=True)
class Speak:
    """Talk from now on, a packet every `every` × 20 ms."""

    every: int = 1


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the receiver down."""


@dataclass(frozen=True, slots=True)
class Vanish:
    """Be gone without a word."""


@dataclass(frozen=True, slots=True)
class StayUntilEnd:
    """Wait for the other side to hang up; at the latest after that time do it oneself."""

    within_ms: float = 60_000


Step = Dial | CancelAfter | Wait | HearPrompt | Hear | Press | HearAgent | Speak | HangUp | Vanish | StayUntilEnd


async def _wait(caller: "Caller", ms: float) -> None:
    """That time has passed, or the call is over."""
    try:
        async with asyncio.timeout(ms / 1000):
            await caller.over.wait()
    except TimeoutError:
        return


async def _hear_agent(caller: "Caller", step: HearAgent) -> None:
    if await caller.hear_agent(step.within_ms):
        caller.speak(every=1)
    elif step.or_leave:
        await caller.hang_up()


async def take(caller: "Caller", step: Step) -> None:  # noqa: C901 - one line for each kind
    """The step has been taken, or the call is over."""
    match step:
        case Dial():
            await caller.dial()
        case CancelAfter(after_ms):
            caller.start()
            await _wait(caller, after_ms)
            await caller.hang_up()
        case Wait(ms):
            await _wait(caller, ms)
        case HearPrompt(prompt, within_ms):
            await (caller.hear_prompt(prompt, within_ms) if prompt else caller.hear_sound(within_ms))
        case Hear(what, within_ms):
            await caller.hear(what, within_ms)
        case Press():
            await caller.press(step.keys, info=step.info, tone_ms=step.tone_ms, gap_ms=step.gap_ms, ends=step.ends)
        case HearAgent():
            await _hear_agent(caller, step)
        case Speak(every):
            caller.speak(every)
        case HangUp():
            await caller.hang_up()
        case Vanish():
            caller.vanish()
        case StayUntilEnd(within_ms):
            await _wait(caller, within_ms)
            await caller.hang_up()
