"""The port as the engine uses it: a manager interface and callers played by hand, everything between them real."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from ivr.asterisk.lister import ListTimings
from ivr.asterisk.manager_link import LinkTimings
from ivr.asterisk.telephony import AsteriskTelephony, TelephonyTimings
from ivr.config.secrets import Secrets
from ivr.config.site import Site
from queues.agents import AgentState
from queues.entries import AgentStateChanged, OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Instant, OfferId, PromptId
from routing.actions import EndCall, HoldMusic, LeaveToFallback, OfferToAgent, Say, TakeBack, WithdrawOffer
from routing.events import (
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    FoundState,
    LinkLost,
    OfferAnswered,
    OfferFailed,
    PhoneStateChanged,
    WorldListed,
)
from routing.kernel import Step
from tests.asterisk.agi_peer import AgiPeer, opening
from tests.asterisk.ami_events import (
    CALLER,
    PAPERS,
    device,
    dial_begin,
    dial_end,
    enter,
    hangup,
    leg_row,
    status_row,
)
from tests.asterisk.fake_ami import FakeAmi, event, fake_ami, message, rows
from tests.asterisk.house import small_house

CALL = CallId("tonval-1.1")
LEG = "tonval-1.2"
PHONE = "PJSIP/bo-00000002"
BO = AgentId("bo")
SEVEN = OfferId(7)
OFFER = OfferToAgent(CALL, SEVEN, BO, 20_000, "default")
QUICK = TelephonyTimings(
    without_link_s=0.3,
    lists=ListTimings(audit_s=0.4, gap_s=0.02, confirm_s=0.01, boot_s=0.3),
    link=LinkTimings(ping_every_s=0.1, ping_answer_s=0.2, retry_s=0.02, retry_most_s=0.05, login_s=0.3),
)


class Bench:
    """A running telephony, what it reported, and the world it may list."""

    def __init__(self, server: FakeAmi, telephony: AsteriskTelephony) -> None:
        self.server = server
        self.telephony = telephony
        self.fed = []
        self.channels = []
        self.devices = [device("bo", "NOT_INUSE")]
        self.members = []
        self.peers = []
        self._news = asyncio.Event()
        server.answers["Status"] = lambda action: rows(action, "Status", self.channels)
        server.answers["DeviceStateList"] = lambda action: rows(action, "DeviceStateChange", self.devices)
        server.answers["QueueStatus"] = lambda action: rows(action, "QueueMember", self.members)

    def feed(self, fed):
        self.fed.append(fed)
        self._news.set()

    async def until(self, condition):
        async with asyncio.timeout(30):
            while not condition():
                await self._news.wait()
                self._news.clear()

    async def heard(self, expected):
        await self.until(lambda: expected in self.fed)

    def of_kind(self, kind):
        return [one for one in self.fed if isinstance(one, kind)]

    async def listed_again(self, times=1):
        target = len(self.of_kind(WorldListed)) + times
        await self.until(lambda: len(self.of_kind(WorldListed)) >= target)
        return self.of_kind(WorldListed)[-1]

    async def caller(self, **opened) -> AgiPeer:
        peer = await AgiPeer.connected(self.telephony.front.port)
        self.peers.append(peer)
        peer.send(opening(**{"uniqueid": CALL, **opened}))
        self.channels = [status_row(CALL)]
        return peer

    async def waiting_caller(self) -> AgiPeer:
        """A caller whose session has been armed and who hears music."""
        peer = await self.caller()
        await self.until(lambda: self.of_kind(CallArrived))
        self.telephony.perform(HoldMusic(CALL, "default"))
        await answered(peer, 'SET MUSIC "ON" "default"')
        return peer

    async def ringing_caller(self) -> AgiPeer:
        peer = await self.waiting_caller()
        self.telephony.perform(OFFER)
        await commanded(peer, "EXEC Dial")
        self.ami(dial_begin(CALL, LEG, PHONE))
        self.ami(device("bo", "INUSE"))
        await self.until(lambda: any(isinstance(one, PhoneStateChanged) for one in self.fed))
        return peer

    def ami(self, *events):
        for fields in events:
            self.server.send(message(**fields))
        self._news.set()


async def commanded(peer: AgiPeer, beginning: str) -> str:
    """The next command that begins so; everything before it succeeds."""
    while not (command := await peer.command()).startswith(beginning):
        peer.reply("200 result=1")
    return command


async def answered(peer: AgiPeer, command: str) -> None:
    await commanded(peer, command)
    peer.reply("200 result=0")


async def dial_returns(peer: AgiPeer, status: str, cause: str = "16") -> None:
    peer.reply("200 result=0")
    await commanded(peer, "GET FULL VARIABLE")
    peer.reply(f"200 result=1 ({status}|{cause}|)")


@contextlib.asynccontextmanager
async def running(tmp_path, *, wait=True, timings=QUICK):
    async with fake_ami() as server:
        site = Site(tmp_path, ami_port=server.port, agi_port=0)
        secrets = Secrets(FakeAmi.SECRET, {}, b"")
        telephony = AsteriskTelephony(site, small_house(), secrets, lambda: Instant(1_795_296_000_000), timings)
        bench = Bench(server, telephony)
        await telephony.start(bench.feed)
        try:
            if wait:
                await bench.until(lambda: bench.of_kind(WorldListed))
            yield bench
        finally:
            await telephony.stop()
            for peer in bench.peers:
                peer.abort()
            await asyncio.gather(*(peer.gone() for peer in bench.peers))


async def test_callers_are_left_to_the_dialplan_until_the_world_has_been_listed(tmp_path):
    async with running(tmp_path, wait=False) as bench:
        early = await bench.caller()
        assert await early.closed() == b""
        await bench.until(lambda: bench.of_kind(WorldListed))
        await bench.caller()
        await bench.heard(CallArrived(CALL, "0853061000", "0701740605"))
        assert isinstance(bench.fed[0], WorldListed)


async def test_a_caller_with_papers_has_resumed(tmp_path):
    async with running(tmp_path) as bench:
        await bench.caller(papers=tuple(PAPERS.values()), how="resumed")
        await bench.until(lambda: bench.of_kind(CallResumed))
        assert bench.of_kind(CallResumed)[0].papers.queue == "barn"
        assert bench.of_kind(CallArrived) == []


async def test_an_offer_is_dialled_answered_and_ended(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.ringing_caller()
        bench.ami(dial_end("ANSWER", CALL, LEG, PHONE), enter(LEG, PHONE, CALL), enter(CALL, CALLER, CALL))
        await bench.heard(OfferAnswered(CALL, SEVEN))
        await dial_returns(peer, "ANSWER")
        await bench.heard(ConversationEnded(CALL, SEVEN, TalkEnder.AGENT))


async def test_a_refused_offer_has_failed_with_its_reason(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.ringing_caller()
        await dial_returns(peer, "BUSY", "17")
        await bench.heard(OfferFailed(CALL, SEVEN, OfferResult.BUSY))


async def test_withdrawing_hangs_up_the_phone(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.ringing_caller()
        bench.telephony.perform(WithdrawOffer(CALL, SEVEN, BO))
        await bench.server.until(lambda: bench.server.named("Hangup"))
        assert bench.server.named("Hangup")[0]["Channel"] == LEG
        await dial_returns(peer, "NOANSWER")
        bench.telephony.perform(HoldMusic(CALL, "default"))
        await answered(peer, 'SET MUSIC "ON" "default"')
        assert bench.of_kind(OfferFailed) == []


async def test_withdrawing_what_does_not_ring_yet_hangs_it_up_when_it_does(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.waiting_caller()
        bench.telephony.perform(OFFER)
        await commanded(peer, "EXEC Dial")
        bench.telephony.perform(WithdrawOffer(CALL, SEVEN, BO))
        assert bench.server.named("Hangup") == []
        bench.ami(dial_begin(CALL, LEG, PHONE))
        await bench.server.until(lambda: bench.server.named("Hangup"))
        assert bench.server.named("Hangup")[0]["Channel"] == LEG


async def test_an_offer_withdrawn_before_the_session_began_it_is_never_dialled(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.waiting_caller()
        bench.telephony.perform(Say(CALL, (PromptId("kotid"),), "sv"))
        await commanded(peer, "STREAM FILE")
        bench.telephony.perform(OFFER)
        bench.telephony.perform(WithdrawOffer(CALL, SEVEN, BO))
        bench.telephony.perform(HoldMusic(CALL, "default"))
        peer.reply("200 result=68 endpos=1")
        assert await peer.command() == 'SET MUSIC "ON" "default"'


async def test_the_next_action_stops_a_ring_that_nobody_withdrew(tmp_path):
    async with running(tmp_path) as bench:
        await bench.ringing_caller()
        bench.telephony.perform(Say(CALL, (PromptId("stangt"),), "sv"))
        await bench.server.until(lambda: bench.server.named("Hangup"))
        assert bench.server.named("Hangup")[0]["Channel"] == LEG


async def test_an_action_cuts_an_announcement_short(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.waiting_caller()
        bench.telephony.perform(Say(CALL, (PromptId("kotid"),), "sv"))
        await commanded(peer, "STREAM FILE")
        bench.telephony.perform(OFFER)
        await bench.server.until(lambda: bench.server.named("PlayDTMF"))
        played = bench.server.named("PlayDTMF")[0]
        assert (played["Digit"], played["Receive"]) == ("D", "true")


async def test_a_hang_up_is_reported_once_whoever_sees_it_first(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.waiting_caller()
        bench.ami(hangup(CALL, CALLER, CALL))
        await bench.heard(CallerHungUp(CALL))
        peer.reply("HANGUP")
        assert await peer.closed() == b""
        assert len(bench.of_kind(CallerHungUp)) == 1


async def test_ending_a_call_on_purpose_says_so_to_the_dialplan_and_its_hang_up_is_no_news(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.waiting_caller()
        bench.telephony.perform(EndCall(CALL))
        await commanded(peer, 'SET VARIABLE "ENGINE_DONE" "1"')
        peer.reply("200 result=1")
        await peer.closed()
        bench.ami(hangup(CALL, CALLER, CALL))
        bench.channels = []
        await bench.listed_again()
        assert bench.of_kind(CallerHungUp) == []


async def test_ending_a_call_outside_a_session_hangs_it_up(tmp_path):
    async with running(tmp_path) as bench:
        bench.channels = [status_row(CALL, bridge="b"), leg_row(bridge="b", leg=LEG, call=CALL, name=PHONE)]
        await bench.until(lambda: any(w.calls for w in bench.of_kind(WorldListed)))
        bench.telephony.perform(EndCall(CALL))
        await bench.server.until(lambda: bench.server.named("Hangup"))
        assert bench.server.named("Hangup")[0]["Channel"] == CALL


async def test_a_call_too_many_is_left_to_the_dialplan(tmp_path):
    async with running(tmp_path) as bench:
        peer = await bench.caller()
        await bench.until(lambda: bench.of_kind(CallArrived))
        bench.telephony.perform(LeaveToFallback(CALL))
        await peer.closed()


async def test_a_talk_that_an_engine_before_us_began_has_ended_before_its_caller_resumes(tmp_path):
    async with running(tmp_path) as bench:
        bench.channels = [status_row(CALL, bridge="b"), leg_row(bridge="b", leg=LEG, call=CALL, name=PHONE)]
        await bench.until(lambda: any(w.calls for w in bench.of_kind(WorldListed)))
        await bench.caller(papers=tuple(PAPERS.values()), how="resumed")
        await bench.until(lambda: bench.of_kind(CallResumed))
        assert [type(e) for e in bench.fed if isinstance(e, ConversationEnded | CallResumed)] == [
            ConversationEnded,
            CallResumed,
        ]


class TestTakingBack:
    async def test_a_caller_in_the_dialplan_is_redirected_to_us(self, tmp_path):
        async with running(tmp_path) as bench:
            bench.channels = [status_row(CALL, context="wait", variables=PAPERS)]
            await bench.until(lambda: any(w.calls for w in bench.of_kind(WorldListed)))
            assert bench.of_kind(WorldListed)[-1].calls[0].state is FoundState.IN_FALLBACK
            bench.telephony.perform(TakeBack(CALL))
            await bench.server.until(lambda: bench.server.named("Redirect"))
            asked = bench.server.named("Redirect")[0]
            assert (asked["Channel"], asked["Context"], asked["Exten"], asked["Priority"]) == (CALL, "resume", "s", "1")

    @pytest.mark.parametrize(("context", "fetched"), [("engine", False), ("resume", False), ("wait", True)])
    async def test_a_caller_who_is_about_to_ask_an_engine_by_themselves_is_not_disturbed(
        self, tmp_path, context, fetched
    ):
        async with running(tmp_path) as bench:
            bench.channels = [status_row(CALL), leg_row("7", leg=LEG, call=CALL, name=PHONE)]
            await bench.until(lambda: any(w.calls for w in bench.of_kind(WorldListed)))
            bench.channels = [status_row(CALL, context=context)]
            bench.ami(hangup(LEG, PHONE, CALL))
            await bench.heard(OfferFailed(CALL, SEVEN, OfferResult.NO_ANSWER))
            bench.telephony.perform(TakeBack(CALL))
            await bench.listed_again()
            assert bool(bench.server.named("Redirect")) is fetched

    async def test_a_caller_who_is_no_longer_there_has_hung_up(self, tmp_path):
        async with running(tmp_path) as bench:
            bench.server.answers["Redirect"] = lambda a: [
                message(Response="Error", ActionID=a["ActionID"], Message="Channel does not exist")
            ]
            bench.channels = [status_row(CALL, context="wait", variables=PAPERS)]
            await bench.until(lambda: any(w.calls for w in bench.of_kind(WorldListed)))
            bench.telephony.perform(TakeBack(CALL))
            await bench.heard(CallerHungUp(CALL))

    async def test_a_caller_who_has_begun_to_talk_meanwhile_is_left_alone(self, tmp_path):
        async with running(tmp_path) as bench:
            bench.channels = [
                status_row(CALL, context="wait", variables=PAPERS),
                leg_row("0", leg=LEG, call=CALL, name=PHONE),
            ]
            await bench.until(lambda: any(w.calls for w in bench.of_kind(WorldListed)))
            bench.ami(dial_begin(CALL, LEG, PHONE), enter(LEG, PHONE, CALL), enter(CALL, CALLER, CALL))
            await bench.until(lambda: bench.of_kind(OfferAnswered))
            bench.telephony.perform(TakeBack(CALL))
            await bench.listed_again()
            assert bench.server.named("Redirect") == []


class TestTheLinkGone:
    async def test_a_cut_is_reported_and_after_it_the_world_is_listed_again(self, tmp_path):
        async with running(tmp_path) as bench:
            await bench.waiting_caller()
            bench.server.reset_all()
            await bench.until(lambda: bench.of_kind(LinkLost))
            listed = await bench.listed_again()
            assert [found.state for found in listed.calls] == [FoundState.IN_SESSION]
            assert bench.telephony.accepting

    async def test_a_short_cut_costs_no_caller_the_session(self, tmp_path):
        async with running(tmp_path) as bench:
            peer = await bench.waiting_caller()
            bench.server.reset_all()
            await bench.until(lambda: bench.of_kind(LinkLost))
            await bench.listed_again(3)  # which takes longer than callers are kept without a link
            bench.telephony.perform(HoldMusic(CALL, "other"))
            assert await peer.command() == 'SET MUSIC "ON" "other"'

    async def test_a_long_one_leaves_waiting_callers_to_the_dialplan_and_takes_no_new_ones(self, tmp_path):
        async with running(tmp_path) as bench:
            peer = await bench.waiting_caller()
            bench.server.answer_login = False
            bench.server.reset_all()
            assert await peer.closed() == b""
            assert await (await bench.caller(uniqueid="tonval-1.8")).closed() == b""
            bench.channels = [status_row(CALL, context="wait", variables=PAPERS)]
            bench.server.answer_login = True
            listed = await bench.listed_again()
            assert [found.state for found in listed.calls] == [FoundState.IN_FALLBACK]
            await bench.caller(papers=tuple(PAPERS.values()), how="resumed")
            await bench.until(lambda: bench.of_kind(CallResumed))

    async def test_a_ring_goes_on_and_its_caller_is_left_to_the_dialplan_after_it(self, tmp_path):
        async with running(tmp_path) as bench:
            peer = await bench.ringing_caller()
            bench.server.answer_login = False
            bench.server.reset_all()
            await bench.until(lambda: bench.of_kind(LinkLost))
            other = await bench.caller(uniqueid="tonval-1.8")
            assert await other.closed() == b""
            await dial_returns(peer, "NOANSWER")
            await bench.heard(OfferFailed(CALL, SEVEN, OfferResult.NO_ANSWER))
            await peer.closed()

    async def test_what_was_to_be_withdrawn_meanwhile_is_hung_up_when_it_is_listed(self, tmp_path):
        async with running(tmp_path) as bench:
            await bench.ringing_caller()
            bench.server.reset_all()
            await bench.until(lambda: bench.of_kind(LinkLost))
            bench.telephony.perform(WithdrawOffer(CALL, SEVEN, BO))
            bench.channels = [status_row(CALL), leg_row("7", leg=LEG, call=CALL, name=PHONE)]
            await bench.server.until(lambda: bench.server.named("Hangup"))
            assert bench.server.named("Hangup")[-1]["Channel"] == LEG

    async def test_a_list_that_failed_is_asked_for_again_without_waiting_for_the_audit(self, tmp_path):
        slow = replace(QUICK, lists=replace(QUICK.lists, audit_s=60))
        async with running(tmp_path, wait=False, timings=slow) as bench:
            whole = bench.server.answers["Status"]

            def refuse_once(action):
                bench.server.answers["Status"] = whole
                return [message(Response="Error", ActionID=action["ActionID"], Message="busy")]

            bench.server.answers["Status"] = refuse_once
            await bench.until(lambda: bench.of_kind(WorldListed))

    async def test_an_asterisk_that_never_says_it_has_booted_is_listed_all_the_same(self, tmp_path):
        async with running(tmp_path, wait=False) as bench:
            bench.telephony._lister.booted.set = lambda: None
            await bench.until(lambda: bench.of_kind(WorldListed))


class TestLists:
    async def test_the_world_is_listed_again_and_again_without_being_asked(self, tmp_path):
        async with running(tmp_path) as bench:
            await bench.listed_again(2)

    async def test_a_lost_hang_up_is_healed_by_the_next_list(self, tmp_path):
        async with running(tmp_path) as bench:
            bench.channels = [status_row(CALL, context="wait", variables=PAPERS)]
            await bench.until(lambda: any(w.calls for w in bench.of_kind(WorldListed)))
            bench.channels = []
            assert (await bench.listed_again()).calls == ()

    async def test_a_list_that_cannot_be_read_is_not_the_last_one(self, tmp_path):
        async with running(tmp_path) as bench:
            lister = bench.telephony._lister
            clock, failed = lister._clock, asyncio.Event()

            def broken():
                failed.set()
                lister._clock = clock
                raise RuntimeError("broken")

            lister._clock = broken
            await asyncio.wait_for(failed.wait(), 30)
            await bench.listed_again()

    async def test_a_caller_in_the_fail_open_dialplan_is_found_without_waiting_for_the_audit(self, tmp_path):
        slow = replace(QUICK, lists=replace(QUICK.lists, audit_s=60))
        async with running(tmp_path, timings=slow) as bench:
            bench.channels = [status_row(CALL, context="wait", variables=PAPERS)]
            bench.server.send(event("UserEvent", UserEvent="TonvalFallback", Call=CALL))
            assert [found.call for found in (await bench.listed_again()).calls] == [CALL]


class TestFailOpenMembers:
    def changed(self, agent, state):
        return AgentStateChanged(Instant(0), AgentId(agent), AgentState.LOGGED_OUT, state, "", 0)

    async def test_who_becomes_ready_is_put_into_their_lines_and_no_confidential_one(self, tmp_path):
        async with running(tmp_path) as bench:
            bench.telephony.observe(Step((), (self.changed("bo", AgentState.READY),)))
            await bench.server.until(lambda: len(bench.server.named("QueueAdd")) >= 4)
            queues = {action["Queue"] for action in bench.server.named("QueueAdd")}
            assert queues == {"fallback-aldre", "fallback-barn_skola", "fallback-bygg", "fallback-ovrigt"}

    async def test_what_asterisk_had_before_is_put_right_after_a_cut(self, tmp_path):
        async with running(tmp_path) as bench:
            stale = {"Event": "QueueMember", "Queue": "fallback-socialtjanst", "Location": "PJSIP/bo", "Penalty": "0"}
            bench.members = [stale]
            bench.server.reset_all()
            await bench.server.until(lambda: bench.server.named("QueueRemove"))
            removed = bench.server.named("QueueRemove")[0]
            assert (removed["Queue"], removed["Interface"]) == ("fallback-socialtjanst", "PJSIP/bo")

    async def test_an_agent_who_cannot_be_told_keeps_nobody_else_from_it(self, tmp_path):
        async with running(tmp_path) as bench:
            bench.members = [{"Event": "QueueMember", "Queue": "fallback-bygg", "Location": "x" * 2000}]
            bench.telephony.observe(Step((), (self.changed("bo", AgentState.READY),)))
            await bench.server.until(lambda: len(bench.server.named("QueueStatus")) >= 2)
            bench.members = []
            await bench.server.until(lambda: len(bench.server.named("QueueAdd")) >= 4)

    async def test_a_talk_changes_nothing_there(self, tmp_path):
        async with running(tmp_path) as bench:
            bench.telephony.observe(Step((), (self.changed("bo", AgentState.READY),)))
            await bench.server.until(lambda: len(bench.server.named("QueueAdd")) == 4)
            bench.members = [
                {
                    "Event": "QueueMember",
                    "Queue": a["Queue"],
                    "Location": a["Interface"],
                    "Penalty": a["Penalty"],
                    "Paused": "0",
                }
                for a in bench.server.named("QueueAdd")
            ]
            bench.telephony.observe(Step((), (self.changed("bo", AgentState.TALKING),)))
            await bench.listed_again(2)
            assert len(bench.server.named("QueueAdd")) == 4
            assert bench.server.named("QueuePause") + bench.server.named("QueueRemove") == []


async def test_performing_never_raises_whatever_is_asked(tmp_path):
    async with running(tmp_path) as bench:
        for action in (OFFER, WithdrawOffer(CALL, SEVEN, BO), TakeBack(CALL), EndCall(CALL), LeaveToFallback(CALL)):
            bench.telephony.perform(action)
        bench.telephony.perform(TakeBack(CallId("a\r\nAction: Command")))
        bench.telephony.perform(None)
        await bench.listed_again()
        assert all(action["Action"] != "Command" for action in bench.server.actions)


@pytest.mark.parametrize("times", [2])
async def test_every_event_twice_feeds_once(tmp_path, times):
    async with running(tmp_path) as bench:
        await bench.ringing_caller()
        talk = [
            dial_end("ANSWER", CALL, LEG, PHONE),
            enter(LEG, PHONE, CALL),
            enter(CALL, CALLER, CALL),
            hangup(CALL, CALLER, CALL),
        ]
        bench.ami(*[one for fields in talk for one in [fields] * times])
        await bench.heard(CallerHungUp(CALL))
        assert len(bench.of_kind(OfferAnswered)) == len(bench.of_kind(CallerHungUp)) == 1
