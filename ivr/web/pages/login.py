"""/logga-in, /logga-ut and /konto: signing in with name and password, leaving, and changing one's own password."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from ivr.web.accounts import sign_in
from ivr.web.accounts.oidc_file import provider_name
from ivr.web.accounts.passwords import LONGEST, SHORTEST, PasswordsBusyError, objection
from ivr.web.accounts.roles import SWEDISH, first_page
from ivr.web.accounts.viewer import OpenToAll, Viewer, viewer_of, with_account
from ivr.web.context import web_of
from ivr.web.templating import page

router = APIRouter()
at_the_door = Depends(OpenToAll("nobody is signed in before signing in"))
Known = Annotated[Viewer, Depends(with_account)]
Field = Annotated[str, Form(max_length=200)]
REFUSED = "Fel konto eller lösenord."
WAIT = "För många försök härifrån. Vänta {minutes} min och försök igen."
BUSY = "Många loggar in just nu. Försök igen om en stund."
SEE_OTHER = 303


@router.get("/", dependencies=[at_the_door])
async def beginning(request: Request) -> Response:
    """To the page that the person works with, or to signing in."""
    viewer = await viewer_of(request)
    return RedirectResponse(first_page(viewer.roles) if viewer else "/logga-in", SEE_OTHER)


@router.get("/logga-in", dependencies=[at_the_door])
async def ask(request: Request, till: str = "") -> Response:
    """The form; whoever is signed in already goes on."""
    viewer = await viewer_of(request)
    if viewer:
        return RedirectResponse(inside(till) or first_page(viewer.roles), SEE_OTHER)
    return login_form(request, till)


@router.post("/logga-in", dependencies=[at_the_door])
async def answer(request: Request, konto: Field, losenord: Field, till: Field = "") -> Response:
    """Signed in and on to where they were going, or the form again with one word for every refusal."""
    web = web_of(request)
    account = konto.strip().casefold()
    try:
        tried = await sign_in.try_password(web, request, account, losenord)
    except PasswordsBusyError:
        return login_form(request, till, account, BUSY, status=503)
    if tried.wait_ms:
        minutes = -(-tried.wait_ms // 60_000)
        response = login_form(request, till, account, WAIT.format(minutes=minutes), status=429)
        response.headers["retry-after"] = str(-(-tried.wait_ms // 1000))
        return response
    if tried.account is None:
        return login_form(request, till, account, REFUSED, status=401)
    response = RedirectResponse(inside(till) or first_page(tried.account.roles), SEE_OTHER)
    await sign_in.let_in(web, request, response, tried.account)
    return response


@router.post("/logga-ut", dependencies=[Depends(OpenToAll("leaving must always work"))])
async def leave(request: Request) -> Response:
    """The session is over, here and in every window."""
    web = web_of(request)
    viewer = await viewer_of(request)
    if viewer:
        await web.sessions.end(viewer.session)
        await web.access.note(viewer, "sign_out", viewer.account)
    response = RedirectResponse("/logga-in", SEE_OTHER)
    sign_in.forget(web, request, response)
    return response


@router.get("/konto")
async def own(request: Request, viewer: Known) -> Response:
    """Who they are here, what they may, and the form for another password."""
    return await _own_page(request, viewer)


@router.post("/konto/losenord")
async def replace_password(request: Request, viewer: Known, nu: Field, nytt: Field, igen: Field) -> Response:
    """Another password from now on; whoever else is signed in to the account is not any more."""
    web = web_of(request)
    why_not = objection(nytt, viewer.account) or ("" if nytt == igen else "De två nya lösenorden är olika.")
    if why_not:
        return await _own_page(request, viewer, why_not, status=422)
    try:
        tried = await sign_in.try_password(web, request, viewer.account, nu)
    except PasswordsBusyError:
        return await _own_page(request, viewer, BUSY, status=503)
    if tried.account is None:
        why_not = WAIT.format(minutes=-(-tried.wait_ms // 60_000)) if tried.wait_ms else "Lösenordet du har nu är fel."
        return await _own_page(request, viewer, why_not, status=429 if tried.wait_ms else 422)
    await web.accounts.replace_password(viewer.account, await web.passwords.made(nytt), but_session=viewer.session)
    await web.access.note(viewer, "password_changed", viewer.account)
    return await _own_page(request, viewer, done="Lösenordet är bytt. Andra inloggningar till kontot är avslutade.")


@router.post("/konto/logga-ut-overallt")
async def leave_everywhere(request: Request, viewer: Known) -> Response:
    """The account is signed in nowhere."""
    web = web_of(request)
    await web.sessions.end_all(viewer.account)
    await web.access.note(viewer, "sign_out_everywhere", viewer.account)
    response = RedirectResponse("/logga-in", SEE_OTHER)
    sign_in.forget(web, request, response)
    return response


def login_form(request: Request, till: str = "", account: str = "", refused: str = "", status: int = 200) -> Response:
    """The form; `refused` says why it is shown again."""
    provider = provider_name(web_of(request).site)
    return page(request, "login.html", status, till=inside(till), account=account, refused=refused, provider=provider)


async def _own_page(request: Request, viewer: Viewer, refused: str = "", done: str = "", status: int = 200) -> Response:
    house = web_of(request).house
    queues = None if viewer.queues is None else sorted(house.queue_titles.get(q, q) for q in viewer.queues)
    roles = [SWEDISH[role] for role in sorted(viewer.roles)]
    account = await web_of(request).accounts.named(viewer.account)
    told: dict[str, Any] = {"refused": refused, "done": done, "roles": roles, "queues": queues}
    told["has_password"] = account is not None and bool(account.password)
    return page(request, "account.html", status, viewer=viewer, shortest=SHORTEST, longest=LONGEST, **told)


def inside(till: str) -> str:
    """`till` if it is a page of ours: a path, and no other's address that looks like one; else ""."""
    is_path = till.startswith("/") and not till.startswith(("//", "/\\")) and till.isprintable() and "\\" not in till
    return till if is_path and not till.startswith(("/logga-", "/api/")) else ""
