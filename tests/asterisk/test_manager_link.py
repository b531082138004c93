"""Every fault of panoramisk that was seen, against a manager interface that commits it (on a real socket)."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from ivr.asterisk.manager_link import (
    Account,
    ActionRefusedError,
    LinkDownError,
    LinkHooks,
    LinkState,
    LinkTimings,
    ManagerLink,
    UnsafeHeaderError,
)
from tests.asterisk.fake_ami import FakeAmi, event, fake_ami, message, rows

QUICK = LinkTimings(
    connect_s=1.0,
    login_s=0.3,
    action_s=0.5,
    ping_every_s=0.1,
    ping_answer_s=0.2,
    busy_s=0.6,
    retry_s=0.02,
    retry_most_s=0.1,
    refused_soon_s=0.02,
    refused_s=0.15,
    refused_most_s=0.3,
)


class Listener:
    """What the link said, and a way to wait for it."""

    def __init__(self) -> None:
        self.events = []
        self.downs = []
        self.ups = 0
        self.raise_on = ""
        self._news = asyncio.Event()

    def on_event(self, fields):
        self.events.append(fields)
        self._news.set()
        if fields["Event"] == self.raise_on:
            raise RuntimeError("the handler is broken")

    def on_up(self):
        self.ups += 1
        self._news.set()

    def on_down(self, reason):
        self.downs.append(reason)
        self._news.set()

    async def until(self, condition, within_s=30.0):
        async with asyncio.timeout(within_s):
            while not condition():
                await self._news.wait()
                self._news.clear()

    def names(self):
        return [fields["Event"] for fields in self.events if fields["Event"] != "FullyBooted"]


@contextlib.asynccontextmanager
async def linked(server: FakeAmi, *, secret=FakeAmi.SECRET, wanted=None, timings=QUICK, wait=True):
    listener = Listener()
    hooks = LinkHooks(listener.on_event, listener.on_up, listener.on_down, wanted)
    link = ManagerLink(Account("127.0.0.1", server.port, "tonval", secret), hooks, timings)
    await link.start()
    try:
        if wait:
            await listener.until(lambda: listener.ups)
        yield link, listener
    finally:
        await link.stop()


async def test_events_come_in_order_as_plain_dicts_with_names_whole():
    async with fake_ami() as server, linked(server) as (_, heard):
        stream = b"".join(event("Hangup", CallerIDName="Åsa Öberg", Uniqueid=str(i), BridgeID="") for i in range(50))
        for at in range(0, len(stream), 7):
            server.send(stream[at : at + 7])
        await heard.until(lambda: len(heard.names()) == 50)
        assert [fields for fields in heard.events if fields["Event"] == "Hangup"] == [
            {"Event": "Hangup", "CallerIDName": "Åsa Öberg", "Uniqueid": str(i), "BridgeID": ""} for i in range(50)
        ]


@pytest.mark.fault("F28")
async def test_a_handler_that_raises_costs_only_that_event():
    async with fake_ami() as server, linked(server) as (link, heard):
        heard.raise_on = "Bad"
        server.send(event("A") + event("Bad") + event("B"))
        await heard.until(lambda: "B" in heard.names())
        assert (heard.names(), heard.downs, link.counters.callback_errors) == (["A", "Bad", "B"], [], 1)


@pytest.mark.fault("F26")
async def test_malformed_messages_are_counted_and_the_link_stays():
    bad = [b"noise\r\n\r\n", b"Event: X\r\nno colon\r\n\r\n", b"Event: X\0\r\n\r\n", b"Event: L\r\nN: " + b"a" * 2**20]
    async with fake_ami() as server, linked(server) as (link, heard):
        for data in bad:
            server.send(data)
        server.send(b"\r\n\r\n" + event("Good"))
        await heard.until(lambda: heard.names() == ["Good"])
        assert (link.counters.malformed, link.counters.oversized, heard.downs) == (3, 1, [])


async def test_unwanted_events_are_dropped_but_rows_of_a_list_are_not():
    async with fake_ami() as server, linked(server, wanted=frozenset({"Hangup"})) as (link, heard):
        server.answers["Status"] = lambda action: rows(action, "Status", [{"Uniqueid": "1"}, {"Uniqueid": "2"}])
        server.send(event("VarSet", Variable="X") + event("Hangup", Uniqueid="9"))
        answer = await link.action("Status")
        assert [row.get("Uniqueid") for row in answer] == [None, "1", "2", None]
        assert heard.names() == ["Hangup"]


async def test_an_action_answered_added_to_queue_is_answered():
    async with fake_ami() as server, linked(server) as (link, _):
        server.answers["QueueAdd"] = lambda a: [
            message(Response="Success", ActionID=a["ActionID"], Message="Added interface to queue")
        ]
        assert (await link.action("QueueAdd", Queue="q", Interface="PJSIP/anna"))[0]["Response"] == "Success"


async def test_a_list_that_is_refused_is_refused_and_not_waited_for():
    async with fake_ami() as server, linked(server) as (link, _):
        server.answers["Status"] = lambda a: [
            message(Response="Error", ActionID=a["ActionID"], Message="Permission denied")
        ]
        with pytest.raises(ActionRefusedError, match="Permission denied"):
            await link.action("Status")


async def test_an_event_that_carries_a_pending_actions_id_is_an_event_and_no_answer():
    def answer(action):
        token = action["ActionID"]
        return [
            event("OriginateResponse", ActionID=token, Response="Failure", Uniqueid="7"),
            message(Response="Success", ActionID=token, Message="queued"),
        ]

    async with fake_ami() as server, linked(server) as (link, heard):
        server.answers["Redirect"] = answer
        assert (await link.action("Redirect", Channel="c"))[0]["Message"] == "queued"
        assert heard.names() == ["OriginateResponse"]


@pytest.mark.parametrize("value", ["x\r\nAction: Command\r\nCommand: core stop now", "a\nb", "a\0b"])
async def test_a_line_break_in_a_value_sends_nothing(value):
    async with fake_ami() as server, linked(server) as (link, _):
        with pytest.raises(UnsafeHeaderError):
            await link.action("Setvar", Channel="c", Variable="X", Value=value)
        await link.action("Redirect", Channel="c")
        assert [a["Action"] for a in server.actions if a["Action"] != "Ping"] == ["Login", "Redirect"]


@pytest.mark.fault("F21")
async def test_an_unanswered_action_ends_in_time_and_its_late_answer_is_nobodys():
    async with fake_ami() as server, linked(server) as (link, _):
        server.answers["Hangup"] = lambda _: []
        with pytest.raises(TimeoutError):
            await link.action("Hangup", Channel="c")
        late = server.named("Hangup")[0]["ActionID"]
        server.send(message(Response="Error", ActionID=late, Message="late"))
        assert (await link.action("Redirect", Channel="c"))[0]["Message"] == "done"
        assert link.counters.timeouts == 1


@pytest.mark.fault("F18", "F21")
async def test_a_reset_link_comes_back_and_what_was_unanswered_is_failed_and_never_sent_again():
    async with fake_ami() as server, linked(server) as (link, heard):
        server.answers["Redirect"] = lambda _: []
        asked = asyncio.create_task(link.action("Redirect", Channel="c"))
        await server.until(lambda: server.named("Redirect"))
        server.reset_all()
        with pytest.raises(LinkDownError):
            await asked
        await heard.until(lambda: heard.ups == 2)
        await link.action("Hangup", Channel="x")
        assert (len(server.named("Redirect")), len(heard.downs), link.counters.lost) == (1, 1, 1)


@pytest.mark.fault("F21")
async def test_while_the_link_is_down_actions_fail_at_once_and_are_not_kept():
    async with fake_ami() as server, linked(server) as (link, heard):
        server.answer_login = False
        server.reset_all()
        await heard.until(lambda: heard.downs)
        with pytest.raises(LinkDownError):
            await link.action("Redirect", Channel="c")
        server.answer_login = True
        await heard.until(lambda: heard.ups == 2)
        assert server.named("Redirect") == []


@pytest.mark.fault("F18")
async def test_fifty_cuts_leave_one_link_and_one_report_each():
    async with fake_ami() as server, linked(server) as (link, heard):
        for cut in range(1, 51):
            server.reset_all()
            await heard.until(lambda cut=cut: heard.ups == cut + 1)
        assert (len(heard.downs), link.state, link.counters.connections) == (50, LinkState.UP, 51)


@pytest.mark.fault("F19", "F35")
async def test_a_peer_that_answers_nothing_is_cut_off_and_whoever_waits_is_told():
    async with fake_ami() as server, linked(server) as (link, heard):
        server.frozen = True
        asked = asyncio.create_task(link.action("Status"))
        await heard.until(lambda: heard.downs)
        with pytest.raises((LinkDownError, TimeoutError)):
            await asked
        server.frozen = False
        await heard.until(lambda: heard.ups == 2)
        assert heard.downs == ["half_open"]


@pytest.mark.fault("F35")
async def test_a_peer_that_sends_events_but_never_answers_is_cut_off_too():
    async with fake_ami() as server, linked(server) as (_, heard):
        server.frozen = True
        while not heard.downs:
            before = len(heard.events)
            server.send(event("Noise"))
            await heard.until(lambda before=before: len(heard.events) > before or heard.downs)
        assert heard.downs == ["half_open"]


async def test_a_peer_that_is_slow_but_not_silent_is_kept():
    async with fake_ami() as server, linked(server, timings=replace(QUICK, busy_s=5.0)) as (link, heard):
        server.answers["Ping"] = lambda _: []
        for _ in range(2):
            before = len(server.named("Ping"))
            await server.until(lambda before=before: len(server.named("Ping")) > before)
            asked = server.named("Ping")[-1]["ActionID"]
            for n in range(8):
                server.send(event("Noise", N=str(n)))
                await heard.until(lambda n=n: heard.events[-1].get("N") == str(n))
                await asyncio.wait({link._gone}, timeout=0.05)
            server.send(message(Response="Success", ActionID=asked, Ping="Pong"))
        assert heard.downs == []


async def test_a_message_that_breaks_panoramisk_costs_only_itself():
    async with fake_ami() as server, linked(server) as (link, heard):
        server.answers["Status"] = lambda a: [
            message(Response="Success", ActionID=a["ActionID"], Message="Originate successfully queued")
        ]
        with pytest.raises(TimeoutError):
            await link.action("Status")
        assert (link.counters.malformed, heard.downs) == (1, [])


@pytest.mark.fault("F35")
async def test_a_peer_that_accepts_and_never_answers_the_login_is_tried_again_and_never_up():
    async with fake_ami() as server:
        server.answer_login = False
        async with linked(server, wait=False) as (link, heard):
            await server.until(lambda: server.logins >= 2)
            assert (heard.ups, heard.downs, link.state) == (0, [], LinkState.DOWN)
            with pytest.raises(LinkDownError):
                await link.action("Status")
            server.answer_login = True
            await heard.until(lambda: heard.ups == 1)


@pytest.mark.fault("F20")
async def test_a_refused_login_is_an_alarm_and_is_not_hammered(capsys):
    async with fake_ami() as server, linked(server, secret="old", wait=False) as (link, heard):
        await server.until(lambda: server.logins >= 4)
        assert link.state is LinkState.REFUSED
        assert heard.ups == 0
        server.secret = "old"
        await heard.until(lambda: heard.ups == 1)
        assert link.state is LinkState.UP
    out = capsys.readouterr().out
    assert out.count("ami_login_refused") == 1
    assert "old" not in out.replace("threshold", "")


async def test_a_refusal_because_the_engine_before_us_has_only_just_died_costs_a_moment_and_no_alarm(capsys):
    slow = replace(QUICK, refused_s=60.0, refused_most_s=60.0)
    async with fake_ami() as server:
        server.accept_login = False
        async with linked(server, wait=False, timings=slow) as (link, heard):
            await server.until(lambda: server.logins >= 2)
            assert (link.state, link.counters.refused >= 1) == (LinkState.DOWN, True)
            server.accept_login = True
            await heard.until(lambda: heard.ups == 1)
    assert "ami_login_refused" not in capsys.readouterr().out


@pytest.mark.fault("F18", "F20")
def test_the_waits_after_a_refusal_grow_to_a_minute_and_those_after_a_loss_stay_under_two_seconds():
    link = ManagerLink(Account("h", 1, "u", "s"), LinkHooks(lambda _: None, lambda: None, lambda _: None))
    refused = [link._pause_s("login_refused", n) for n in range(1, 12)]
    lost = [link._pause_s("half_open", n) for n in range(1, 12)]
    assert max(refused[:2]) <= 0.25
    assert 3.75 <= min(refused[2:]) <= 5
    assert 45 <= max(refused) <= 60
    assert max(lost) <= 2
    assert link._pause_s("login_unanswered", 11) > 5


@pytest.mark.fault("F15")
async def test_asterisk_may_come_later_than_we():
    async with fake_ami() as server:
        port = server.port
        await server.stop()
        async with linked(server, wait=False) as (link, heard):
            assert link.state is LinkState.DOWN
            late = FakeAmi()
            await late.start(port)
            await heard.until(lambda: heard.ups == 1)
            await late.stop()


async def test_asterisks_own_farewell_ends_the_link_once():
    async with fake_ami() as server, linked(server) as (_, heard):
        server.send(event("Shutdown", Shutdown="Cleanly") + event("Hangup", Uniqueid="1"))
        await heard.until(lambda: heard.downs and heard.ups == 2)
        assert heard.downs == ["asterisk_shutdown"]


async def test_a_broken_on_up_does_not_cost_the_link():
    async with fake_ami() as server:
        listener = Listener()

        def broken():
            listener.on_up()
            raise RuntimeError("broken")

        hooks = LinkHooks(listener.on_event, broken, listener.on_down)
        link = ManagerLink(Account("127.0.0.1", server.port, "tonval", "hemligt"), hooks, QUICK)
        await link.start()
        await listener.until(lambda: listener.ups)
        assert (await link.action("Redirect"))[0]["Message"] == "done"
        await link.stop()
        assert (link.counters.callback_errors, listener.downs) == (1, [])


@pytest.mark.fault("F25")
async def test_a_storm_of_events_keeps_the_link_and_holds_no_heap_of_them():
    wanted = frozenset({"Hangup"})
    async with fake_ami() as server, linked(server, wanted=wanted) as (link, heard):
        for n in range(100):
            server.send(event("VarSet", Variable="A", Value="b" * 200) * 200 + event("Hangup", Uniqueid=str(n)))
        await heard.until(lambda: len(heard.names()) == 100)
        assert (await link.action("Redirect"))[0]["Message"] == "done"
        assert heard.downs == []
        assert link.counters.events == 100


async def test_stopping_fails_what_waits_and_says_nothing():
    async with fake_ami() as server, linked(server) as (link, heard):
        server.answers["Status"] = lambda _: []
        asked = asyncio.create_task(link.action("Status"))
        await server.until(lambda: server.named("Status"))
        await link.stop()
        with pytest.raises(LinkDownError):
            await asked
        assert heard.downs == []
