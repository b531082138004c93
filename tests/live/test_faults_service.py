"""The engine and Asterisk killed, hung, doubled and started in the wrong order, with callers on the line."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.testphone.agent import RingEnd
from ivr.testphone.behaviour import answer, ring_forever
from ivr.testphone.ear import Heard
from tests.live.crowd import becomes, crowd, truth
from tests.live.scene import SCHOOL, Scene, now_ms, people, service, until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing() -> AsyncIterator[Scene]:
    async with service(wrap_up_s=20, ring_s=40) as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def scene(standing: Scene) -> AsyncIterator[Scene]:
    async with people(standing) as scene:
        yield scene


async def dies(scene: Scene, how: signal.Signals = signal.SIGKILL) -> None:
    """The engine has died (or been hung and ended by its watchdog), and another serves."""
    pid = scene.standing.engine_pid()
    os.kill(pid, how)
    await until(lambda: scene.standing.engine_pid() not in {0, pid})
    await scene.standing.until_serving()


@pytest.mark.fault("F04", "F05")
async def test_a_talk_outlives_the_engine_whenever_it_dies_and_its_length_is_right(scene: Scene):
    """One has talked for a while, one's phone has been picked up this instant."""
    carina = await scene.phone("carina", answer(50))
    first = await scene.chooses()
    assert await first.hear_agent()
    david = await scene.phone("david", answer(300))
    second = await scene.chooses()
    await until(lambda: david.rings and david.rings[0].answered_ms)
    await dies(scene)
    await scene.agent_is("carina", "talking")
    await scene.agent_is("david", "talking")
    third = await scene.chooses()
    assert len(carina.rings) == len(david.rings) == 1
    for caller, phone in ((first, carina), (second, david)):
        assert caller.up
        assert caller.ear.longest_gap_ms < 500
        await until(lambda caller=caller: caller.ear.longest_voice_ms > 2_100)
        await phone.hang_up()
        row, ring = await scene.row(caller), phone.rings[0]
        assert (row["outcome"], row["agent"]) == ("answered", phone.name)
        assert abs(row["ended_at_ms"] - ring.ended_ms) < 1_000
        assert abs(row["answered_at_ms"] - ring.answered_ms) < 1_000
        assert abs(row["talk_ms"] - (ring.ended_ms - ring.answered_ms)) < 1_000
    await scene.agent_is("carina", "wrap_up")
    assert third.up


@pytest.mark.fault("F06")
async def test_wrap_up_and_pauses_last_as_long_as_they_would_have(scene: Scene):
    carina = await scene.phone("carina", answer(50, talk_ms=2_200))
    caller = await scene.chooses()
    await caller.over.wait()
    await scene.agent_is("carina", "wrap_up")
    await scene.phone("david", ring_forever())
    await scene.order("agent", agent="david", what="pause", reason="lunch")

    def last(name: str) -> tuple[str, str, int]:
        change = scene.entries("AgentStateChanged", agent=name)[-1]
        return change["after"], change["reason"], change["until_ms"]

    await until(lambda: last("david") == ("not_ready", "lunch", 0))
    before = last("carina")
    await dies(scene)
    await scene.agent_is("carina", "wrap_up")
    await scene.agent_is("david", "not_ready")
    assert last("carina") == before
    assert last("david") == ("not_ready", "lunch", 0)
    assert len(carina.rings) == 1


@pytest.mark.fault("F10")
async def test_a_hung_engine_is_ended_within_three_seconds_and_a_new_caller_hears_something_within_five(scene: Scene):
    waiting = await scene.chooses()
    call = await scene.call_of(waiting)
    place = (await scene.log.calls())[call]["entered_at_ms"]
    hung_ms, pid = now_ms(), scene.standing.engine_pid()
    os.kill(pid, signal.SIGSTOP)
    newcomer = scene.caller()
    assert await newcomer.dial() == 200
    assert await newcomer.hear_sound(5_000)
    await until(lambda: scene.standing.engine_pid() != pid)
    assert now_ms() - hung_ms <= 3_500
    await scene.standing.until_serving()
    assert await scene.call_is(waiting, "waiting") == call
    assert (await scene.log.calls())[call]["entered_at_ms"] == place
    assert max(waiting.ear.longest_silence_ms, newcomer.ear.longest_silence_ms) < 5_000


@pytest.mark.fault("F13")
async def test_a_second_engine_stands_by_and_takes_over_and_nobody_is_rung_twice(scene: Scene):
    everybody = await crowd(scene)
    before, first = await truth(scene), scene.standing.engine_pid()
    site = scene.standing.site
    command = [sys.executable, "-m", "ivr", "engine", str(scene.standing.folder), "--home", str(site.home), "--open"]
    with scene.standing.log_path.open("ab") as log:
        second = subprocess.Popen([*command, "--ports", site.ports], stderr=log)  # noqa: ASYNC220
    try:
        await until(lambda: '"standing_by"' in scene.standing.log_path.read_text("utf-8"))
        await becomes(scene, before)
        assert scene.standing.supervisor
        scene.standing.supervisor.kill()
        scene.standing.supervisor.wait()
        os.kill(first, signal.SIGKILL)
        await until(lambda: '"taking_over"' in scene.standing.log_path.read_text("utf-8"))
        scene.standing.supervisor = second
        await scene.standing.until_serving()
        await becomes(scene, before)
        everybody.undisturbed()
    finally:
        second.send_signal(signal.SIGINT)
        await asyncio.to_thread(second.wait, 40)
        scene.standing.supervisor = None
        await scene.standing.start_engine()


@pytest.mark.fault("F12")
async def test_an_engine_that_is_replaced_takes_nobody_new_and_nobody_hears_a_menu_again(scene: Scene):
    """Fifty calls: some talk, some wait, some are in the menu and choose when the engine has been told to stop."""
    phones = [await scene.phone(name, answer(50)) for name in ("carina", "david", "elif")]
    talking = [await scene.chooses() for _ in phones]
    waiting = list(await asyncio.gather(*(scene.chooses() for _ in range(41))))
    choosing = list(await asyncio.gather(*(scene.in_menu() for _ in range(6))))
    for caller in talking:
        assert await caller.hear_agent()
    assert all(await asyncio.gather(*(caller.hear_prompt("val_1_aldre") for caller in choosing)))
    places = {call: what["entered_at_ms"] for call, what in (await scene.log.calls()).items()}
    pid, told_ms = scene.standing.engine_pid(), now_ms()
    os.kill(pid, signal.SIGTERM)
    await until(lambda: '"draining"' in scene.standing.log_path.read_text("utf-8"))
    newcomer = scene.caller()
    assert await newcomer.dial() == 200
    assert await newcomer.hear_prompt("val_2_barn_skola")
    await asyncio.gather(*(caller.press(SCHOOL) for caller in choosing))
    await until(lambda: scene.standing.engine_pid() not in {0, pid})
    assert now_ms() - told_ms < 30_000
    await scene.standing.until_serving()
    for caller in waiting:
        call = await scene.call_is(caller, "waiting")
        assert (await scene.log.calls())[call]["entered_at_ms"] == places[call]
    for caller in choosing:
        call = await scene.call_is(caller, "waiting")
        assert (await scene.log.calls())[call]["queue"] == "barn_skola"
    for caller in (*talking, *waiting, *choosing):
        assert caller.up
        assert [m.detail for m in caller.timeline if m.what == "prompt"].count("galler") <= 1
        assert caller.ear.longest_silence_ms < 5_000
    for caller in talking:
        await scene.call_is(caller, "talking")
        assert caller.ear.longest_gap_ms < 500


@pytest.mark.fault("F36")
async def test_without_an_engine_a_caller_is_in_the_menu_at_once_and_comes_back_to_the_old_place(scene: Scene):
    await asyncio.to_thread(scene.standing.stop_engine)
    try:
        caller = scene.caller()
        assert await caller.dial() == 200
        assert await caller.hear_prompt("valkommen")
        assert next(m.at_ms for m in caller.timeline if m.what == "prompt") - caller.up_ms <= 1_000
        await caller.press(SCHOOL)
        assert await caller.hear_prompt("reservlage")
        assert await caller.hear(Heard.MUSIC)
    finally:
        await scene.standing.start_engine()
    call = await scene.call_is(caller, "waiting")
    recovered = (await until(lambda: scene.entries("CallRecovered", call=call)))[0]
    assert recovered["queue"] == "barn_skola"
    assert (await scene.log.calls())[call]["entered_at_ms"] == recovered["entered_at_ms"] > caller.up_ms
    assert caller.ear.longest_silence_ms < 5_000


@pytest.mark.fault("F75")
@pytest.mark.parametrize("when", ["while it serves", "before it starts"])
async def test_without_its_prompts_the_service_is_never_silent(scene: Scene, when: str):
    sounds = scene.standing.site.sounds_dir / "sv"
    kept = {path: path.read_bytes() for path in sounds.iterdir() if path.is_file()}
    for at, path in enumerate(sorted(kept)):
        path.write_bytes(b"") if at % 2 else path.unlink()
    try:
        if when == "before it starts":
            await dies(scene)
        caller = scene.caller()
        assert await caller.dial() == 200
        assert await caller.hear_sound(5_000)
        if when == "before it starts":
            assert await caller.hear_prompt("ton")
        if when == "while it serves":
            assert await caller.hear(Heard.MUSIC)
        await caller.press(SCHOOL)
        await scene.call_is(caller, "waiting")
        assert await caller.hear(Heard.MUSIC)
        assert caller.ear.longest_silence_ms < 5_000
    finally:
        for path, sound in kept.items():
            path.write_bytes(sound)


@pytest.mark.fault("F16", "F15")
async def test_after_a_death_of_asterisk_no_row_stays_open_and_the_service_is_back(scene: Scene):
    everybody = await crowd(scene)
    await asyncio.to_thread(scene.standing.asterisk.kill)
    for caller in everybody.callers:
        caller.vanish()
    for phone in scene.phones:
        phone.power_off()
    await until(lambda: scene.entries("RoutingPaused"))
    await asyncio.to_thread(scene.standing.asterisk.start)
    back_ms = now_ms()
    await scene.standing.until_serving()
    rows = [await scene.row(caller, 60) for caller in everybody.callers]
    assert now_ms() - back_ms < 60_000
    assert {(row["outcome"], row["reason"]) for row in rows} == {("failed", "asterisk_restart")}
    scene.phones.clear()
    scene.callers.clear()
    await scene.phone("elif", answer(50))
    caller = await scene.chooses()
    assert await caller.hear_agent()
    assert await until(lambda: scene.log.open_rows() == 1)


@pytest.mark.fault("F15")
async def test_an_engine_before_its_asterisk_waits_and_burns_nothing(scene: Scene):
    await asyncio.to_thread(scene.standing.stop_engine)
    await asyncio.to_thread(scene.standing.asterisk.stop)
    starting = asyncio.create_task(scene.standing.start_engine())
    await until(scene.standing.site.control_path.exists)

    statistics = Path(f"/proc/{scene.standing.engine_pid()}/stat")

    def used_s() -> float:
        fields = statistics.read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    began_s, began_ms = used_s(), now_ms()
    await until(lambda: now_ms() - began_ms > 3_000)  # what is measured is what it uses in a span
    assert used_s() - began_s < 0.3
    assert not starting.done()
    assert (await scene.state())["paused"]
    await asyncio.to_thread(scene.standing.asterisk.start)
    await starting
    await scene.phone("elif", answer(50))
    caller = await scene.chooses()
    assert await caller.hear_agent()
    assert RingEnd.ANSWERED in {ring.end for ring in scene.rings()}


async def test_what_is_forced_by_hand_holds_while_there_is_no_engine_and_for_the_next_one(scene: Scene):
    await scene.order("crisis", prompt="kris_storning")
    assert (await scene.order("force", how="closed", who="karin"))["switched"]["hours"][0]["how"] == "closed"
    await meets_closed(scene)
    await asyncio.to_thread(scene.standing.stop_engine, at_once=True)
    await meets_closed(scene)
    await scene.standing.start_engine()
    assert (await scene.state())["switched"]["hours"][0]["who"] == "karin"
    await scene.order("force", how="schedule")
    await scene.order("crisis", prompt="")
    caller = await scene.in_menu()
    await until(lambda: caller.ear.prompts[:2] == ["valkommen", "sprak_fi"])


async def meets_closed(scene: Scene) -> None:
    """A caller hears the message and that it is closed, and then the call is over."""
    caller = scene.caller()
    assert await caller.dial() == 200
    await until(caller.over.is_set)
    assert caller.ear.prompts == ["kris_storning", "stangt"]
