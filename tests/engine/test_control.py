"""Whoever watches or gives orders may vanish at any moment: what people do is decided by phones and whole orders."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ivr.control import Control, ask
from queues.agents import AgentState, PhoneState
from queues.ids import AgentId
from routing.events import AgentPaused, PhoneStateChanged
from tests.engine.test_engine import engine_with, plan

ANNA = AgentId("anna")


@pytest.fixture
async def centre(tmp_path: Path):
    """Anna is ready, and orders are taken."""
    engine, _, _ = await engine_with(plan())
    engine.feed(PhoneStateChanged(ANNA, PhoneState.IDLE))
    path = tmp_path / "engine.sock"

    def pause(order: Mapping[str, Any]) -> Mapping[str, Any]:
        engine.feed(AgentPaused(AgentId(order["agent"]), "lunch"))
        return {}

    def state(_order: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"anna": engine.kernel.centre.people[ANNA].state.value, "much": "x" * 30_000}

    control = Control(path, {"pause": pause, "state": state})
    await control.start()
    yield path, engine.kernel.centre.people[ANNA]
    await control.stop()
    await engine.stop()


async def vanishes(path: Path, said: bytes) -> None:
    """Somebody connects, says this and is gone without listening."""
    _, writer = await asyncio.open_unix_connection(str(path))
    writer.write(said)
    await writer.drain()
    writer.transport.abort()


@pytest.mark.fault("F47")
async def test_whoever_watches_and_vanishes_changes_nothing_for_the_person(centre):
    path, anna = centre
    await asyncio.gather(*(vanishes(path, b'{"do": "state"}\n') for _ in range(100)))
    assert (await ask(path, {"do": "state"}))["anna"] == "ready"
    assert anna.state is AgentState.READY


@pytest.mark.fault("F47")
async def test_half_an_order_is_none_and_a_whole_one_counts_although_nobody_waits_for_the_answer(centre):
    path, anna = centre
    order = json.dumps({"do": "pause", "agent": "anna"}).encode()
    await vanishes(path, order[:-1])
    await ask(path, {"do": "state"})
    assert anna.state is AgentState.READY
    await vanishes(path, order + b"\n")
    async with asyncio.timeout(30):
        while anna.state is AgentState.READY:
            await ask(path, {"do": "state"})
    assert (anna.state, anna.reason) == (AgentState.NOT_READY, "lunch")
