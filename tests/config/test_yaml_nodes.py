"""The strict reader: what it means is what people read, and everything knows its place."""

import pytest

from ivr.config import yaml_nodes
from ivr.config.problems import Code, Place
from ivr.config.yaml_nodes import MAX_DEPTH, MAX_VALUES, Document, read_yaml


def document(text: str) -> Document:
    found, problems = read_yaml("a.yaml", text.encode())
    assert found is not None
    assert problems == ()
    return found


def codes(text: str) -> list[Code]:
    return [problem.code for problem in read_yaml("a.yaml", text.encode())[1]]


def test_values_mean_what_people_read():
    data = document("a: 5\nb: true\nc: 'no'\nd: \"8:30\"\ne: 2026-12-24\nf: [x, -1]\n1: {g: ordinary text}\n").data
    assert data == {
        "a": 5, "b": True, "c": "no", "d": "8:30", "e": "2026-12-24", "f": ["x", -1], "1": {"g": "ordinary text"},
    }  # fmt: skip


def test_letters_are_one_character_whatever_the_keyboard_wrote():
    assert document("o\u0308vrigt: A\u030aberg\n").data == {"övrigt": "Åberg"}


AMBIGUOUS = """
    8:30 190:20:30 8.30 .5 +5 0701 08 0x1F 0o17 0b1 1_000 1e3 -.inf .NaN 99999999999999999999
    no Off y True ja ~ null =
"""


@pytest.mark.parametrize("text", AMBIGUOUS.split())
def test_what_people_and_parsers_read_differently_is_refused(text: str):
    assert codes(f"a: {text}\n") == [Code.AMBIGUOUS_VALUE]
    assert codes(f'a: "{text}"\n') == []


def test_place_of_every_value_and_key_is_known():
    found = document("a:\n  - b: 1\n    c: 2\n")
    assert found.where("a", 0, "c") == Place("a.yaml", 3, 8)
    assert found.where_key("a", 0, "c") == Place("a.yaml", 3, 5)
    assert found.where("a", 0, "nothing") == Place("a.yaml", 2, 5)
    assert str(found.where("nothing")) == "a.yaml:1:1"


def test_windows_line_ends_do_not_move_places():
    assert document("a: 1\r\nb:\r\n  c: 2\r\n").where("b", "c") == Place("a.yaml", 3, 6)


def test_every_problem_of_a_file_is_told():
    assert codes("a: no\na: 1\nb: 8:30\nc:\n") == [
        Code.AMBIGUOUS_VALUE, Code.DUPLICATE_KEY, Code.AMBIGUOUS_VALUE, Code.EMPTY,
    ]  # fmt: skip


def test_of_a_key_that_stands_twice_neither_wins_in_silence():
    found, problems = read_yaml("a.yaml", b"a: 1\nb: 2\na: 3\n")
    assert [(p.code, p.where) for p in problems] == [(Code.DUPLICATE_KEY, Place("a.yaml", 3, 1))]
    assert "rad 1" in problems[0].sentence
    assert found is not None


def test_more_values_than_any_municipality_needs_are_refused():
    assert codes("[" + "x," * (MAX_VALUES + 1) + "]") == [Code.TOO_NESTED]


DIFFERED_ABOUT = {
    "a tab between words": "a: [b,\tc]\n",
    "a tab before a colon": 'a: {"b"\t: c}\n',
    "a question mark in braces": "a: {b?c: d}\n",
    "a note on the line of a long text": "a: |#note\n  words\n",
    "nothing where a value should be": "a: {b: , c: 1}\n",
    "two spaces, then nothing": "a: {b:  }\n",
    "a tag that is none": "a: !b:c!d e\n",
}


@pytest.mark.parametrize("text", DIFFERED_ABOUT.values(), ids=DIFFERED_ABOUT)
def test_the_quick_parser_is_not_asked_about_what_it_reads_differently(text: str, monkeypatch: pytest.MonkeyPatch):
    assert yaml_nodes._QUICK is not None
    read = read_yaml("a.yaml", text.encode())
    monkeypatch.setattr(yaml_nodes, "_QUICK", None)
    assert read == read_yaml("a.yaml", text.encode())


def test_the_quick_parser_is_asked_about_an_ordinary_text():
    text = "# Så här?\na: {b: 'c?', d: [1, två – tre]}\ne:\n  - >-\n    Vad\n    då?\nf: Är det så?\n"
    assert yaml_nodes._quickly(text) is not None


def test_a_text_that_only_opens_is_given_up_before_it_takes_long():
    assert yaml_nodes._quickly("[" * 200_000) is None
    assert yaml_nodes._quickly("[" * MAX_DEPTH + "a" + "]" * MAX_DEPTH) is not None
