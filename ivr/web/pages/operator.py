"""/vaxel: whoever runs the switchboard's day sees the line and does what must be done to it, each act under their name.

Three rules. Every act is written in the access log before it is done, with who did it; the engine remembers it too. A
call is acted on only by who may know of it, and a confidential one looks like one that is not there. And what has
become of an act is said as it is: done, or why not.
"""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ivr.control import BadOrderError
from ivr.manuscripts import ManuscriptRefusedError, manuscript_folders, manuscripts
from ivr.web import switchboard
from ivr.web.accounts.roles import Role
from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer, require
from ivr.web.context import Web, web_of
from ivr.web.engine_link import EngineGoneError
from ivr.web.operator_words import why_not
from ivr.web.templating import page
from queues.ids import AgentId, CallId, QueueId

router = APIRouter()
Operator = Annotated[Viewer, Depends(require(Role.OPERATOR))]
NOT_ALLOWED, NOT_FOUND, REFUSED, NOT_THERE = 403, 404, 409, 503
OTHERS = "Det gäller även köer som inte är dina."
GONE = "Växeln svarar inte just nu. Telefonerna fungerar som vanligt; försök igen om en stund."
NO_PHONE = "Ditt konto hör inte till någon telefon."
NO_CALL = "Samtalet finns inte längre."
NOBODY = "Personen finns inte bland dem du ser."
Name = Annotated[str, Field(max_length=80)]


class Body(BaseModel):
    """What the page sends: nothing but these fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class About(Body):
    """One call."""

    call: Annotated[str, Field(min_length=1, max_length=80)]


class Parking(Body):
    """How long a caller waits before they come back by themselves."""

    after_s: Annotated[int, Field(ge=5, le=900)] = 60


class Somebody(Body):
    """One person."""

    agent: Annotated[str, Field(min_length=1, max_length=40)]


class Groups(Somebody):
    """One person, and the groups that are theirs until midnight; none: as it is written."""

    groups: Annotated[list[Name], Field(max_length=100)]


class Hours(Body):
    """Opening hours, by name ("" for all), and what becomes of them until midnight."""

    hours: Name = ""
    how: Literal["open", "closed", "schedule"]


class Crisis(Body):
    """A message that everybody hears first; "" for none."""

    prompt: Name = ""
    instead: bool = False
    until_midnight: bool = True


@router.get("/vaxel")
async def show(request: Request, viewer: Operator) -> Response:
    """The page."""
    person = web_of(request).house.people.get(viewer.agent)
    return page(request, "operator.html", viewer=viewer, person=person)


# ── the line ────────────────────────────────────────────────────────────────────────────────────────────────────
@router.post("/vaxel/plocka")
async def pick(request: Request, viewer: Operator, body: About) -> dict[str, Any]:
    """The call, waiting or parked, rings at the viewer's own phone."""
    web, phone = web_of(request), _phone(viewer)
    call = web.live.board.calls.get(CallId(body.call))
    if call is None or not sight_of(viewer, call).content:
        raise HTTPException(NOT_FOUND, NO_CALL)
    await web.access.note(viewer, "call_picked", call.id)
    await _ordered(web, "pick", {"agent": phone, "call": call.id})
    return {"told": "Samtalet ringer hos dig nu."}


@router.post("/vaxel/parkera")
async def park(request: Request, viewer: Operator, body: Parking) -> dict[str, Any]:
    """The caller whom the viewer talks to hears music, and comes back to them."""
    web, phone = web_of(request), _phone(viewer)
    seen = web.live.board.agents.get(phone)
    await web.access.note(viewer, "call_parked", seen.call if seen else "")
    answer = await _ordered(web, "park", {"agent": phone, "after_s": body.after_s})
    return {"told": "Samtalet är parkerat. Den som ringde hör musik och kommer tillbaka till dig.", **answer}


@router.post("/vaxel/koppla")
async def put_through(request: Request, viewer: Operator, body: Somebody) -> dict[str, Any]:
    """The caller whom the viewer talks to is put through to somebody who takes calls here, under supervision."""
    web, phone = web_of(request), _phone(viewer)
    person = web.house.people.get(AgentId(body.agent))
    if person is None:
        raise HTTPException(NOT_FOUND, why_not("transfer", "unknown"))
    seen = web.live.board.agents.get(phone)
    await web.access.note(viewer, "call_put_through", seen.call if seen else "", person.id)
    await _ordered(web, "transfer", {"agent": phone, "person": person.id})
    return {"told": f"Det ringer hos {person.name}. Svarar ingen kommer samtalet tillbaka till dig."}


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────
@router.get("/vaxel/grupper/{agent}")
async def groups(request: Request, viewer: Operator, agent: str) -> dict[str, Any]:
    """The groups that the person can be moved between, which are theirs now, and who has moved them."""
    web, who = web_of(request), _seen(request, viewer, agent)
    now = await _order(web, {"do": "moves"})
    serves = [(QueueId(queue), int(level)) for queue, level in now["agents"].get(who, ())]
    moved = now["moves"].get(who)
    return {
        "name": web.house.people[who].name,
        "groups": switchboard.groups_of(web.house, viewer, who, serves),
        # Not where to: the groups above tell those that the viewer sees.
        "moved": moved and {"who": moved["who"], "until_ms": moved["until_ms"]},
    }


@router.post("/vaxel/flytta")
async def move(request: Request, viewer: Operator, body: Groups) -> dict[str, Any]:
    """The groups are the person's until midnight; none, or those that are written: as it is written."""
    web, who = web_of(request), _seen(request, viewer, body.agent)
    chosen = list(dict.fromkeys(map(QueueId, body.groups)))
    if not all(queue in web.house.plan.queues and viewer.may_see_queue(queue) for queue in chosen):
        raise HTTPException(REFUSED, why_not("move", "unknown_queue"))
    kept = await _unseen(web, viewer, who) if chosen else []
    back = not chosen or switchboard.is_as_written(web.house, who, [*chosen, *kept])
    queues = [] if back else switchboard.moved_to(web.house, who, [*chosen, *kept])
    await web.access.note(viewer, "agent_moved", who, "" if back else " ".join(chosen))
    await _ordered(web, "move", {"agent": who, "queues": queues, "who": viewer.name})
    name, titles = web.house.people[who].name, [f"”{web.house.queue_titles.get(q, q)}”" for q in chosen]
    there = "i sina vanliga grupper" if back else f"i {' och '.join(titles)} till midnatt"
    return {"told": f"{name} svarar nu {there}."}


async def _unseen(web: Web, viewer: Viewer, who: AgentId) -> list[QueueId]:
    """The person's own groups now that the viewer does not see: those are not theirs to take."""
    if viewer.queues is None:
        return []
    now = await _order(web, {"do": "moves"})
    return switchboard.unseen(web.house, viewer, [(QueueId(queue), int(n)) for queue, n in now["agents"].get(who, ())])


@router.post("/vaxel/logga-ut")
async def log_out(request: Request, viewer: Operator, body: Somebody) -> dict[str, Any]:
    """The person is logged out of the telephone; during a talk, when it is over."""
    web, who = web_of(request), _seen(request, viewer, body.agent)
    await web.access.note(viewer, "agent_logged_out", who)
    answer = await _ordered(web, "logout", {"agent": who, "who": viewer.name})
    web.watching.said_goodbye(who)
    name = web.house.people[who].name
    return {"told": f"{name} loggas ut när samtalet är slut." if answer["after_talk"] else f"{name} är utloggad."}


# ── the house ───────────────────────────────────────────────────────────────────────────────────────────────────
@router.get("/vaxel/lage")
async def state(request: Request, _viewer: Operator) -> dict[str, Any]:
    """Opening hours and crisis messages: what there is, and what is switched."""
    web = web_of(request)
    board = web.live.board
    texts = await asyncio.to_thread(_texts, web.house.plan.digest, web.house.language, web.folder)
    on = board.crisis
    return {
        "openings": switchboard.openings(web.house, board, web.clock()),
        "messages": [{"prompt": prompt, "text": texts.get(prompt, prompt)} for prompt in web.house.crisis_prompts],
        "crisis": {"prompt": on.how, "by": on.by, "until_ms": on.until_ms, "instead": on.instead} if on else None,
    }


@router.post("/vaxel/oppettider")
async def force(request: Request, viewer: Operator, body: Hours) -> dict[str, Any]:
    """The hours are open or closed until midnight, or as they are written."""
    web = web_of(request)
    if body.hours and body.hours not in web.house.openings:
        raise HTTPException(NOT_FOUND, "De öppettiderna finns inte längre.")
    if not switchboard.sees_all(web.house, viewer, body.hours):
        raise HTTPException(NOT_ALLOWED, OTHERS)
    await web.access.note(viewer, f"hours_{body.how}", body.hours or "all")
    await _order(web, {"do": "force", "hours": body.hours, "how": body.how, "who": viewer.name})
    words = {"open": "öppet till midnatt", "closed": "stängt till midnatt", "schedule": "som vanligt"}
    return {"told": f"{switchboard.title_of(body.hours)} är nu {words[body.how]}."}


@router.post("/vaxel/krismeddelande")
async def crisis(request: Request, viewer: Operator, body: Crisis) -> dict[str, Any]:
    """Everybody who rings hears the message first, or none any more."""
    web = web_of(request)
    if body.prompt and body.prompt not in web.house.crisis_prompts:
        raise HTTPException(NOT_FOUND, "Det meddelandet finns inte längre.")
    if not switchboard.sees_all(web.house, viewer):
        raise HTTPException(NOT_ALLOWED, OTHERS)
    await web.access.note(viewer, "crisis_message", body.prompt or "off", "instead" if body.instead else "")
    until = switchboard.midnight_after(web.clock(), web.house.timezone) if body.until_midnight else ""
    order = {"do": "crisis", "prompt": body.prompt, "instead": body.instead, "until": until, "who": viewer.name}
    await _order(web, order)
    return {"told": "Alla som ringer hör nu meddelandet först." if body.prompt else "Inget meddelande läses längre."}


# ── what each act goes through ──────────────────────────────────────────────────────────────────────────────────
def _phone(viewer: Viewer) -> AgentId:
    if not viewer.agent:
        raise HTTPException(REFUSED, NO_PHONE)
    return viewer.agent


def _seen(request: Request, viewer: Viewer, agent: str) -> AgentId:
    """The person, if they serve any queue that the viewer sees."""
    known = web_of(request).house.plan.agents.get(AgentId(agent))
    if known is None or not any(viewer.may_see_queue(queue) for queue, _ in known.queues):
        raise HTTPException(NOT_FOUND, NOBODY)
    return known.id


async def _ordered(web: Web, do: str, order: dict[str, Any]) -> dict[str, Any]:
    """The engine has done it. Raises with the reason, in words, when it has not."""
    answer = await _order(web, {"do": do, **order})
    if not answer["done"]:
        raise HTTPException(REFUSED, why_not(do, answer["why"]))
    return answer


async def _order(web: Web, order: dict[str, Any]) -> dict[str, Any]:
    try:
        return await web.link.order(order)
    except BadOrderError as error:
        raise HTTPException(REFUSED, str(error)) from error
    except EngineGoneError as error:
        raise HTTPException(NOT_THERE, GONE) from error


@lru_cache(maxsize=2)
def _texts(_digest: str, language: str, folder: Path) -> dict[str, str]:
    """What every prompt says; nothing when the manuscripts cannot be read."""
    try:
        return {prompt: one.text for prompt, one in manuscripts(*manuscript_folders(language, folder)).items()}
    except (ManuscriptRefusedError, OSError):
        return {}
