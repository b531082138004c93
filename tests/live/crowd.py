"""One caller in each state, and what the service believes of everybody: to be equal before and after a fault."""

import asyncio
from dataclasses import dataclass
from typing import Any

from ivr.testphone.agent import AgentPhone, Ring, RingEnd
from ivr.testphone.behaviour import answer, ring_forever
from ivr.testphone.caller import Caller
from tests.live.scene import Scene, until


@dataclass(frozen=True, slots=True)
class Crowd:
    """Four callers to the school group, two of its people."""

    talking: Caller
    ringing: Caller
    waiting: Caller
    menu: Caller
    carina: AgentPhone
    """Talks."""
    david: AgentPhone
    """Rings."""

    @property
    def callers(self) -> tuple[Caller, ...]:
        """All four."""
        return self.talking, self.ringing, self.waiting, self.menu

    def undisturbed(self) -> None:
        """Nobody has been cut off, nobody's phone has stopped ringing or rung again."""
        assert all(caller.up for caller in self.callers)
        assert [ring.end for ring in self.carina.rings] == [RingEnd.ANSWERED]
        assert self.carina.current
        assert [ring.end for ring in self.david.rings] == [RingEnd.RINGING]
        assert max(caller.ear.longest_silence_ms for caller in self.callers) < 5_000
        assert self.talking.ear.longest_gap_ms < 500


async def crowd(scene: Scene) -> Crowd:
    """Somebody talks, rings, waits and listens to the menu."""
    carina = await scene.phone("carina", answer(50))
    talking = await scene.chooses()
    assert await talking.hear_agent()
    await scene.call_is(talking, "talking")
    david = await scene.phone("david", ring_forever())
    ringing = await scene.chooses()
    await rung(david)
    waiting = await scene.chooses()
    menu = await scene.in_menu()
    await scene.call_is(menu, "menu")
    return Crowd(talking, ringing, waiting, menu, carina, david)


async def rung(phone: AgentPhone, within_s: float = 30.0) -> Ring:
    """The phone's last ring, as soon as there is one."""
    await until(lambda: phone.rings, within_s)
    return phone.rings[-1]


async def truth(scene: Scene) -> dict[str, Any]:
    """Each call's state and place, each person's state."""
    agents = (await scene.state())["agents"]
    calls = {call: (what["state"], what["entered_at_ms"]) for call, what in (await scene.log.calls()).items()}
    return {"calls": calls, "agents": {name: (who["state"], who["phone"]) for name, who in agents.items()}}


async def becomes(scene: Scene, wanted: dict[str, Any], within_s: float = 30.0) -> None:
    """The service believes this (again); AssertionError with the difference if it does not in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while (seen := await truth(scene)) != wanted and loop.time() < deadline:  # noqa: ASYNC110  # of another process
        await asyncio.sleep(0.1)
    assert seen == wanted
