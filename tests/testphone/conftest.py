from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from ivr.testphone.agent import AgentPhone
from ivr.testphone.behaviour import Behaviour
from ivr.testphone.caller import Caller
from ivr.testphone.rtp import Studio
from ivr.testphone.trunk import Trunk


@dataclass(slots=True)
class Pair:
    """One agent's phone and a trunk that leads straight to it: no server between them."""

    phone: AgentPhone
    trunk: Trunk

    def caller(self, behaviour: Behaviour, **more: object) -> Caller:
        self.phone.behaviour = behaviour
        return Caller(self.trunk, "anna", names={7: "anna"}, **more)  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def studio() -> AsyncIterator[Studio]:
    async with Studio() as studio:
        yield studio


@pytest_asyncio.fixture
async def pair(studio: Studio) -> AsyncIterator[Pair]:
    phone = AgentPhone("anna", "secret", ("127.0.0.1", 1), studio=studio, voice=7)
    await phone.open()
    assert phone.wire
    trunk = await Trunk.open(("127.0.0.1", phone.wire.port), studio)
    yield Pair(phone, trunk)
    trunk.close()
    await phone.close()
