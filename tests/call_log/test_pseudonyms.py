import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call_log.pseudonyms import PREFIX, pseudonyms
from tests.call_log.stories import CALLER, KEY, Log, files_with


def test_the_same_number_has_the_same_name_with_one_key_and_another_with_another():
    name = pseudonyms(KEY)
    assert name(CALLER) == name(CALLER)
    assert name(CALLER) != name("0701740606")
    assert name(CALLER) != pseudonyms(b"another key")(CALLER)
    assert name("") == ""


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), min_size=5, max_size=80))
def test_nothing_of_the_number_is_left_whatever_it_looks_like(number):
    name = pseudonyms(KEY)(number)
    assert name.startswith(PREFIX)
    assert name.isascii()
    assert number not in name


def test_a_number_that_looks_like_a_pseudonym_is_not_let_through():
    assert pseudonyms(KEY)("p:0701740605") != "p:0701740605"


@pytest.mark.fault("S21")
def test_no_file_ever_holds_a_number_neither_database_nor_journal(log: Log):
    log.note(calls=20)
    assert log.writer.flush()
    assert files_with(log.site.home, "CallEntered")
    assert files_with(log.site.home, CALLER) == []
    with log.read() as reader:
        assert reader.day(0, 2**62)[0].caller == pseudonyms(KEY)(CALLER)


def test_the_journal_holds_no_number_either(log: Log):
    log.note(calls=1)
    assert log.writer.flush()
    with log.read() as reader, sqlite3.connect(log.site.database_path) as other:
        other.execute("BEGIN EXCLUSIVE")
        log.note(calls=5, first=1)
        assert log.writer.flush()
        assert "calls.journal" in files_with(log.site.home, "CallEntered")
        assert files_with(log.site.home, CALLER) == []
        other.rollback()
        assert reader.day(0, 2**62)
