"""What offers, papers and the end of a call become on Asterisk's side; over a real socket."""

import pytest

from ivr.asterisk.caller_session import DialEnded
from queues.ids import NO_CLEARANCE, Clearance, Instant, MenuId, OfferId, QueueId
from routing.actions import EndCall, KeepPapers, LeaveToFallback, RingPerson, TakeBack
from routing.papers import Papers
from tests.asterisk.agi_peer import listening, opening
from tests.asterisk.session_words import CALL, DIAL, HELLO, MUSIC, PLAYED, RESULT, WIPE, hold, offer, say


@pytest.fixture
async def bench():
    async with listening() as one:
        yield one


# ── offers ──────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_an_unanswered_offer_is_reported_and_the_music_comes_back(bench):
    peer, session = await bench.caller()
    session.perform(hold())
    session.perform(offer())
    await peer.answers(MUSIC, "200 result=0")
    await peer.answers(DIAL, "200 result=0")
    await peer.answers(RESULT, "200 result=1 (BUSY|17|)")
    assert await bench.director.report() == DialEnded(CALL, OfferId(7), "BUSY", 17, "")
    await peer.answers(MUSIC, "200 result=0")


async def test_the_next_offer_goes_out_at_once(bench):
    peer, session = await bench.caller()
    session.on_dial_ended = lambda _ended: session.perform(offer(8, "bo", 1_500))
    session.perform(offer())
    await peer.answers(DIAL, "200 result=0")
    await peer.answers(RESULT, "200 result=1 (NOANSWER|0|)")
    await peer.answers('EXEC Dial "PJSIP/bo,4,gim(lugn)b(to-agent^s^1(8))"', "200 result=0")


async def test_a_persons_phone_is_rung_like_an_agents_and_nothing_but_a_phone_is(bench):
    peer, session = await bench.caller()
    session.perform(RingPerson(CALL, OfferId(9), "tel-200", 25_000, "lugn"))
    await peer.answers('EXEC Dial "PJSIP/tel-200,27,gim(lugn)b(to-agent^s^1(9))"', "200 result=0")
    await peer.answers(RESULT, "200 result=1 (NOANSWER|0|)")
    assert await bench.director.report() == DialEnded(CALL, OfferId(9), "NOANSWER", 0, "")
    await peer.answers(MUSIC, "200 result=0")
    for hostile in ("tel-200&PJSIP/trunk/0900", "+46850000,99", "+4785000000", "+46850000000@trunk", "+46${X}"):
        session.perform(RingPerson(CALL, OfferId(10), hostile, 25_000, "lugn"))
        assert await bench.director.report() == DialEnded(CALL, OfferId(10), "CHANUNAVAIL", 0, "")
    session.perform(RingPerson(CALL, OfferId(11), "+46853061000", 25_000, "lugn"))
    await peer.answers('EXEC Dial "PJSIP/+46853061000@outward,27,giS(7200)m(lugn)b(to-person^s^1(11))"', "200 result=0")


async def test_an_offer_without_music_is_silent(bench):
    peer, session = await bench.caller()
    session.perform(offer(music=""))
    await peer.answers('EXEC Dial "PJSIP/alma,22,gib(to-agent^s^1(7))"', "200 result=0")


async def test_a_served_caller_who_stays_can_be_queued_again(bench):
    peer, session = await bench.caller()
    session.perform(offer())
    await peer.answers(DIAL, "200 result=0")
    await peer.answers(RESULT, "200 result=1 (ANSWER|16|PJSIP/alma-00000009)")
    assert await bench.director.report() == DialEnded(CALL, OfferId(7), "ANSWER", 16, "PJSIP/alma-00000009")
    session.perform(hold())
    await peer.answers(WIPE, "200 result=1")
    await peer.answers(MUSIC, "200 result=0")
    session.perform(say("hej"))
    await peer.answers(HELLO, PLAYED)


@pytest.mark.parametrize("agent", ["alma&PJSIP/trunk/0900123", "al ma", "", "alma,99,o", "ALMA", "${X}", "a\nb"])
async def test_an_agent_whose_name_is_no_name_is_never_rung(bench, agent):
    peer, session = await bench.caller()
    session.perform(offer(agent=agent, music=""))
    assert await bench.director.report() == DialEnded(CALL, OfferId(7), "CHANUNAVAIL", 0, "")
    session.perform(hold())
    assert await peer.command() == MUSIC


@pytest.mark.parametrize("reply", ["200 result=-2", "510 Invalid or unknown command"])
async def test_an_asterisk_that_cannot_dial_says_so(bench, reply):
    peer, session = await bench.caller()
    session.perform(offer())
    await peer.answers(DIAL, reply)
    await peer.answers(RESULT, "200 result=1 (ANSWER|16|)")
    assert await bench.director.report() == DialEnded(CALL, OfferId(7), "CHANUNAVAIL", 0, "")


async def test_an_offer_withdrawn_before_it_began_is_never_made(bench):
    peer, session = await bench.caller()
    session.perform(say("hej"))
    session.perform(offer())
    assert session.withdraw(OfferId(7))
    assert not session.withdraw(OfferId(7))
    await peer.answers(HELLO, PLAYED)
    session.perform(hold())
    await peer.answers(MUSIC, "200 result=0")


async def test_an_offer_that_has_begun_is_not_withdrawn_here(bench):
    peer, session = await bench.caller()
    session.perform(offer())
    assert await peer.command() == DIAL
    assert not session.withdraw(OfferId(7))


# ── the dialplan's watch, papers, the end ────────────────────────────────────────────────────────────────────────────
async def test_the_dialplans_watch_is_ended_once_and_by_the_first_action(bench):
    peer, session = await bench.caller(watched=True)
    session.hand_over()
    assert await peer.closed() == b""
    peer, session = await bench.caller(watched=True)
    session.perform(hold())
    session.perform(say("hej"))
    await peer.answers('SET AUTOHANGUP "0"', "200 result=0")
    await peer.answers(HELLO, PLAYED)


async def test_papers_are_laid_whole_and_then_only_what_changed(bench):
    peer, session = await bench.caller()
    papers = Papers(MenuId("m"), clearance=NO_CLEARANCE)
    session.perform(KeepPapers(CALL, papers))
    await peer.answers(
        'EXEC MSet "TONVAL_MENU=m,TONVAL_ENTERED_MS=0,TONVAL_CLEARANCE=none,TONVAL_LANGUAGE=sv,'
        'TONVAL_PRIORITY=0,TONVAL_RECOVERIES=0"',
        "200 result=0",
    )
    session.perform(KeepPapers(CALL, papers))
    queued = Papers(MenuId("m"), QueueId("soc"), Instant(1795296617000), Clearance("soc"))
    session.perform(KeepPapers(CALL, queued))
    await peer.answers(
        'EXEC MSet "TONVAL_QUEUE=soc,TONVAL_ENTERED_MS=1795296617000,TONVAL_CLEARANCE=soc"', "200 result=0"
    )
    session.perform(KeepPapers(CALL, Papers(MenuId("n"), QueueId("soc"), Instant(1795296617000), Clearance("soc"))))
    await peer.answers('SET VARIABLE "TONVAL_MENU" "n"', "200 result=1")


async def test_papers_that_came_with_the_call_are_not_laid_again(bench):
    papers = ("m", "soc", "1795296617000", "soc", "sv", "0", "0")
    peer, session = await bench.caller(opening(papers=papers, how="resumed"))
    session.perform(KeepPapers(CALL, session.papers))
    session.perform(EndCall(CALL))
    assert await peer.command() == 'SET VARIABLE "ENGINE_DONE" "1"'


async def test_an_ended_call_is_closed_after_it_is_marked_done(bench):
    peer, session = await bench.caller()
    session.perform(EndCall(CALL))
    await peer.answers('SET VARIABLE "ENGINE_DONE" "1"', "200 result=1")
    assert await peer.closed() == b""
    assert await bench.director.report() == (CALL, False)


@pytest.mark.parametrize("how", [lambda session: session.hand_over(), lambda one: one.perform(LeaveToFallback(CALL))])
async def test_a_caller_left_to_the_dialplan_is_not_marked_done(bench, how):
    peer, session = await bench.caller()
    session.perform(offer())
    assert await peer.command() == DIAL
    how(session)
    assert await peer.closed() == b""
    assert await bench.director.report() == (CALL, False)
    session.perform(hold())
    session.hand_over()
    assert bench.director.reported.empty()


async def test_an_action_that_is_not_the_sessions_is_passed_over(bench):
    peer, session = await bench.caller()
    session.perform(TakeBack(CALL))
    session.perform(hold())
    await peer.answers(MUSIC, "200 result=0")
