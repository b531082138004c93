"""/konton: whoever administers makes, changes, closes and opens accounts; each act is written in the access log first.

Two rules. Nobody closes their own account or takes the role from themselves: somebody must be left who can. And a
password is made here and shown once; nobody chooses one for somebody else.
"""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from ivr.web.accounts.passwords import generated
from ivr.web.accounts.register import Account, AccountRefusedError, known_clearances, strangers
from ivr.web.accounts.roles import SWEDISH, Role
from ivr.web.accounts.viewer import Viewer, require
from ivr.web.context import Web, web_of
from ivr.web.templating import page
from queues.ids import AgentId, Clearance, QueueId

router = APIRouter(prefix="/konton")
Admin = Annotated[Viewer, Depends(require(Role.ADMIN))]
Text = Annotated[str, Form(max_length=100)]
Names = Annotated[list[str], Form(max_length=100)]
SEE_OTHER, NOT_FOUND, REFUSED = 303, 404, 422
OWN = "Du kan inte stänga ditt eget konto eller ta ifrån dig själv rollen administratör."
UNKNOWN = "Det finns inte i kommunens filer: {names}."
PROVIDERS = "Kontot öppnas med kommunens inloggning och har inget lösenord här."
NO_ROLE = "Välj minst en roll."


class Rights:
    """What the form says of somebody."""

    def __init__(
        self,
        namn: Text,
        roll: Names = [],  # noqa: B006 - FastAPI makes a new one for each request
        ko: Names = [],  # noqa: B006
        sekretess: Names = [],  # noqa: B006
        telefon: Text = "",
    ) -> None:
        self.name = " ".join(namn.split())
        self.roles = frozenset(Role(role) for role in roll if role in set(Role))
        self.queues = frozenset(map(QueueId, ko)) or None
        self.clearances = frozenset(map(Clearance, sekretess))
        self.agent = AgentId(telefon)

    def given_to(self, account: Account) -> Account:
        """The account with these rights."""
        return replace(
            account,
            name=self.name or account.account,
            roles=self.roles,
            agent=self.agent,
            queues=self.queues,
            clearances=self.clearances,
        )


Said = Annotated[Rights, Depends(Rights)]


@router.get("")
async def everybody(request: Request, viewer: Admin) -> Response:
    """All accounts, and the form for a new one."""
    return await _list(request, viewer, Account("", "", frozenset()))


@router.post("")
async def make(
    request: Request, viewer: Admin, konto: Text, said: Said, inloggning: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """The account is there, with a password that is shown once; or none, when the provider opens it."""
    web = web_of(request)
    wanted = said.given_to(Account(konto.strip().casefold(), "", frozenset()))
    if why_not := _objection(web, viewer, wanted):
        return await _list(request, viewer, wanted, why_not)
    word = "" if inloggning == "leverantor" else generated()
    made = replace(wanted, password=await web.passwords.made(word) if word else "")
    try:
        await web.accounts.add(made)
    except AccountRefusedError as error:
        return await _list(request, viewer, wanted, f"{str(error).capitalize()}.")
    await web.access.note(viewer, "account_made", made.account, _rights_of(made))
    return await _one(request, viewer, made, done="Kontot finns nu.", word=word)


@router.get("/{account}")
async def one(request: Request, viewer: Admin, account: str) -> Response:
    """One account and what can be done with it."""
    return await _one(request, viewer, await _named(request, account))


@router.post("/{account}")
async def change(request: Request, viewer: Admin, account: str, said: Said) -> Response:
    """The account has other rights, from this instant on, also on pages that are open."""
    web = web_of(request)
    wanted = said.given_to(await _named(request, account))
    if why_not := _objection(web, viewer, wanted):
        return await _one(request, viewer, wanted, why_not)
    await web.access.note(viewer, "account_changed", wanted.account, _rights_of(wanted))
    await web.accounts.keep(wanted)
    return await _one(request, viewer, wanted, done="Ändringen gäller nu.")


@router.post("/{account}/losenord")
async def renew(request: Request, viewer: Admin, account: str) -> Response:
    """Another password, shown once; whoever is signed in to the account is not any more."""
    web, found = web_of(request), await _named(request, account)
    if not found.password:
        return await _one(request, viewer, found, PROVIDERS)
    word = generated()
    hashed = await web.passwords.made(word)
    await web.access.note(viewer, "password_replaced", found.account)
    await web.accounts.replace_password(found.account, hashed)
    return await _one(request, viewer, found, done="Kontot har ett nytt lösenord.", word=word)


@router.post("/{account}/koppla-om")
async def untie(request: Request, viewer: Admin, account: str) -> Response:
    """The next person whom the provider gives this name is the account's: after a new post there, or a new provider."""
    web = web_of(request)
    wanted = replace(await _named(request, account), provider_subject="")
    await web.access.note(viewer, "account_untied", wanted.account)
    await web.accounts.keep(wanted)
    await web.sessions.end_all(wanted.account)
    return await _one(request, viewer, wanted, done="Nästa inloggning hos kommunen med det namnet knyts till kontot.")


@router.post("/{account}/stang")
async def close(request: Request, viewer: Admin, account: str) -> Response:
    """The account opens nothing from this instant on."""
    return await _closed(request, viewer, account, is_disabled=True)


@router.post("/{account}/oppna")
async def reopen(request: Request, viewer: Admin, account: str) -> Response:
    """The account can be signed in to again."""
    return await _closed(request, viewer, account, is_disabled=False)


async def _closed(request: Request, viewer: Viewer, account: str, *, is_disabled: bool) -> Response:
    web = web_of(request)
    wanted = replace(await _named(request, account), is_disabled=is_disabled)
    if why_not := _objection(web, viewer, wanted):
        return await _one(request, viewer, wanted, why_not)
    await web.access.note(viewer, "account_closed" if is_disabled else "account_opened", wanted.account)
    await web.accounts.keep(wanted)
    return RedirectResponse(f"/konton/{wanted.account}", SEE_OTHER)


async def _named(request: Request, account: str) -> Account:
    found = await web_of(request).accounts.named(account)
    if found is None:
        raise HTTPException(NOT_FOUND, "Det finns inget sådant konto.")
    return found


def _objection(web: Web, viewer: Viewer, wanted: Account) -> str:
    """Why the account cannot be so, "" when it can."""
    if unknown := strangers(wanted, web.house.plan):
        return UNKNOWN.format(names=", ".join(name for names in unknown.values() for name in names))
    if not wanted.roles:
        return NO_ROLE
    is_own = wanted.account == viewer.account
    return OWN if is_own and (wanted.is_disabled or Role.ADMIN not in wanted.roles) else ""


def _rights_of(account: Account) -> str:
    """For the access log: who decided what somebody may see must be found there."""
    parts = {
        "roller": account.roles,
        "köer": ["enligt roll"] if account.queues is None else account.queues,
        "sekretess": account.clearances,
        "telefon": [account.agent] if account.agent else [],
    }
    return "; ".join(f"{what} {', '.join(sorted(names)) or '–'}" for what, names in parts.items())


def _choices(web: Web) -> dict[str, Any]:
    house = web.house
    return {
        "roles": [(role.value, SWEDISH[role]) for role in Role],
        "queues": sorted(house.queue_titles.items(), key=lambda item: item[1]),
        "clearances": sorted(known_clearances(house.plan)),
        "agents": sorted(((agent, person.name) for agent, person in house.people.items()), key=lambda item: item[1]),
        "role_words": SWEDISH,
    }


async def _list(request: Request, viewer: Viewer, draft: Account, refused: str = "") -> Response:
    web = web_of(request)
    accounts = await web.accounts.everybody()
    told = {"accounts": accounts, "draft": draft, "refused": refused, **_choices(web)}
    return page(request, "accounts.html", REFUSED if refused else 200, viewer=viewer, **told)


async def _one(  # noqa: PLR0913 - what the page says
    request: Request, viewer: Viewer, account: Account, refused: str = "", *, done: str = "", word: str = ""
) -> Response:
    told = {"draft": account, "refused": refused, "done": done, "word": word, **_choices(web_of(request))}
    return page(request, "account_of.html", REFUSED if refused else 200, viewer=viewer, **told)
