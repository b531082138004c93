"""Statistics over a real engine's day: the same as the live board (I23), and a page for everybody."""

import re

import pytest

from ivr.call_log.board_reading import entries_for_board
from ivr.web.accounts.roles import Role
from queues.board import Board
from tests.web.town import BUILDING, OTHER, SCHOOL, SOCIAL


def a_morning(desk):
    """Served, given up, promised and under way."""
    for agent in ("ivan", "carina"):
        desk.logs_in(agent)
    desk.arrives("c1", BUILDING)
    desk.answers("c1")
    desk.arrives("c2", SCHOOL)
    desk.answers("c2")
    desk.talk_ends("c2")
    desk.arrives("c3", BUILDING)
    desk.hangs_up("c3")
    desk.arrives("c4", SOCIAL)
    desk.arrives("c5", OTHER)


@pytest.mark.fault("I23")
async def test_board_that_followed_the_engine_is_the_one_that_is_read_from_its_log(desk):
    a_morning(desk)
    await desk.settled()
    live, site = desk.web.live.board, desk.web.site
    assert desk.service.call_log.flush()
    read = Board(live.day_starts_ms)
    with entries_for_board(site.database_path, site.journal_path, live.day_starts_ms) as found:
        for entry in found.entries:
            read.apply(entry)
    assert live.calls
    for part in ("calls", "agents", "queues", "house", "partners", "callers", "hidden_callers", "hours", "paused"):
        assert getattr(read, part) == getattr(live, part), part


async def test_page_shows_the_day_and_is_for_everybody(page, desk):
    a_morning(desk)
    await desk.settled()
    assert desk.service.call_log.flush()
    held = {q.clearance for q in desk.web.house.plan.queues.values() if q.clearance}
    await page.add_cookie(desk.address, "tonval", await desk.token(Role.PLANNER, clearances=held))
    assert await page.goto(desk.address + "/statistik") == 200
    await page.appears("#koer")
    text = await page.text("main")
    assert "Hela växeln" in text
    assert "Ivan Petrović" in text
    assert not await page.axe()
    assert await page.eval("document.documentElement.scrollWidth <= innerWidth")
    assert not re.search(r"p:[0-9a-f]{24}", text)
