"""Keys that are listened to while prompts or music go on, on Asterisk's side of the connection; over a real socket."""

from dataclasses import replace

import pytest

from ivr.asterisk.agi_steps import MAX_KEYS_IGNORED
from ivr.asterisk.caller_session import INTERRUPT_AGAIN_S, INTERRUPT_DIGIT
from routing.events import DigitsEntered, PromptFinished
from tests.asterisk.agi_peer import listening
from tests.asterisk.running import until
from tests.asterisk.session_words import CALL, DIAL, MUSIC, PLAYED, hold, key, offer, say

LISTEN = 'WAIT FOR DIGIT "60000"'
PLACE = 'STREAM FILE "tonval/sv/plats" "*0D" "0"'


@pytest.fixture
async def bench():
    async with listening() as one:
        yield one


def with_keys(action, keys="*0"):
    return replace(action, keys=keys)


async def listening_caller(bench):
    peer, session = await bench.caller()
    bench.director.with_interrupt(session)
    session.perform(with_keys(hold()))
    await peer.answers(MUSIC, "200 result=0")
    return peer, session


async def test_each_key_over_the_music_is_reported_and_the_music_goes_on(bench):
    peer, _ = await listening_caller(bench)
    for pressed in "*0*":
        await peer.answers(LISTEN, f"200 result={ord(pressed)}")
        assert await bench.director.report() == DigitsEntered(CALL, pressed)
    assert await peer.command() == LISTEN


async def test_a_key_that_means_nothing_and_a_wait_that_ends_are_not_reported(bench):
    peer, _ = await listening_caller(bench)
    await peer.answers(LISTEN, "200 result=55")
    await peer.answers(LISTEN, "200 result=0")
    await peer.answers(LISTEN, "200 result=65")
    await peer.answers(LISTEN, "200 result=48")
    assert await bench.director.report() == DigitsEntered(CALL, "0")


@pytest.mark.fault("F53", "F54")
async def test_a_storm_of_other_keys_is_no_longer_listened_to(bench):
    peer, session = await listening_caller(bench)
    for _ in range(MAX_KEYS_IGNORED):
        await peer.answers(LISTEN, "200 result=55")
    await until(lambda: session._steps is None)
    session.perform(with_keys(say("plats")))
    await peer.answers(PLACE, PLAYED)
    assert await bench.director.report() == PromptFinished(CALL)
    assert bench.director.interrupts == []


async def test_a_key_cuts_what_is_said_short_and_is_reported_instead_of_its_end(bench):
    peer, session = await bench.caller()
    session.perform(with_keys(say("plats", "adjo")))
    await peer.answers(PLACE, key("0"))
    assert await bench.director.report() == DigitsEntered(CALL, "0")


async def test_an_offer_ends_the_listening_at_once(bench):
    peer, session = await listening_caller(bench)
    assert await peer.command() == LISTEN
    session.perform(offer())
    assert bench.director.interrupts == ["PJSIP/trunk-00000001"]
    peer.reply(f"200 result={ord(INTERRUPT_DIGIT)}")
    assert await peer.command() == DIAL


async def test_a_key_pressed_as_the_offer_is_made_is_not_reported(bench):
    peer, session = await listening_caller(bench)
    assert await peer.command() == LISTEN
    session.perform(offer())
    peer.reply("200 result=42")
    assert await peer.command() == DIAL
    assert bench.director.reported.empty()


async def test_an_interruption_lost_with_the_link_is_sent_again(bench):
    peer, session = await listening_caller(bench)
    assert await peer.command() == LISTEN
    began = session._clock()
    session._clock = lambda: began
    session.perform(offer(7))
    session.perform(offer(8))
    assert len(bench.director.interrupts) == 1
    session._clock = lambda: began + INTERRUPT_AGAIN_S
    session.perform(offer(9))
    assert len(bench.director.interrupts) == 2


async def test_what_the_key_leads_to_is_done_without_an_interruption(bench):
    peer, session = await listening_caller(bench)
    assert await peer.command() == LISTEN

    def answer(event):
        if event == DigitsEntered(CALL, "*"):
            session.perform(with_keys(say("plats")))

    session.start(answer)
    peer.reply("200 result=42")
    assert await peer.command() == PLACE
    assert bench.director.interrupts == []
