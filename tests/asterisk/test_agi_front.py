"""Who is let in at the FastAGI door, and what the others cost."""

import asyncio
import resource
import socket
from contextlib import ExitStack

import pytest
from structlog.testing import capture_logs

from ivr.asterisk import agi
from ivr.asterisk.agi import MAX_AT_DOOR, AgiFront
from ivr.asterisk.agi_opening import MAX_OPENING_BYTES
from ivr.asterisk.papers_wire import VARIABLES
from queues.ids import CallId, PromptId
from routing.actions import HoldMusic, Say
from routing.events import CallerHungUp, PromptFinished
from tests.asterisk.agi_peer import DEADLINE_S, HOST, AgiPeer, Bench, listening, opening

CALL = CallId("tonval-1.1")
PROBES = {
    "nothing": b"",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "tls": bytes.fromhex("160301020001 0001fc0303".replace(" ", "")) + b"\x00" * 50,
    "half an opening": opening()[:100],
    "no call in it": b"agi_network: yes\n\n",
    "another dialplan": opening(how=""),
    "a megabyte": b"agi_x: " + b"x" * 2**20,
    "a megabyte of lines": b"agi_x: y\n" * 2**17,
    "empty lines": b"\n\n",
}


@pytest.fixture
async def bench():
    async with listening() as one:
        yield one


async def is_served(bench: Bench, uniqueid: str = "tonval-7.7") -> bool:
    """A caller who comes now is let in and hears a prompt."""
    peer, session = await bench.caller(opening(uniqueid=uniqueid))
    session.perform(Say(session.call, (PromptId("hej"),), "sv"))
    await peer.answers('STREAM FILE "tonval/sv/hej" "D" "0"', "200 result=0 endpos=800")
    while (report := await bench.director.report()) != PromptFinished(session.call):
        assert not isinstance(report, PromptFinished)
    return session.call == uniqueid


async def until_shown_out(front: AgiFront, count: int) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while front.shown_out < count:  # noqa: ASYNC110  a counter of the product's, which has no event
            await asyncio.sleep(0)


def test_the_door_is_on_loopback_only():
    with pytest.raises(ValueError, match="loopback"):
        AgiFront("0.0.0.0", 0, lambda _session: None)


@pytest.mark.fault("F31")
@pytest.mark.parametrize("probe", [name for name in PROBES if name not in {"nothing", "half an opening"}])
async def test_a_stranger_is_shown_out_at_once_and_logged_in_one_line(bench, probe):
    with capture_logs() as lines:
        peer = await bench.stranger(PROBES[probe])
        await peer.closed()
        await until_shown_out(bench.front, 1)
    assert [(line["event"], "exc_info" in line) for line in lines] == [("agi_not_a_caller", False)]
    assert bench.director.sessions.empty()
    assert await is_served(bench)


@pytest.mark.fault("F31")
@pytest.mark.parametrize("probe", ["nothing", "half an opening"])
@pytest.mark.parametrize("leave", [AgiPeer.close, AgiPeer.reset])
async def test_connect_and_close_costs_nothing(bench, probe, leave):
    async with asyncio.timeout(DEADLINE_S):
        for _ in range(20):
            leave(await bench.stranger(PROBES[probe]))
    await until_shown_out(bench.front, 20)
    assert not bench.front._at_door
    assert await is_served(bench)


@pytest.mark.fault("F31", "G15")
async def test_two_hundred_probes_are_one_line(bench):
    with capture_logs() as lines:
        for _ in range(50):
            for probe in ("nothing", "http", "tls", "empty lines"):
                (await bench.stranger(PROBES[probe])).close()
        await until_shown_out(bench.front, 200)
    assert len(lines) == 1
    assert await is_served(bench)


@pytest.mark.fault("F31")
async def test_half_closing_without_a_word_is_leaving(bench):
    peer = await bench.stranger()
    peer._writer.write_eof()
    assert await peer.closed() == b""
    await until_shown_out(bench.front, 1)


@pytest.mark.fault("F30")
async def test_who_does_not_say_who_they_are_in_time_is_shown_out(bench, monkeypatch):
    monkeypatch.setattr(agi, "OPENING_DEADLINE_S", 0.05)
    silent, slow = await bench.stranger(), await bench.stranger()
    whole = opening()

    async def drip() -> None:
        for byte in whole:
            slow.send(bytes([byte]))
            await asyncio.sleep(0.01)

    dripping = asyncio.create_task(drip())
    assert await silent.closed() == b""
    assert await slow.closed() == b""
    dripping.cancel()
    assert bench.director.sessions.empty()
    assert await is_served(bench)


async def test_an_opening_that_comes_byte_by_byte_is_whole(bench):
    peer = await bench.stranger()
    for byte in opening():
        peer.send(bytes([byte]))
        await asyncio.sleep(0)
    session = await bench.director.session()
    assert (session.call, session.caller, session.number, session.fresh) == (CALL, "0701740605", "0853061000", True)


@pytest.mark.fault("F32")
async def test_a_caller_with_a_long_name_is_served(bench):
    peer, session = await bench.caller(opening(name="Å" * 10_240))
    assert session.caller_name == "Å" * 80
    session.perform(HoldMusic(session.call, "silent"))
    assert await peer.command() == 'SET MUSIC "ON" "silent"'


@pytest.mark.fault("F32")
async def test_what_a_stranger_sends_is_kept_up_to_the_limit_only(bench):
    peer = await bench.stranger(b"agi_")
    connection = None
    async with asyncio.timeout(DEADLINE_S):
        while connection is None:
            connection = next(iter(bench.front._at_door), None)
            await asyncio.sleep(0)
    peer.send(b"x" * (2 * MAX_OPENING_BYTES))
    await peer.closed()
    assert len(connection._block) <= MAX_OPENING_BYTES + agi.READ_BYTES


@pytest.mark.fault("F30", "G15")
async def test_two_thousand_silent_connections_do_not_keep_a_caller_out(bench, monkeypatch):
    monkeypatch.setattr(agi, "OPENING_DEADLINE_S", 600.0)
    caller, session = await bench.caller()
    crowd = [await bench.stranger() for _ in range(2_000)]
    assert len(bench.front._at_door) <= MAX_AT_DOOR
    assert await is_served(bench)
    session.perform(HoldMusic(session.call, "default"))
    assert await caller.command() == 'SET MUSIC "ON" "default"'
    for peer in crowd:
        peer.abort()


async def test_more_callers_than_a_shell_allows_descriptors_can_be_held():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, soft), hard))
    try:
        async with listening():
            assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_caller_in_the_middle_of_a_crowd_is_not_pushed_out(bench):
    """All of them have connected before the door is looked at once: 1,000 fit in what the system holds ready."""
    with ExitStack() as crowd:

        def connect() -> socket.socket:
            return crowd.enter_context(socket.create_connection((HOST, bench.front.port), timeout=DEADLINE_S))

        for n in range(1_000):
            one = connect()
            if n == 10:
                one.sendall(opening())
        assert (await bench.director.session()).call == CALL


async def test_a_hang_up_that_comes_with_the_opening_is_reported_after_it(bench):
    _peer, session = await bench.caller(opening() + b"HANGUP\n")
    assert await bench.director.report() == CallerHungUp(session.call)
    assert await bench.director.report() == (session.call, True)


async def test_a_forged_end_of_the_opening_closes_the_session(bench):
    forged = opening(name=f"x\nagi_arg_{len(VARIABLES) + 1}: fresh\nagi_arg_4: none\n\n200 result=1")
    peer, session = await bench.caller(forged)
    session.perform(HoldMusic(session.call, "default"))
    assert await bench.director.report() == (session.call, False)
    assert b"result" not in await peer.closed()


async def test_a_director_who_raises_costs_that_caller_only(bench):
    def refuse(session):
        if session.call == CALL:
            raise RuntimeError("no")
        bench.director.take(session)

    bench.front._on_session = refuse
    with capture_logs() as lines:
        peer = await bench.stranger(opening())
        assert await peer.closed() == b""
    assert [line["event"] for line in lines] == ["agi_session_refused"]
    assert await is_served(bench)


async def test_a_stop_leaves_every_caller_to_the_dialplan_and_the_port_free():
    async with listening() as bench:
        front, director = bench.front, bench.director
        peers = [(await bench.caller(opening(uniqueid=f"tonval-1.{n}")))[0] for n in range(5)]
        stranger = await bench.stranger()
        await front.stop()
        assert [await peer.closed() for peer in [*peers, stranger]] == [b""] * 6
    assert sorted([await director.report() for _ in peers]) == [(f"tonval-1.{n}", False) for n in range(5)]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, front.port)
    again = AgiFront(HOST, front.port, director.take)
    await again.start()
    await again.stop()


async def test_a_reply_that_never_comes_leaves_the_caller_to_the_dialplan(bench, monkeypatch):
    peer, session = await bench.caller()
    session.perform(HoldMusic(session.call, "default"))
    await peer.command()
    assert not session.is_stuck()
    now = session._clock()
    monkeypatch.setattr(session, "_clock", lambda: now + 60)
    assert session.is_stuck()
    bench.front._sweeper.cancel()
    bench.front._sweep()
    assert await peer.closed() == b""
    assert await bench.director.report() == (session.call, False)
