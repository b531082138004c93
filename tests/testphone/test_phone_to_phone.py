"""A caller and an agent's phone with nothing between them: both sides of every way a call can go."""

import asyncio

import pytest

from ivr.testphone.agent import AgentPhone, RingEnd
from ivr.testphone.behaviour import (
    answer,
    answer_and_drop,
    busy,
    dead_air,
    decline,
    ignore,
    refuse_with,
    ring_forever,
)
from ivr.testphone.caller import Caller
from ivr.testphone.ear import until
from ivr.testphone.rtp import Studio
from ivr.testphone.steps import CancelAfter, Dial, HangUp, HearAgent, Press, StayUntilEnd, Vanish, Wait
from ivr.testphone.trunk import Trunk
from ivr.testphone.witness import Terminal, Witness, read_witness
from tests.testphone.conftest import Pair
from tests.testphone.registrar import Registrar


async def test_both_hear_each_other_and_the_digits_arrive(pair: Pair):
    caller = pair.caller(answer(50), voice=211)
    await caller.dial()
    assert await caller.hear_agent()
    caller.speak()
    await caller.press("147*0#")
    ring = pair.phone.rings[0]
    assert ring.stream
    assert await until(lambda: ring.stream.ear.digits == "147*0#" and ring.heard_voice == 211, 30_000)
    await caller.hang_up()
    assert await until(lambda: ring.ended_ms > 0, 30_000)
    assert (caller.answered_by, caller.terminal, caller.bye_by) == ("anna", Terminal.ANSWERED, "caller")
    assert (ring.end, ring.bye_by, ring.digits) == (RingEnd.ANSWERED, "server", "147*0#")


@pytest.mark.parametrize(
    ("behaviour", "terminal", "status"),
    [
        (busy(), "busy", 486),
        (decline(), "failed", 603),
        (refuse_with(503), "failed", 503),
        (refuse_with(480, after_ms=50), "failed", 480),
    ],
)
async def test_a_phone_that_refuses_says_why(pair: Pair, behaviour, terminal, status):
    record = await pair.caller(behaviour).follow((Dial(),))
    assert (record["terminal"], record["status"], record["bye_by"]) == (terminal, status, "server")
    assert pair.phone.rings[0].end is RingEnd.REFUSED


async def test_the_agent_hangs_up_after_the_talk(pair: Pair):
    caller = pair.caller(answer(20, talk_ms=400), short_talk_ms=200)
    record = await caller.follow((Dial(), HearAgent(30_000), StayUntilEnd()))
    assert (record["terminal"], record["bye_by"], record["answered_by"]) == ("answered", "server", "anna")
    assert pair.phone.rings[0].bye_by == "agent"


async def test_a_phone_that_answers_and_drops_is_seen_as_such(pair: Pair):
    """A call that ends like that is a lost one, although somebody was heard (F41)."""
    caller = pair.caller(answer_and_drop(10, 250))
    record = await caller.follow((Dial(), StayUntilEnd()))
    assert [moment.detail for moment in caller.timeline if moment.what == "voice"] == ["anna"]
    assert (record["terminal"], record["bye_by"], record["answered_by"]) == ("server_hung_up", "server", "")


async def test_dead_air_is_silence_to_the_caller(pair: Pair):
    record = await pair.caller(dead_air(10)).follow((Dial(), Wait(600), HangUp()))
    assert record["packets"] == 0
    assert int(str(record["longest_silence_ms"])) >= 600
    assert record["terminal"] == "hung_up_waiting"


async def test_a_cancelled_ring_stops_and_is_remembered(pair: Pair):
    caller = pair.caller(ring_forever())
    record = await caller.follow((CancelAfter(100),))
    ring = pair.phone.rings[0]
    assert (record["terminal"], record["status"], ring.end, ring.status) == ("cancelled", 487, RingEnd.CANCELLED, 487)
    assert pair.phone.current is None


async def test_a_phone_that_rings_does_what_it_is_told_when_it_is_told_and_only_then(pair: Pair):
    with pytest.raises(RuntimeError, match="nothing rings at anna"):
        pair.phone.now(answer(0))
    first, second = pair.caller(ring_forever()), pair.caller(ring_forever())
    dialled = first.start()
    assert await until(lambda: pair.phone.current is not None, 30_000)
    pair.phone.now(refuse_with(480))
    assert (await dialled).status == 480
    dialled = second.start()
    assert await until(lambda: pair.phone.current is not None, 30_000)
    pair.phone.now(answer(0))
    assert (await dialled).status == 200
    with pytest.raises(RuntimeError, match="nothing rings at anna"):
        pair.phone.now(busy())


async def test_a_cancel_that_crosses_the_answer_still_ends_the_call(pair: Pair):
    caller = pair.caller(answer(0))
    caller.start()
    await caller.cancel()
    assert await until(lambda: pair.phone.rings[0].ended_ms > 0, 30_000)
    assert caller.over.is_set()


async def test_a_phone_that_ignores_the_ring_says_nothing_at_all(pair: Pair):
    pair.trunk.wire.give_up_s = 0.6
    record = await pair.caller(ignore()).follow((Dial(),))
    assert (record["terminal"], record["status"]) == ("failed", 408)
    assert [ring.end for ring in pair.phone.rings] == [RingEnd.IGNORED]


async def test_a_phone_without_power_says_nothing_and_forgets_its_call(pair: Pair):
    caller = pair.caller(answer(10))
    await caller.dial()
    pair.phone.power_off()
    assert pair.phone.current is None
    pair.trunk.wire.give_up_s = 0.6
    await caller.hang_up()
    assert pair.phone.rings[0].bye_by == ""


async def test_a_second_ring_at_once_is_refused_and_remembered_as_overlapping(pair: Pair):
    first = pair.caller(answer(10))
    await first.dial()
    second = Caller(pair.trunk, "anna")
    assert await second.dial() == 486
    assert [ring.overlapping for ring in pair.phone.rings] == [False, True]
    await first.hang_up()


async def test_whoever_vanishes_says_nothing(pair: Pair):
    record = await pair.caller(answer(10)).follow((Dial(), HearAgent(30_000), Vanish()))
    assert (record["terminal"], record["bye_by"]) == ("vanished", None)
    assert pair.phone.current is not None
    pair.phone.wire.give_up_s = 0.6
    await pair.phone.hang_up()
    assert pair.trunk.unknown == 0


async def test_digits_can_go_as_info_and_a_deaf_caller_hears_nothing(pair: Pair):
    record = await pair.caller(answer(10), deaf=True, press_info=True).follow(
        (Dial(), Press("12"), Wait(100), HangUp())
    )
    assert (record["packets"], record["longest_silence_ms"], record["terminal"]) == (0, None, "hung_up_waiting")
    assert (pair.phone.rings[0].info_digits, pair.phone.rings[0].digits) == ("12", "")


async def test_a_hostile_name_reaches_the_phone_as_it_was_sent(pair: Pair):
    name = "<script>Åsa\U0001f4de".encode()
    caller = pair.caller(busy(), display=name)
    await caller.dial()
    assert f'"{name.decode("latin-1")}" <sip:' in pair.phone.rings[0].headers["from"]


async def test_a_phone_registers_with_proof_refreshes_and_leaves(studio: Studio):
    registrar = Registrar({"anna": "secret"})
    server = await registrar.open()
    phone = AgentPhone("anna", "secret", server, studio=studio, expires_s=1)
    assert await phone.register() == 200
    assert registrar.contacts == {"anna": phone.contact}
    assert await until(lambda: len(registrar.lifetimes) > 1, 30_000)
    await phone.close()
    assert (registrar.contacts, registrar.lifetimes[-1]) == ({}, 0)
    registrar.wire.close()


async def test_a_wrong_password_is_refused(studio: Studio):
    registrar = Registrar({"anna": "secret"})
    phone = AgentPhone("anna", "wrong", await registrar.open(), studio=studio)
    assert await phone.register() == 403
    assert registrar.contacts == {}
    await phone.close()
    registrar.wire.close()


async def test_power_off_leaves_the_registration_standing(studio: Studio):
    registrar = Registrar({"anna": "secret"})
    phone = AgentPhone("anna", "secret", await registrar.open(), studio=studio)
    await phone.register()
    phone.power_off()
    assert "anna" in registrar.contacts
    registrar.wire.close()


async def test_twenty_calls_at_once_each_hear_their_own_agent(studio: Studio, tmp_path):
    pairs = []
    for voice in range(20):
        phone = AgentPhone(f"a{voice}", "x", ("127.0.0.1", 1), studio=studio, voice=voice, behaviour=answer(10))
        await phone.open()
        assert phone.wire
        pairs.append((phone, await _trunk_to(phone, studio)))
    callers = [Caller(trunk, phone.name, names={phone.voice: phone.name}) for phone, trunk in pairs]
    records = await asyncio.gather(*(caller.follow((Dial(), HearAgent(30_000), HangUp())) for caller in callers))
    witness = Witness(tmp_path / "w1.jsonl")
    for record in records:
        witness.write(record)
    witness.close()
    assert [record["answered_by"] for record in read_witness(witness.path)] == [phone.name for phone, _ in pairs]
    for phone, trunk in pairs:
        trunk.close()
        await phone.close()


async def _trunk_to(phone: AgentPhone, studio: Studio) -> Trunk:
    assert phone.wire
    return await Trunk.open(("127.0.0.1", phone.wire.port), studio)
