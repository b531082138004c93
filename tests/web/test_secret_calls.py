"""No page, stream or answer tells of a confidential call to somebody who is not cleared for it (I10, S07, S14).

Asked of every route that there is, at every stage of a call, by somebody with every role and by a program with every
scope: what comes back holds neither the call's id, its caller's number or pseudonym, nor when anything befell it.
"""

import asyncio
import re

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from ivr.web.accounts.roles import Role
from ivr.web.api.tokens import Scope
from ivr.web.app import routers
from routing.events import Tick
from tests.web.api.programs import program
from tests.web.stream import stream
from tests.web.town import FICTION, SOCIAL

pytestmark = pytest.mark.fault("I10", "S07", "S14")
SECRET = "secret-call-1.7"
EVERYTHING = [role for role in Role if role is not Role.EMPLOYEE]
ASKED = {
    "/": {303},
    "/logga-in": {303},
    "/logga-in/oidc": {404},
    "/logga-in/oidc/tillbaka": {404},
    "/tavla/oppna": {403},
    "/metrics": {403},
    f"/konton/{SECRET}": {404},
    f"/vaxel/grupper/{SECRET}": {404},
    f"/statistik/{SECRET}.csv": {404},
}
"""Where something else than 200 is the answer to somebody signed in; whatever is refused has not been looked at."""
STREAMS = {"/api/stream/board": "board", "/api/stream/board?page=tavla": "board", "/api/stream/agent": "agent"}


QUESTIONS = {"/calls": {"from_ms": 0}, "/matters": {"from_ms": 0}, "/statistics/days": {"last": "9999-12-31"}}
"""What must be asked where everything is not an answer."""


def paths() -> list[str]:
    """Every address that can be read, with the confidential call in the place of every parameter."""
    found = []
    for router in routers():
        for route in iter_route_contexts([*router.routes]):
            is_stream = (route.path or "").startswith("/api/stream/")
            if isinstance(route.original_route, APIRoute) and "GET" in route.methods and not is_stream:
                found.append(re.sub(r"\{[^}]*\}", SECRET, route.path))
    assert len(found) > 20
    return found


async def told_by_pages(client) -> list[tuple[str, str]]:
    """What each address answers, and each stream at first."""
    answers = []
    for path in paths():
        if not path.startswith("/api/v1"):
            answer = await client.get(path)
            assert answer.status_code in ASKED.get(path, {200}), (path, answer.text)
            answers.append((path, answer.text))
    tables = set(re.findall(r"/statistik/\w+\.csv", dict(answers)["/statistik"]))
    assert len(tables) > 3
    answers += [(path, (await client.get(path)).text) for path in sorted(tables)]
    for path, event in STREAMS.items():
        async with stream(client, path) as page:
            answers.append((path, str(await page.next(event))))
    return answers


async def told_by_api(client) -> list[tuple[str, str]]:
    reads = [path.removeprefix("/api/v1") for path in paths() if path.startswith("/api/v1")]
    assert len(reads) > 8
    answers = [(path, await client.get(path, params=QUESTIONS.get(path))) for path in reads]
    assert {answer.status_code for _, answer in answers} <= {200, 404}  # a question that is refused tells nothing
    return [(path, answer.text) for path, answer in answers]


def telling(answers, words) -> list[tuple[str, str]]:
    return [(path, word) for path, text in answers for word in words if word in text]


async def stages(desk):
    """The confidential call waits, rings, is talked in, and is over; each with its pseudonym and all its instants."""
    told: list[str] = []
    async for stage in happens(desk):
        if call := desk.web.live.board.calls.get(SECRET):
            instants = (call.entered_at_ms, call.queued_at_ms, call.since_ms, call.answered_at_ms)
            told += [call.caller, *map(str, filter(None, instants))]
        desk.service.clock._offset_ms += 1_000  # what is now is another instant
        desk.feed(Tick())
        await desk.settled()
        yield stage, tuple(dict.fromkeys(told))


async def happens(desk):
    desk.arrives(SECRET, SOCIAL)
    await desk.settled()
    assert desk.web.live.board.calls[SECRET].caller
    yield "waits"
    first, *others = [agent.id for agent in desk.service.house.plan.agents.values() if agent.clearances]
    desk.logs_in(first)
    await desk.settled()
    yield "rings"
    desk.logs_in(*others)  # at another instant than any of the call's
    desk.service.clock._offset_ms += 1_000
    desk.answers(SECRET)
    await desk.settled()
    yield "is talked in"
    desk.talk_ends(SECRET)
    await desk.settled()
    await asyncio.to_thread(desk.service.call_log.flush)
    yield "is over"


async def test_nobody_without_the_clearance_is_told_of_a_confidential_call(desk):
    uncleared = await desk.client(*EVERYTHING, agent="ivan", account="ivan")
    cleared = await desk.client(*EVERYTHING, agent="goran", account="cleared", clearances=["socialtjanst"])
    async with program(desk, *Scope) as api, program(desk, *Scope, clearances=["socialtjanst"]) as cleared_api:
        async for stage, secrets in stages(desk):
            words = (SECRET, *secrets, FICTION, FICTION.lstrip("+"))
            answers = [*await told_by_pages(uncleared), *await told_by_api(api)]
            assert telling(answers, words) == [], stage
            known = [*await told_by_pages(cleared), *await told_by_api(cleared_api)]
            assert {word for _, word in telling(known, words[:1])} == {SECRET}, stage
            assert telling(known, words[-2:]) == [], stage


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/vaxel/plocka", {"call": SECRET}),
        ("/agent/nummer", {"call": SECRET}),
        ("/agent/tidigare", {"call": SECRET}),
        ("/agent/utfall", {"call": SECRET, "kind": "put_through"}),
    ],
)
async def test_nobody_acts_on_a_confidential_call_without_the_clearance_and_cannot_tell_it_from_none(desk, path, body):
    desk.logs_in("ivan")
    desk.arrives(SECRET, SOCIAL)
    await desk.settled()
    uncleared = await desk.client(*EVERYTHING, agent="ivan", account="ivan")
    about_it = await uncleared.post(path, json=body)
    about_none = await uncleared.post(path, json={**body, "call": "no-such-call-1.8"})
    assert (about_it.status_code, about_it.text) == (about_none.status_code, about_none.text)
    assert desk.call(SECRET).state.value == "waiting"
