"""`tonval account`: accounts are made by whoever runs the service, and by nobody else (S12, S15)."""

import json

import pytest
from typer.testing import CliRunner

from ivr.commands import app
from ivr.web.accounts.access import looks
from ivr.web.accounts.first import first_account, first_admin
from ivr.web.accounts.passwords import Passwords
from ivr.web.accounts.roles import Role
from ivr.web.store import WebStore
from tests.web.door import NOW_MS, Counting, sign_in

pytestmark = pytest.mark.fault("S12")


def run(home, *words, said=None):
    return CliRunner().invoke(app, ["account", *words, "--home", str(home)], input=said)


def test_an_account_is_made_with_a_password_that_is_shown_once(tmp_path):
    made = run(tmp_path, "add", "berit", "--role", "operator", "--called", "Berit Ek")
    assert made.exit_code == 0, made.output
    word = made.output.rpartition(": ")[2].strip()
    assert len(word) == 24
    [row] = json.loads(run(tmp_path, "list", "--json").output)
    assert (row["account"], row["name"], row["roles"]) == ("berit", "Berit Ek", ["operator"])
    assert row["clearances"] == []
    assert word.encode() not in (tmp_path / "web.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("words", "said", "code", "why"),
    [
        (["add", "berit", "--role", "chef"], None, 2, "chef"),
        (["add", "berit", "--role", "agent", "--agent", "ingen"], None, 2, "ingen"),
        (["add", "berit", "--role", "viewer", "--queue", "finnsinte"], None, 2, "finnsinte"),
        (["add", "berit", "--role", "viewer", "--clearance", "allt"], None, 2, "allt"),
        (["add", "Berit Ek", "--role", "viewer"], None, 1, "kontonamn"),
        (["add", "../berit", "--role", "viewer"], None, 1, "kontonamn"),
        (["add", "berit", "--role", "viewer", "--password-stdin"], "kort\n", 2, "12"),
        (["password", "nadia"], None, 1, "inget konto"),
        (["disable", "nadia"], None, 1, "inget konto"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(tmp_path, words, said, code, why):
    refused = run(tmp_path, *words, said=said)
    assert refused.exit_code == code
    assert why in refused.stderr
    assert json.loads(run(tmp_path, "list", "--json").output) == []


def test_a_name_is_given_once(tmp_path):
    assert run(tmp_path, "add", "berit", "--role", "viewer").exit_code == 0
    assert run(tmp_path, "add", "berit", "--role", "admin").exit_code == 1


@pytest.mark.fault("S18")
def test_the_store_is_its_owners_alone(tmp_path):
    run(tmp_path, "add", "berit", "--role", "viewer")
    for path in tmp_path.glob("web.sqlite*"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.fault("S15")
async def test_an_account_closed_on_the_command_line_is_out_at_once_everywhere(door):
    door.account("berit", Role.OPERATOR)
    browser = await door.signed_in("berit")
    viewer = await door.web.sessions.viewer(browser.cookies["tonval"], door.web.house.plan)
    assert await door.web.still(viewer) == viewer
    closed = run(door.web.site.home, "disable", "berit")
    assert closed.exit_code == 0, closed.output
    assert await door.web.still(viewer) is None
    assert (await browser.get("/konto")).status_code == 303
    assert (await sign_in(door.browser(), "berit")).status_code == 401
    run(door.web.site.home, "enable", "berit")
    assert await door.web.still(viewer) is None
    assert (await sign_in(door.browser(), "berit")).status_code == 303


@pytest.mark.fault("S15")
async def test_a_password_replaced_on_the_command_line_puts_everybody_out(door):
    door.account("berit", Role.OPERATOR)
    browser = await door.signed_in("berit")
    replaced = run(door.web.site.home, "password", "berit", "--password-stdin", said="helt andra tuvor 17\n")
    assert replaced.exit_code == 0
    assert "tuvor" not in replaced.output
    assert (await browser.get("/konto")).status_code == 303
    assert (await sign_in(door.browser(), "berit", "helt andra tuvor 17")).status_code == 303


@pytest.mark.fault("S16")
def test_each_change_of_an_account_stands_in_the_access_log(tmp_path):
    for words in (["add", "berit", "--role", "viewer"], ["password", "berit"], ["disable", "berit"]):
        run(tmp_path, *words)
    store = WebStore(tmp_path / "web.sqlite")
    written = [(row.look.what, row.look.subject) for row in store.now(lambda db: list(looks(db)))]
    store.close()
    assert written == [("account_made", "berit"), ("password_replaced", "berit"), ("account_closed", "berit")]


def test_the_first_account_is_made_once_and_never_beside_another(tmp_path):
    name, word = first_admin(tmp_path / "web.sqlite")
    assert (name, len(word)) == ("admin", 24)
    assert first_admin(tmp_path / "web.sqlite") is None


def test_two_first_accounts_have_different_passwords(tmp_path):
    words = set()
    for n in range(3):
        store = WebStore(tmp_path / str(n) / "web.sqlite")
        words.add(first_account(store, NOW_MS, Passwords(Counting()))[1])
        store.close()
    assert len(words) == 3
