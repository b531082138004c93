"""What a page is sent: what its viewer may see at that moment, at once; and that it is old when it is."""

import asyncio
import dataclasses
from typing import Any

import pytest

from ivr.call_log.reading import CallLogUnreadableError
from ivr.web import live_board, watching
from ivr.web.accounts.roles import Role
from queues.agents import AgentState
from queues.ids import AgentId, CallId
from tests.web.stream import queue, stream
from tests.web.town import BUILDING, OTHER, SOCIAL, Desk, told


async def test_what_happens_is_on_the_page_at_once(desk: Desk) -> None:
    async with stream(await desk.client(Role.OPERATOR)) as page:
        assert queue(await page.next("board"), "bygg")["waiting"] == 0
        desk.arrives("c1", BUILDING)
        board = await page.until("board", lambda board: queue(board, "bygg")["waiting"])
        assert [call["id"] for call in board["calls"]] == ["c1"]
        desk.logs_in("ivan")
        board = await page.until("board", lambda board: board["calls"][0]["state"] == "offered")
        assert next(a for a in board["agents"] if a["id"] == "ivan")["call"] == "c1"


async def test_a_busy_second_is_sent_as_a_few_states_and_the_last_is_right(desk: Desk) -> None:
    async with stream(await desk.client(Role.OPERATOR)) as page:
        await page.next("board")
        for number in range(60):
            desk.arrives(f"c{number}", BUILDING)
        sent = 1
        while queue(await page.next("board"), "bygg")["waiting"] < 60:
            sent += 1
        assert sent <= 4


@pytest.mark.fault("S13")
async def test_nobody_keeps_a_stream_and_none_is_for_whoever_is_not_signed_in(desk: Desk) -> None:
    client, stranger = await desk.client(Role.OPERATOR), await desk.client()
    async with client.stream("GET", "/api/stream/board") as response:
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["content-type"].startswith("text/event-stream")
        assert not [name for name in response.headers if name.startswith("access-control")]
    for path in ("/api/stream/board", "/api/stream/agent", "/api/stream/public"):
        assert (await stranger.get(path)).status_code == 401
    assert (await client.get("/api/stream/agent")).status_code == 403
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
    assert (await client.get("/api/stream/board", headers=elsewhere)).status_code == 403


@pytest.mark.fault("S13")
async def test_each_viewer_gets_what_they_may_see(desk: Desk) -> None:
    desk.arrives("secret", SOCIAL)
    desk.arrives("open", BUILDING)
    await desk.settled()
    cleared = await desk.client(Role.OPERATOR, account="cleared", clearances=["socialtjanst"])
    uncleared = await desk.client(Role.OPERATOR, account="uncleared")
    builder = await desk.client(Role.AGENT, agent="ivan", queues=["bygg"])
    async with stream(cleared) as one, stream(uncleared) as two, stream(builder) as three:
        assert {call["id"] for call in (await one.next("board"))["calls"]} == {"secret", "open"}
        board = await two.next("board")
        assert [call["id"] for call in board["calls"]] == ["open"]
        [line] = [queue for queue in board["queues"] if queue["clearance"]]
        assert (line.pop("id"), line.pop("clearance")) == ("socialtjanst", "socialtjanst")
        assert line == {
            "title": "Socialtjänst och socialpsykiatri", "waiting": 0, "oldest_ms": 0,
            "unseen": {"waiting": "<3", "callbacks": 0, "overdue": 0},
        }  # fmt: skip
        assert board["house"]["entered"] == 1  # with all of them it would tell of the other
        board = await three.next("board")
        assert {q["id"] for q in board["queues"]} == {"bygg"}
        assert [call["id"] for call in board["calls"]] == ["open"]
        assert board["house"]["entered"] == 1  # the whole house's would tell of the other


@pytest.mark.fault("S15")
async def test_a_right_that_is_taken_away_is_gone_from_an_open_stream(desk: Desk) -> None:
    client = await desk.client(Role.OPERATOR, account="karin", clearances=["socialtjanst"])
    desk.arrives("secret", SOCIAL)
    async with stream(client) as page:
        await page.until("board", lambda board: board["calls"] and board["calls"][0].get("id") == "secret")
        account = await desk.web.accounts.named("karin")
        assert account
        await desk.web.accounts.keep(dataclasses.replace(account, clearances=frozenset()))
        await page.until("board", lambda board: not board["calls"])
        await desk.web.accounts.keep(dataclasses.replace(account, roles=frozenset({Role.EMPLOYEE})))
        await page.next("gone")


@pytest.mark.fault("S15")
async def test_whoever_signs_out_sees_nothing_more_in_any_window(desk: Desk) -> None:
    client = await desk.client(Role.OPERATOR, account="karin")
    async with stream(client) as page:
        await page.next("board")
        await desk.web.sessions.end_all("karin")
        await page.next("gone")


# ── how many ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.fault("S13")
async def test_a_page_that_is_opened_again_ends_the_first_and_tells_it_why(desk: Desk) -> None:
    client = await desk.client(Role.OPERATOR)
    async with stream(client) as first:
        await first.next("board")
        async with stream(client) as second:
            await second.next("board")
            await first.next("elsewhere")
            assert len(desk.web.watching) == 1
            async with (
                stream(client, "/api/stream/board?page=tavla") as wall,
                stream(client, "/api/stream/board?page=tavla") as other_wall,
            ):
                await wall.next("board")
                await other_wall.next("board")
                await wall.next("beat")


@pytest.mark.fault("S13")
async def test_one_viewer_too_many_is_told_to_come_back_and_the_others_go_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST", 2)
    clients = [await desk.client(Role.OPERATOR, account=f"k{number}") for number in range(3)]
    async with stream(clients[0]) as first, stream(clients[1]):
        async with asyncio.timeout(10):  # a stream that is let in never ends
            refused = await clients[2].get("/api/stream/board")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        await first.next("beat")
    async with asyncio.timeout(20):
        while len(desk.web.watching):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with stream(clients[2]) as page:
        await page.next("board")


# ── what is old ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.fault("F78")
async def test_a_page_learns_that_the_engine_is_gone_and_that_it_is_back(desk: Desk) -> None:
    desk.arrives("c1", BUILDING)
    async with stream(await desk.client(Role.OPERATOR)) as page:
        await page.until("board", lambda board: board["calls"])
        fresh = await page.next("beat")
        assert fresh["stale_since_ms"] == 0
        await desk.engine_gone()
        beat = await page.until("beat", lambda beat: beat["stale_since_ms"])
        assert beat["stale_since_ms"] >= fresh["at_ms"] - 1_000
        assert beat["at_ms"] - beat["stale_since_ms"] < 2_500
        desk.arrives("c2", BUILDING)  # while nobody looks
        await desk.engine_back()
        await page.until("board", lambda board: len(board["calls"]) == 2)
        await page.until("beat", lambda beat: not beat["stale_since_ms"])


async def test_an_engine_that_hangs_makes_the_board_old_although_the_line_stands(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stream(await desk.client(Role.OPERATOR)) as page:
        await page.until("beat", lambda beat: not beat["stale_since_ms"])
        monkeypatch.setattr("ivr.following.BEAT_S", 3_600.0)
        beat = await page.until("beat", lambda beat: beat["stale_since_ms"])
        assert 1_200 <= beat["at_ms"] - beat["stale_since_ms"] < 2_500


# ── the board itself ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.fault("I23")
async def test_a_board_made_anew_from_the_log_equals_the_one_that_followed(desk: Desk) -> None:
    desk.logs_in("ivan", "jenny")
    for number in range(6):
        desk.arrives(f"c{number}", BUILDING)
    desk.answers("c0")
    desk.arrives("o1", OTHER)
    desk.talk_ends("c0")
    desk.hangs_up("c3")
    await desk.settled()
    followed = told(desk.web.live)
    assert await desk.rebuilt() == followed


@pytest.mark.fault("I23")
async def test_what_happens_while_the_log_is_read_is_there_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some steps are in the log, some come while it is read, and those in both are not counted twice."""
    live = desk.web.live
    read = live._read

    async def during() -> None:
        for number in range(5):
            desk.arrives(f"during{number}", BUILDING)
        while not live._pending or live._pending[-1]["step"] < desk.service.following.last_step:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def slowly(run: int) -> Any:
        desk.service.call_log.flush()
        found = read(run)
        asyncio.run_coroutine_threadsafe(during(), desk.loop).result(20)
        return found

    desk.arrives("before", BUILDING)
    desk.arrives("gone", BUILDING)
    desk.hangs_up("gone")
    monkeypatch.setattr(live, "_read", slowly)
    await desk.engine_gone()
    desk.arrives("between", BUILDING)
    await desk.engine_back()
    await desk.settled()
    assert set(live.board.calls) == {"before", "between", *(f"during{number}" for number in range(5))}
    assert (live.board.house.day.entered, live.board.house.day.abandoned) == (8, 1)
    assert live.complete


async def test_a_log_that_cannot_be_read_leaves_what_goes_on_and_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.arrives("c1", BUILDING)
    await desk.settled()
    read = live_board.entries_for_board

    def refused(*_: object) -> Any:
        raise CallLogUnreadableError("broken")

    monkeypatch.setattr(live_board, "entries_for_board", refused)
    monkeypatch.setattr(live_board, "INCOMPLETE_S", 0.5)
    async with stream(await desk.client(Role.OPERATOR)) as page:
        await desk.engine_gone()
        await desk.engine_back()
        await page.until("beat", lambda beat: not beat["stale_since_ms"] and not beat["complete"])
        desk.arrives("c2", BUILDING)
        await page.until("board", lambda board: "c2" in {call["id"] for call in board["calls"]})
        monkeypatch.setattr(live_board, "entries_for_board", read)
        await page.until("beat", lambda beat: not beat["stale_since_ms"] and beat["complete"])
    assert set(desk.web.live.board.calls) == {"c1", "c2"}


async def test_a_new_day_counts_from_nought_and_keeps_who_waits(desk: Desk) -> None:
    desk.arrives("c1", BUILDING)
    await desk.settled()
    live = desk.web.live
    live._roll(live._day_ends_ms)
    assert live.board.house.day.entered == 0
    assert live.board.house.day.carried == 1
    assert CallId("c1") in live.board.calls
    assert live._day_ends_ms > live.board.day_starts_ms + 80_000_000


# ── pages that are lost ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.fault("F47")
async def test_a_page_that_is_closed_changes_nothing_and_is_told_to_be_lost_after_its_grace(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.logs_in("ivan")
    desk.arrives("c1", BUILDING)
    desk.answers("c1")
    operator = await desk.client(Role.OPERATOR)
    async with stream(operator) as board:
        async with stream(await desk.client(Role.AGENT, agent="ivan"), "/api/stream/agent") as page:
            await page.until("agent", lambda seen: seen["me"]["state"] == "talking")
        await board.until("board", lambda _: not desk.web.watching.has_page(AgentId("ivan")))
        assert desk.web.watching.lost_pages() == {}
        assert desk.person("ivan").state is AgentState.TALKING
        monkeypatch.setattr(watching, "GRACE_MS", 0)
        desk.arrives("c2", OTHER)
        seen = await board.until("board", lambda seen: ivan(seen)["page_lost_since_ms"])
        assert ivan(seen)["state"] == "talking"
        monkeypatch.undo()
        async with stream(await desk.client(Role.AGENT, agent="ivan"), "/api/stream/agent"):
            await board.until("board", lambda seen: not ivan(seen)["page_lost_since_ms"])
    assert desk.person("ivan").state is AgentState.TALKING


def ivan(board: dict[str, Any]) -> dict[str, Any]:
    return next(agent for agent in board["agents"] if agent["id"] == "ivan")
