"""Alarms of a real kernel's day: found, shown on every page, taken on by name, and told to those outside."""

import shutil
from dataclasses import replace

import pytest

from ivr.config.alarm_entries import AlarmKind, LineAlarmsEntry
from ivr.config.load import SHIPPED
from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.alarms.facts import facts_of
from ivr.web.alarms.shown import as_shown
from ivr.web.alarms.watch import look
from queues.ids import QueueId
from tests.web.town import BUILDING, SOCIAL, Desk, a_desk
from tests.web.webhooks.receiver import a_receiver

BYGG, SOCIAL_SERVICES = QueueId("bygg"), QueueId("socialtjanst")


def facts(desk: Desk):
    return facts_of(desk.web.live, desk.web.house, 0.5, {})


def alarm_when(desk: Desk, **rules) -> None:
    """Every line is alarmed about by these rules, and by no others."""
    kept = desk.web.house.alarms.model_copy(update={"defaults": LineAlarmsEntry(**rules), "queues": {}})
    object.__setattr__(desk.web.house, "alarms", kept)


async def test_what_is_looked_at_is_what_the_kernel_knows(desk: Desk):
    desk.logs_in("amina", "elif")
    desk.arrives("tonval-1.0", SOCIAL)
    desk.arrives("tonval-2.0", SOCIAL)
    desk.arrives("tonval-3.0", SOCIAL)
    await desk.settled()
    seen = facts(desk)
    line = seen.lines[SOCIAL_SERVICES]
    calls = [desk.call(f"tonval-{n}.0") for n in (1, 2, 3)]
    assert line.waiting == sum(call.state.value in {"waiting", "offered"} for call in calls)
    assert line.open
    assert line.longest_wait_ms == seen.at_ms - min(call.entered_at_ms for call in calls)
    cleared = [p for p in desk.web.house.plan.agents.values() if "socialtjanst" in p.clearances]
    assert line.logged_in == sum(person.id in {"amina", "elif"} for person in cleared)
    assert (seen.stale_since_ms, seen.paused, seen.log_place) == (0, "", "database")


async def test_hours_closed_by_hand_are_closed(desk: Desk):
    await desk.web.link.order({"do": "force", "hours": "kontaktcenter", "how": "closed", "who": "test"})
    await desk.settled()
    assert not facts(desk).lines[BYGG].open


async def test_a_long_line_is_an_alarm_for_those_whose_line_it_is(desk: Desk):
    alarm_when(desk, waiting_over=0)
    desk.arrives("tonval-1.0", SOCIAL)
    await desk.settled()
    await look(desk.web)
    operator = await desk.client(Role.OPERATOR, clearances=["socialtjanst"])
    [alarm] = (await operator.get("/larm/nu")).json()["alarms"]
    assert (alarm["kind"], alarm["subject"], alarm["figure"]) == ("waiting", "socialtjanst", 1)
    uncleared = await desk.client(Role.OPERATOR, account="ulla")
    [plain] = (await uncleared.get("/larm/nu")).json()["alarms"]
    assert plain["figure"] is None
    assert "1" not in plain["sentence"]
    [known] = desk.web.alarms.current
    assert (alarm["raised_ms"], plain["raised_ms"]) == (known.raised_ms, known.raised_ms // 300_000 * 300_000)
    over = replace(known, cleared_ms=known.raised_ms + 400_000)
    cleared = as_shown(over, Viewer("u", "U", frozenset(), queues=None), desk.web.house)
    assert cleared["cleared_ms"] % 300_000 == 0 < cleared["cleared_ms"]
    other = await desk.client(Role.OPERATOR, account="olle", queues=["bygg"])
    assert (await other.get("/larm/nu")).json()["alarms"] == []
    assert (await other.post(f"/larm/{alarm['id']}/kvittera")).status_code == 404
    viewer = await desk.client(Role.VIEWER)
    assert (await viewer.post(f"/larm/{alarm['id']}/kvittera")).status_code == 403


@pytest.mark.fault("F78")
async def test_an_engine_that_is_gone_is_an_alarm_on_the_page_and_outside(tmp_path):
    async with a_receiver() as receiver:
        folder = shutil.copytree(SHIPPED / "botkyrka", tmp_path / "botkyrka")
        events = "[alarm.raised, alarm.acknowledged, alarm.cleared]"
        (folder / "webhooks.yaml").write_text(f'subscribers:\n  jour: {{url: "{receiver.url}", events: {events}}}\n')
        (folder / "alarms.yaml").write_text("engine_gone_s: 2\nclear_after_s: 0\n")
        async with a_desk(folder=folder) as desk:
            await desk.engine_gone()
            await receiver.until(lambda: receiver.taken)
            [alarm] = [alarm for alarm in desk.web.alarms.current if alarm.kind is AlarmKind.ENGINE]
            operator = await desk.client(Role.OPERATOR)
            taken = (await operator.post(f"/larm/{alarm.id}/kvittera")).json()
            assert taken["acknowledged_by"] == "Operator"
            await desk.engine_back()
            await receiver.until(lambda: len(receiver.taken) == 3)
            assert receiver.kinds() == ["alarm.raised", "alarm.acknowledged", "alarm.cleared"]
            rows = await desk.web.store.run(lambda db: db.execute("SELECT what, subject FROM looks").fetchall())
            assert ("alarm_acknowledged", f"alarm:{alarm.id}") in rows


@pytest.mark.fault("S08")
async def test_when_an_alarm_about_a_line_under_secrecy_came_is_told_programs_by_the_five_minutes(tmp_path):
    async with a_receiver() as receiver:
        folder = shutil.copytree(SHIPPED / "botkyrka", tmp_path / "botkyrka")
        events = "[alarm.raised, alarm.cleared]"
        (folder / "webhooks.yaml").write_text(f'subscribers:\n  jour: {{url: "{receiver.url}", events: {events}}}\n')
        (folder / "alarms.yaml").write_text("defaults: {waiting_over: 0}\nclear_after_s: 0\n")
        async with a_desk(folder=folder) as desk:
            desk.arrives("tonval-1.0", SOCIAL)
            await receiver.until(lambda: receiver.taken)
            [posted] = receiver.taken
            assert posted.event["data"]["subject"] == SOCIAL_SERVICES
            assert posted.event["at_ms"] % 300_000 == 0 < posted.event["at_ms"]
            assert posted.event["id"].endswith(f"-{posted.event['at_ms']}")


async def test_an_alarm_stands_at_the_head_of_the_page_and_is_taken_on_by_keyboard(page, desk: Desk):
    alarm_when(desk, waiting_over=0)
    await page.add_cookie(desk.address, "tonval", await desk.token(Role.OPERATOR, account="ulla"))
    assert await page.goto(desk.address + "/larm") == 200
    assert await page.axe() == []
    desk.arrives("tonval-1.0", BUILDING)
    await page.appears("#alarms-now li")
    assert "1 väntar i Bygg, gata, park och miljö." in await page.text("#alarms-now")
    assert await page.axe() == []
    assert await page.goto(desk.address + "/tavla") == 200
    await page.appears("#alarms li button")
    assert await page.axe() == []
    await page.eval("document.querySelector('#alarms li button').focus()")
    await page.press("Enter")
    await page.until("document.querySelector('#alarms').hidden")
    assert await page.goto(desk.address + "/larm") == 200
    await page.until("document.querySelector('#alarms-now li')?.textContent.includes('Kvitterat av Ulla')")
    desk.hangs_up("tonval-1.0")
