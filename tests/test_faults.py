"""No row of the list of faults is without a test, and no mark names a row that there is not."""

import re

from tests.faults import ROWS, guards


def test_every_row_has_a_test():
    assert sorted(ROWS.keys() - guards().keys()) == []


def test_every_mark_names_a_row():
    assert [row for row in guards() if not re.fullmatch(r"[FGSI]\d+", row)] == []


def test_every_fault_that_a_test_guards_is_in_words():
    assert [row for row in guards() if row.startswith("F") and row not in ROWS] == []
