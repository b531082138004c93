"""Choice 6 on the real thing: digits on the keypad, the name heard, the person's phone rung, and what comes instead."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.call_log.audit import audit_site
from ivr.testphone.behaviour import answer, busy, ring_forever
from ivr.testphone.caller import Caller
from queues.ids import PromptId
from routing.names import keypad
from tests.live.scene import Scene, people, service, until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]
NAMES = "6"
AKERLUND = "tel-215"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing() -> AsyncIterator[Scene]:
    async with service() as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def scene(standing: Scene) -> AsyncIterator[Scene]:
    async with people(standing) as scene:
        yield scene


def sound_of(scene: Scene, name: str) -> PromptId:
    """The sound that says the name."""
    return next(p for p, said in scene.standing.house.spoken_names.items() if said == name)


async def looks_for(scene: Scene, name: str, end: str = "#") -> Caller:
    """A caller who has chosen to look for somebody and typed the name."""
    caller = await scene.in_menu()
    await caller.press(NAMES)
    assert await caller.hear_prompt("namn_sa_har")
    await caller.press(keypad(name) + end)
    return caller


async def hears_the_name(scene: Scene) -> Caller:
    """A caller who can be put through with one key."""
    caller = await looks_for(scene, "Åkerlund", end="")
    assert await caller.hear_prompt(sound_of(scene, "Anna-Karin Åkerlund"))
    return caller


async def stands_in_line(scene: Scene, caller: Caller) -> None:
    """The caller is in the line for everything else."""
    await scene.call_is(caller, "waiting")
    queued = await until(lambda: scene.entries("CallQueued"))
    assert queued[-1]["queue"] == "ovrigt"


async def test_the_name_is_heard_and_the_persons_phone_answers(scene: Scene) -> None:
    phone = await scene.phone_alone(AKERLUND, answer(after_ms=200, talk_ms=2_500))
    caller = await hears_the_name(scene)
    await caller.press("1")
    assert await caller.hear_agent()
    assert caller.answered_by == AKERLUND
    row = await scene.row(caller)
    assert (row["outcome"], row["reason"], row["queue"]) == ("answered", "agent_hung_up", None)
    assert 2_000 <= row["talk_ms"] <= 4_000
    assert len(phone.rings) == 1
    told = audit_site(scene.standing.site)
    assert told.findings == []


async def test_either_spelling_is_told_and_who_takes_calls_here_is_rung_through_their_seat(scene: Scene) -> None:
    karin = await scene.phone("karin", answer(after_ms=200))
    jenny = await scene.phone("jenny", answer(after_ms=200))
    caller = await looks_for(scene, "Carlsson")
    assert await caller.hear_prompt(sound_of(scene, "Anders Carlsson"))
    assert await caller.hear_prompt(sound_of(scene, "Jenny Karlsson"))
    await caller.press("2")
    assert await caller.hear_agent()
    assert caller.answered_by == "jenny"
    await scene.agent_is("jenny", "talking")
    another = await looks_for(scene, "Karlsson Jenny")
    assert await another.hear_prompt(sound_of(scene, "Jenny Karlsson"))
    await another.press("1")
    assert await another.hear_prompt("namn_upptagen")
    assert [len(jenny.rings), len(karin.rings)] == [1, 0]
    await another.press("0")
    assert await another.hear_agent()
    assert another.answered_by == "karin"


async def test_who_is_not_reached_is_said_so_and_then_there_is_a_line(scene: Scene) -> None:
    await scene.phone_alone(AKERLUND, busy())
    caller = await hears_the_name(scene)
    await caller.press("1")
    assert await caller.hear_prompt("namn_upptagen")
    await caller.press("0")
    await stands_in_line(scene, caller)


async def test_a_protected_name_finds_nobody_and_ends_with_people(scene: Scene) -> None:
    caller = await looks_for(scene, "Mikael Åberg")
    assert await caller.hear_prompt("namn_ingen")
    await caller.press("999#")
    await stands_in_line(scene, caller)
    assert not [p for p in caller.ear.prompts if p.startswith("namn-")]


@pytest.mark.fault("F01")
async def test_an_engine_that_dies_leaves_the_caller_in_the_line_for_everything_else(scene: Scene) -> None:
    caller = await hears_the_name(scene)
    scene.standing.kill_engine()
    assert await caller.hear_prompt("reservlage")
    await scene.standing.until_serving()
    call = await scene.call_is(caller, "waiting")
    found = await until(lambda: scene.entries("CallRecovered", call=call))
    assert (found[-1]["queue"], found[-1]["clearance"]) == ("ovrigt", "")


@pytest.mark.fault("F03")
async def test_a_phone_that_rings_when_the_engine_dies_can_be_answered(scene: Scene) -> None:
    phone = await scene.phone_alone(AKERLUND, ring_forever())
    caller = await hears_the_name(scene)
    await caller.press("1")
    await scene.call_is(caller, "connecting")
    await until(lambda: phone.rings)
    scene.standing.kill_engine()
    phone.now(answer(0))
    assert await caller.hear_agent()
    assert caller.answered_by == AKERLUND
    await scene.standing.until_serving()
    await scene.call_is(caller, "talking")
    await caller.hang_up()
    assert (await scene.row(caller))["outcome"] == "answered"
    assert len(phone.rings) == 1
