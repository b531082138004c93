"""Whoever is slow, large or many at the pages' door is let go of, and everybody else is served meanwhile (S31)."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from ivr.web import door, shields

pytestmark = pytest.mark.fault("S31")
GOOD = b"GET /logga-in HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
POST = b"POST /logga-in HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: same-origin\r\norigin: http://127.0.0.1\r\n"
FORM = b"content-type: application/x-www-form-urlencoded\r\ncontent-length: 20\r\n\r\n"


@asynccontextmanager
async def knocking(desk, *said: bytes):
    """A connection on which this much has been said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.web.site.web_port)
    for part in said:
        writer.write(part)
    await writer.drain()
    try:
        yield reader, writer
    finally:
        writer.close()


async def answered(reader) -> bytes:
    """The answer's first line, b"" when there was none and the connection is over."""
    async with asyncio.timeout(20):
        try:
            return await reader.readline()
        except ConnectionError:
            return b""


async def dripping(writer, parts) -> None:
    """One byte at a time, for as long as the other end takes them."""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
    except ConnectionError:
        pass


def endlessly(byte: bytes):
    while True:
        yield byte


async def is_served(desk) -> bool:
    async with knocking(desk, GOOD) as (reader, _):
        return await answered(reader) == b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("said", [(), (b"GET /logga-in HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ",)])
async def test_a_head_that_never_ends_is_not_waited_for(desk, monkeypatch, said):
    monkeypatch.setattr(door, "REQUEST_S", 0.3)
    async with knocking(desk, *said) as (reader, writer):
        drip = asyncio.create_task(dripping(writer, endlessly(b"x")))
        assert await answered(reader) == b""
        drip.cancel()
    assert await is_served(desk)


async def test_somebody_who_says_nothing_is_not_waited_for(desk, monkeypatch):
    monkeypatch.setattr(door, "REQUEST_S", 0.3)
    async with knocking(desk) as (reader, _):
        assert await answered(reader) == b""


async def test_a_body_that_drips_is_not_waited_for(desk, monkeypatch):
    monkeypatch.setattr(shields, "BODY_WITHIN_S", 0.3)
    async with knocking(desk, POST, FORM, b"konto=x") as (reader, _):
        assert b" 408 " in await answered(reader)


async def test_a_head_without_end_is_refused_before_it_is_kept(desk):
    async with knocking(desk, GOOD[:-2]) as (reader, writer):
        drip = asyncio.create_task(dripping(writer, (b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in range(1000))))
        assert (await answered(reader))[:12] in {b"HTTP/1.1 400", b""}
        drip.cancel()


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"content-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
        b"\r\n" * 5000,
    ],
    ids=["tls", "two hosts", "two lengths", "two numbers", "nul", "nothing"],
)
async def test_what_is_no_request_is_refused_and_the_next_is_served(desk, monkeypatch, said):
    monkeypatch.setattr(door, "REQUEST_S", 0.5)
    async with knocking(desk, said) as (reader, _):
        assert not (await answered(reader)).startswith(b"HTTP/1.1 2")
    assert await is_served(desk)


@pytest.mark.fault("S30")
async def test_the_pages_are_reached_on_this_machine_only(desk):
    port = f"{desk.web.site.web_port:04X}"
    listening = []
    for family in ("tcp", "tcp6"):
        lines = await asyncio.to_thread(Path(f"/proc/net/{family}").read_text, "ascii")
        fields = [line.split() for line in lines.splitlines()[1:]]
        listening += [row[1] for row in fields if row[1].endswith(f":{port}") and row[3] == "0A"]
    assert listening == [f"0100007F:{port}"]


async def test_many_slow_ones_keep_nobody_out(desk):
    async with AsyncExitStack() as stack:
        for _ in range(100):
            await stack.enter_async_context(knocking(desk, b"GET / HT"))
        assert await is_served(desk)


async def test_more_than_fit_are_turned_away_at_once(desk, monkeypatch):
    monkeypatch.setattr(door, "MOST", 50)
    monkeypatch.setattr(door, "REQUEST_S", 1.0)
    async with AsyncExitStack() as stack:
        came = [await stack.enter_async_context(knocking(desk, b"GET / HT")) for _ in range(60)]
        answers = await asyncio.gather(*(answered(reader) for reader, _ in came))
        turned_away = [answer for answer in answers if b" 503 " in answer]
        assert 10 <= len(turned_away) <= 12
        assert set(answers) == {b"", turned_away[0]}
    assert await is_served(desk)
