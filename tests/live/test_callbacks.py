"""Callbacks with real phones, digits and sound: promised, survived a kill, accepted by the agent, and then rung."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio

from ivr.call_log.audit import Report, audit_site
from ivr.testphone.agent import AgentPhone, Ring, RingEnd
from ivr.testphone.behaviour import answer, answer_and_drop, refuse_with
from ivr.testphone.caller import Caller
from ivr.testphone.rtp import Studio
from tests.live.scene import BUILDING, Scene, now_ms, people, service, until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "0701740605"
RUNG = "+46701740605"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def citizen() -> AsyncIterator[AgentPhone]:
    """The telephone of whoever is rung back: all that the way out leads to."""
    studio = Studio()
    phone = AgentPhone("medborgare", "", ("127.0.0.1", 5060), studio, answer(300), voice=250)
    await phone.open()
    yield phone
    await phone.close()
    await studio.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(citizen: AgentPhone) -> AsyncIterator[Scene]:
    assert citizen.wire
    async with service(outward=f"127.0.0.1:{citizen.wire.port}", ring_s=5) as scene:
        citizen.book = scene.book
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def scene(standing: Scene) -> AsyncIterator[Scene]:
    async with people(standing) as scene:
        yield scene


async def rung(phone: AgentPhone, times: int = 1, within_s: float = 30.0) -> Ring:
    """The phone's ring, answered."""
    ring = await until(lambda: phone.rings[times - 1] if len(phone.rings) >= times else None, within_s)
    await until(lambda: ring.end is not RingEnd.RINGING, within_s)
    return ring


async def hears(ring: Ring, prompt: str, within_s: float = 30.0) -> None:
    await until(lambda: prompt in ring.prompts, within_s)


async def promised(scene: Scene) -> Caller:
    """A caller who asked to be rung, heard that they will be, and was let go."""
    caller = await scene.chooses(BUILDING, from_user=NUMBER)
    await scene.call_is(caller, "waiting")
    assert await caller.hear_prompt("ko_bygg")
    await caller.press("5")
    assert await caller.hear_prompt("aterring_platsen_star")
    await until(caller.over.is_set)
    return caller


def pending(scene: Scene) -> list[str]:
    with closing(sqlite3.connect(scene.standing.site.callbacks_path)) as file:
        return [text for (text,) in file.execute("SELECT promise FROM pending")]


@pytest.mark.fault("S33")
async def test_a_promise_survives_a_kill_and_is_kept_with_two_keys(scene: Scene, citizen: AgentPhone):
    caller = await promised(scene)
    call = await scene.call_of(caller)
    assert caller.ear.prompts[-12:] == ["aterring_utlovad", *(f"tal_{d}" for d in NUMBER), "aterring_platsen_star"]
    assert NUMBER in pending(scene)[0]

    scene.standing.kill_engine()
    await scene.standing.until_serving()
    await scene.call_is(caller, "promised")

    david = await scene.phone_alone("david", answer(200))
    david.book = scene.book
    ring = await rung(david)
    assert ring.call == call
    await hears(ring, "aterring_bygg")
    await hears(ring, "aterring_tryck_ett")
    assert not citizen.rings, "nobody is rung before the agent has pressed the key"
    david.press("1")
    back = await rung(citizen)
    await hears(back, "aterring_medborgare")
    citizen.press("1")
    await until(lambda: ring.heard_voice == 250 and back.heard_voice == david.voice)
    await scene.call_is(caller, "talking")
    await asyncio.sleep(2.2)
    await citizen.hang_up()

    row = await scene.row(caller)
    assert (row["outcome"], row["agent"]) == ("callback_kept", "david")
    assert not pending(scene)
    assert NUMBER[1:].encode() not in scene.standing.site.callbacks_path.read_bytes(), "erased, not merely unlinked"
    cel = scene.standing.site.cel_path.read_text("utf-8")
    assert RUNG[1:] not in cel
    assert NUMBER not in cel
    assert RUNG[1:] not in scene.standing.log_path.read_text("utf-8")
    assert [e["attempt"] for e in scene.entries("CitizenRung", call=call)] == [1]


async def test_who_does_not_press_the_key_is_passed_over_and_who_is_not_reached_is_rung_later(
    scene: Scene, citizen: AgentPhone
):
    citizen.rings.clear()
    citizen.behaviour = refuse_with(486, 200)
    caller = await promised(scene)
    call = await scene.call_of(caller)
    ivan = await scene.phone_alone("ivan", answer_and_drop(100, 300))
    await rung(ivan)
    assert (await scene.agent_is("ivan", "not_ready"))["reason"] == "declined"
    assert not citizen.rings

    carina = await scene.phone_alone("carina", answer(100))
    carina.book = scene.book
    ring = await rung(carina)
    await hears(ring, "aterring_tryck_ett")
    carina.press("1")
    await rung(citizen)
    await hears(ring, "aterring_inget_svar")
    await scene.agent_is("carina", "ready")
    (one,) = (await scene.order("callbacks"))["callbacks"]
    assert (one["call"], one["state"], one["queue"], one["tries"]) == (call, "promised", "bygg", 1)
    assert 500_000 < one["rests_until_ms"] - now_ms() <= 600_000
    assert [e["result"] for e in scene.entries("CitizenMissed", call=call)] == ["busy"]

    await scene.order("cancel_callback", call=call)
    row = await scene.row(caller)
    assert (row["outcome"], row["reason"]) == ("callback_failed", "cancelled")
    assert not pending(scene)


async def test_an_agent_promises_after_a_talk_and_every_call_is_accounted_for(scene: Scene, citizen: AgentPhone):
    citizen.rings.clear()
    citizen.behaviour = answer(100)
    david = await scene.phone("david", answer(100))
    david.book = scene.book
    caller = await scene.chooses(BUILDING, from_user=NUMBER)
    assert await caller.hear_agent()
    await caller.hang_up()
    await scene.row(caller)
    new = (await scene.order("promise_callback", agent="david", queue="", matter="ritningar"))["call"]
    ring = await until(lambda: david.rings[1] if len(david.rings) > 1 else None)
    await hears(ring, "aterring_tryck_ett")
    david.press("1")
    back = await rung(citizen)
    await hears(back, "aterring_medborgare")
    citizen.press("1")
    await until(lambda: ring.heard_voice == 250)
    await asyncio.sleep(2.2)
    await david.hang_up()
    ended = await until(lambda: scene.entries("CallEnded", call=new))
    assert [(e["outcome"], e["reason"]) for e in ended] == [("callback_kept", "agent_hung_up")]
    report = await until_good(scene)
    assert report.good, report.findings
    assert report.terminal["callback_kept"] == 2


async def until_good(scene: Scene) -> Report:
    """The audit of everything in this file, as of two minutes later: nothing is pending any more."""
    await asyncio.sleep(0.5)
    return audit_site(scene.standing.site, now_ms=int(now_ms()) + 120_000)
