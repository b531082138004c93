"""The second account and the table, where they fail: nobody is let go unwritten, and nobody is blamed for no ring."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from ivr.asterisk.callback_desk import CallbackDesk
from ivr.asterisk.free_site import free_site
from ivr.asterisk.telephony import AsteriskTelephony
from ivr.clock import LiveClock
from ivr.config.secrets import ensure_secrets
from queues.entries import CallbackOverdue
from queues.ids import CallId, Instant, QueueId
from routing.actions import ForgetCallback, KeepCallback
from routing.callback_events import CallbackNotBegun, CallbackNotWritten, CallbackWritten
from routing.events import Event
from routing.kernel import Step
from tests.asterisk.house import small_house
from tests.asterisk.running import until
from tests.asterisk.test_callback_wire import ACTION
from tests.engine.test_pending_callbacks import pending

pytestmark = pytest.mark.asyncio


class Office:
    """A desk with no Asterisk to speak to, and what it reports."""

    def __init__(self, home: Path) -> None:
        house = replace(small_house(), outward="127.0.0.1:5070", shown_number="+46846500400")
        self.site = free_site(home)
        secrets = ensure_secrets(self.site.secrets_path, house.people)
        self.heard: list[Event] = []
        self.desk = CallbackDesk(AsteriskTelephony(self.site, house, secrets, LiveClock()), self.site, house, secrets)

    async def hears(self, event: Event) -> None:
        await until(lambda: event in self.heard)


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path)
    await office.desk.start(office.heard.append)
    yield office
    await office.desk.stop()


async def test_without_its_account_nobody_is_rung_and_nobody_is_blamed(office: Office):
    office.desk.perform(ACTION)
    await office.hears(CallbackNotBegun(ACTION.call, ACTION.offer))


async def test_what_is_written_is_said_once_and_is_on_the_disk_by_then(office: Office):
    office.desk.perform(KeepCallback(CallId("c1"), pending()))
    await office.hears(CallbackWritten(CallId("c1")))
    assert office.desk.pending.everything() == [pending()]
    office.desk.perform(KeepCallback(CallId("c1"), pending(tries=1)))
    office.desk.perform(ForgetCallback(CallId("c1")))
    await until(lambda: not office.desk.pending.calls())
    await asyncio.sleep(0)
    assert office.heard.count(CallbackWritten(CallId("c1"))) == 1


async def test_a_disk_that_refuses_is_told_with_an_alarm_and_without_a_number(office: Office):
    office.site.callbacks_path.mkdir(parents=True)
    with capture_logs() as logs:
        office.desk.perform(KeepCallback(CallId("c1"), pending()))
        await office.hears(CallbackNotWritten(CallId("c1")))
    assert [entry["event"] for entry in logs if entry.get("alarm")] == ["callback_not_written"]
    assert pending().caller not in str(logs)


async def test_who_waits_too_long_alarms_somebody_by_the_calls_id_alone(office: Office):
    with capture_logs() as logs:
        office.desk.observe(Step((), (CallbackOverdue(Instant(2), CallId("c1"), QueueId("bygg"), Instant(1)),)))
    assert [(e["event"], e["alarm"], e["call"]) for e in logs] == [("callback_overdue", True, "c1")]
    assert "bygg" not in str(logs)
