"""The fail-open dialplan on a real Asterisk, with no engine at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.config.house import Opening
from ivr.testphone.agent import AgentPhone
from ivr.testphone.behaviour import answer, answer_and_drop, decline, ring_forever
from ivr.testphone.caller import Caller
from ivr.testphone.ear import Heard
from ivr.testphone.witness import Terminal
from tests.asterisk.house import NUMBER, small_house, with_hours
from tests.asterisk.running import Line, line_to, running_asterisk, until

pytestmark = pytest.mark.asterisk


def serve(line: Line, person: str, *queues: str) -> None:
    for queue in queues:
        line.asterisk.server.cli(f"queue add member PJSIP/{person} to fallback-{queue}")


async def rung(phone: AgentPhone) -> None:
    await until(phone.rung.is_set)


async def in_menu(line: Line, number: str = NUMBER) -> Caller:
    caller = line.caller(number)
    assert await caller.dial() == 200
    assert await caller.hear_prompt("huvudmeny")
    return caller


async def test_two_leads_to_the_school_groups_phone_and_the_talk_ends_the_call(line: Line) -> None:
    alma, dan = await line.phone("alma", answer(100, talk_ms=2_500)), await line.phone("dan", answer())
    serve(line, "alma", "barn_skola")
    serve(line, "dan", "ovrigt")
    caller = await in_menu(line)
    await caller.press("2")
    assert await caller.hear_agent()
    await until(caller.over.is_set)
    assert caller.ear.prompts[:3] == ["valkommen", "huvudmeny", "reservlage"]
    assert caller.terminal is Terminal.ANSWERED
    assert [len(alma.rings), len(dan.rings)] == [1, 0]


async def test_a_confidential_call_rings_no_uncleared_phone_even_if_the_list_is_wrong(line: Line) -> None:
    cilla, dan = await line.phone("cilla", ring_forever()), await line.phone("dan", answer())
    serve(line, "dan", "socialtjanst")  # what no engine would do: Dan is not cleared
    caller = await in_menu(line)
    await caller.press("3")
    assert await caller.hear(Heard.MUSIC)
    serve(line, "cilla", "socialtjanst")
    await rung(cilla)
    assert dan.rings == []
    assert cilla.rings[0].shown_number != caller.from_user  # a phone remembers who rang; not for these
    assert "socialtjanst" not in str(cilla.rings[0].headers)


async def test_silence_ends_with_the_people_for_other_matters(line: Line) -> None:
    dan = await line.phone("dan", ring_forever())
    serve(line, "dan", "ovrigt")
    caller = await in_menu(line)
    await rung(dan)
    assert caller.ear.prompts.count("huvudmeny") == 2
    assert caller.up


async def test_wrong_keys_are_told_so_and_end_with_people(line: Line) -> None:
    dan = await line.phone("dan", ring_forever())
    serve(line, "dan", "ovrigt")
    caller = await in_menu(line)
    await caller.press("9")
    assert await caller.hear_prompt("fel_val")
    await caller.press("#")
    await rung(dan)
    assert caller.up


async def test_star_repeats_and_zero_reaches_a_person(line: Line) -> None:
    dan = await line.phone("dan", ring_forever())
    serve(line, "dan", "ovrigt")
    caller = await in_menu(line)
    assert await caller.hear_prompt("repetera")
    await caller.press("*")
    await until(lambda: caller.ear.prompts.count("huvudmeny") == 2)
    await caller.press("0")
    await rung(dan)


async def test_with_nobody_there_the_caller_hears_music_and_is_rung_through_later(line: Line) -> None:
    caller = await in_menu(line)
    await caller.press("1")
    assert await caller.hear_prompt("reservlage")
    assert await caller.hear(Heard.MUSIC)
    eva = await line.phone("eva", answer(100))
    serve(line, "eva", "aldre")
    await rung(eva)
    assert await caller.hear_agent()


async def test_a_talk_that_was_none_puts_the_caller_back_in_line(line: Line) -> None:
    finn = await line.phone("finn", answer_and_drop(50, 150))
    serve(line, "finn", "bygg")
    caller = await in_menu(line)
    await caller.press("4")
    await rung(finn)
    finn.behaviour = answer(50)
    await until(lambda: len(finn.rings) >= 2 and finn.rings[-1].answered_ms > 0)
    assert caller.up


async def test_a_phone_that_declines_loses_nobody(line: Line) -> None:
    finn = await line.phone("finn", decline())
    serve(line, "finn", "bygg")
    caller = await in_menu(line)
    await caller.press("4")
    await until(lambda: len(finn.rings) >= 2)
    assert caller.up


async def test_a_call_that_overflowed_keeps_its_secrecy(line: Line) -> None:
    """Its papers say ovrigt and socialtjanst: only who is cleared is rung, whatever line it stands in (S07)."""
    dan, cilla = await line.phone("dan", answer()), await line.phone("cilla", ring_forever())
    serve(line, "dan", "ovrigt")
    serve(line, "cilla", "socialtjanst")
    caller = line.caller("9001")
    assert await caller.dial() == 200
    await rung(cilla)
    assert dan.rings == []


async def test_a_call_of_which_nothing_is_known_is_held_and_rings_nobody(line: Line) -> None:
    dan, cilla = await line.phone("dan", answer()), await line.phone("cilla", answer())
    serve(line, "dan", "ovrigt")
    serve(line, "cilla", "ovrigt", "socialtjanst")
    caller = line.caller("9002")
    assert await caller.dial() == 200
    assert await caller.hear_prompt("reservlage")
    assert await caller.hear(Heard.MUSIC)
    assert (dan.rings, cilla.rings, caller.up) == ([], [], True)


async def test_a_queue_that_is_no_more_leaves_the_caller_with_the_people_for_other_matters(line: Line) -> None:
    dan = await line.phone("dan", ring_forever())
    serve(line, "dan", "ovrigt")
    caller = line.caller("9006")
    assert await caller.dial() == 200
    await rung(dan)


async def test_the_old_place_is_kept(line: Line) -> None:
    """Who entered first is served first, also when fail-open got hold of them in the other order (F02)."""
    later, earlier = line.caller("9003"), line.caller("9004")
    assert await later.dial() == 200
    assert await later.hear_prompt("reservlage")
    assert await earlier.dial() == 200
    assert await earlier.hear(Heard.MUSIC)
    await line.phone("finn", answer(50))
    serve(line, "finn", "bygg")
    assert await earlier.hear_agent()
    assert later.answered_by == ""


async def test_a_caller_left_in_a_menu_hears_that_menu_again_without_the_greeting(line: Line) -> None:
    caller = line.caller("9005")
    assert await caller.dial() == 200
    assert await caller.hear_prompt("huvudmeny")
    assert caller.ear.prompts[0] == "huvudmeny"


async def test_a_number_that_is_not_ours_is_refused(line: Line) -> None:
    assert await line.caller("0853061999").dial() == 404


async def test_closed_is_said_and_then_the_call_ends(tmp_path: Path) -> None:
    closed = with_hours(small_house(), Opening(weekly=((),) * 7, dates={}))
    with running_asterisk(tmp_path, closed) as asterisk:
        async with line_to(asterisk) as line:
            caller = line.caller(NUMBER, closing_prompts=frozenset({"stangt"}))
            assert await caller.dial() == 200
            await until(caller.over.is_set)
            assert (caller.ear.prompts, caller.terminal) == (["stangt"], Terminal.CLOSED)


async def test_closed_without_a_word_for_it_is_not_a_reason_to_hang_up(tmp_path: Path) -> None:
    house = with_hours(small_house(), Opening(weekly=((),) * 7, dates={}))
    speechless = {n: replace(e, closed_prompts=()) for n, e in house.plan.entrances.items()}
    house = replace(house, plan=replace(house.plan, entrances=speechless))
    with running_asterisk(tmp_path, house) as asterisk:
        async with line_to(asterisk) as line:
            await in_menu(line)


@contextmanager
def globals_of(line: Line, **values: str) -> Iterator[None]:
    """Asterisk has these globals, as the engine sets them; none afterwards."""
    try:
        for name, value in values.items():
            line.asterisk.server.cli(f"dialplan set global {name} {value}")
        yield
    finally:
        for name in values:
            line.asterisk.server.cli(f'dialplan set global {name} ""')


async def heard_until_over(line: Line) -> list[str]:
    """All that a caller hears whom the dialplan lets go of by itself."""
    caller = line.caller(NUMBER)
    assert await caller.dial() == 200
    await until(caller.over.is_set)
    assert caller.terminal is Terminal.CLOSED or caller.terminal is Terminal.SERVER_HUNG_UP
    return list(caller.ear.prompts)


async def test_what_is_forced_by_hand_holds_without_an_engine_until_its_second(line: Line) -> None:
    with globals_of(line, TONVAL_FORCE="C9999999999"):
        assert await heard_until_over(line) == ["stangt"]
        with globals_of(line, TONVAL_FORCE_alltid="O9999999999"):
            await in_menu(line)
    with globals_of(line, TONVAL_FORCE="C1700000000", TONVAL_FORCE_alltid="C1700000000"):
        await in_menu(line)


async def test_a_line_that_was_open_to_a_call_stays_so_when_it_is_forced_closed(line: Line) -> None:
    dan = await line.phone("dan", ring_forever())
    serve(line, "dan", "ovrigt")
    caller = await in_menu(line)
    with globals_of(line, TONVAL_FORCE_alltid="C9999999999"):
        await caller.press("5")
        await rung(dan)


async def test_a_crisis_message_is_heard_without_an_engine_in_the_callers_language(line: Line) -> None:
    with globals_of(line, TONVAL_CRISIS="B9999999999kris"):
        caller = await in_menu(line)
        assert caller.ear.prompts[:3] == ["kris", "valkommen", "huvudmeny"]
    with globals_of(line, TONVAL_CRISIS="I9999999999kris"):
        dan = await line.phone("dan", ring_forever())
        serve(line, "dan", "bygg")
        caller = line.caller(NUMBER)
        assert await caller.dial() == 200
        assert await caller.hear_prompt("kris")
        assert caller.ear.prompts == ["valkommen", "kris"]
        await caller.press("4")
        await rung(dan)
        with globals_of(line, TONVAL_FORCE="C9999999999"):
            assert await heard_until_over(line) == ["kris", "stangt"]


async def test_a_language_chosen_without_an_engine_is_what_the_caller_hears_from_then_on(line: Line) -> None:
    caller = await in_menu(line)
    await caller.press("8")
    assert await caller.hear_prompt("en/huvudmeny")
    await caller.press("9")
    assert await caller.hear_prompt("en/fel_val")
    await caller.press("1")
    assert await caller.hear_prompt("en/reservlage")
