"""Accounts are administered on a page by whoever may, at once, and each act is in the access log (S12, S15, S16)."""

import re

import pytest

from ivr.web.accounts import register
from ivr.web.accounts.access import looks
from ivr.web.accounts.register import Account
from ivr.web.accounts.roles import Role
from tests.web.door import sign_in

pytestmark = pytest.mark.fault("S15", "S16")
VIEWER = {"namn": "Disa Ek", "roll": "viewer"}


@pytest.fixture
async def admin(door):
    door.account("berit", Role.ADMIN)
    return await door.signed_in("berit")


def written(door):
    rows = door.web.store.now(lambda db: list(looks(db)))
    return [(row.look.account, row.look.what, row.look.subject) for row in rows if "sign_in" not in row.look.what]


def word_in(answer) -> str:
    return re.search(r'id="word">([0-9a-f-]+)<', answer.text)[1]


async def test_an_account_is_made_changed_and_closed_and_each_is_true_at_once(door, admin):
    made = await admin.post("/konton", data={"konto": "Disa", **VIEWER})
    assert made.status_code == 200, made.text
    disa = door.browser()
    assert (await sign_in(disa, "disa", word_in(made))).status_code == 303
    assert (await disa.get("/vaxel")).status_code == 403
    queue = next(iter(door.web.house.plan.queues))
    rights = {"namn": "Disa Ek", "roll": ["operator", "planner"], "ko": [queue], "sekretess": ["socialtjanst"]}
    assert (await admin.post("/konton/disa", data=rights)).status_code == 200
    assert (await disa.get("/vaxel")).status_code == 200
    account = await door.web.accounts.named("disa")
    assert (account.roles, account.queues) == ({Role.OPERATOR, Role.PLANNER}, {queue})
    assert account.clearances == {"socialtjanst"}
    assert (await admin.post("/konton/disa/stang")).status_code == 303
    assert (await disa.get("/konto")).status_code == 303
    assert (await admin.post("/konton/disa/oppna")).status_code == 303
    again = await admin.post("/konton/disa/losenord")
    assert (await sign_in(disa, "disa", word_in(made))).status_code == 401
    assert (await sign_in(disa, "disa", word_in(again))).status_code == 303
    acts = ["account_made", "account_changed", "account_closed", "account_opened", "password_replaced"]
    assert written(door) == [("berit", what, "disa") for what in acts]


async def test_a_password_is_on_the_page_once(door, admin):
    word = word_in(await admin.post("/konton", data={"konto": "disa", **VIEWER}))
    for path in ("/konton", "/konton/disa"):
        assert word not in (await admin.get(path)).text
    assert "$argon2" not in (await admin.get("/konton/disa")).text
    assert word.encode() not in door.web.site.web_path.read_bytes()


@pytest.mark.parametrize(
    "form",
    [
        {"konto": "Disa Ek", **VIEWER},
        {"konto": "../x", **VIEWER},
        {"konto": "berit", **VIEWER},
        {"konto": "disa", "namn": "Disa"},
        {"konto": "disa", **VIEWER, "roll": "chef"},
        {"konto": "disa", **VIEWER, "ko": "finns-inte"},
        {"konto": "disa", **VIEWER, "sekretess": "allt"},
        {"konto": "disa", **VIEWER, "telefon": "ingen"},
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_made(door, admin, form):
    before = await door.web.accounts.everybody()
    assert (await admin.post("/konton", data=form)).status_code == 422
    assert await door.web.accounts.everybody() == before


@pytest.mark.parametrize(
    ("path", "form"), [("/konton/berit/stang", {}), ("/konton/berit", {"namn": "Berit", "roll": "operator"})]
)
async def test_nobody_takes_the_last_key_from_themselves(door, admin, path, form):
    assert (await admin.post(path, data=form)).status_code == 422
    assert (await admin.get("/konton")).status_code == 200
    assert (await door.web.accounts.named("berit")).roles == {Role.ADMIN}


async def test_an_account_of_the_provider_gets_no_password_and_is_tied_anew_on_demand(door, admin):
    made = await admin.post("/konton", data={"konto": "disa", **VIEWER, "inloggning": "leverantor"})
    assert 'id="word"' not in made.text
    assert (await admin.post("/konton/disa/losenord")).status_code == 422
    tied = Account("disa", "Disa", frozenset({Role.VIEWER}), provider_subject="https://x.example 7")
    door.web.store.now(lambda db: register.write(db, tied, door.clock()))
    session = await door.web.sessions.begin("disa")
    assert (await admin.post("/konton/disa/koppla-om")).status_code == 200
    assert (await door.web.accounts.named("disa")).provider_subject == ""
    assert await door.web.sessions.viewer(session, door.web.house.plan) is None


async def test_an_account_that_is_not_there_is_not_made_by_changing_it(door, admin):
    for path in ("/konton/nadia", "/konton/nadia/losenord", "/konton/nadia/stang", "/konton/nadia/oppna"):
        assert (await admin.post(path, data=VIEWER)).status_code == 404
    assert [account.account for account in await door.web.accounts.everybody()] == ["berit"]
