import random
import re
from pathlib import Path

import pytest

from ivr.call_log import cel as cel_module
from ivr.call_log.cel import FIELDS, CelFile, CelFold, EndedBy, calls_from_cel
from tests.call_log.cel_lines import Scene, line, lines_of
from tests.call_log.stories import NUMBER, T0, call_id

SAMPLE = Path(__file__).parent / "cel_sample.csv"
"""Written by a real Asterisk 22.10.1 that ran the fail-open dialplan for eight calls, with no engine."""
TEMPLATE = Path(__file__).parents[2] / "asterisk-config" / "cel_custom.conf.jinja"


def test_the_fields_are_those_that_asterisk_is_told_to_write_in_that_order():
    quoted = re.findall(r"\$\{CSV_QUOTE\((.*?)\)\}[,\n]", TEMPLATE.read_text())
    # Where a condition stands before it, the field is what is named last.
    written = [re.findall(r"\$\{(?:CHANNEL\()?(\w+)\)?\}", field)[-1] for field in quoted]
    assert written == list(FIELDS)


def test_a_talk_is_from_both_in_the_bridge_until_one_has_left_it():
    scene = Scene(queue="bygg", agent="finn", talk_from=9_000, talk_to=71_500, hung_up=71_501, by="agent")
    call = calls_from_cel(scene.lines())[call_id(0)]
    assert (call.number, call.queue, call.sip_call_id) == (NUMBER, "bygg", scene.token)
    assert (call.entered_ms, call.accepted_ms, call.queued_ms) == (T0, T0 + 1, T0 + 4_000)
    assert [(talk.agent, talk.began_ms - T0, talk.ended_ms - T0) for talk in call.talks] == [("finn", 9_000, 71_500)]
    assert (call.hung_up_ms, call.ended_by) == (T0 + 71_501, EndedBy.AGENT)
    assert call.served is call.talks[0]


@pytest.mark.parametrize(
    ("scene", "served"),
    [
        (Scene(agent="anna", talk_from=9_000, talk_to=9_400, hung_up=30_000), False),
        (Scene(agent="anna", talk_from=9_000, talk_to=12_000, hung_up=30_000), True),
        (Scene(agent="anna", talk_from=9_000, talk_to=9_600, hung_up=9_601, by="caller"), False),
        (Scene(agent="anna", talk_from=9_000, talk_to=10_200, hung_up=10_201, by="caller"), True),
        (Scene(agent="anna", talk_from=9_000, talk_to=9_600, hung_up=9_601, by="agent"), True),
        (Scene(queue="bygg", hung_up=30_000), False),
    ],
)
def test_a_person_was_reached_unless_the_talk_was_none(scene, served):
    assert bool(calls_from_cel(scene.lines())[call_id(0)].served) is served


def test_a_talk_that_goes_on_is_no_end_and_one_that_nobody_closed_ends_with_the_channel():
    going_on = calls_from_cel(Scene(agent="anna", talk_from=9_000).lines())[call_id(0)]
    assert (going_on.talks[0].ended_ms, going_on.hung_up_ms, going_on.served) == (0, 0, None)
    cut = calls_from_cel(Scene(agent="anna", talk_from=9_000, hung_up=20_000).lines())[call_id(0)]
    assert cut.talks[0].ended_ms == T0 + 20_000


def test_a_phone_that_rings_another_is_no_callers_call():
    lines = [line("CHAN_START", T0, "tonval-1.1", "tonval-1.1", "PJSIP/anna-00000001", context="from-phones")]
    assert calls_from_cel(lines) == {}


def test_an_agents_name_may_have_a_dash():
    scene = Scene(agent="anna-karin", talk_from=9_000, talk_to=20_000, hung_up=20_000)
    assert calls_from_cel(scene.lines())[call_id(0)].talks[0].agent == "anna-karin"


def test_told_closed_is_seen_from_where_the_dialplan_stood():
    said = calls_from_cel(Scene(hung_up=3_000, by="server", context=f"entrance-{NUMBER}").lines())[call_id(0)]
    assert said.told_closed
    assert not calls_from_cel(Scene(hung_up=3_000, by="server", context="engine").lines())[call_id(0)].told_closed


@pytest.mark.parametrize("nonsense", ["", '"HANGUP"', "garbage\0", '"HANGUP","soon"' + ',""' * 10, '"unclosed'])
def test_a_line_that_makes_no_sense_is_counted_and_the_others_are_read(nonsense):
    fold = CelFold()
    fold.feed([nonsense, *Scene(hung_up=3_000).lines()])
    assert fold.unreadable == 1
    assert fold.calls[call_id(0)].hung_up_ms == T0 + 3_000


def test_what_is_forgotten_is_forgotten_whole():
    fold = CelFold()
    fold.feed(lines_of(Scene(0, agent="anna", talk_from=9_000), Scene(1)))
    fold.forget(call_id(0))
    assert fold.calls.keys() == {call_id(1)}


def test_the_file_is_read_onwards_and_a_torn_last_line_waits_for_its_rest(tmp_path):
    path = tmp_path / "cel.csv"
    lines = Scene(agent="anna", talk_from=9_000, talk_to=12_000, hung_up=12_000).lines()
    text = "".join(f"{line}\n" for line in lines)
    file, got, written = CelFile(path), [], 0
    chance = random.Random(7)
    assert list(file.new_lines()) == []
    while written < len(text):
        piece = text[written : written + chance.randint(1, 90)]
        with path.open("a") as out:
            out.write(piece)
        written += len(piece)
        got.extend(file.new_lines())
    assert got == lines


def test_a_file_begun_anew_is_read_from_its_beginning(tmp_path):
    path = tmp_path / "cel.csv"
    path.write_text("one\ntwo\n")
    file = CelFile(path)
    assert list(file.new_lines()) == ["one", "two"]
    path.rename(tmp_path / "cel.csv.1")
    path.write_text("three\n")
    assert list(file.new_lines()) == ["three"]
    path.write_text("4\n")
    assert list(file.new_lines()) == ["4"], "the same file, emptied"


def test_a_long_file_is_read_in_pieces_and_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(cel_module, "_PIECE_BYTES", 1_000)
    path = tmp_path / "cel.csv"
    lines = lines_of(*(Scene(n, hung_up=9_000) for n in range(30)))
    path.write_text("".join(f"{line}\n" for line in lines))
    file = CelFile(path)
    assert list(file.new_lines()) == lines
    assert list(file.new_lines()) == []


@pytest.mark.parametrize("nth", [0, 1, 57, 58, 199, 200, 399])
def test_reading_can_begin_at_an_instant_wherever_it_lies_in_the_file(tmp_path, nth):
    path = tmp_path / "cel.csv"
    lines = [line("HANGUP", T0 + i * 1_000, call_id(i), call_id(i), "PJSIP/trunk-1") for i in range(400)]
    path.write_text("".join(f"{line}\n" for line in lines))
    assert list(CelFile(path, from_ms=T0 + nth * 1_000).new_lines()) == lines[nth:]
    assert list(CelFile(path, from_ms=T0 + 400_000).new_lines()) == []


def test_real_lines_of_asterisk_are_understood():
    fold = CelFold()
    fold.feed(CelFile(SAMPLE).new_lines())
    assert fold.unreadable == 0
    calls = list(fold.calls.values())
    assert all(call.accepted_ms and call.hung_up_ms for call in calls)
    told = [(call.queue, [talk.agent for talk in call.talks], str(call.ended_by), bool(call.served)) for call in calls]
    assert told == [
        ("barn_skola", ["alma"], "agent", True),
        ("socialtjanst", [], "caller", False),
        ("ovrigt", [], "caller", False),
        ("ovrigt", [], "caller", False),
        ("ovrigt", [], "caller", False),
        ("aldre", ["eva"], "caller", False),
        ("bygg", ["finn", "finn"], "caller", False),  # who hung up 5 ms after finn's second answer
        ("bygg", [], "caller", False),
    ]
