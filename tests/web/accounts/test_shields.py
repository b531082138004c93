"""What stands before every page: where a request may come from, how large it may be, what each answer forbids."""

import asyncio

import pytest
from fastapi import APIRouter, Depends, Request
from typer.testing import CliRunner

from ivr.commands import app
from ivr.web import shields
from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import OpenToAll
from ivr.web.origin import Origin
from ivr.web.shields import MAX_BODY_BYTES, Bodies
from tests.web.door import HERE, OWN, PUBLIC, sign_in

ELSEWHERE = "https://elsewhere.example"


@pytest.mark.fault("S10")
@pytest.mark.parametrize(
    "sent",
    [
        {"sec-fetch-site": "cross-site", "origin": ELSEWHERE},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:9000"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site"},
        {"origin": ELSEWHERE},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:8080"},
        {"origin": "http://127.0.0.1:8081"},
        {"origin": HERE + ".elsewhere.example"},
        {"sec-fetch-site": "same-origin", "origin": ELSEWHERE},
        {},
    ],
)
@pytest.mark.parametrize("path", ["/logga-in", "/logga-ut", "/konto/losenord", "/konto/logga-ut-overallt"])
async def test_nothing_is_changed_for_a_page_that_is_not_ours(door, sent, path):
    door.account("berit", Role.OPERATOR)
    browser = await door.signed_in("berit")
    for name in OWN:
        del browser.headers[name]
    answer = await browser.post(path, headers=sent, data={"konto": "berit", "losenord": "en-lång-ramsa-om-tuvor"})
    assert answer.status_code == 403
    assert (await browser.get("/konto")).status_code == 200


@pytest.mark.fault("S10")
@pytest.mark.parametrize("sent", [{"origin": HERE}, {"sec-fetch-site": "same-origin"}, OWN])
async def test_a_form_of_our_own_page_is_taken(door, sent):
    door.account("berit", Role.OPERATOR)
    browser = door.browser()
    for name in OWN:
        del browser.headers[name]
    answer = await browser.post(
        "/logga-in", headers=sent, data={"konto": "berit", "losenord": "en-lång-ramsa-om-tuvor"}
    )
    assert answer.status_code == 303


@pytest.mark.fault("S10")
async def test_nothing_is_changed_by_opening_an_address(door):
    for path in ("/logga-ut", "/konto/losenord", "/konto/logga-ut-overallt"):
        assert (await door.browser().get(path)).status_code == 405


@pytest.mark.fault("S13")
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_page_elsewhere_reads_what_programs_read(door, site):
    answer = await door.browser(headers={"sec-fetch-site": site}).get("/api/stream/board")
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 303),
        ("localhost:8080", 303),
        ("[::1]:8080", 303),
        ("vaxel.example", 303),
        ("VAXEL.example", 303),
        ("vaxel.example:8443", 421),
        ("elsewhere.example", 421),
        ("127.0.0.1.elsewhere.example", 421),
        ("elsewhere.example:8080", 421),
        ("127.0.0.1:8080@elsewhere.example", 421),
        ("", 421),
    ],
)
async def test_a_name_that_is_not_ours_is_not_answered(public_door, host, status):
    assert (await public_door.browser().get("/", headers={"host": host})).status_code == status


@pytest.mark.fault("S30")
@pytest.mark.parametrize("public", ["http://vaxel.example", "vaxel.example", "https://", "https://vaxel.example/x"])
def test_a_public_address_without_tls_is_refused(public):
    with pytest.raises(ValueError, match="https"):
        Origin(public)
    refused = CliRunner().invoke(app, ["web", "botkyrka", "--public", public])
    assert (refused.exit_code, "https" in refused.stderr) == (2, True)


@pytest.mark.fault("S09")
@pytest.mark.parametrize("path", ["/", "/logga-in", "/finns-inte", "/static/tonval.css", "/konto"])
async def test_every_answer_forbids_foreign_scripts_frames_and_guessing(door, path):
    headers = (await door.browser().get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[what] for what in shields.SELF_ONLY} == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")
    assert "server" not in headers


async def test_a_refusal_has_them_too(door):
    answer = await door.browser(headers={"sec-fetch-site": "cross-site"}).post("/logga-in")
    assert answer.status_code == 403
    assert answer.headers["content-security-policy"] == shields.POLICY
    assert answer.headers["cache-control"] == "no-store"


async def test_a_browser_that_came_with_tls_comes_with_tls(public_door):
    assert "strict-transport-security" in (await public_door.browser(PUBLIC).get("/")).headers
    assert "strict-transport-security" not in (await public_door.browser().get("/")).headers


async def test_who_asked_is_the_proxys_word_only_behind_the_proxy(public_door):
    for n in range(11):
        heard = {"x-forwarded-for": f"192.0.2.{n}, 192.0.2.70"}  # only the last name is the proxy's own word
        last = await sign_in(public_door.browser(PUBLIC, headers=heard), "nadia")
    assert last.status_code == 429
    other = {"x-forwarded-for": "192.0.2.70, 192.0.2.80"}
    assert (await sign_in(public_door.browser(PUBLIC, headers=other), "nadia")).status_code == 401
    for n in range(11):
        made_up = {"x-forwarded-for": f"192.0.2.{n}"}
        last = await sign_in(public_door.browser(address="192.0.2.99", headers=made_up), "olga")
    assert last.status_code == 429


@pytest.mark.fault("S31")
async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(door):
    async def in_pieces():
        for _ in range(MAX_BODY_BYTES // 1000 + 2):
            yield b"x" * 1000

    browser = door.browser()
    said = await browser.post("/logga-in", content=b"x" * (MAX_BODY_BYTES + 1))
    unsaid = await browser.post("/logga-in", content=in_pieces())
    lying = await browser.post("/logga-in", content=in_pieces(), headers={"content-length": "-1"})
    assert [answer.status_code for answer in (said, unsaid, lying)] == [413, 413, 413]


@pytest.mark.fault("S31")
async def test_a_body_that_never_ends_is_refused_and_its_sender_let_go(monkeypatch):
    monkeypatch.setattr(shields, "BODY_WITHIN_S", 0.01)
    seen, told = [], []

    async def app(_scope, receive, _send):
        seen.append(await receive())

    async def nothing_comes():
        await asyncio.Event().wait()

    async def send(message):
        told.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", b"10")]}
    await Bodies(app)(scope, nothing_comes, send)
    assert seen == []
    assert told[0]["status"] == 408
    assert (b"connection", b"close") in told[0]["headers"]


@pytest.mark.fault("S31")
@pytest.mark.parametrize("claimed", [b"65537", b"99999999999999999999", b"-1", b"1e3", b"x"])
async def test_a_body_that_says_it_is_too_large_is_not_read(claimed):
    told = []

    async def nobody_reads(*_):
        raise AssertionError

    async def send(message):
        told.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", claimed)]}
    await Bodies(nobody_reads)(scope, nobody_reads, send)
    assert told[0]["status"] == 413


SECRET = "070-174 06 05"


@pytest.fixture
def broken(door):
    router = APIRouter(dependencies=[Depends(OpenToAll("only in this test"))])

    @router.get("/trasig")
    async def page(request: Request):
        number = SECRET
        raise RuntimeError(f"could not ring {number} for {request.url}")

    door.app.include_router(router)
    return door


@pytest.mark.fault("S18")
async def test_a_page_that_fails_tells_nobody_with_what_values(broken, capfd, caplog):
    answer = await broken.browser().get("/trasig?losenord=hemligt")
    written = "".join(capfd.readouterr()) + caplog.text
    assert answer.status_code == 500
    assert SECRET not in answer.text + written
    assert "hemligt" not in answer.text + written
    assert "RuntimeError" in written
    assert "RuntimeError" not in answer.text
    assert answer.headers["content-security-policy"] == shields.POLICY


async def test_what_is_not_understood_is_told_without_being_repeated(door):
    answer = await door.browser().post("/logga-in", data={"konto": "berit" * 100, "losenord": "hemlighet"})
    assert answer.status_code == 422
    assert "berit" not in answer.text
    assert "hemlighet" not in answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/static/../app.py", "/static/%2e%2e/app.py"])
async def test_nothing_is_served_that_was_not_meant_to_be(door, path):
    assert (await door.browser().get(path)).status_code == 404
