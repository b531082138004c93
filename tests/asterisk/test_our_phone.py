"""Our own phone against a real Asterisk: what it hears and says is so, before anything else is judged by it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from ivr.asterisk.render import Tuning
from ivr.testphone.behaviour import answer
from ivr.testphone.citizens import BROKEN_NAMES, HOSTILE_NAMES, Habits
from ivr.testphone.ear import Heard
from ivr.testphone.staff import DILIGENT, Temper
from ivr.testphone.steps import CancelAfter, Dial, HangUp, HearAgent, Press, Speak, StayUntilEnd, Wait
from ivr.testphone.swarm import Swarm
from ivr.testphone.witness import read_witness
from queues.ids import AgentId
from tests.asterisk.house import NUMBER, small_house
from tests.asterisk.running import Line, RunningAsterisk, line_to, running_asterisk, until

pytestmark = pytest.mark.asterisk

PLAYGROUND = """
[from-trunk](+)
; Gives back the keys it got.
exten => 7001,1,Answer()
 same => n,Goto(keys,s,1)
; Music, then silence, then music.
exten => 7002,1,Answer()
 same => n,StartMusicOnHold(default)
 same => n,Wait(1)
 same => n,StopMusicOnHold()
 same => n,Wait(1)
 same => n,StartMusicOnHold(default)
 same => n,Wait(1)
 same => n,Hangup()
exten => 7003,1,Ringing()
 same => n,Wait(20)
exten => 7004,1,Answer()
 same => n,Dial(PJSIP/alma,20)
 same => n,Hangup()
exten => 7005,1,Answer()
 same => n,Playback(tonval/sv/stangt)
 same => n,Hangup()
[keys]
exten => s,1,Set(GOT=)
 same => n(next),WaitExten(1)
 same => n,Goto(t,1)
exten => _[0-9*#],1,Set(GOT=${GOT}${EXTEN})
 same => n,Goto(s,next)
exten => t,1,SendDTMF(${GOT})
 same => n,Wait(0.5)
 same => n,Hangup()
"""


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAsterisk]:
    tuning = Tuning(extra={"extensions.conf": PLAYGROUND})
    with running_asterisk(tmp_path_factory.mktemp("p"), small_house(), tuning) as running:
        yield running


@pytest_asyncio.fixture
async def there(playground: RunningAsterisk) -> AsyncIterator[Line]:
    async with line_to(playground) as line:
        yield line


async def test_every_key_arrives_once_in_order_by_either_way(there: Line):
    """All at once: RFC 4733 in both laws, SIP INFO, and the end of each key told twenty times (F54)."""
    ways = (({"codecs": (8,)}, {}), ({"codecs": (0,)}, {}), ({}, {"info": True}), ({}, {"ends": 20}))
    callers = [there.caller("7001", **who) for who, _ in ways]
    steps = [(Dial(), Press("01234567*#89", **how), StayUntilEnd(30_000)) for _, how in ways]
    await asyncio.gather(*(caller.follow(taken) for caller, taken in zip(callers, steps, strict=True)))
    assert [caller.ear.digits for caller in callers] == ["01234567*#89"] * 4


async def test_music_is_heard_and_the_silence_in_it_measured(there: Line):
    caller = there.caller("7002")
    await caller.dial()
    assert await caller.hear(Heard.MUSIC)
    assert await caller.hear_sound()
    await until(caller.over.is_set)
    assert 900 <= caller.ear.longest_silence_ms <= 2_000
    assert caller.ear.packets > 100


async def test_caller_and_agent_hear_each_other(there: Line):
    phone = await there.phone("alma", answer(100))
    caller = there.caller("7004", voice=222, names={phone.voice: "alma"})
    record = await caller.follow((Dial(), HearAgent(), Speak(), Wait(500), HangUp()))
    assert record["answered_by"] == "alma"
    assert phone.rings[0].heard_voice == 222


async def test_a_cancelled_call_ends_as_cancelled(there: Line):
    record = await there.caller("7003").follow((CancelAfter(200),))
    assert (record["terminal"], record["status"]) == ("cancelled", 487)


async def test_a_number_that_is_not_there_fails(there: Line):
    record = await there.caller("7999").follow((Dial(),))
    assert (record["terminal"], record["status"]) == ("failed", 404)


@pytest.mark.parametrize("codecs", [(8,), (0,)])
async def test_every_packet_of_a_prompt_is_known_and_a_closed_notice_closes(there: Line, codecs):
    caller = there.caller("7005", codecs=codecs, closing_prompts=frozenset({"stangt"}))
    record = await caller.follow((Dial(), StayUntilEnd(30_000)))
    assert (record["terminal"], record["heard"], record["bye_by"]) == ("closed", ["stangt"], "server")
    assert caller.ear.unknown_sound <= 1  # Asterisk may cut the last packet of a file short


@pytest.mark.fault("F57")
async def test_hostile_names_are_served_like_any_other(there: Line):
    """FAULTS.md F57."""
    callers = [there.caller("7005", display=name) for name in HOSTILE_NAMES]
    records = await asyncio.gather(*(caller.follow((Dial(), StayUntilEnd(30_000))) for caller in callers))
    unserved = [name for name, record in zip(HOSTILE_NAMES, records, strict=True) if record["heard"] != ["stangt"]]
    assert unserved == []


async def test_names_that_break_the_message_harm_nobody_else(there: Line):
    there.trunk.wire.give_up_s = 1.0
    callers = [there.caller("7005", display=name) for name in BROKEN_NAMES]
    await asyncio.gather(*(caller.follow((Dial(), HangUp())) for caller in callers))
    record = await there.caller("7005").follow((Dial(), StayUntilEnd(30_000)))
    assert record["heard"] == ["stangt"]


async def test_a_town_rings_and_every_call_is_witnessed(playground: RunningAsterisk, tmp_path):
    """Without an engine: the fail-open dialplan serves them (two phones, one line)."""
    people = {name: playground.secrets.phone_passwords[AgentId(name)] for name in ("dan", "eva")}
    for name in people:
        playground.server.cli(f"queue add member PJSIP/{name} to fallback-ovrigt")
    habits = Habits(keys="56", thinks_ms=(50, 300), patience_ms=(8_000, 9_000), talks_ms=(100, 300), hostile=0.3)
    swarm = Swarm(playground.address, (NUMBER,), people, calls=12, rate_per_s=8, habits=habits)
    swarm.temper = Temper(DILIGENT, rings_ms=(50, 200), talks_ms=(200, 400))
    swarm.witness, swarm.book = tmp_path / "w1.jsonl", playground.sounds
    tally = await swarm.run()
    records = read_witness(swarm.witness)
    assert len({record["token"] for record in records}) == tally.started == 12
    assert tally.ended.total() == 12
    assert tally.ended["answered"] > 0
    assert not [ring for ring in swarm.rings() if ring.overlapping]
