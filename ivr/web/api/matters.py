"""/api/v1/matters: what people rang about, the case that came of it, and which types there are to choose among."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.calls import LAST_MS, CallName, note_secret
from ivr.web.api.tokens import Scope
from ivr.web.context import web_of
from ivr.web.matters import CallOutcome, Outcomes
from queues.ids import CallId

router = APIRouter(prefix=PREFIX, tags=["ärenden"])
Asking = Annotated[Viewer, Depends(asks(Scope.MATTERS))]
Writing = Annotated[Viewer, Depends(asks(Scope.MATTERS_WRITE))]
LONGEST_MS = 32 * 86_400_000


class SeenType(BaseModel):
    """A type of matter."""

    id: str
    title: str
    department: str
    rosa: int
    """1 information … 6 judgement."""
    level: int
    queues: list[str]
    """Whose calls it is offered for; none: every group's."""


class SeenTypes(BaseModel):
    """Every type, in the order in which people find them."""

    types: list[SeenType]
    departments: dict[str, str]
    """Title by name."""


class SeenOutcome(BaseModel):
    """What a call was about."""

    call: str
    kind: str
    """matter, put_through, wrong_number or cut_off."""
    matter: str
    department: str
    rosa: int
    level: int
    solved: bool
    case: str
    """The number that the case system gave it."""
    queue: str
    agent: str
    at_ms: int
    answered_at_ms: int


class GivenCase(BaseModel):
    """The number of a case in the case system."""

    model_config = ConfigDict(extra="forbid")
    case: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9ÅÄÖåäö /:.-]+$")]


class OutcomePage(BaseModel):
    """What holds of each call, by when it was answered; how many more there are that the token may not see, not.

    Asked of shorter and shorter spans that would say when each was answered.
    """

    outcomes: list[SeenOutcome]


@router.get("/matters/types", responses=refusals())
async def types(request: Request, viewer: Asking) -> SeenTypes:
    """The types of matter of the municipality."""
    house = web_of(request).house
    seen = [
        SeenType(id=m.id, title=m.title, department=m.department, rosa=m.rosa, level=m.level, queues=sorted(m.queues))
        for m in house.matters.values()
        if not m.queues or any(viewer.may_see_queue(queue) for queue in m.queues)
    ]
    return SeenTypes(types=seen, departments=dict(house.departments))


@router.get("/matters", responses=refusals())
async def outcomes(
    request: Request,
    viewer: Asking,
    from_ms: Annotated[int, Query(ge=0, le=LAST_MS)],
    to_ms: Annotated[int, Query(ge=0, le=LAST_MS)] = LAST_MS,
) -> OutcomePage:
    """What calls answered in [from_ms, to_ms) were about; at the most 32 days from the beginning."""
    web = web_of(request)
    found = await Outcomes(web.store).between(from_ms, min(to_ms, from_ms + LONGEST_MS))
    seen = [outcome for outcome in found if sight_of(viewer, outcome).content]
    await note_secret(web, viewer, [outcome.call for outcome in seen if outcome.clearance])
    return OutcomePage(outcomes=[_shown(outcome) for outcome in seen])


@router.put("/matters/{call}/case", responses=refusals(404))
async def case(request: Request, viewer: Writing, call: CallName, given: GivenCase) -> SeenOutcome:
    """The case system has given the call this number; what was said before stays as history."""
    web = web_of(request)
    outcomes = Outcomes(web.store)
    held = await outcomes.latest(CallId(call))
    if held is None or not sight_of(viewer, held).content:
        raise HTTPException(404, "Ingen har sagt vad ett sådant samtal gällde.")
    await web.access.note(viewer, "outcome", call, "api")
    now = replace(held, case=given.case, at_ms=web.clock(), by=viewer.account)
    await outcomes.record(now)
    return _shown(now)


def _shown(outcome: CallOutcome) -> SeenOutcome:
    return SeenOutcome(
        call=outcome.call,
        kind=outcome.kind.value,
        matter=outcome.matter,
        department=outcome.department,
        rosa=outcome.rosa,
        level=outcome.level,
        solved=outcome.solved,
        case=outcome.case,
        queue=outcome.queue,
        agent=outcome.agent,
        at_ms=outcome.at_ms,
        answered_at_ms=outcome.answered_at_ms,
    )
