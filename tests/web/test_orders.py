"""Orders from the pages: answered, refused, or the engine is gone; and a number only while its call lives."""

import asyncio

import pytest

from ivr.web.engine_link import BadOrderError, EngineGoneError, EngineLink
from tests.web.town import BUILDING, FICTION, Desk


async def test_the_number_of_a_live_call_is_told_and_of_no_other(desk: Desk) -> None:
    desk.arrives("c1", BUILDING)
    assert await desk.web.link.order({"do": "number", "call": "c1"}) == {"number": FICTION}
    desk.hangs_up("c1")
    for call in ("c1", "never"):
        with pytest.raises(BadOrderError, match="no_such_call"):
            await desk.web.link.order({"do": "number", "call": call})


async def test_an_engine_that_is_gone_is_told_to_be(desk: Desk) -> None:
    await desk.engine_gone()
    with pytest.raises(EngineGoneError):
        await desk.web.link.order({"do": "state"})


@pytest.mark.fault("F78")
async def test_an_engine_that_does_not_answer_is_not_waited_for(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no more orders are with it than so many, however many are given."""
    monkeypatch.setattr("ivr.web.engine_link.ANSWER_S", 1.0)
    kept = []

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept.append(writer)

    server = await asyncio.start_unix_server(silent, str(tmp_path / "engine.sock"))
    link = EngineLink(tmp_path / "engine.sock")
    asking = asyncio.gather(*(link.order({"do": "state"}) for _ in range(30)), return_exceptions=True)
    async with asyncio.timeout(20):
        while len(kept) < 8:  # noqa: ASYNC110
            await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(kept) == 8
    assert {type(answer) for answer in await asking} == {EngineGoneError}
    server.close()
    for _ in range(50):  # whoever was given up while they were let in is let in, and then nobody more
        await asyncio.sleep(0)
    for writer in kept:
        writer.close()
        await writer.wait_closed()


async def test_the_pages_follow_the_engines_plan_also_when_it_began_anew_unseen(desk: Desk) -> None:
    queues = desk.web.folder / "queues.yaml"
    await desk.engine_gone()
    text = await asyncio.to_thread(queues.read_text, "utf-8")
    await asyncio.to_thread(queues.write_text, text.replace("ring_s: ", "ring_s: 1", 1), "utf-8")
    before = desk.web.house.plan.digest
    await desk.service.reload()
    await desk.engine_back()
    await desk.settled()
    async with asyncio.timeout(20):
        while desk.web.house.plan.digest == before:
            await desk.web.live.changed(desk.web.live.version)
    assert desk.web.house.plan.digest == desk.service.kernel.centre.plan.digest
