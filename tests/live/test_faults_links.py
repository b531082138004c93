"""The wires between engine and Asterisk, cut, frozen, refused and made to lie, with a caller in every state."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.asterisk.render import AMI_USER
from ivr.config.site import HOST
from ivr.testphone.agent import RingEnd
from ivr.testphone.behaviour import answer, ring_forever
from ivr.testphone.ear import Heard
from tests.live.crowd import becomes, crowd, truth
from tests.live.relay import Relay
from tests.live.scene import SCHOOL, Scene, now_ms, people, service, until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing() -> AsyncIterator[Scene]:
    async with service(wires=True, ring_s=40) as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def scene(standing: Scene) -> AsyncIterator[Scene]:
    async with people(standing) as scene:
        yield scene
        ami(scene).tamper = None
        ami(scene).flowing.set()


def ami(scene: Scene) -> Relay:
    assert scene.ami
    return scene.ami


def agi(scene: Scene) -> Relay:
    assert scene.agi
    return scene.agi


async def pauses(scene: Scene, more_than: int) -> tuple[int, int]:
    """When the last pause of routing began and ended (ms), once there are more of them than so many."""
    await until(lambda: len(scene.entries("RoutingPaused")) > more_than)
    paused = scene.entries("RoutingPaused")[more_than]["at_ms"]
    resumed = await until(lambda: [e["at_ms"] for e in scene.entries("RoutingResumed") if e["at_ms"] >= paused])
    return paused, resumed[0]


@pytest.mark.fault("F18", "G8")
async def test_cuts_of_the_manager_link_change_nothing_for_anybody(scene: Scene):
    everybody = await crowd(scene)
    before = await truth(scene)
    for _ in range(5):
        been = len(scene.entries("RoutingPaused"))
        assert ami(scene).cut()
        paused, resumed = await pauses(scene, been)
        assert resumed - paused <= 2_000
    await becomes(scene, before)
    everybody.undisturbed()
    elif_ = await scene.phone("elif", answer(50))
    assert await everybody.waiting.hear_agent()
    assert len(elif_.rings) == 1


@pytest.mark.fault("F19", "F35")
async def test_a_frozen_manager_link_is_seen_in_five_seconds_and_nobody_is_rung_meanwhile(scene: Scene):
    everybody = await crowd(scene)
    before = await truth(scene)
    been, frozen_ms = len(scene.entries("RoutingPaused")), now_ms()
    ami(scene).flowing.clear()
    await until(lambda: len(scene.entries("RoutingPaused")) > been)
    assert scene.entries("RoutingPaused")[-1]["at_ms"] - frozen_ms <= 5_000
    assert (await scene.state())["paused"]
    assert await everybody.waiting.hear(Heard.MUSIC)
    ami(scene).flowing.set()
    await pauses(scene, been)
    await becomes(scene, before)
    everybody.undisturbed()


def refusals(scene: Scene) -> int:
    """How many alarms have told that our login is refused."""
    return scene.standing.log_path.read_text("utf-8").count('"ami_login_refused"')


@pytest.mark.fault("F20", "F36")
async def test_a_changed_secret_is_an_alarm_and_not_hammered_and_callers_are_served_without_us(scene: Scene):
    everybody = await crowd(scene)
    file = scene.standing.site.asterisk_dir / "etc" / "manager.conf"
    text = file.read_text("utf-8")
    been = len(scene.entries("RoutingPaused"))
    ours = f"[{AMI_USER}]\nsecret = "
    assert ours in text
    file.write_text(text.replace(ours, f"{ours}other"), "utf-8")
    scene.standing.asterisk.cli("manager reload")
    ami(scene).cut()
    await until(lambda: refusals(scene))
    tries = ami(scene).connections
    assert await everybody.waiting.hear_prompt("reservlage")
    newcomer = await scene.in_menu()
    await newcomer.press(SCHOOL)
    assert await newcomer.hear_prompt("reservlage")
    assert ami(scene).connections - tries <= 1
    assert refusals(scene) == 1  # told once, however often it is tried
    assert everybody.talking.up
    assert everybody.talking.ear.longest_gap_ms < 500
    file.write_text(text, "utf-8")
    scene.standing.asterisk.cli("manager reload")
    await pauses(scene, been)
    for caller in (newcomer, everybody.waiting):
        await scene.call_is(caller, "waiting")
    elif_ = await scene.phone("elif", answer(50))
    assert await everybody.waiting.hear_agent()
    assert len(elif_.rings) == 1
    assert await scene.call_of(everybody.waiting) == elif_.rings[0].call  # who came first, and not the newcomer


@pytest.mark.fault("F21")
async def test_a_withdrawal_lost_with_the_link_is_made_good_and_nothing_is_done_twice(scene: Scene):
    everybody = await crowd(scene)
    elif_ = await scene.phone("elif", ring_forever())
    await until(lambda: elif_.rings)
    been = len(scene.entries("RoutingPaused"))
    ami(scene).cut_at = b"Action: Hangup"
    await scene.order("agent", agent="david", what="pause")
    await pauses(scene, been)
    await until(lambda: everybody.david.rings[0].end is RingEnd.CANCELLED)
    helena = await scene.phone("helena", answer(50))
    assert await everybody.ringing.hear_agent()
    assert [len(phone.rings) for phone in (everybody.david, elif_, helena)] == [1, 1, 1]
    assert elif_.rings[0].end is RingEnd.RINGING


def doubled(message: bytes) -> list[bytes]:
    return [message, message] if message.startswith(b"Event: ") and b"\nActionID:" not in message else [message]


def swapped():
    """Swaps each event with the one after it; answers and lists pass, after what was held."""
    held: list[bytes] = []

    def tamper(message: bytes) -> list[bytes]:
        if message.startswith(b"Event: ") and b"\nActionID:" not in message and not held:
            held.append(message)
            return []
        event = message.startswith(b"Event: ") and b"\nActionID:" not in message
        out, held[:] = ([message, *held] if event else [*held, message]), []
        return out

    return tamper


@pytest.mark.fault("F22", "F23")
@pytest.mark.parametrize("lie", ["twice", "swapped"])
async def test_a_day_told_twice_or_out_of_order_is_the_same_day(scene: Scene, lie: str):
    ami(scene).tamper = doubled if lie == "twice" else swapped()
    carina = await scene.phone("carina", answer(50, talk_ms=2_200))
    david = await scene.phone("david", answer(50))
    first, second, third = [await scene.chooses() for _ in range(3)]
    assert await first.hear_agent()
    assert await second.hear_agent()
    await first.over.wait()
    await until(lambda: second.ear.longest_voice_ms > 2_000)
    await second.hang_up()
    assert await third.hear_agent()
    await until(lambda: third.ear.longest_voice_ms > 1_200)
    await third.hang_up()
    rows = [await scene.row(caller) for caller in (first, second, third)]
    assert [(row["outcome"], row["reason"]) for row in rows] == [
        ("answered", "agent_hung_up"),
        ("answered", "caller_hung_up"),
        ("answered", "caller_hung_up"),
    ]
    for row in rows:
        for kind in ("CallOffered", "CallAnswered", "TalkEnded"):
            assert len(scene.entries(kind, call=row["call"])) == 1
    assert len(carina.rings) + len(david.rings) == 3
    await scene.agent_is("carina", "ready")
    await scene.agent_is("david", "ready")


@pytest.mark.fault("F24")
async def test_a_lost_word_about_a_phone_costs_at_most_fifteen_seconds(scene: Scene):
    lost: list[bytes] = []

    def deaf_to_idle(message: bytes) -> list[bytes]:
        idle = message.startswith(b"Event: DeviceStateChange") and b"State: NOT_INUSE" in message
        if idle and b"PJSIP/carina" in message and not lost:
            lost.append(message)
            return []
        return [message]

    carina = await scene.phone("carina", answer(50, talk_ms=2_200))
    first = await scene.chooses()
    assert await first.hear_agent()
    ami(scene).tamper = deaf_to_idle
    await first.over.wait()
    await until(lambda: lost)
    lost_ms = now_ms()
    second = await scene.chooses()
    assert await second.hear_agent()
    assert carina.rings[1].at_ms - lost_ms <= 16_000
    assert len(carina.rings) == 2


@pytest.mark.fault("F29", "F01")
async def test_sessions_cut_in_a_command_leave_everybody_where_they_were(scene: Scene):
    everybody = await crowd(scene)
    before = await truth(scene)
    assert agi(scene).cut() >= 3
    heard = len(everybody.menu.ear.prompts)
    await until(lambda: "galler" in everybody.menu.ear.prompts[heard:])
    await becomes(scene, before)
    everybody.undisturbed()
    await everybody.menu.press(SCHOOL)
    await scene.call_is(everybody.menu, "waiting")
    elif_ = await scene.phone("elif", answer(50))
    assert await everybody.waiting.hear_agent()
    assert len(elif_.rings) == 1
    everybody.david.now(answer(0))  # the phone that rang through it all is picked up
    assert await everybody.ringing.hear_agent()
    for caller, outcome in ((everybody.talking, "answered"), (everybody.menu, "abandoned")):
        await caller.hang_up()
        assert (await scene.row(caller))["outcome"] == outcome


PROBES = {
    "nothing": b"",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "tls": bytes.fromhex("160301020001 0001fc0303".replace(" ", "")) + b"\x00" * 50,
    "bomb": b"agi_network: yes\n" + b"agi_callerid: " + b"x" * 100_000,
    "rubbish": b"\xff\x00\r\n\r\n" * 20,
}


async def _probe(where: int | Path, what: bytes, *, how: str) -> None:
    with contextlib.suppress(OSError):
        if isinstance(where, Path):
            _, writer = await asyncio.open_unix_connection(str(where))
        else:
            _, writer = await asyncio.open_connection(HOST, where)
        writer.write(what)
        await writer.drain()
        if how == "half":
            writer.write_eof()
        if how == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort() if how == "reset" else writer.close()


@pytest.mark.fault("F30", "F31", "F32", "G15")
async def test_a_scan_of_every_port_and_a_crowd_of_silent_strangers_disturb_nobody(scene: Scene):
    site = scene.standing.site
    everybody = await crowd(scene)
    before, said = await truth(scene), scene.standing.log_path.stat().st_size
    descriptors = Path(f"/proc/{scene.standing.engine_pid()}/fd")
    held = len(list(descriptors.iterdir()))  # noqa: ASYNC240
    silent = [(await asyncio.open_connection(HOST, site.agi_port))[1] for _ in range(300)]
    doors = (site.agi_port, site.control_path)
    ways = [(door, what, how) for door in doors for what in PROBES.values() for how in ("close", "half", "reset")]
    for _ in range(10):
        await asyncio.gather(*(_probe(door, what, how=how) for door, what, how in ways))
    newcomer = await scene.in_menu()
    assert newcomer.ear.prompts[:1] == ["valkommen"]
    await newcomer.hang_up()
    await until(lambda: len(list(descriptors.iterdir())) <= held + 4)
    for writer in silent:
        writer.close()
    await becomes(scene, before)
    everybody.undisturbed()
    with scene.standing.log_path.open(encoding="utf-8") as log:
        log.seek(said)
        lines = log.readlines()
    assert len(lines) <= 5
    assert "Traceback" not in "".join(lines)
    assert (await scene.state())["faults"] == 0
