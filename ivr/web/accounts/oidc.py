"""The municipality's own sign-in by OpenID Connect (Entra ID, AD FS, …): the extra `oidc`.

The provider says who somebody is; what they may do here stands in their account, which must have been made for the
provider. The first sign-in ties the account to that person at the provider: a name that is later given to somebody
else opens nothing.
"""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlite_utils import Database

from ivr.web.accounts import register
from ivr.web.accounts.flows import Flow
from ivr.web.accounts.oidc_file import LOOPBACK, Provider
from ivr.web.accounts.register import Account

ANSWER_S = 5.0
LEEWAY_S = 60
"""How far the provider's clock may be off."""
MAX_ANSWER = 256 * 1024
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signed with a key that the provider alone has: neither `none` nor a secret that we have too."""
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderFailedError(Exception):
    """The provider cannot be reached, or what it says is not to be believed. Its text is for our own log."""


async def authorization_url(provider: Provider, flow: Flow) -> str:
    """Where the browser goes to prove who it is. Raises ProviderFailedError."""
    async with _asking() as client:
        told = await _metadata(client, provider)
    return str(
        prepare_grant_uri(
            told["authorization_endpoint"],
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=flow.redirect_uri,
            scope=provider.scope,
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
    )


async def identity(provider: Provider, flow: Flow, code: str, now_s: int) -> dict[str, Any]:
    """What the provider says of the person who came back with `code`. Raises ProviderFailedError."""
    async with _asking() as client:
        told = await _metadata(client, provider)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": flow.redirect_uri,
            "code_verifier": flow.verifier,
        }
        auth = httpx.BasicAuth(provider.client_id, provider.client_secret)
        tokens = await _json(client.build_request("POST", told["token_endpoint"], data=form), client, auth)
        keys = await _json(client.build_request("GET", told["jwks_uri"]), client)
    try:
        return _believed(provider, flow, tokens, keys, now_s)
    except (JoseError, AuthlibBaseError, ValueError, KeyError, TypeError) as error:
        raise ProviderFailedError(f"id_token: {type(error).__name__}") from error


def account_of(db: Database, provider: Provider, claims: dict[str, Any], now_ms: int) -> Account | None:
    """The account of that person, tied to them from the first time on; None when there is none that they may open."""
    name = claims.get(provider.account_claim)
    account = register.read(db, name.strip().casefold()) if isinstance(name, str) else None
    if account is None or account.is_disabled or account.password:
        return None
    person = f"{claims['iss']} {claims['sub']}"
    if not account.provider_subject:
        account = replace(account, provider_subject=person)
        register.write(db, account, now_ms)
    return account if account.provider_subject == person else None


def _believed(
    provider: Provider, flow: Flow, tokens: dict[str, Any], keys: dict[str, Any], now_s: int
) -> dict[str, Any]:
    token = jwt.decode(tokens["id_token"], KeySet.import_key_set({"keys": keys["keys"]}), algorithms=ALGORITHMS)
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": _issuer(provider)},
            "aud": {"essential": True, "value": provider.client_id},
            "nonce": {"essential": True, "value": flow.nonce},
        },
        {"client_id": provider.client_id, "access_token": tokens.get("access_token")},
    )
    claims.validate(now_s, LEEWAY_S)
    return dict(token.claims)


def _asking() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=ANSWER_S, follow_redirects=False, trust_env=False)


def _issuer(provider: Provider) -> str:
    return str(provider.issuer).rstrip("/")


async def _metadata(client: httpx.AsyncClient, provider: Provider) -> dict[str, Any]:
    """What the provider says of itself; only of itself, and nothing of it unencrypted."""
    issuer = _issuer(provider)
    told = await _json(client.build_request("GET", f"{issuer}/.well-known/openid-configuration"), client)
    if str(told.get("issuer", "")).rstrip("/") != issuer:
        raise ProviderFailedError("metadata: another issuer")
    for name in NEEDED:
        parts = urlsplit(str(told.get(name, "")))
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ProviderFailedError(f"metadata: {name}")
    return told


async def _json(
    request: httpx.Request, client: httpx.AsyncClient, auth: httpx.BasicAuth | None = None
) -> dict[str, Any]:
    try:
        answer = await client.send(request, auth=auth, stream=True)
        try:
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER:
                    raise ProviderFailedError("answer without end")
        finally:
            await answer.aclose()
    except httpx.HTTPError as error:
        raise ProviderFailedError(type(error).__name__) from error
    if answer.status_code != httpx.codes.OK:
        raise ProviderFailedError(f"{request.url.path}: {answer.status_code}")
    try:
        told = json.loads(body)
    except ValueError as error:
        raise ProviderFailedError(f"{request.url.path}: no JSON") from error
    if not isinstance(told, dict):
        raise ProviderFailedError(f"{request.url.path}: no object")
    return told
