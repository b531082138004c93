"""/agent: one person's work with the telephone beside them. Every act is theirs alone: the page never says whose it is.

Three rules. The phone decides: a page that is closed or lost changes nothing (F47). Who asks is who is signed in, and
what they may see is asked of `sight` each time. And nothing shown here is a caller's number, but for the one answer to
the one question that is written down first.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ivr.call_log.reading import CallLogUnreadableError
from ivr.control import BadOrderError
from ivr.web.accounts.roles import Role
from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer, require
from ivr.web.agent_words import refused
from ivr.web.context import Web, web_of
from ivr.web.engine_link import EngineGoneError
from ivr.web.matters import Kind
from ivr.web.my_calls import MyCalls, NotMineError, NotSuchMatterError, OthersOutcomeError, Said
from ivr.web.staff_in_sight import BUSY, as_busy, sees_work
from ivr.web.templating import page

router = APIRouter()
Mine = Annotated[Viewer, Depends(require(Role.AGENT))]
NOT_FOUND, REFUSED, NOT_THERE = 404, 409, 503
GONE = "Växeln svarar inte just nu. Telefonen fungerar som vanligt; försök igen om en stund."
UNREADABLE = "Samtalsloggen kan inte läsas just nu. Försök igen om en stund."
NOT_YOURS = "Samtalet är inte ditt, eller finns inte längre."
LONGEST_DEADLINE_S = 30 * 86_400
MOST_EARLIER = 3
PARKED_S = 60
"""After so long a parked caller comes back by themselves."""


class Body(BaseModel):
    """What the page sends: nothing but these fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class State(Body):
    """What the person wants to do."""

    what: Literal["ready", "login", "logout", "pause"]
    reason: Annotated[str, Field(max_length=40)] = ""


class Longer(Body):
    """By how much a wrap-up lasts longer."""

    by_s: Annotated[int, Field(ge=1, le=900)]


class Target(Body):
    """Where a caller is put through: to a queue at a level, or to a person."""

    queue: Annotated[str, Field(max_length=40)] = ""
    level: Literal[2, 3] = 2
    person: Annotated[str, Field(max_length=40)] = ""


class Promise(Body):
    """To ring the person whom this one talks or talked to, in a queue and within a time; 0 for the queue's own."""

    queue: Annotated[str, Field(max_length=40)] = ""
    deadline_s: Annotated[int, Field(ge=0, le=LONGEST_DEADLINE_S)] = 0
    matter: Annotated[str, Field(max_length=200)] = ""


class About(Body):
    """One call."""

    call: Annotated[str, Field(min_length=1, max_length=80)]


class Given(About):
    """What came of a call."""

    kind: Kind = Field(strict=False)
    matter: Annotated[str, Field(max_length=40)] = ""
    level: Annotated[int, Field(ge=0, le=3)] = 0
    """0: what the type of matter usually takes."""
    solved: bool = True
    case: Annotated[str, Field(max_length=40, pattern=r"^[\w /:.-]*$")] = ""


@router.get("/agent")
async def show(request: Request, viewer: Mine) -> Response:
    """The page; without a phone it says so."""
    house = web_of(request).house
    person = house.people.get(viewer.agent)
    return page(request, "agent.html", viewer=viewer, person=person)


@router.get("/agent/val")
async def choices(request: Request, viewer: Mine) -> dict[str, Any]:
    """What can be chosen on the page: matters, reasons for a pause, queues. None of it is about anybody."""
    house = web_of(request).house
    _phone(viewer)
    return {
        "matters": [
            {**asdict(matter), "queues": sorted(matter.queues), "department": house.departments[matter.department]}
            for matter in house.matters.values()
        ],
        "pauses": [{"key": key, "reason": pause.reason} for key, pause in sorted(house.pause_reasons.items())],
        "queues": [{"queue": queue, "title": title} for queue, title in house.queue_titles.items()],
    }


# ── what the person does ────────────────────────────────────────────────────────────────────────────────────────
@router.get("/agent/person")
async def person(request: Request, viewer: Mine) -> dict[str, Any]:
    """What the engine knows of the person that no entry tells: what they will do after the talk."""
    return await _order(web_of(request), {"do": "person", "agent": _phone(viewer)})


@router.post("/agent/lage")
async def be(request: Request, viewer: Mine, body: State) -> dict[str, Any]:
    """The person is ready, pauses, or logs in or out; during a talk, after it."""
    web = web_of(request)
    reasons = {pause.reason for pause in web.house.pause_reasons.values()}
    if body.what == "pause" and reasons and body.reason not in reasons:
        raise HTTPException(REFUSED, "Välj varför du tar paus.")
    order = {"do": "agent", "agent": _phone(viewer), "what": body.what, "reason": body.reason}
    await _order(web, order)
    if body.what == "logout":
        web.watching.said_goodbye(viewer.agent)
    return await _order(web, {"do": "person", "agent": viewer.agent})


@router.post("/agent/efterbehandling")
async def prolong(request: Request, viewer: Mine, body: Longer) -> dict[str, Any]:
    """The wrap-up ends later."""
    return await _order(web_of(request), {"do": "prolong", "agent": _phone(viewer), "by_s": body.by_s})


# ── the caller ──────────────────────────────────────────────────────────────────────────────────────────────────
@router.get("/agent/koppling")
async def reach(request: Request, viewer: Mine) -> dict[str, Any]:
    """Where the caller could be put through, who can answer there now, and the wait."""
    web = web_of(request)
    found = await _order(web, {"do": "reach", "agent": _phone(viewer)})
    for there in (*found["queues"], *found["people"]):
        there["why_words"] = refused(there["why"]) if there["why"] else ""
    for there in found["people"]:
        if not sees_work(viewer, web.house.plan, there["person"]) and (busy := as_busy(there["state"])) == BUSY:
            there |= {"state": busy, "reason": ""}
    for there in found["queues"]:
        there["title"] = web.house.queue_titles.get(there["queue"], there["queue"])
    return found


@router.post("/agent/koppling")
async def transfer(request: Request, viewer: Mine, body: Target) -> dict[str, Any]:
    """The caller is put through; or the talk goes on, and the answer says why."""
    order = {"do": "transfer", "agent": _phone(viewer), **body.model_dump()}
    found = await _order(web_of(request), order)
    if found["why"]:
        raise HTTPException(REFUSED, refused(found["why"]))
    return found


@router.post("/agent/aterkoppling")
async def promise(request: Request, viewer: Mine, body: Promise) -> dict[str, Any]:
    """The person who talks, or talked last, will be rung, by the deadline."""
    order = {"do": "promise_callback", "agent": _phone(viewer), **body.model_dump()}
    return await _order(web_of(request), order)


@router.post("/agent/parkering")
async def park(request: Request, viewer: Mine) -> dict[str, Any]:
    """The caller waits with music and comes back to this very person."""
    order = {"do": "park", "agent": _phone(viewer), "after_s": PARKED_S, "who": viewer.account}
    found = await _order(web_of(request), order)
    if found.get("why"):
        raise HTTPException(REFUSED, refused(str(found["why"])))
    return found


@router.post("/agent/nummer")
async def number(request: Request, viewer: Mine, body: About) -> dict[str, str]:
    """The caller's number, of a call that is this person's now. Before it is told it is written down who asked."""
    web = web_of(request)
    call = web.live.board.calls.get(body.call)  # type: ignore[call-overload]
    if call is None or call.agent != _phone(viewer) or not sight_of(viewer, call).number:
        raise HTTPException(NOT_FOUND, NOT_YOURS)
    await web.access.note(viewer, "number", call.id, "own call")
    told = await _order(web, {"do": "number", "call": call.id})
    return {"number": str(told["number"])}


@router.post("/agent/tidigare")
async def earlier(request: Request, viewer: Mine, body: About) -> dict[str, Any]:
    """The caller's earlier calls that this person may see; of others not even how many there are."""
    with _readable():
        return {"calls": await _mine(request, viewer).earlier(body.call, MOST_EARLIER)}


# ── outcomes ────────────────────────────────────────────────────────────────────────────────────────────────────
@router.get("/agent/dag")
async def today(request: Request, viewer: Mine) -> dict[str, Any]:
    """The person's talks of today, newest first, each with its outcome or without."""
    with _readable():
        return {"calls": await _mine(request, viewer).today()}


@router.post("/agent/utfall")
async def give(request: Request, viewer: Mine, body: Given) -> dict[str, Any]:
    """What the call was about. Whoever has talked in it may say so, and say otherwise later."""
    try:
        said = Said(body.kind, body.matter, body.level, body.solved, body.case)
        with _readable():
            return await _mine(request, viewer).give(body.call, said)
    except NotMineError as error:
        raise HTTPException(NOT_FOUND, NOT_YOURS) from error
    except OthersOutcomeError as error:
        raise HTTPException(REFUSED, "Utfallet har satts av den som samtalet kopplades till.") from error
    except NotSuchMatterError as error:
        raise HTTPException(REFUSED, "Det ärendet kan inte väljas för det här samtalet.") from error


def _mine(request: Request, viewer: Viewer) -> MyCalls:
    _phone(viewer)
    return MyCalls(web_of(request), viewer)


def _phone(viewer: Viewer) -> str:
    """Whose phone is meant: the viewer's own, always."""
    if not viewer.agent:
        raise HTTPException(NOT_FOUND, "Kontot hör inte till någon telefon.")
    return viewer.agent


@contextmanager
def _readable() -> Iterator[None]:
    """A log that cannot be read is told as that, and never as a day without calls."""
    try:
        yield
    except CallLogUnreadableError as error:
        raise HTTPException(NOT_THERE, UNREADABLE) from error


async def _order(web: Web, order: dict[str, Any]) -> dict[str, Any]:
    try:
        async with asyncio.timeout(5):
            return await web.link.order(order)
    except BadOrderError as error:
        raise HTTPException(REFUSED, refused(str(error))) from error
    except (EngineGoneError, TimeoutError) as error:
        raise HTTPException(NOT_THERE, GONE) from error
