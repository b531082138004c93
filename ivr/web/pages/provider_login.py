"""/logga-in/oidc and back: signing in with the municipality's own provider."""

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from ivr.web.accounts import sign_in
from ivr.web.accounts.oidc_file import Provider, provider, provider_name
from ivr.web.accounts.roles import first_page
from ivr.web.accounts.sign_in import Cookie
from ivr.web.accounts.viewer import OpenToAll
from ivr.web.context import web_of
from ivr.web.origin import FLOW
from ivr.web.pages.login import inside, login_form
from ivr.web.templating import page

log = structlog.get_logger()
router = APIRouter(prefix="/logga-in/oidc", dependencies=[Depends(OpenToAll("nobody is signed in before signing in"))])
FAILED = "Inloggningen gick inte att slutföra. Försök igen."
NOT_HERE = "Du är inloggad hos {provider}, men det finns inget konto för dig här. Be administratören om ett."
FLOW_S = 600


@router.get("")
async def away(request: Request, till: str = "") -> Response:
    """To the provider, with what must come back."""
    from ivr.web.accounts.oidc import ProviderFailedError, authorization_url  # noqa: PLC0415 - the extra `oidc`

    web, asked = web_of(request), _provider(request)
    back = f"{web.origin.named(request)}{router.prefix}/tillbaka"
    name, flow = web.flows.begin(inside(till), back, web.clock())
    try:
        response = RedirectResponse(await authorization_url(asked, flow), 303)
    except ProviderFailedError as error:
        log.warning("provider_failed", because=str(error))
        return login_form(request, till, refused=FAILED, status=502)
    # The provider's redirect comes from its own site: a strict cookie would not be sent with it.
    sign_in.set_cookie(web, request, response, Cookie(FLOW, name, FLOW_S, "lax"))
    return response


@router.get("/tillbaka")
async def back(request: Request, code: str = "", state: str = "") -> Response:
    """Signed in, if the provider says so of this very browser and there is an account for the person."""
    from ivr.web.accounts.oidc import ProviderFailedError, account_of, identity  # noqa: PLC0415 - the extra `oidc`

    web, asked = web_of(request), _provider(request)
    now_ms = web.clock()
    flow = web.flows.take(web.origin.token_in(request, FLOW), state, now_ms)
    if flow is None or not code:
        return login_form(request, refused=FAILED, status=400)
    try:
        claims = await identity(asked, flow, code, now_ms // 1000)
    except ProviderFailedError as error:
        log.warning("provider_failed", because=str(error))
        return login_form(request, refused=FAILED, status=502)
    account = await web.store.run(lambda db: account_of(db, asked, claims, now_ms))
    if account is None:
        return login_form(request, refused=NOT_HERE.format(provider=asked.name), status=403)
    # A page of ours leads on, not a redirect: only a request from our own site carries the strict cookie.
    response = page(request, "onward.html", to=flow.till or first_page(account.roles))
    await sign_in.let_in(web, request, response, account)
    sign_in.set_cookie(web, request, response, Cookie(FLOW, "", 0, "lax"))
    return response


def _provider(request: Request) -> Provider:
    """The provider; 404 where there is none."""
    site = web_of(request).site
    found = provider(site) if provider_name(site) else None
    if found is None:
        raise HTTPException(404)
    return found
