"""Every route says who may use it, and lets in nobody else (S14): asked of the application itself, route by route."""

import re
from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount

from ivr.web.accounts.roles import STAFF, Role
from ivr.web.accounts.viewer import OpenToAll
from tests.web.door import opened

pytestmark = pytest.mark.fault("S14")
OPEN = {
    "/",
    "/logga-in",
    "/logga-in/oidc",
    "/logga-in/oidc/tillbaka",
    "/logga-ut",
    "/tavla/oppna",
    "/api/openapi.json",
}
"""Signing in and out, a screen's token, and how the API is described. The public wall asks for a screen's cookie."""
WITHOUT_ANYBODY = {"/tavla/publik", "/api/stream/public"}
"""Figures in which nobody is to be found."""


def asked(dependant: Dependant) -> Iterator[object]:
    """Everything that a route depends on."""
    for each in dependant.dependencies:
        yield each.call
        yield from asked(each)


def gates(route: RouteContext) -> list:
    return [call for call in asked(route.dependant) if hasattr(call, "admits")]


def everything(door) -> list[RouteContext]:
    return list(iter_route_contexts(door.app.routes))


def routes(door) -> list[RouteContext]:
    found = [route for route in everything(door) if isinstance(route.original_route, APIRoute)]
    assert len(found) > 10
    return found


async def test_every_route_says_who_may_use_it(door):
    assert [route.path for route in routes(door) if not gates(route)] == []


async def test_beside_routes_there_are_only_files(door):
    others = [route.original_route for route in everything(door) if not isinstance(route.original_route, APIRoute)]
    assert [(type(route), route.path) for route in others] == [(Mount, "/static")]


async def test_only_what_must_be_is_open_to_everybody(door):
    reading = {(route.path, gate.why) for route in routes(door) for gate in gates(route) if isinstance(gate, OpenToAll)}
    assert all(len(why) > 10 for _, why in reading)
    assert {path for path, _ in reading} == OPEN


async def test_nothing_is_changed_by_reading(door):
    """A browser reads an address whenever it likes, and a page elsewhere can make it: that may change nothing."""
    words = re.compile(r"(losenord|kvittera|logga-ut|avsluta|andra|ny)$")
    assert [r.path for r in routes(door) if r.methods & {"GET", "HEAD"} and words.search(r.path)] == []


async def test_no_route_serves_somebody_who_is_not_signed_in(door):
    stranger, served = door.browser(), []
    for route in routes(door):
        if any(isinstance(gate, OpenToAll) for gate in gates(route)):
            continue
        for method in route.methods:
            answer = await stranger.request(method, filled(route.path))
            to_the_door = answer.status_code == 303 and answer.headers["location"].startswith("/logga-in")
            if answer.status_code not in {401, 403} and not to_the_door:
                served.append((method, route.path, answer.status_code))
    assert served == []


@pytest.mark.parametrize("role", list(Role))
async def test_no_route_serves_somebody_whose_role_it_does_not_name(door, role):
    door.account("nadia", role)
    browser, served = await door.signed_in("nadia"), []
    for route in routes(door):
        if not any(role not in gate.admits for gate in gates(route)):
            continue
        for method in route.methods:
            answer = await browser.request(method, filled(route.path))
            if answer.status_code not in {401, 403}:
                served.append((method, route.path, answer.status_code))
    assert served == []


@pytest.mark.parametrize("role", sorted(set(Role) - STAFF))
async def test_whoever_may_only_search_the_directory_sees_no_queue_and_no_call(door, role):
    let_in = {route.path for route in routes(door) if all(role in gate.admits for gate in gates(route))}
    theirs = {path for path in let_in if path.startswith(("/konto", "/katalog"))}
    assert let_in - theirs - OPEN - WITHOUT_ANYBODY == set()


def filled(path: str) -> str:
    """The path with something in the place of every parameter."""
    return re.sub(r"\{[^}]*\}", "1", path)


async def test_a_route_that_says_nothing_is_found(tmp_path):
    async with opened(tmp_path) as door:

        @door.app.get("/bakdorr")
        async def back_door() -> None: ...

        assert [route.path for route in routes(door) if not gates(route)] == ["/bakdorr"]
