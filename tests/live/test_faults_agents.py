"""What agents' phones do to a call, and what callers do to a phone: the whole service over real SIP."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from random import Random

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from ivr.commands import app
from ivr.testphone.agent import AgentPhone, Ring, RingEnd
from ivr.testphone.behaviour import Behaviour, answer, answer_and_drop, refuse_with, ring_forever
from ivr.testphone.caller import Caller
from ivr.testphone.witness import Terminal
from tests.live.scene import SCHOOL, Scene, now_ms, people, service, until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

RING_S = 5
NEXT_MS = 1_000
"""How soon the next phone rings (F37, F38); of the caller's line freed (F40, F52)."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing() -> AsyncIterator[Scene]:
    async with service(ring_s=RING_S) as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def scene(standing: Scene) -> AsyncIterator[Scene]:
    async with people(standing) as scene:
        yield scene


async def rung(phone: AgentPhone) -> Ring:
    """The phone's last ring, as soon as there is one."""
    await until(phone.rung.is_set)
    return phone.rings[-1]


@pytest.mark.fault("F37")
async def test_who_does_not_answer_is_followed_by_the_next_and_the_caller_keeps_the_place(scene: Scene):
    carina = await scene.phone("carina", ring_forever())
    first = await scene.chooses()
    missed = await rung(carina)
    second = await scene.chooses()
    await scene.agent_is("carina", "not_ready")
    david = await scene.phone("david", answer(100))
    assert await first.hear_agent()
    assert missed.end is RingEnd.CANCELLED
    assert abs(missed.ended_ms - missed.at_ms - RING_S * 1000) < NEXT_MS
    call = await scene.call_of(first)
    assert (await scene.agent_is("carina", "not_ready"))["reason"] == "rona"
    assert [ring.call for ring in david.rings] == [call]  # and not the second, who came later
    elif_ = await scene.phone("elif", answer(100))
    assert await second.hear_agent()
    assert len(elif_.rings) == 1
    assert [ended["result"] for ended in scene.entries("OfferEnded", call=call)] == ["no_answer"]
    assert len({queued["entered_at_ms"] for queued in scene.entries("CallQueued", call=call)}) == 1


@pytest.mark.fault("F37")
async def test_the_next_phone_rings_within_a_second_of_the_ring_time(scene: Scene):
    carina, david = await scene.phone("carina", ring_forever()), await scene.phone("david", answer(100))
    caller = await scene.chooses()
    assert await caller.hear_agent()
    assert abs(david.rings[0].at_ms - carina.rings[0].at_ms - RING_S * 1000) <= NEXT_MS
    assert caller.ear.longest_silence_ms < 5_000


@pytest.mark.fault("F38")
async def test_every_refusal_leads_to_the_next_phone_at_once_with_its_own_cause(scene: Scene):
    """A caller on a way through seven phones that refuse, each in its manner."""
    refusals = {
        "carina": (486, "busy", "phone_fault"),
        "david": (603, "declined", "declined"),
        "elif": (403, "unreachable", "phone_fault"),
        "helena": (404, "unreachable", "phone_fault"),
        "amina": (480, "unreachable", "phone_fault"),
        "bengt": (500, "unreachable", "phone_fault"),
        "ivan": (503, "unreachable", "phone_fault"),
    }
    phones = {name: await scene.phone(name, refuse_with(status)) for name, (status, _, _) in refusals.items()}
    caller = await scene.chooses()
    call = await scene.call_of(caller)
    await until(lambda: all(phone.rings for phone in phones.values()))
    jenny = await scene.phone("jenny", answer(100))
    assert await caller.hear_agent()
    rings = [ring for ring in scene.rings() if ring.agent in phones][:7]
    assert {ring.agent for ring in rings} == phones.keys()
    assert max(after.at_ms - before.ended_ms for before, after in pairwise(rings)) <= NEXT_MS
    results = {ended["agent"]: ended["result"] for ended in scene.entries("OfferEnded", call=call)}
    assert results == {name: result for name, (_, result, _) in refusals.items()}
    for name, (_, _, reason) in refusals.items():
        pauses = [e for e in scene.entries("AgentStateChanged", agent=name) if e["after"] == "not_ready"]
        assert pauses[-1]["reason"] == reason
        assert pauses[-1]["until_ms"] > 0
    assert len(jenny.rings) == 1


@pytest.mark.fault("F39")
@pytest.mark.parametrize("how", ["no power before it rings", "no power while it rings", "leaves while it rings"])
async def test_a_phone_without_power_costs_the_caller_five_seconds_at_the_most(scene: Scene, how: str):
    await scene.set(ring_s=20)
    carina = await scene.phone("carina", ring_forever())
    david = await scene.phone("david", answer(100))
    caller = await scene.in_menu()
    assert carina.wire
    carina.wire.silent = how == "no power before it rings"
    await caller.press(SCHOOL)
    call = await scene.call_is(caller, "offered")
    since_ms = now_ms()
    if how == "no power while it rings":
        await rung(carina)
        carina.wire.silent = True
    elif how == "leaves while it rings":
        await rung(carina)
        assert await carina.unregister() == 200
    assert await caller.hear_agent()
    assert david.rings[0].at_ms - since_ms <= 5_000
    assert [e["result"] for e in scene.entries("OfferEnded", call=call)] == ["unreachable"]
    assert (await scene.state())["agents"]["carina"]["reason"] != "rona"
    await scene.set(ring_s=RING_S)


@pytest.mark.fault("F40", "G9")
async def test_answered_as_the_caller_hangs_up_is_one_outcome_and_never_an_answer_of_nothing(scene: Scene):
    """48 times, the caller's BYE from 60 ms before to 60 ms after the phone's 200 OK."""
    lot, leaving = Random(40), dict[str, tuple[Caller, asyncio.Task[None]]]()
    offsets = [lot.uniform(-0.06, 0.06) for _ in range(48)]
    callers: dict[str, Caller] = {}
    answers_ms = 200

    def answers_then(ring: Ring) -> Behaviour:
        if ring.call not in leaving:
            caller = callers[ring.call]
            leaving[ring.call] = caller, asyncio.create_task(leave(caller, answers_ms / 1000 + offsets.pop()))
        return answer(answers_ms)

    async def leave(caller: Caller, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await caller.hang_up()

    for name in ("carina", "david", "elif", "helena", "amina", "bengt"):
        await scene.phone(name, answers_then)
    while offsets:
        arrived = await asyncio.gather(*(scene.in_menu() for _ in range(6)))
        callers |= {await scene.call_of(caller): caller for caller in arrived}
        await asyncio.gather(*(caller.press(SCHOOL) for caller in arrived))
        await asyncio.gather(*(caller.over.wait() for caller in arrived))
        for phone in scene.phones:
            await scene.agent_is(phone.name, "ready")
    for call, (caller, _) in leaving.items():
        row = await scene.row(caller)
        assert (row["outcome"], row["reason"], row["answered_at_ms"]) == ("abandoned", "caller_hung_up", None)
        assert row["ended_at_ms"] - caller.ended_ms <= NEXT_MS
        assert len(scene.entries("CallOffered", call=call)) == 1
    assert len(leaving) == 48
    for ring in scene.rings():
        assert ring.ended_ms - leaving[ring.call][0].ended_ms <= NEXT_MS
    started = min(caller.started_ms for caller, _ in leaving.values())
    changes = [e for phone in scene.phones for e in scene.entries("AgentStateChanged", agent=phone.name)]
    assert not [e for e in changes if e["at_ms"] > started and e["after"] == "wrap_up"]
    ends = {ring.end for ring in scene.rings()}
    assert ends == {RingEnd.ANSWERED, RingEnd.CANCELLED}  # both sides of the race were met


@pytest.mark.fault("F41")
async def test_who_is_picked_up_and_dropped_is_first_in_line(scene: Scene):
    carina = await scene.phone("carina", answer_and_drop(after_ms=100, drop_ms=150))
    first = await scene.in_menu()
    second = await scene.in_menu()
    await first.press(SCHOOL)
    dropped = await rung(carina)
    carina.behaviour = ring_forever()
    await second.press(SCHOOL)
    await until(lambda: dropped.ended_ms)
    david = await scene.phone("david", answer(100))
    assert await first.hear_agent()
    call = await scene.call_of(first)
    served = await until(lambda: next((ring for ring in scene.rings() if ring.agent == "david"), None))
    assert served.call == call or carina.rings[1].call == call
    assert david.rings
    assert [e["reason"] for e in scene.entries("CallReturned", call=call)] == ["short_talk"]
    assert (
        len({e["entered_at_ms"] for kind in ("CallQueued", "CallReturned") for e in scene.entries(kind, call=call)})
        == 1
    )
    await first.hang_up()
    row = await scene.row(first)
    assert row["outcome"] in {"answered", "abandoned"}
    assert first.ear.longest_silence_ms < 5_000


async def _leaves_ringing_in(scene: Scene) -> Caller:
    caller = scene.caller()
    caller.start()
    await asyncio.sleep(0)
    return caller


async def _leaves_greeting(scene: Scene) -> Caller:
    return await scene.in_menu()


async def _leaves_menu(scene: Scene) -> Caller:
    caller = await scene.in_menu()
    assert await caller.hear_prompt("val_2_barn_skola")
    return caller


async def _leaves_digit_wait(scene: Scene) -> Caller:
    caller = await scene.in_menu()
    assert await caller.hear_prompt("repetera")
    await until(lambda: any(moment.what == "music" for moment in caller.timeline))
    return caller


async def _leaves_queue_message(scene: Scene) -> Caller:
    caller = await scene.chooses()
    assert await caller.hear_prompt("ko_barn_skola")
    return caller


async def _leaves_queue(scene: Scene) -> Caller:
    caller = await _leaves_queue_message(scene)
    await until(lambda: any(moment.what == "music" for moment in caller.timeline))
    return caller


async def _leaves_ring(scene: Scene) -> Caller:
    carina = await scene.phone("carina", ring_forever())
    caller = await scene.chooses()
    await rung(carina)
    return caller


async def _leaves_talk(scene: Scene) -> Caller:
    await scene.phone("carina", answer(50))
    caller = await scene.chooses()
    assert await caller.hear_agent()
    row = await scene.call_is(caller, "talking")
    answered = await until(lambda: scene.entries("CallAnswered", call=row))
    await until(lambda: caller.ear.longest_voice_ms > 1_500)
    assert answered
    return caller


LEAVING = {
    "greeting": (_leaves_greeting, "menu", "abandoned"),
    "menu": (_leaves_menu, "menu", "abandoned"),
    "digit wait": (_leaves_digit_wait, "menu", "abandoned"),
    "queue message": (_leaves_queue_message, "waiting", "abandoned"),
    "queue": (_leaves_queue, "waiting", "abandoned"),
    "agent ringing": (_leaves_ring, "offered", "abandoned"),
    "talking": (_leaves_talk, "talking", "answered"),
}


@pytest.mark.fault("F52", "F33")
@pytest.mark.parametrize("state", LEAVING)
async def test_who_hangs_up_is_gone_within_a_second_whatever_they_were_doing(scene: Scene, state: str):
    reach, logged, outcome = LEAVING[state]
    caller = await reach(scene)
    left_ms = now_ms()
    await caller.hang_up()
    row = await scene.row(caller)
    assert (row["outcome"], row["state"], row["reason"]) == (outcome, logged, "caller_hung_up")
    assert 0 <= row["ended_at_ms"] - int(left_ms) <= NEXT_MS
    left_at_ms = row["answered_at_ms"] or row["ended_at_ms"]
    assert row["wait_ms"] == (left_at_ms - row["queued_at_ms"] if row["queued_at_ms"] else 0)
    after = "wrap_up" if state == "talking" else "ready"
    for ring in scene.rings():
        await until(lambda ring=ring: ring.ended_ms)
        assert ring.ended_ms - left_ms <= 500
        assert ring.end is (RingEnd.ANSWERED if state == "talking" else RingEnd.CANCELLED)
        await scene.agent_is(ring.agent, after)
        changes = scene.entries("AgentStateChanged", agent=ring.agent)
        since = [e["at_ms"] for e in changes if e["after"] == after and e["at_ms"] > caller.started_ms]
        assert since[0] - left_ms <= NEXT_MS


@pytest.mark.fault("F52")
async def test_who_hangs_up_before_we_answer_leaves_nothing_open(scene: Scene):
    """Cancelled from 0 to 40 ms after the INVITE: the 200 OK has gone out, or has not."""
    callers = [scene.caller() for _ in range(20)]
    for at, caller in enumerate(callers):
        caller.start()
        asyncio.get_running_loop().call_later(at * 0.002, lambda caller=caller: asyncio.ensure_future(caller.hang_up()))
    await asyncio.gather(*(caller.over.wait() for caller in callers))
    await scene.nobody()
    assert {caller.terminal for caller in callers} <= {Terminal.CANCELLED, Terminal.HUNG_UP_WAITING}
    await until(lambda: not scene.log.open_rows())


@pytest.mark.fault("F51", "F52", "F45")
async def test_a_call_put_through_has_one_outcome_whoever_ends_it_and_wherever(scene: Scene):
    """`tonval transfer` on the running service: to a specialist who answers, and to a department that is hung up on."""
    carina = await scene.phone("carina", answer(50))
    await scene.phone("jenny", answer(50))
    answered, left = await scene.chooses(), scene.caller()
    assert await answered.hear_agent()
    home = str(scene.standing.site.home)

    async def transfer(*args: str) -> str:
        found = await asyncio.to_thread(CliRunner().invoke, app, ["transfer", *args, "--home", home])
        return str(found.output).strip()

    assert "bygg: ingen där är inloggad" in await transfer("carina", "--queue", "bygg", "--level", "3")
    assert "jenny: går att koppla; kan svara nu: Jenny Karlsson" in await transfer(
        "carina", "--person", "jenny", "--look"
    )
    assert "kopplat till bygg; kan svara nu: Jenny Karlsson" in await transfer("carina", "--queue", "bygg")
    await until(lambda: answered.ear.voice == scene.phones[1].voice)
    ivan = await scene.phone("ivan", ring_forever())
    await scene.order("agent", agent="carina", what="ready")
    await left.dial()
    assert await left.hear_sound()
    await left.press(SCHOOL)
    assert await left.hear_agent()
    assert "kopplat till bygg" in await transfer("carina", "--queue", "bygg", "--level", "3")
    ring = await rung(ivan)
    await left.hang_up()
    row = await scene.row(left)
    assert (row["outcome"], row["state"], row["queue"], row["answered_at_ms"]) == ("abandoned", "offered", "bygg", None)
    await until(lambda: ring.end is RingEnd.CANCELLED)
    assert ring.ended_ms - left.ended_ms <= NEXT_MS
    await until(lambda: now_ms() > answered.ear.voice_ms + NEXT_MS)
    await answered.hang_up()
    row = await scene.row(answered)
    assert (row["outcome"], row["agent"], row["queue"]) == ("answered", "jenny", "bygg")
    assert len(carina.rings) == 2
