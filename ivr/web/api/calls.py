"""/api/v1/calls: those that go on, those of the log page by page, and all that is remembered of one."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from pydantic import BaseModel

from ivr.call_log.codec import to_row
from ivr.call_log.reading import CallLogUnreadableError
from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.past_calls import At, PastCalls
from ivr.web.api.seen_calls import PastCall, SeenCall, live, past
from ivr.web.api.tokens import Scope
from ivr.web.context import Web, web_of
from queues.entries import Entry
from queues.ids import CallId

T = TypeVar("T")
router = APIRouter(prefix=PREFIX, tags=["samtal"])
LAST_MS = 2**53 - 1
"""JSON's largest whole number that every program reads alike."""
MOST_READ = 2_000
"""Rows looked at for one page, of those that the token may see."""
BATCH = 500
"""Rows read from the log at a time."""
Instant = Annotated[int, Query(ge=0, le=LAST_MS)]
CallName = Annotated[str, Path(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._-]+$")]
Asking = Annotated[Viewer, Depends(asks(Scope.CALLS))]


class LiveCalls(BaseModel):
    """The calls that go on."""

    at_ms: int
    stale_since_ms: int
    """Since when this is old; 0 while it is not."""
    calls: list[SeenCall]


class CallPage(BaseModel):
    """Some of the calls, oldest first."""

    calls: list[SeenCall]
    next: str | None
    """To be given as `cursor` for those that follow; null when there are none."""


class Remembered(BaseModel):
    """One thing that happened to the call; its fields by kind are those of the call log."""

    kind: str
    at_ms: int
    fields: dict[str, Any]


class CallStory(BaseModel):
    """A call and all that is remembered of it."""

    call: SeenCall
    entries: list[Remembered]


@router.get("/calls/live", responses=refusals())
async def live_calls(request: Request, viewer: Asking) -> LiveCalls:
    """The calls that go on, those that wait first come first."""
    web = web_of(request)
    seen = [(call, shown) for call in web.live.board.calls.values() if (shown := live(viewer, call))]
    await note_secret(web, viewer, [call.id for call, shown in seen if call.clearance and shown.id])
    calls = sorted((shown for _, shown in seen), key=lambda shown: shown.entered_at_ms)
    return LiveCalls(at_ms=web.live.now_ms(), stale_since_ms=web.live.stale_since_ms, calls=calls)


@router.get("/calls", responses=refusals())
async def calls(  # noqa: PLR0913, PLR0917 - the filters of one list
    request: Request,
    viewer: Asking,
    from_ms: Instant,
    to_ms: Instant = LAST_MS,
    queue: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
    outcome: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=40, pattern=r"^[0-9]{1,16}\.[0-9]{1,6}$")] = None,
) -> CallPage:
    """Calls that entered in [from_ms, to_ms). With `outcome`, only those whose outcome the token may know."""
    web = web_of(request)
    at = max(At(from_ms), _at(cursor)) if cursor else At(from_ms)

    def wanted(shown: SeenCall) -> bool:
        return (queue is None or shown.queue == queue) and (outcome is None or shown.outcome == outcome)

    found, after = await _read(web, lambda log: _page(log, at, to_ms, limit, lambda c: past(viewer, c), wanted))
    await note_secret(web, viewer, [call.id for call, shown in found if call.clearance and shown.id])
    return CallPage(calls=[shown for _, shown in found], next=f"{after.entered_at_ms}.{after.after}" if after else None)


@router.get("/calls/{call}", responses=refusals(404))
async def call_story(request: Request, viewer: Asking, call: CallName) -> CallStory:
    """One call; 404 also for a call that the token may know nothing of."""
    web = web_of(request)
    found = await _read(web, lambda log: _story(log, CallId(call)))
    if found is None or not sight_of(viewer, found[0]).content:
        raise HTTPException(404, "Samtalet finns inte.")
    one, entries = found
    await note_secret(web, viewer, [one.id] if one.clearance else [])
    shown = past(viewer, one)
    assert shown is not None  # noqa: S101 - its content is in sight
    return CallStory(call=shown, entries=[_remembered(entry) for entry in entries])


async def note_secret(web: Web, viewer: Viewer, calls: list[CallId]) -> None:
    """It is written that this program was shown these calls under secrecy."""
    await web.access.note_all(viewer, "confidential_calls", calls, "api")


def _at(cursor: str) -> At:
    entered, _, after = cursor.partition(".")
    return At(min(int(entered), LAST_MS), int(after))


def _page(  # noqa: PLR0913, PLR0917 - what makes a page
    log: PastCalls,
    at: At,
    to_ms: int,
    limit: int,
    seen: Callable[[PastCall], SeenCall | None],
    wanted: Callable[[SeenCall], bool],
) -> tuple[list[tuple[PastCall, SeenCall]], At | None]:
    """At most `limit` calls that are seen and wanted, and where the rest begins; None if there is no rest."""
    found: list[tuple[PastCall, SeenCall]] = []
    read = 0
    while True:
        rows = log.page(at, to_ms, BATCH)
        for row in rows:
            at = _past_it(at, row.row.entered_at_ms)
            if (shown := seen(row)) is None:
                continue  # and no page ends here: where it ended would say when somebody rang
            read += 1
            if wanted(shown):
                found.append((row, shown))
            if len(found) == limit or read == MOST_READ:
                return found, at
        if len(rows) < BATCH:
            return found, None


def _past_it(at: At, entered_at_ms: int) -> At:
    return At(entered_at_ms, at.after + 1 if entered_at_ms == at.entered_at_ms else 1)


def _story(log: PastCalls, call: CallId) -> tuple[PastCall, list[Entry]] | None:
    one = log.one(call)
    return None if one is None else (one, log.told(call))


async def _read(web: Web, work: Callable[[PastCalls], T]) -> T:
    """What `work` finds in the log, in a thread; 503 while there is none."""

    def read() -> T:
        with PastCalls(web.site.database_path, web.site.journal_path) as log:
            return work(log)

    with suppress(CallLogUnreadableError):
        return await asyncio.to_thread(read)
    raise HTTPException(503, "Samtalsloggen går inte att läsa just nu.")


def _remembered(entry: Entry) -> Remembered:
    row = to_row(entry, entry.at_ms, lambda pseudonym: pseudonym)
    fields = json.loads(row.body)
    return Remembered(kind=row.kind, at_ms=fields.pop("at_ms", row.at_ms), fields=fields)
