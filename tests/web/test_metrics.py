"""What Prometheus is told: the lines, the calls and how we fare, and nobody who could be found in it."""

import json
import re
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ivr.web.api.tokens import Scope
from ivr.web.metrics import Counted
from queues.ids import QueueId
from routing.events import Tick, TransferRequested
from tests.web.api.programs import token
from tests.web.town import BUILDING, SOCIAL, Desk

BOARD = Path(__file__).parents[2] / "grafana" / "tonval.json"


async def scraped(desk: Desk, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=desk.address, headers=headers) as scraper:
        return await scraper.get("/metrics")


async def samples(desk: Desk, *, up: int = 1) -> dict[tuple, float]:
    """What is scraped while the engine is up, or is not: on a busy machine a beat may come late."""
    while True:
        text = (await scraped(desk)).text
        found = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found[sample.name, *sorted(sample.labels.items())] = sample.value
        if of(found, "ivr_engine_up") == up:
            return found
        await desk.web.live.changed(desk.web.live.version)


def of(found: dict[tuple, float], name: str, **labels: str) -> float | None:
    return found.get((name, *sorted(labels.items())))


async def test_lines_people_and_calls_are_counted(desk: Desk):
    desk.logs_in("amina")
    desk.arrives("tonval-1.0", BUILDING)
    desk.arrives("tonval-2.0", BUILDING)
    desk.arrives("tonval-3.0", BUILDING)
    desk.hangs_up("tonval-3.0")
    await desk.settled()
    found = await samples(desk)
    assert of(found, "ivr_queue_waiting", queue="bygg") == 2
    assert of(found, "ivr_queue_longest_wait_seconds", queue="bygg") >= 0
    assert of(found, "ivr_queue_abandoned_total", queue="bygg") == 1
    assert of(found, "ivr_calls_total", queue="bygg", outcome="abandoned") == 1
    assert of(found, "ivr_queue_open", queue="bygg") == 1
    assert of(found, "ivr_engine_up") == 1
    assert of(found, "ivr_ami_connected") == 1
    assert of(found, "ivr_alarms", kind="engine") == 0
    people = {key[1][1]: value for key, value in found.items() if key[0] == "ivr_agents"}
    assert sum(people.values()) == len(desk.web.house.plan.agents)


@pytest.mark.fault("S08")
async def test_few_of_a_line_under_secrecy_are_not_told(desk: Desk):
    for n in range(2):
        desk.arrives(f"tonval-{n}.0", SOCIAL)
    desk.hangs_up("tonval-1.0")
    await desk.settled()
    found = await samples(desk)
    assert of(found, "ivr_queue_waiting", queue="socialtjanst") is None
    assert of(found, "ivr_queue_longest_wait_seconds", queue="socialtjanst") is None
    assert of(found, "ivr_queue_entered_total", queue="socialtjanst") == 0
    for n in range(2, 5):
        desk.arrives(f"tonval-{n}.0", SOCIAL)
    await desk.settled()
    found = await samples(desk)
    assert of(found, "ivr_queue_waiting", queue="socialtjanst") == 4
    assert of(found, "ivr_queue_longest_wait_seconds", queue="socialtjanst") is None
    there = [dict(labels) for name, *labels in found if name == "ivr_queue_agents"]
    assert {one["queue"] for one in there if one["state"] == "ready"} == set(desk.web.house.plan.queues) - {
        "socialtjanst"
    }
    assert of(found, "ivr_queue_entered_total", queue="socialtjanst") == 3


@pytest.mark.fault("S08")
async def test_how_long_somebody_waits_who_came_from_secrecy_into_an_open_line_is_not_told(desk: Desk):
    desk.logs_in("goran", "helena")
    for call in ("s1", "s2"):
        desk.arrives(call, SOCIAL)
        desk.answers(call)
    desk.feed(TransferRequested(desk.call("s1").agent, QueueId("barn_skola"), 2))
    desk.service.clock._offset_ms += 60_000
    desk.feed(Tick())
    await desk.settled()
    found = await samples(desk)
    assert of(found, "ivr_queue_waiting", queue="barn_skola") == 1
    assert of(found, "ivr_queue_longest_wait_seconds", queue="barn_skola") == 0


async def test_nobody_is_named(desk: Desk):
    desk.logs_in("amina")
    desk.arrives("tonval-1.0", BUILDING)
    await desk.settled()
    text = (await scraped(desk)).text
    names = [*desk.web.house.people, *(person.name for person in desk.web.house.people.values())]
    assert [name for name in (*names, "tonval-1.0", "70174", "p:") if name in text] == []


async def test_an_old_picture_is_left_out_and_said_to_be_old(desk: Desk):
    await desk.settled()
    await desk.engine_gone()
    found = await samples(desk, up=0)
    assert of(found, "ivr_board_stale_seconds") > 0
    assert of(found, "ivr_queue_waiting", queue="bygg") is None


async def test_only_a_program_on_this_machine_or_with_a_token_for_it_is_told(desk: Desk):
    assert (await scraped(desk)).status_code == 200
    assert (await scraped(desk, **{"x-forwarded-for": "192.0.2.1"})).status_code == 401
    assert (await scraped(desk, **{"sec-fetch-site": "none"})).status_code == 403
    assert (await scraped(desk, authorization="Bearer tv_0_0")).status_code == 401
    other = await token(desk, Scope.CALLS)
    assert (await scraped(desk, authorization=f"Bearer {other}")).status_code == 403
    desk.web.public = "https://vaxel.example"
    assert (await scraped(desk)).status_code == 401
    good = await token(desk, Scope.METRICS)
    assert (await scraped(desk, authorization=f"Bearer {good}")).status_code == 200


def test_an_answer_that_is_taken_back_is_no_counter_begun_anew():
    counted = Counted()
    assert [counted.told(1, n, "answered", "bygg") for n in (3, 2, 4)] == [3, 3, 4]
    assert counted.told(2, 0, "answered", "bygg") == 0


def expressions() -> list[str]:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]


async def test_each_figure_of_the_grafana_board_is_there_with_its_labels(desk: Desk):
    desk.arrives("tonval-1.0", BUILDING)
    await desk.settled()
    await samples(desk)
    text = (await scraped(desk)).text
    families = list(text_string_to_metric_families(text))
    labels = {s.name: set(s.labels) for family in families for s in family.samples}
    empty = {family.name: set() for family in families if not family.samples}
    told = expressions()
    assert len(told) > 10
    for expression in told:
        names = set(re.findall(r"ivr_[a-z_]+", expression))
        assert names, expression
        for name in names:
            assert name in labels or name in empty, name
        for grouped in re.findall(r"by \(([a-z_, ]+)\)", expression):
            wanted = {label.strip() for label in grouped.split(",")}
            assert all(wanted <= labels[name] for name in names if name in labels), expression
