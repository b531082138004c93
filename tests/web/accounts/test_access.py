"""Who looked at what is written before it is shown, and nobody can take it back unseen (S16, S42, I25)."""

import asyncio
import json
import sqlite3
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from ivr.commands import app
from ivr.web.accounts.access import FIRST, LONGEST, Look, first_break, holds, looks, note
from ivr.web.accounts.review import SWEDISH, review
from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.store import WebStore
from tests.web.door import NOW_MS, ZONE

pytestmark = pytest.mark.fault("S16", "S42")
BERIT = Viewer("berit", "Berit", frozenset({Role.OPERATOR}), session="a" * 64)


def rows_of(store):
    return store.now(lambda db: list(looks(db)))


@pytest.fixture
def store(tmp_path):
    store = WebStore(tmp_path / "web.sqlite")
    for n in range(5):
        store.now(lambda db, n=n: note(db, Look(NOW_MS + n, "berit", "s", "number", f"tonval-{n}", "ringer upp")))
    yield store
    store.close()


async def test_a_look_is_on_the_disk_before_it_is_shown(door):
    await door.web.access.note(BERIT, "number", "tonval-1.0", "ringer upp")
    with sqlite3.connect(door.web.site.web_path) as other:
        [row] = other.execute("SELECT account, session, what, subject, why FROM looks").fetchall()
    assert row == ("berit", "a" * 12, "number", "tonval-1.0", "ringer upp")


async def test_looks_at_the_same_instant_stand_in_one_chain(door):
    await asyncio.gather(*(door.web.access.note(BERIT, "number", f"tonval-{n}") for n in range(50)))
    rows = rows_of(door.web.store)
    assert [row.number for row in rows] == list(range(1, 51))
    assert first_break(rows) == 0


async def test_what_is_shown_together_is_written_one_by_one_and_in_one_piece(door):
    await door.web.access.note_all(BERIT, "number", [f"tonval-{n}" for n in range(200)])
    await door.web.access.note_all(BERIT, "number", [])
    rows = rows_of(door.web.store)
    assert [row.look.subject for row in rows] == [f"tonval-{n}" for n in range(200)]
    assert first_break(rows) == 0


async def test_the_end_of_the_chain_is_told_to_the_systems_journal_once_a_day(door, capfd):
    for _ in range(3):
        await door.web.access.note(BERIT, "number", "x")
    door.clock.pass_ms(86_400_000)
    await door.web.access.note(BERIT, "number", "x")
    written = "".join(capfd.readouterr())
    rows = rows_of(door.web.store)
    assert written.count("access_log_anchor") == 2
    assert all(f"{rows[n].number}:{rows[n].chain}" in written for n in (0, 3))


def test_no_row_is_changed_or_taken_out_by_us(store):
    for statement in ("UPDATE looks SET subject = 'x'", "DELETE FROM looks", "REPLACE INTO looks SELECT * FROM looks"):
        with pytest.raises(sqlite3.IntegrityError):
            store.now(lambda db, statement=statement: db.execute(statement))
    assert first_break(rows_of(store)) == 0


@pytest.mark.parametrize(
    ("forged", "found_at"),
    [
        ("UPDATE looks SET subject = 'någon annan' WHERE number = 3", 3),
        ("UPDATE looks SET account = 'disa' WHERE number = 1", 1),
        ("UPDATE looks SET at_ms = at_ms + 1 WHERE number = 5", 5),
        ("UPDATE looks SET why = '' WHERE number = 2", 2),
        ("DELETE FROM looks WHERE number = 3", 3),
        ("DELETE FROM looks WHERE number = 1", 1),
        ("UPDATE looks SET number = -number WHERE number IN (2, 3)", 1),
        ("INSERT INTO looks VALUES (6, 1, 'x', '', 'number', 'y', '', 'z')", 6),
    ],
)
def test_a_row_that_was_changed_taken_out_or_put_in_is_found(store, forged, found_at):
    def forge(db):
        for trigger in ("looks_stay", "looks_remain"):
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute(forged)

    store.now(forge)
    assert first_break(rows_of(store)) == found_at


def test_a_row_that_was_forged_with_its_own_hash_is_found_at_the_next(store):
    rows = rows_of(store)
    forged = replace(rows[1], look=replace(rows[1].look, account="disa"))
    rows[1] = replace(forged, chain=forged.chained_to(rows[0].chain))
    assert first_break(rows) == 3


def test_a_log_that_was_cut_short_or_written_anew_does_not_hold_the_anchor(store):
    rows = rows_of(store)
    anchor = f"{rows[-1].number}:{rows[-1].chain}"
    assert holds(rows, anchor)
    assert first_break(rows[:-1]) == 0
    assert not holds(rows[:-1], anchor)
    before, anew = FIRST, []
    for row in rows:
        forged = replace(row, look=replace(row.look, account="disa"))
        before = forged.chained_to(before)
        anew.append(replace(forged, chain=before))
    assert first_break(anew) == 0
    assert not holds(anew, anchor)


def test_a_field_without_end_is_cut(store):
    store.now(lambda db: note(db, Look(NOW_MS, "berit", "", "search", "å" * 10_000)))
    assert len(rows_of(store)[-1].look.subject) == LONGEST


def test_the_reviewer_is_pointed_at_the_day_unlike_the_others(tmp_path):
    store = WebStore(tmp_path / "web.sqlite")
    day = 86_400_000
    for n in range(10):
        for _ in range(5):
            store.now(lambda db, n=n: note(db, Look(NOW_MS + n * day, "berit", "", "number", "x", "ringer")))
    for n in range(60):
        store.now(lambda db, n=n: note(db, Look(NOW_MS + 3 * day, "disa", "", "search", f"namn {n % 3}")))
    told = review(rows_of(store), ZONE)
    store.close()
    assert told["berit"]["unusual"] == []
    assert len(told["disa"]["unusual"]) == 1
    assert told["disa"]["without_why"] == 60
    assert told["disa"]["same_subject_at_most"] == 20


def run(home, *words):
    return CliRunner().invoke(app, ["access", "botkyrka", "--home", str(home), *words])


def test_the_command_shows_the_log_and_says_whether_it_is_whole(store, tmp_path):
    told = json.loads(run(tmp_path, "--json").output)
    assert [row["subject"] for row in told["rows"]] == [f"tonval-{n}" for n in range(5)]
    assert told["broken_at"] == 0
    kept = run(tmp_path, "--anchor", told["anchor"])
    assert (kept.exit_code, "loggen är hel" in kept.output) == (0, True)
    assert run(tmp_path, "--anchor", "5:" + "0" * 64).exit_code == 1
    store.now(lambda db: db.execute("DROP TRIGGER looks_stay"))
    store.now(lambda db: db.execute("UPDATE looks SET account = 'disa' WHERE number = 2"))
    broken = run(tmp_path)
    assert broken.exit_code == 1
    assert "BRUTEN vid rad 2" in broken.stderr


@pytest.mark.fault("S17")
def test_what_somebody_searched_for_forges_no_line(store, tmp_path):
    store.now(lambda db: note(db, Look(NOW_MS, "disa", "", "search", "x\r\n\x1b[2K  9  2026-09-21 berit number y")))
    printed = run(tmp_path).output
    assert "\x1b" not in printed
    assert len(printed.splitlines()) == 7


@pytest.mark.usefixtures("store")
def test_without_a_log_and_with_a_month_that_is_none_the_command_refuses(tmp_path):
    assert run(tmp_path / "elsewhere").exit_code == 2
    assert run(tmp_path, "--month", "november").exit_code == 2


def test_what_an_operator_switches_by_hand_is_told_in_swedish(store, tmp_path):
    for how in ("open", "closed", "schedule"):
        store.now(lambda db, how=how: note(db, Look(NOW_MS, "karin", "", f"hours_{how}", "all")))
    shown = run(tmp_path, "--review").output
    assert "hours_" not in shown
    assert SWEDISH["hours_closed"] in shown
    assert "på 1 dag, som mest" in shown
