"""The API does what its description says, whatever it is sent, and the description leaves nothing out."""

import asyncio
from collections import Counter

import schemathesis
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import use_after_free

from ivr.web.api.described import described
from ivr.web.api.tokens import Scope
from ivr.web.app import create_app
from tests.web.api.programs import token
from tests.web.town import BUILDING, SCHOOL, SOCIAL, Desk

EXAMPLES = 6
"""Of each operation, once as described and once not."""


def asked(operation, mode: GenerationMode, address: str, headers: dict[str, str]) -> Counter:
    """How often which status was met; raises what the operation did wrong."""
    met: Counter = Counter()

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.explicit, Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case) -> None:
        header = case.meta.components.get(ParameterLocation.HEADER)
        shown = {} if header and header.mode is GenerationMode.NEGATIVE else headers
        answer = case.call_and_validate(base_url=address, headers=shown, excluded_checks=[use_after_free])
        met[answer.status_code] += 1

    ask()
    return met


def asked_in_every_way(schema, address: str, headers: dict[str, str]) -> dict[str, Counter]:
    """The same by operation, as described and otherwise."""
    operations = [result.ok() for result in schema.get_all_operations()]
    return {
        operation.label: sum((asked(operation, mode, address, headers) for mode in GenerationMode), Counter())
        for operation in operations
    }


async def test_the_api_keeps_to_its_description(desk: Desk):
    desk.logs_in("amina")
    for n, key in enumerate((BUILDING, SOCIAL, SCHOOL, "")):
        desk.arrives(f"tonval-{n}.0", key)
    desk.hangs_up("tonval-2.0")
    await desk.settled()
    schema = schemathesis.openapi.from_dict(described())
    headers = {"Authorization": f"Bearer {await token(desk, *Scope)}"}
    met = await asyncio.to_thread(asked_in_every_way, schema, desk.address, headers)
    assert len(met) >= 10
    # Made-up ids of calls and alarms are nobody's; everything else is answered as well as refused.
    assert [name for name, statuses in met.items() if "{" not in name and not statuses[200]] == []
    assert [name for name, statuses in met.items() if not statuses[401]] == []


async def test_every_route_of_the_api_is_described_and_guarded_by_a_scope(desk: Desk):
    found = iter_route_contexts(create_app(desk.web).routes)
    routes = {(r.path, m.lower()) for r in found if (r.path or "").startswith("/api/v1") for m in r.methods or ()}
    paths = described()["paths"]
    told = {(path, method) for path, methods in paths.items() for method in methods}
    assert routes == told
    for path, method in told:
        assert paths[path][method]["security"], path
        assert {"401", "403"} <= set(paths[path][method]["responses"]), path


async def test_the_description_is_served_and_asks_no_other_place_for_anything(desk: Desk):
    browser = await desk.client()
    answer = await browser.get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    for page in ("/docs", "/redoc", "/openapi.json"):
        assert (await browser.get(page)).status_code == 404
