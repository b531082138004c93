"""Names and numbers that mean something to somebody, through the whole service (FAULTS.md F57, S01-S05, I27)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.testphone.behaviour import answer
from ivr.testphone.citizens import BROKEN_NAMES, HOSTILE_NAMES
from ivr.testphone.steps import Dial, HangUp
from tests.live.scene import OTHER, Scene, people, service

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

NUMBERS = (
    b"anonymous",
    b"+46701740605",
    b"0701740605;phone-context=evil",
    b"0701740605%0d%0aAction:%20Originate",
    b"${SHELL(id)}",
    b"%24%7bSHELL(touch%20CANARY)%7d",
    b"500&PJSIP/carina",
    b"'%3bDROP%20TABLE%20calls",
    b"=HYPERLINK(1)",
    b"0" * 300,
    "Åsa".encode(),
)
"""What may stand before the @ in From; Asterisk lets some in and refuses others."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing() -> AsyncIterator[Scene]:
    async with service() as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def scene(standing: Scene) -> AsyncIterator[Scene]:
    async with people(standing) as scene:
        yield scene


@pytest.mark.fault("F57", "F32", "G14")
async def test_every_name_is_served_stored_nowhere_and_expanded_by_nobody(scene: Scene, tmp_path: Path):
    canary = tmp_path / "canary"
    touch = f"touch {canary}"
    names = (
        *HOSTILE_NAMES,
        f"${{SHELL({touch})}}".encode(),
        f"$({touch})`{touch}`;{touch};".encode(),
        f"%0d%0aAction: Command%0d%0aCommand: !{touch}%0d%0a".encode(),
        b"\\r\\n\\r\\nAction: Originate\\r\\nChannel: PJSIP/carina",
    )
    assert scene.trunk
    scene.trunk.wire.give_up_s = 8.0  # Asterisk has no answer at all to some numbers
    for name in scene.standing.house.people:
        await scene.phone(name, answer(50, talk_ms=2_200))
    callers = [scene.caller(display=name) for name in names]
    callers += [scene.caller(from_user=number.replace(b"CANARY", str(canary).encode())) for number in NUMBERS]

    async def call(caller) -> bool:
        if await caller.dial() != 200:
            return False
        assert await caller.hear_sound()
        await caller.press(OTHER)
        assert await caller.hear_agent(40_000)
        await caller.over.wait()
        return True

    served = await asyncio.gather(*(call(caller) for caller in callers))
    assert all(served[: len(names)])
    assert served.count(True) >= len(names) + 3
    rows = [await scene.row(caller) for caller, was in zip(callers, served, strict=True) if was]
    assert {(row["outcome"], row["queue"], row["recoveries"]) for row in rows} == {("answered", "ovrigt", 0)}
    assert not canary.exists()
    assert len(scene.rings()) == len(rows)  # no call but the callers', no ring but theirs
    assert scene.standing.asterisk.cli("core show channels count").startswith("0 active channels")
    shown = " ".join(ring.headers["from"] for ring in scene.rings())
    assert not [name for name in names if name and name.decode("latin-1") in shown]
    _nothing_of_it_is_kept(scene, [*names[2:], *NUMBERS[1:]])


def _nothing_of_it_is_kept(scene: Scene, texts: list[bytes]) -> None:
    """Neither log, journal, CEL nor the engine's own lines hold what a caller said of itself."""
    home = scene.standing.site.home
    kept = [*home.glob("calls.*"), scene.standing.log_path, scene.standing.site.cel_path]
    assert len(kept) >= 4
    for path in kept:
        held = path.read_bytes()
        assert not [text for text in texts if len(text) > 3 and text in held], path.name
        assert b"0701740605" not in held, path.name


@pytest.mark.fault("F57", "F32")
async def test_a_message_that_a_name_breaks_harms_nobody_else(scene: Scene):
    assert scene.trunk
    scene.trunk.wire.give_up_s = 1.0
    await scene.phone("karin", answer(50))
    broken = [scene.caller(display=name) for name in BROKEN_NAMES]
    await asyncio.gather(*(caller.follow((Dial(), HangUp())) for caller in broken))
    caller = await scene.chooses(OTHER)
    assert await caller.hear_agent()
    assert (await scene.state())["faults"] == 0
