"""/statistik: who may read what, and that the tables are those of the log."""

import asyncio
from dataclasses import replace

import pytest

from ivr.call_log.store import CallLogWriter
from ivr.local_days import local
from ivr.web import past_days
from ivr.web.accounts.roles import Role
from ivr.web.matters import CallOutcome, Kind, Outcomes
from queues.agents import AgentState
from queues.entries import AgentStateChanged
from queues.ids import Clearance, QueueId
from tests.kernel.test_board_counts import HOUR, S, served
from tests.web.door import NOW_MS, ZONE, opened

TODAY = local(NOW_MS, ZONE).date()
SECRET, OPEN = QueueId("social"), QueueId("barn_skola")


@pytest.fixture
async def door(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    async with opened(home) as door:
        confidential = [q.id for q in door.web.house.plan.queues.values() if q.clearance]
        assert confidential
        writer = CallLogWriter(door.web.site.database_path, door.web.site.journal_path, b"k" * 32)
        at = NOW_MS - HOUR
        for n, queue in enumerate([OPEN, OPEN, confidential[0]]):
            for entry in in_line(f"c{n}", at + n * S, queue):
                writer.append(entry.at_ms, None, (entry,))
        assert writer.close()
        door.secret = confidential[0]
        yield door


def in_line(call, at, queue):
    return [replace(entry, queue=queue) if hasattr(entry, "queue") else entry for entry in served(call, at, 20 * S)]


async def test_planner_without_the_clearance_sees_neither_the_line_nor_a_sum_with_it(door):
    door.account("petra", Role.PLANNER)
    browser = await door.signed_in("petra")
    text = (await browser.get("/statistik")).text
    titles = door.web.house.queue_titles
    assert titles[OPEN] in text
    assert titles[door.secret] not in text
    assert "Hela växeln" not in text
    assert "Ringande" not in text
    answer = await browser.get("/statistik/koer.csv")
    assert titles[door.secret] not in answer.text
    assert f"{titles[OPEN]};2;2;" in answer.text
    assert (await browser.get("/statistik/ringande.csv")).status_code == 404


async def test_whoever_holds_every_clearance_sees_the_whole_house(door):
    held = frozenset(Clearance(q.clearance) for q in door.web.house.plan.queues.values() if q.clearance)
    door.account("petra", Role.PLANNER, clearances=held)
    browser = await door.signed_in("petra")
    rows = (await browser.get("/statistik/koer.csv")).text
    assert "Hela växeln;3;3;" in rows
    assert f"{door.web.house.queue_titles[door.secret]};1;1;" in rows
    assert "Inkomna" in (await browser.get("/statistik/kvartar.csv")).text


@pytest.mark.parametrize("role", [Role.AGENT, Role.VIEWER, Role.EMPLOYEE])
async def test_statistics_are_for_those_whose_work_they_are(door, role):
    door.account("anna", role)
    browser = await door.signed_in("anna")
    assert (await browser.get("/statistik")).status_code == 403
    assert (await browser.get("/statistik/koer.csv")).status_code == 403


@pytest.mark.parametrize("days", ["fran=2026-01-01&till=2026-12-31", "fran=2026-09-02&till=2026-09-01", "fran=x"])
async def test_days_that_cannot_be_are_refused(door, days):
    door.account("petra", Role.PLANNER)
    browser = await door.signed_in("petra")
    assert (await browser.get(f"/statistik?{days}")).status_code == 422


async def test_late_row_is_in_the_next_answer(door):
    door.account("petra", Role.PLANNER)
    browser = await door.signed_in("petra")
    address = f"/statistik/koer.csv?fran={TODAY}&till={TODAY}"
    title = door.web.house.queue_titles[OPEN]
    assert f"{title};2;" in (await browser.get(address)).text
    writer = CallLogWriter(door.web.site.database_path, door.web.site.journal_path, b"k" * 32)
    for entry in in_line("late", NOW_MS - 2 * HOUR, OPEN):
        writer.append(entry.at_ms, None, (entry,))
    assert writer.close()
    assert f"{title};3;" in (await browser.get(address)).text


async def test_matter_of_a_confidential_call_is_counted_for_whoever_holds_the_clearance(door):
    held = next(q.clearance for q in door.web.house.plan.queues.values() if q.clearance)
    matter = next(iter(door.web.house.matters.values()))
    about = (Kind.MATTER, matter.id, matter.department, matter.rosa, 1, True, "")
    given = CallOutcome("c9", NOW_MS, "anna", "anna", *about, OPEN, held, NOW_MS - HOUR)
    await Outcomes(door.web.store).record(given)
    door.account("petra", Role.PLANNER)
    door.account("klara", Role.PLANNER, clearances=frozenset({held}))
    assert matter.title not in (await (await door.signed_in("petra")).get("/statistik/arenden.csv")).text
    assert matter.title in (await (await door.signed_in("klara")).get("/statistik/arenden.csv")).text


async def test_today_is_counted_up_to_now(door):
    writer = CallLogWriter(door.web.site.database_path, door.web.site.journal_path, b"k" * 32)
    began = NOW_MS - HOUR // 2
    writer.append(began, None, (AgentStateChanged(began, "carina", AgentState.LOGGED_OUT, AgentState.READY, "", 0),))
    assert writer.close()
    held = frozenset(q.clearance for q in door.web.house.plan.queues.values() if q.clearance)
    door.account("petra", Role.PLANNER, clearances=held)
    text = (await (await door.signed_in("petra")).get("/statistik/personer.csv")).text
    assert "Carina Lindqvist;30,0;30,0;" in text


@pytest.mark.fault("S31")
async def test_many_who_ask_for_figures_at_once_keep_nobody_from_signing_in(door):
    door.account("petra", Role.PLANNER)
    client = await door.signed_in("petra")
    with past_days._FOLDING:  # somebody's long span is being read
        asking = [asyncio.create_task(client.get("/statistik")) for _ in range(40)]
        try:
            await asyncio.sleep(0.2)
            async with asyncio.timeout(20):
                assert await asyncio.to_thread(lambda: "a thread is free")
        finally:
            past_days._FOLDING.release()
            answers = await asyncio.gather(*asking)
            past_days._FOLDING.acquire()
    assert {answer.status_code for answer in answers} == {200}
