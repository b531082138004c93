"""Signing in with the municipality's own provider: a real one in a process of its own, honest and lying."""

import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from httpx import AsyncClient

from ivr.web.accounts import register
from ivr.web.accounts.flows import AT_MOST, WITHIN_MS, Flows
from ivr.web.accounts.oidc_file import ProviderRefusedError, provider, provider_path
from ivr.web.accounts.register import Account
from ivr.web.accounts.roles import Role
from tests.web.accounts.provider import CLIENT, LIES, SECRET
from tests.web.door import HERE, PUBLIC, sign_in

pytestmark = pytest.mark.fault("S11")
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def issuer():
    """The provider's address; its process lives as long as the module's tests."""
    command = [sys.executable, "-m", "tests.web.accounts.provider"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


def told_of(door, issuer, mode=0o600, **more):
    """The installation knows the provider."""
    path = provider_path(door.web.site)
    lines = {"name": "Kommunen", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, **more}
    path.write_text("".join(f"{name}: {value}\n" for name, value in lines.items()))
    path.chmod(mode)


@pytest.fixture
def house(door, issuer):
    door.clock.now_ms = time.time_ns() // 1_000_000
    told_of(door, issuer)
    opened_for(door, "berit")
    return door


def opened_for(door, name, **rights):
    account = Account(name, name.title(), frozenset({Role.OPERATOR}), **rights)
    door.web.store.now(lambda db: register.write(db, account, door.clock()))


async def round_trip(browser, person="berit", till="", **asked):
    """What the browser gets when it comes back from the provider."""
    away = await browser.get("/logga-in/oidc", params={"till": till} if till else {})
    assert away.status_code == 303, away.text
    url = f"{away.headers['location']}&{urlencode({'person': person, **asked})}"
    async with AsyncClient() as elsewhere:
        back = (await elsewhere.get(url)).headers["location"]
    return await browser.get(back, headers={"sec-fetch-site": "cross-site"})


async def test_whoever_the_provider_knows_is_signed_in_to_their_account(house):
    browser = house.browser()
    answer = await round_trip(browser, till="/konto")
    assert answer.status_code == 200, answer.text
    assert 'content="0;url=/konto"' in answer.text
    own = await browser.get("/konto")
    assert (own.status_code, "<dd>berit</dd>" in own.text) == (200, True)
    assert "losenord" not in own.text
    assert "tonval-vag" not in browser.cookies


async def test_what_goes_to_the_provider_holds_no_secret_and_all_that_must_come_back(house):
    away = await house.browser().get("/logga-in/oidc")
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{HERE}/logga-in/oidc/tillbaka"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert SECRET not in away.headers["location"]


@pytest.mark.parametrize("lie", [*LIES, "unsigned", "key", "our secret"])
async def test_a_token_that_is_not_for_us_now_and_by_the_provider_opens_nothing(house, lie):
    browser = house.browser()
    answer = await round_trip(browser, lie=lie)
    assert answer.status_code == 502
    assert (await browser.get("/konto")).status_code == 303


async def test_another_browser_cannot_come_back_in_ones_place(house):
    """Whoever makes somebody else finish a sign-in that they began would be writing in that somebody's name."""
    own, other = house.browser(), house.browser()
    away = await own.get("/logga-in/oidc")
    async with AsyncClient() as elsewhere:
        back = (await elsewhere.get(away.headers["location"])).headers["location"]
    assert (await other.get(back)).status_code == 400
    assert (await own.get(back)).status_code == 200
    assert (await own.get(back)).status_code == 400


async def test_a_state_that_was_not_sent_is_refused(house):
    browser = house.browser()
    await browser.get("/logga-in/oidc")
    assert (await browser.get("/logga-in/oidc/tillbaka?code=x&state=y")).status_code == 400
    assert (await browser.get("/logga-in/oidc/tillbaka?error=access_denied")).status_code == 400


async def test_a_sign_in_that_takes_too_long_or_came_back_already_begins_again():
    flows = Flows()
    name, flow = flows.begin("", HERE, 0)
    assert flows.take(name, flow.state, WITHIN_MS + 1) is None
    name, flow = flows.begin("", HERE, 0)
    assert flows.take(name, flow.state, WITHIN_MS) == flow
    assert flows.take(name, flow.state, WITHIN_MS) is None
    names = [flows.begin("", HERE, 0) for _ in range(AT_MOST + 1)]
    assert flows.take(names[0][0], names[0][1].state, 0) is None
    assert flows.take(names[-1][0], names[-1][1].state, 0) is not None


@pytest.mark.parametrize("person", ["nadia", "disa", "olle"])
async def test_whoever_has_no_account_for_the_provider_is_told_so(house, person):
    house.account("disa", Role.OPERATOR)
    opened_for(house, "olle", is_disabled=True)
    browser = house.browser()
    answer = await round_trip(browser, person=person)
    assert answer.status_code == 403
    assert (await browser.get("/konto")).status_code == 303


async def test_a_name_that_was_given_to_somebody_else_opens_nothing(house):
    assert (await round_trip(house.browser())).status_code == 200
    assert (await round_trip(house.browser())).status_code == 200
    assert (await round_trip(house.browser(), sub="id-of-somebody-new")).status_code == 403


async def test_no_password_opens_an_account_of_the_provider(house):
    for password in ("", "x", SECRET):
        assert (await sign_in(house.browser(), "berit", password)).status_code in {401, 422}


async def test_the_way_back_is_ours_alone(house):
    answer = await round_trip(house.browser(), till="//elsewhere.example/")
    assert 'content="0;url=/vaxel"' in answer.text


async def test_a_provider_that_is_gone_is_told_in_words(door):
    told_of(door, "http://127.0.0.1:9")
    answer = await door.browser().get("/logga-in/oidc")
    assert answer.status_code == 502
    assert "Försök igen" in answer.text


async def test_a_provider_that_names_another_is_not_believed(door, issuer):
    told_of(door, issuer.replace("127.0.0.1", "localhost"))
    assert (await door.browser().get("/logga-in/oidc")).status_code == 502


async def test_without_a_provider_there_is_no_such_way(door):
    assert (await door.browser().get("/logga-in/oidc")).status_code == 404
    assert "/logga-in/oidc" not in (await door.browser().get("/logga-in")).text


async def test_with_a_provider_its_button_stands_first(house):
    text = (await house.browser().get("/logga-in?till=/tavla")).text
    assert "/logga-in/oidc?till=/tavla" in text
    assert "Kommunen" in text


async def test_behind_the_proxy_the_way_back_is_the_public_one(public_door, issuer):
    told_of(public_door, issuer)
    away = await public_door.browser(PUBLIC).get("/logga-in/oidc")
    assert parse_qs(urlsplit(away.headers["location"]).query)["redirect_uri"] == [f"{PUBLIC}/logga-in/oidc/tillbaka"]
    cookie = away.headers["set-cookie"].lower()
    assert cookie.startswith("__host-tonval-vag=")
    assert {"secure", "httponly", "samesite=lax"} <= set(cookie.split("; "))


@pytest.mark.fault("S18")
@pytest.mark.parametrize(
    ("mode", "more"),
    [
        (0o644, {}),
        (0o600, {"issuer": "http://elsewhere.example"}),
        (0o600, {"client_secret": ""}),
        (0o600, {"extra": "x"}),
        (0o600, {"issuer": "[[["}),
    ],
)
def test_a_file_that_others_read_or_that_is_not_whole_is_refused_without_its_secret(door, mode, more):
    told_of(door, **{"issuer": "http://127.0.0.1:9", "mode": mode, **more})
    with pytest.raises(ProviderRefusedError) as refused:
        provider(door.web.site)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_link_in_the_files_place_is_refused(door, tmp_path):
    told_of(door, "http://127.0.0.1:9")
    assert provider(door.web.site).name == "Kommunen"
    elsewhere = provider_path(door.web.site).rename(tmp_path / "elsewhere")
    provider_path(door.web.site).symlink_to(elsewhere)
    with pytest.raises(ProviderRefusedError):
        provider(door.web.site)
