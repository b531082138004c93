"""What prompts, questions and music become on Asterisk's side, and what is reported of them; over a real socket."""

import pytest

from ivr.asterisk.agi_steps import MAX_STRAY_KEYS
from ivr.asterisk.caller_session import INTERRUPT_DIGIT
from queues.ids import MenuId, PromptId
from routing.actions import AskDigits, KeepPapers
from routing.events import DigitsEntered, PromptFinished
from routing.papers import Papers
from tests.asterisk.agi_peer import listening
from tests.asterisk.session_words import CALL, HELLO, KEYS, MENU, MUSIC, PLAYED, THINKING, ask, hold, key, say


@pytest.fixture
async def bench():
    async with listening() as one:
        yield one


# ── prompts and keys ────────────────────────────────────────────────────────────────────────────────────────────
async def test_prompts_are_played_one_after_the_other(bench):
    peer, session = await bench.caller()
    session.perform(say("hej", "adjo"))
    await peer.answers(HELLO, PLAYED)
    await peer.answers('STREAM FILE "tonval/sv/adjo" "D" "0"', PLAYED)
    assert await bench.director.report() == PromptFinished(CALL)


async def test_a_missing_sound_does_not_stop_what_follows(bench):
    peer, session = await bench.caller()
    session.perform(say("hej", "../../etc/passwd", "adjo"))
    await peer.answers(HELLO, "200 result=-1 endpos=0")
    await peer.answers('STREAM FILE "tonval/sv/adjo" "D" "0"', PLAYED)
    assert await bench.director.report() == PromptFinished(CALL)


async def test_a_key_after_the_menu_is_reported(bench):
    peer, session = await bench.caller()
    session.perform(ask("meny"))
    await peer.answers(MENU, key("2"))
    assert await bench.director.report() == DigitsEntered(CALL, "2")


async def test_a_key_cuts_the_prompts_before_the_last_short(bench):
    peer, session = await bench.caller()
    session.perform(ask("hej", "meny"))
    await peer.answers(f'STREAM FILE "tonval/sv/hej" "{KEYS}" "0"', key("#"))
    assert await bench.director.report() == DigitsEntered(CALL, "#")


async def test_silence_is_reported_as_no_digits(bench):
    peer, session = await bench.caller()
    session.perform(ask("meny"))
    await peer.answers(MENU, "200 result=0 endpos=8000")
    await peer.answers(THINKING, "200 result=0")
    await peer.answers('WAIT FOR DIGIT "4500"', "200 result=0")
    assert await bench.director.report() == DigitsEntered(CALL, "")


async def test_who_thinks_about_a_key_hears_music_and_may_still_press_it(bench):
    peer, session = await bench.caller()
    session.perform(ask("meny"))
    await peer.answers(MENU, "200 result=0 endpos=8000")
    await peer.answers(THINKING, "200 result=0")
    await peer.answers('WAIT FOR DIGIT "4500"', "200 result=54")
    assert await bench.director.report() == DigitsEntered(CALL, "6")


async def test_music_is_known_to_be_gone_after_a_menu(bench):
    peer, session = await bench.caller()
    session.perform(hold("default"))
    await peer.answers(THINKING, "200 result=0")
    session.perform(ask("meny"))
    await peer.answers(MENU, "200 result=0 endpos=8000")
    await peer.answers(THINKING, "200 result=0")


async def test_a_short_wait_needs_no_music(bench):
    peer, session = await bench.caller()
    session.perform(AskDigits(CALL, (PromptId("meny"),), "sv", 1, first_ms=1_000, next_ms=1_000))
    await peer.answers(MENU.replace("1500", "1000"), "200 result=0 endpos=8000")
    assert await bench.director.report() == DigitsEntered(CALL, "")


async def test_an_action_silenced_between_two_commands_begins_no_further_one(bench):
    peer, session = await bench.caller()
    bench.director.with_interrupt(session)
    session.perform(ask("meny"))
    await peer.answers(MENU, "200 result=0 endpos=8000")
    assert await peer.command() == THINKING
    session.perform(say("hej"))
    peer.reply("200 result=0")
    await peer.answers(HELLO, PLAYED)
    assert await bench.director.report() == PromptFinished(CALL)
    assert bench.director.interrupts == []


async def test_several_digits_are_collected_up_to_the_limit(bench):
    peer, session = await bench.caller()
    session.perform(ask("meny", max_digits=3))
    await peer.answers(MENU, key("1"))
    await peer.answers('WAIT FOR DIGIT "4000"', "200 result=50")
    await peer.answers('WAIT FOR DIGIT "4000"', "200 result=42")
    assert await bench.director.report() == DigitsEntered(CALL, "12*")


async def test_a_pause_between_digits_ends_them(bench):
    peer, session = await bench.caller()
    session.perform(ask(max_digits=8))
    await peer.answers('WAIT FOR DIGIT "1500"', "200 result=49")
    await peer.answers('WAIT FOR DIGIT "4000"', "200 result=0")
    assert await bench.director.report() == DigitsEntered(CALL, "1")


async def test_no_music_between_keys_that_are_typed_in_a_row_and_some_for_who_hesitates(bench):
    peer, session = await bench.caller()
    session.perform(ask())
    await peer.answers('WAIT FOR DIGIT "1500"', "200 result=0")
    await peer.answers(THINKING, "200 result=0")
    await peer.answers('WAIT FOR DIGIT "4500"', "200 result=50")
    assert await bench.director.report() == DigitsEntered(CALL, "2")


async def test_a_missing_menu_leaves_the_time_to_press_a_key(bench):
    peer, session = await bench.caller()
    session.perform(ask("meny"))
    await peer.answers(MENU, "200 result=-1 endpos=0")
    await peer.answers(THINKING, "200 result=0")
    await peer.answers('WAIT FOR DIGIT "6000"', "200 result=53")
    assert await bench.director.report() == DigitsEntered(CALL, "5")


async def test_a_flood_of_a_thousand_keys_is_at_most_max_digits_and_the_menu_still_works(bench):
    peer, session = await bench.caller()
    for _ in range(500):
        session.perform(ask("meny", max_digits=2))
        await peer.answers(MENU, key("9"))
        await peer.answers('WAIT FOR DIGIT "4000"', "200 result=57")
        assert await bench.director.report() == DigitsEntered(CALL, "99")
    session.perform(ask("meny"))
    await peer.answers(MENU, key("1"))
    assert await bench.director.report() == DigitsEntered(CALL, "1")


async def test_no_wish_for_digits_is_without_bound(bench):
    peer, session = await bench.caller()
    session.perform(ask(max_digits=10**9))
    await peer.answers('WAIT FOR DIGIT "1500"', "200 result=49")
    for _ in range(63):
        await peer.answers('WAIT FOR DIGIT "4000"', "200 result=49")
    assert await bench.director.report() == DigitsEntered(CALL, "1" * 64)


async def test_keys_that_no_telephone_has_are_never_an_answer(bench):
    peer, session = await bench.caller()
    session.perform(ask("meny"))
    await peer.answers(MENU, key("A"))
    await peer.answers(f'STREAM FILE "tonval/sv/meny" "{KEYS}" "400"', PLAYED)
    await peer.answers(THINKING, "200 result=0")
    assert (await peer.command()).startswith("WAIT FOR DIGIT")
    peer.reply("200 result=66")
    assert (await peer.command()).startswith("WAIT FOR DIGIT")
    peer.reply("200 result=51")
    assert await bench.director.report() == DigitsEntered(CALL, "3")


async def test_a_flood_of_strange_keys_ends_the_prompt_and_not_the_call(bench):
    peer, session = await bench.caller()
    session.perform(say("hej"))
    for _ in range(MAX_STRAY_KEYS):
        assert (await peer.command()).startswith("STREAM FILE")
        peer.reply(key("D"))
    assert await bench.director.report() == PromptFinished(CALL)


# ── superseding ─────────────────────────────────────────────────────────────────────────────────────────────────
async def test_the_next_action_cuts_a_prompt_short_and_silences_it(bench):
    peer, session = await bench.caller()
    bench.director.with_interrupt(session)
    session.perform(say("hej", "adjo"))
    assert await peer.command() == HELLO
    session.perform(hold())
    assert bench.director.interrupts == ["PJSIP/trunk-00000001"]
    peer.reply(key(INTERRUPT_DIGIT))
    await peer.answers(MUSIC, "200 result=0")
    session.perform(ask("meny"))
    await peer.answers(MENU, key("1"))
    assert await bench.director.report() == DigitsEntered(CALL, "1")


async def test_an_interruption_that_comes_too_late_is_no_answer_to_the_next_question(bench):
    peer, session = await bench.caller()
    bench.director.with_interrupt(session)
    session.perform(say("hej"))
    assert await peer.command() == HELLO
    session.perform(ask("meny"))
    peer.reply(PLAYED)
    await peer.answers(MENU, key(INTERRUPT_DIGIT))
    await peer.answers(f'STREAM FILE "tonval/sv/meny" "{KEYS}" "400"', key("4"))
    assert await bench.director.report() == DigitsEntered(CALL, "4")


async def test_an_interruption_that_comes_too_late_does_not_cut_the_next_prompt(bench):
    peer, session = await bench.caller()
    bench.director.with_interrupt(session)
    session.perform(say("hej"))
    assert await peer.command() == HELLO
    session.perform(say("adjo"))
    peer.reply(PLAYED)
    await peer.answers('STREAM FILE "tonval/sv/adjo" "D" "0"', key(INTERRUPT_DIGIT))
    await peer.answers('STREAM FILE "tonval/sv/adjo" "D" "400"', PLAYED)
    assert await bench.director.report() == PromptFinished(CALL)
    assert len(bench.director.interrupts) == 1


async def test_without_interruption_the_prompt_ends_by_itself_and_stays_silent(bench):
    peer, session = await bench.caller()
    session.perform(ask("meny"))
    assert await peer.command() == MENU
    session.perform(hold())
    peer.reply(key("1"))
    await peer.answers(MUSIC, "200 result=0")
    session.perform(say("hej"))
    await peer.answers(HELLO, PLAYED)
    assert await bench.director.report() == PromptFinished(CALL)


async def test_papers_do_not_cut_a_prompt_short(bench):
    peer, session = await bench.caller()
    bench.director.with_interrupt(session)
    session.perform(say("hej"))
    assert await peer.command() == HELLO
    session.perform(KeepPapers(CALL, Papers(menu=MenuId("m"))))
    peer.reply(PLAYED)
    assert (await peer.command()).startswith("EXEC MSet")
    assert await bench.director.report() == PromptFinished(CALL)
    assert bench.director.interrupts == []


async def test_what_was_superseded_before_it_began_is_never_begun(bench):
    peer, session = await bench.caller()
    session.perform(KeepPapers(CALL, Papers(menu=MenuId("m"))))
    session.perform(say("hej"))
    session.perform(hold())
    session.perform(ask("meny"))
    assert (await peer.command()).startswith("EXEC MSet")
    peer.reply("200 result=0")
    await peer.answers(MENU, key("1"))
    assert await bench.director.report() == DigitsEntered(CALL, "1")


async def test_an_interruption_that_raises_is_survived(bench):
    peer, session = await bench.caller()
    session.interrupt = lambda _channel: 1 / 0
    session.perform(say("hej"))
    assert await peer.command() == HELLO
    session.perform(hold())
    peer.reply(PLAYED)
    await peer.answers(MUSIC, "200 result=0")


# ── music ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_music_is_set_once_and_again_after_a_prompt(bench):
    peer, session = await bench.caller()
    session.perform(hold())
    session.perform(hold())
    await peer.answers(MUSIC, "200 result=0")
    session.perform(hold())
    session.perform(say("hej"))
    await peer.answers(HELLO, PLAYED)
    session.perform(hold())
    await peer.answers(MUSIC, "200 result=0")


async def test_no_music_is_silence(bench):
    peer, session = await bench.caller()
    session.perform(hold(""))
    session.perform(hold())
    await peer.answers(MUSIC, "200 result=0")
    session.perform(hold(""))
    await peer.answers('SET MUSIC "OFF"', "200 result=0")


async def test_music_with_an_odd_name_is_the_default(bench):
    peer, session = await bench.caller()
    session.perform(hold("a)b(evil"))
    await peer.answers('SET MUSIC "ON"', "200 result=0")
