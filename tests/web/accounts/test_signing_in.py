"""Signing in, staying so, and being out again (S11, S12)."""

import asyncio
from collections import Counter

import pytest

from ivr.web.accounts.access import looks
from ivr.web.accounts.attempts import AT_ACCOUNT, FROM_ADDRESS, FROM_ADDRESS_AT_ACCOUNT, WINDOW_MS, network_of
from ivr.web.accounts.passwords import WAITING, Passwords
from ivr.web.accounts.roles import Role
from ivr.web.accounts.sessions import AT_MOST, IDLE_MS, MINUTE_MS, SHIFT_MS, named
from tests.web.door import PUBLIC, Counting, sign_in

pytestmark = pytest.mark.fault("S11", "S12")


async def test_whoever_knows_the_password_comes_to_their_page(door):
    door.account("berit", Role.OPERATOR)
    answer = await sign_in(door.browser(), "Berit ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/vaxel")


async def test_there_is_no_account_until_somebody_makes_one(door):
    assert await door.web.accounts.everybody() == []


async def test_a_wrong_password_somebody_unknown_and_somebody_disabled_are_one_answer_and_the_same_work(door):
    door.account("berit", Role.OPERATOR)
    door.account("disa", Role.OPERATOR, is_disabled=True)
    door.account("olle", Role.OPERATOR)
    door.web.store.now(lambda db: db.execute("UPDATE accounts SET password = '' WHERE account = 'olle'"))
    told, works = set(), []
    for name, password in (("berit", "fel"), ("nadia", "fel"), ("disa", "en-lång-ramsa-om-tuvor"), ("olle", "")):
        before = door.hasher.verified
        answer = await sign_in(door.browser(), name, password or "x")
        works.append(door.hasher.verified - before)
        told.add((answer.status_code, answer.text.replace(name, "NAMN"), frozenset(answer.headers) - {"x"}))
    assert works == [1, 1, 1, 1]
    assert len(told) == 1
    assert next(iter(told))[0] == 401


@pytest.mark.fault("S12")
async def test_an_unknown_name_costs_the_store_as_much_as_a_known_one(door):
    """A row that is written for those who are here only would tell by the time that it takes who is here."""
    door.account("berit", Role.OPERATOR)

    async def rows(name: str) -> int:
        before = door.web.store.now(lambda db: len(list(looks(db))))
        await sign_in(door.browser(), name, "fel-lösenord-alldeles")
        return door.web.store.now(lambda db: len(list(looks(db)))) - before

    assert [await rows("berit"), await rows("hemligt-lösenord")] == [1, 1]
    assert "hemligt" not in str(door.web.store.now(lambda db: list(looks(db))))


async def test_what_nobodys_password_is_opens_nothing_either(monkeypatch):
    """Somebody unknown is checked against a hash as everybody is; its password, were it known, is still nobody's."""
    monkeypatch.setattr("secrets.token_urlsafe", lambda *_: "känd")
    assert not await Passwords(Counting()).opens(None, "känd")


async def test_no_more_wait_to_be_checked_than_are_worth_waiting_for(door):
    door.account("berit", Role.OPERATOR)
    tries = (sign_in(door.browser(address=f"192.0.2.{n}"), "berit") for n in range(3 * WAITING))
    codes = Counter(answer.status_code for answer in await asyncio.gather(*tries))
    assert set(codes) == {303, 503}
    assert codes[303] >= WAITING


async def test_the_session_is_a_new_one_at_each_signing_in_and_the_one_before_is_over(door):
    door.account("berit", Role.OPERATOR)
    browser = door.browser()
    browser.cookies.set("tonval", "planted", domain="127.0.0.1")
    await sign_in(browser, "berit")
    first = browser.cookies["tonval"]
    assert first != "planted"
    assert len(first) >= 43
    await sign_in(browser, "berit")
    second = browser.cookies["tonval"]
    plan = door.web.house.plan
    assert second != first
    assert await door.web.sessions.viewer(first, plan) is None
    assert (await door.web.sessions.viewer(second, plan)).account == "berit"


async def test_the_store_holds_nothing_that_opens_a_session(door):
    door.account("berit", Role.OPERATOR)
    browser = await door.signed_in("berit")
    kept = door.web.store.now(lambda db: list(db.execute("SELECT * FROM sessions UNION ALL SELECT *, 0 FROM devices")))
    assert kept
    assert not {browser.cookies["tonval"], browser.cookies["tonval-dator"]} & {field for row in kept for field in row}
    for row in kept:
        browser.cookies.set("tonval", row[0], domain="127.0.0.1")
        assert (await browser.get("/konto")).status_code != 200


@pytest.mark.parametrize("how", ["/logga-ut", "/konto/logga-ut-overallt"])
async def test_leaving_ends_the_session_on_the_server(door, how):
    door.account("berit", Role.OPERATOR)
    browser = await door.signed_in("berit")
    token = browser.cookies["tonval"]
    assert (await browser.post(how)).status_code == 303
    browser.cookies.set("tonval", token, domain="127.0.0.1")
    assert (await browser.get("/konto")).headers["location"] == "/logga-in?till=/konto"


async def test_a_session_unused_for_an_hour_is_over_and_one_in_use_goes_on_until_the_shift_ends(door):
    door.account("berit", Role.OPERATOR)
    idle, used = await door.signed_in("berit"), await door.signed_in("berit")
    began = door.clock()
    while door.clock() - began < IDLE_MS:
        assert (await used.get("/konto")).status_code == 200
        door.clock.pass_ms(5 * MINUTE_MS)
    assert (await idle.get("/konto")).status_code == 303
    while door.clock() - began < SHIFT_MS:
        assert (await used.get("/konto")).status_code == 200
        door.clock.pass_ms(30 * MINUTE_MS)
    assert (await used.get("/konto")).status_code == 303


async def test_a_screen_on_a_wall_stays_signed_in_for_longer_than_a_shift(door):
    door.account("skarm", Role.VIEWER)
    screen = await door.signed_in("skarm")
    for _ in range(40):
        door.clock.pass_ms(30 * MINUTE_MS)
        assert (await screen.get("/konto")).status_code == 200


async def test_one_account_has_a_limited_number_of_sessions_and_the_oldest_goes(door):
    door.account("berit", Role.OPERATOR)
    tokens = []
    for _ in range(AT_MOST + 1):
        tokens.append((await door.signed_in("berit")).cookies["tonval"])
        door.clock.pass_ms(1)
    plan = door.web.house.plan
    open_now = [bool(await door.web.sessions.viewer(token, plan)) for token in tokens]
    assert open_now == [False] + [True] * AT_MOST


@pytest.mark.fault("S36")
@pytest.mark.parametrize(
    "name", ["' OR 1=1 --", "berit' --", 'berit" OR ""="', "berit'; DROP TABLE accounts; --", "%", "_" * 5]
)
async def test_a_name_that_is_a_query_is_a_name(door, name):
    door.account("berit", Role.OPERATOR)
    assert (await sign_in(door.browser(), name)).status_code == 401
    assert [account.account for account in await door.web.accounts.everybody()] == ["berit"]


@pytest.mark.fault("S36")
@pytest.mark.parametrize("token", ["", "x" * 10_000, "å" * 50, "' OR 1=1 --", named("x")])
async def test_a_made_up_token_opens_nothing(door, token):
    door.account("berit", Role.OPERATOR)
    await door.signed_in("berit")
    assert await door.web.sessions.viewer(token, door.web.house.plan) is None


async def test_the_cookie_goes_to_this_host_only_and_is_not_for_scripts(public_door):
    public_door.account("berit", Role.OPERATOR)
    answer = await sign_in(public_door.browser(PUBLIC), "berit")
    session, device = answer.headers.get_list("set-cookie")
    assert session.startswith("__Host-tonval=")
    assert device.startswith("__Host-tonval-dator=")
    for cookie in (session, device):
        parts = set(cookie.lower().split("; "))
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)


async def test_on_this_machine_without_tls_the_cookie_has_a_name_that_browsers_take(door):
    door.account("berit", Role.OPERATOR)
    answer = await sign_in(door.browser(), "berit")
    assert answer.headers["set-cookie"].startswith("tonval=")
    assert "samesite=strict" in answer.headers["set-cookie"].lower()


async def guess(browser, name="berit", times=1):
    return [(await sign_in(browser, name, f"gissning {n}")).status_code for n in range(times)]


async def test_guesses_are_slowed_down_and_the_right_one_among_them_does_not_open(door):
    door.account("berit", Role.OPERATOR)
    thief = door.browser(address="192.0.2.7")
    assert set(await guess(thief, times=FROM_ADDRESS_AT_ACCOUNT)) == {401}
    answer = await sign_in(thief, "berit")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) <= WINDOW_MS // 1000
    door.clock.pass_ms(WINDOW_MS)
    assert (await sign_in(thief, "berit")).status_code == 303


async def test_whoever_is_guessed_at_signs_in_meanwhile_from_elsewhere_and_from_their_own_computer(door):
    door.account("berit", Role.OPERATOR)
    own = await door.signed_in("berit", address="192.0.2.7")
    thief = door.browser(address="192.0.2.7")
    await guess(thief, times=FROM_ADDRESS_AT_ACCOUNT + 1)
    assert (await sign_in(door.browser(address="192.0.2.8"), "berit")).status_code == 303
    assert (await sign_in(own, "berit")).status_code == 303


async def test_guesses_from_many_addresses_come_to_an_end_and_the_owners_computer_is_let_in(door):
    door.account("berit", Role.OPERATOR)
    own = await door.signed_in("berit")
    codes = [(await guess(door.browser(address=f"192.0.2.{n}")))[0] for n in range(AT_ACCOUNT + 1)]
    assert codes == [401] * AT_ACCOUNT + [429]
    assert (await sign_in(own, "berit")).status_code == 303


async def test_somebody_elses_browser_is_no_known_computer_of_this_account(door):
    door.account("berit", Role.OPERATOR)
    door.account("disa", Role.AGENT)
    thief = await door.signed_in("disa", address="192.0.2.7")
    await guess(thief, times=FROM_ADDRESS_AT_ACCOUNT)
    assert await guess(thief) == [429]


async def test_a_thief_with_a_network_of_ipv6_waits_as_one_with_an_address(door):
    """Whoever has one of its addresses has 2⁶⁴."""
    thieves = (door.browser(address=f"2001:db8:0:7:{n:x}::1") for n in range(FROM_ADDRESS_AT_ACCOUNT + 1))
    codes = [(await guess(thief))[0] for thief in thieves]
    assert codes == [401] * FROM_ADDRESS_AT_ACCOUNT + [429]
    assert await guess(door.browser(address="2001:db8:0:8::1")) == [401]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:0:7::1", "2001:db8:0:7::/64"),
        ("2001:DB8:0:7:ffff:ffff:ffff:ffff", "2001:db8:0:7::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_an_address_counts_as_the_network_that_somebody_has_whole(address, network):
    assert network_of(address) == network


async def test_one_address_that_tries_one_password_at_everybody_comes_to_an_end(door):
    thief = door.browser(address="192.0.2.7")
    codes = [(await guess(thief, f"konto{n}"))[0] for n in range(FROM_ADDRESS + 1)]
    assert codes == [401] * FROM_ADDRESS + [429]


async def test_an_unknown_account_is_slowed_down_as_a_known_one(door):
    codes = await guess(door.browser(), "nadia", FROM_ADDRESS_AT_ACCOUNT + 1)
    assert codes == [401] * FROM_ADDRESS_AT_ACCOUNT + [429]


async def test_tries_at_the_same_instant_count_each_other(door):
    door.account("berit", Role.OPERATOR)
    browser = door.browser()
    answers = await asyncio.gather(*(sign_in(browser, "berit", f"gissning {n}") for n in range(40)))
    assert sum(answer.status_code == 401 for answer in answers) == FROM_ADDRESS_AT_ACCOUNT


async def test_signing_in_often_is_no_guessing(door):
    door.account("berit", Role.OPERATOR)
    codes = [(await sign_in(door.browser(), "berit")).status_code for _ in range(2 * FROM_ADDRESS_AT_ACCOUNT)]
    assert set(codes) == {303}


@pytest.mark.parametrize(
    ("till", "to"),
    [
        ("/tavla", "/tavla"),
        ("https://elsewhere.example/", "/vaxel"),
        ("//elsewhere.example", "/vaxel"),
        ("/\\elsewhere.example", "/vaxel"),
        ("/a\\..\\b", "/vaxel"),
        ("/logga-ut", "/vaxel"),
        ("javascript:alert(1)", "/vaxel"),
        ("/x\r\nset-cookie: a=b", "/vaxel"),
    ],
)
async def test_nobody_is_led_elsewhere_after_signing_in(door, till, to):
    door.account("berit", Role.OPERATOR)
    answer = await sign_in(door.browser(), "berit", till=till)
    assert answer.headers["location"] == to


async def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(door):
    door.account("berit", Role.OPERATOR)
    this, other = await door.signed_in("berit"), await door.signed_in("berit")
    form = {"nu": "en-lång-ramsa-om-tuvor", "nytt": "helt andra tuvor 17", "igen": "helt andra tuvor 17"}
    assert (await this.post("/konto/losenord", data=form)).status_code == 200
    assert (await this.get("/konto")).status_code == 200
    assert (await other.get("/konto")).status_code == 303
    assert (await sign_in(door.browser(), "berit")).status_code == 401
    assert (await sign_in(door.browser(), "berit", "helt andra tuvor 17")).status_code == 303


@pytest.mark.parametrize(
    ("nu", "nytt", "igen"),
    [
        ("fel", "helt andra tuvor 17", "helt andra tuvor 17"),
        ("en-lång-ramsa-om-tuvor", "kort", "kort"),
        ("en-lång-ramsa-om-tuvor", "lösenord1234", "lösenord1234"),
        ("en-lång-ramsa-om-tuvor", "berit-berit-berit", "berit-berit-berit"),
        ("en-lång-ramsa-om-tuvor", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"),
        ("en-lång-ramsa-om-tuvor", "helt andra tuvor 17", "helt andra tuvor 18"),
    ],
)
async def test_a_password_is_only_replaced_by_its_owner_and_by_a_good_one(door, nu, nytt, igen):
    door.account("berit", Role.OPERATOR)
    browser = await door.signed_in("berit")
    answer = await browser.post("/konto/losenord", data={"nu": nu, "nytt": nytt, "igen": igen})
    assert answer.status_code == 422
    assert (await sign_in(door.browser(), "berit")).status_code == 303
