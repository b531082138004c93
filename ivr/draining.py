"""The end of an engine that was asked to stop: nobody new is taken, and whoever is being asked something is let finish.

Two rules. Nobody hears the same menu twice because an engine is replaced: who has not chosen in time stands in the line
that silence leads to. And it is over within `DRAIN_S` and a moment, so that whoever waits for the end need not kill.
"""

import asyncio

import structlog

from ivr.asterisk.telephony import AsteriskTelephony
from ivr.engine import Engine
from queues.ids import CallId
from routing.events import MenuCut
from routing.state import CallState

DRAIN_S = 20.0
"""So long callers may go on listening and choosing; the supervisor waits 30 s for everything."""
SETTLE_S = 1.0
"""Until what a caller hears has been cut short and the channel has its new papers."""
LOOK_S = 0.1
SPOKEN_TO = frozenset({CallState.MENU, CallState.NAMING, CallState.LEAVING, CallState.PROMISING, CallState.SURVEYING})
"""Who would hear something again, or not to its end, if the engine were gone now."""
log = structlog.get_logger()


async def drain(engine: Engine, telephony: AsteriskTelephony, at_once: asyncio.Event) -> None:
    """New callers are with the fail-open dialplan, and nobody is in a menu; sooner if `at_once` is set."""
    telephony.front.close_door()
    calls = engine.kernel.centre.calls
    log.info("draining", calls=len(calls), spoken_to=len(_in(engine, SPOKEN_TO)))
    ends = asyncio.get_running_loop().time() + DRAIN_S
    while _in(engine, SPOKEN_TO) and asyncio.get_running_loop().time() < ends:
        if await _set_within(at_once, LOOK_S):
            return
    cut = _in(engine, frozenset({CallState.MENU, CallState.NAMING}))
    for call in cut:
        engine.feed(MenuCut(call))
    if cut:
        await _set_within(at_once, SETTLE_S)
    log.info("drained", cut=len(cut), calls=len(calls))


def _in(engine: Engine, states: frozenset[CallState]) -> list[CallId]:
    return [call.id for call in engine.kernel.centre.calls.values() if call.state in states]


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
