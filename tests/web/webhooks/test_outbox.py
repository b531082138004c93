"""Events reach a receiver that fails, hangs, closes and sends us elsewhere: once each, in order, and signed."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ivr.config.alarm_entries import AlarmKind
from ivr.config.load import SHIPPED
from ivr.config.secrets import ensure_secrets
from ivr.web.api.tokens import Scope
from ivr.web.webhooks import rows, sending
from ivr.web.webhooks.outbox import Outbox
from ivr.web.webhooks.signing import is_ours
from tests.web.api.programs import program
from tests.web.town import BUILDING, SOCIAL, Desk, a_desk
from tests.web.webhooks.receiver import BAD, BROKEN, CLOSES, DRIPS, HANGS, OK, Receiver, a_receiver, elsewhere

EVENTS = "call.queued, call.ringing, call.answered, call.ended"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(sending, "FIRST_PAUSE_S", 0.01)


def folder_with(home: Path, receiver: Receiver, more: str = "") -> Path:
    """Botkyrka, with one subscriber."""
    folder = Path(shutil.copytree(SHIPPED / "botkyrka", home / "botkyrka"))
    written = f'{{url: "{receiver.url}", events: [{EVENTS}], {more or "tries: 14"}}}'
    (folder / "webhooks.yaml").write_text(f"subscribers:\n  arenden: {written}\n")
    return folder


@asynccontextmanager
async def told(home: Path, receiver: Receiver, more: str = ""):
    """A desk whose happenings go to the receiver."""
    async with a_desk(folder=folder_with(home, receiver, more)) as desk:
        yield desk


def one_call(desk: Desk, call: str = "tonval-1.0", key: str = BUILDING) -> None:
    desk.arrives(call, key)
    desk.hangs_up(call)


async def until_ended(receiver: Receiver, calls: int = 1) -> None:
    await receiver.until(lambda: receiver.kinds().count("call.ended") >= calls)


async def test_what_happens_is_told_in_order_and_signed(tmp_path):
    async with a_receiver() as receiver, told(tmp_path, receiver) as desk:
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk)
        await until_ended(receiver)
        key = ensure_secrets(desk.web.site.secrets_path, ()).webhook_keys["arenden"]
    assert receiver.kinds() == ["call.queued", "call.ended"]
    for posted in receiver.taken:
        assert is_ours(key, posted.headers, posted.body)
        assert not is_ours(key, posted.headers, posted.body + b" ")
        assert not is_ours("another", posted.headers, posted.body)
        assert posted.headers["webhook-id"] == posted.event["id"]
        assert posted.event["data"]["call"] == "tonval-1.0"
        assert b"70174" not in posted.body


async def ready(desk: Desk) -> None:
    """What happens from now on is told: how far the log was read stands in the store."""
    while await desk.web.store.run(lambda db: rows.up_to(db, rows.LOG)) is None:  # noqa: ASYNC110 - a store tells nobody
        await asyncio.sleep(0.01)


FAILURES = (BROKEN, CLOSES, b"nonsense\r\n\r\n", elsewhere("http://127.0.0.1:1/"))


async def test_a_receiver_that_fails_in_every_way_gets_each_event_once_and_in_order(tmp_path):
    async with a_receiver(*FAILURES, OK, *FAILURES) as receiver, told(tmp_path, receiver) as desk:
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk, "tonval-1.0")
        one_call(desk, "tonval-2.0")
        await until_ended(receiver, 2)
    assert receiver.kinds() == ["call.queued", "call.ended"] * 2
    assert len({posted.event["id"] for posted in receiver.taken}) == 4


@pytest.mark.parametrize("slow", [HANGS, DRIPS])
async def test_a_receiver_that_hangs_is_given_up_after_its_time_and_tried_again(tmp_path, slow):
    async with a_receiver(slow) as receiver, told(tmp_path, receiver, "timeout_s: 1") as desk:
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk)
        await until_ended(receiver)
    assert len(receiver.posted) == 3


async def test_nobody_is_led_elsewhere(tmp_path):
    """What answers a redirect is not followed: only the address in the file is ever posted to."""
    async with (
        a_receiver() as other,
        a_receiver(elsewhere(other.url)) as receiver,
        told(tmp_path, receiver) as desk,
    ):
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk)
        await until_ended(receiver)
    assert other.posted == []


async def test_what_is_never_taken_is_laid_aside_alarmed_about_and_can_be_sent_again(tmp_path):
    async with a_receiver(then=BROKEN) as receiver, told(tmp_path, receiver, "tries: 2") as desk:
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk)
        async with program(desk, Scope.DELIVERIES) as asking:
            await asyncio.wait_for(alarmed(desk), 20)
            letters = (await asking.get("deliveries/dead")).json()["deliveries"]
            assert {(letter["what"], letter["failure"], letter["tries"]) for letter in letters} == {
                ("call.queued", "status 500", 2),
                ("call.ended", "status 500", 2),
            }
            receiver.then = OK
            for letter in reversed(letters):
                assert (await asking.post(f"deliveries/dead/{letter['number']}/retry")).status_code == 204
            await until_ended(receiver)
            assert (await asking.post(f"deliveries/dead/{letters[0]['number']}/retry")).status_code == 404


async def alarmed(desk: Desk) -> None:
    """The subscriber that misses events is an alarm, and both events are laid aside."""
    while desk.web.alarms.dead_letters.get("arenden") != 2:  # noqa: ASYNC110 - a figure
        await asyncio.sleep(0.01)
    while AlarmKind.WEBHOOK not in {alarm.kind for alarm in desk.web.alarms.current}:
        await desk.web.alarms.changed(desk.web.alarms.version)


async def test_an_event_that_the_receiver_refuses_holds_up_the_others_for_three_tries(tmp_path):
    async with a_receiver(BAD, BAD, BAD) as receiver, told(tmp_path, receiver) as desk:
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk)
        await until_ended(receiver)
    assert receiver.kinds() == ["call.ended"]


@pytest.mark.fault("S14")
async def test_a_subscriber_without_the_clearance_learns_nothing_of_a_confidential_call(tmp_path):
    async with a_receiver() as receiver, told(tmp_path, receiver) as desk:
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk, "tonval-1.0", SOCIAL)
        one_call(desk, "tonval-2.0", BUILDING)
        await until_ended(receiver)
    assert receiver.kinds() == ["call.queued", "call.ended"]
    assert all(b"tonval-1.0" not in posted.body and b"socialtj" not in posted.body for posted in receiver.taken)


async def test_a_subscriber_with_the_clearance_or_of_another_line(tmp_path):
    more = "queues: [socialtjanst], clearances: [socialtjanst]"
    async with a_receiver() as receiver, told(tmp_path, receiver, more) as desk:
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk, "tonval-2.0", BUILDING)
        one_call(desk, "tonval-1.0", SOCIAL)
        await until_ended(receiver)
    assert [posted.event["data"]["call"] for posted in receiver.taken] == ["tonval-1.0", "tonval-1.0"]


async def test_a_right_that_was_taken_away_holds_for_what_already_waits(tmp_path):
    """S15: what was gathered for somebody who held the clearance is not sent once the file does not say so."""
    more = "clearances: [socialtjanst]"
    async with a_receiver(BROKEN, BROKEN, BROKEN, BROKEN) as receiver, told(tmp_path, receiver, more) as desk:
        await asyncio.wait_for(ready(desk), 20)
        sending.FIRST_PAUSE_S = 60.0
        one_call(desk, "tonval-1.0", SOCIAL)
        await receiver.until(lambda: receiver.posted)
        receiver.answers.clear()
        before = desk.web.house.webhooks.subscribers["arenden"]
        desk.web.house.webhooks.subscribers["arenden"] = before.model_copy(update={"clearances": ()})
        one_call(desk, "tonval-2.0", BUILDING)
        await until_ended(receiver)
        sending.FIRST_PAUSE_S = 0.01
    assert all(b"tonval-1.0" not in posted.body for posted in receiver.taken)


async def test_what_happened_while_the_pages_were_down_is_told_when_they_are_back(tmp_path):
    async with a_receiver() as receiver, told(tmp_path, receiver) as desk:
        await asyncio.wait_for(ready(desk), 20)
        one_call(desk, "tonval-1.0")
        await until_ended(receiver)
        async with outbox_away():
            one_call(desk, "tonval-2.0")
            await desk.settled()
        again = asyncio.create_task(Outbox(desk.web).run())
        await receiver.until(lambda: len(different(receiver)) == 4)
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)
    assert list(different(receiver).values()) == ["call.queued", "call.ended"] * 2


def different(receiver: Receiver) -> dict[str, str]:
    """By id: what was taken just before the process ended may come once more, and is known by its id."""
    return {posted.headers["webhook-id"]: posted.event["type"] for posted in receiver.taken}


@asynccontextmanager
async def outbox_away():
    """The only outbox has ended, as with its process."""
    [task] = [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__qualname__", "") == "Outbox.run"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    yield


def test_pauses_double_and_are_no_longer_than_an_hour(monkeypatch):
    monkeypatch.setattr(sending, "FIRST_PAUSE_S", 5.0)
    assert [sending.pause_s(tries, 0.0) for tries in (1, 2, 3, 30)] == [5, 10, 20, 3600]
    assert sending.pause_s(3, 1.0) == 10
