"""What a program is told of the switchboard, by its token: its scopes, its queues, its clearances."""

import asyncio
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from ivr.local_days import local
from ivr.web.accounts.roles import Role
from ivr.web.api.tokens import Grant, Scope, hashed, made, revoked
from ivr.web.matters import CallOutcome, Kind, Outcomes
from queues.ids import AgentId, CallId, Clearance, QueueId
from routing.callback_events import CallbackWritten
from routing.events import DigitsEntered, PromptFinished, Tick, TransferRequested
from tests.web.api.programs import program, token
from tests.web.town import BUILDING, SCHOOL, SOCIAL, Desk


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """One talks about building, one waits for social services, one has chosen nothing."""
    desk.logs_in("amina", "elif")
    desk.arrives("tonval-1.0", BUILDING)
    rung = [call for call in ("tonval-1.0",) if desk.call(call).offer]
    for call in rung:
        desk.answers(call)
    desk.arrives("tonval-2.0", SOCIAL, caller="+46701740606")
    desk.arrives("tonval-3.0", caller="+46701740607")
    await desk.settled()
    return desk


async def test_without_a_good_token_nothing_is_told(desk: Desk):
    async with program(desk) as nobody:
        for path in ("state", "calls/live", "calls?from_ms=0", "statistics/today", "matters?from_ms=0", "callbacks"):
            assert (await nobody.get(path)).status_code == 403, path
        forged = nobody.headers["authorization"][:-1] + "="  # the id of a good token, and nearly its secret
        for bad in ("", "Bearer", "Bearer x", "Bearer tv_00000000_x", "Basic eDp5", forged):
            answer = await nobody.get("state", headers={"authorization": bad})
            assert answer.status_code == 401, bad
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_cookie_opens_nothing(desk: Desk):
    """No page elsewhere can ask in the name of somebody who is signed in."""
    browser = await desk.client(Role.ADMIN, Role.OPERATOR)
    assert (await browser.get("/api/v1/state")).status_code == 401


@pytest.mark.fault("S15")
async def test_a_token_taken_back_opens_nothing_from_that_instant(desk: Desk):
    async with program(desk, Scope.STATE) as asking:
        assert (await asking.get("state")).status_code == 200
        viewer = await desk.web.tokens.viewer_of(asking.headers["authorization"].removeprefix("Bearer "))
        assert await desk.web.still(viewer) == viewer
        token_id = asking.headers["authorization"].split("_")[1]
        assert await desk.web.store.run(lambda db: revoked(db, token_id, 1))
        assert (await asking.get("state")).status_code == 401
        assert await desk.web.still(viewer) is None


@pytest.mark.fault("S14")
@pytest.mark.parametrize("scopes", [[Scope.STATISTICS], [Scope.STATE], [Scope.CALLS], [Scope.ALARMS, Scope.METRICS]])
async def test_the_pages_stream_tells_of_calls_and_lines_and_needs_the_right_to_both(desk: Desk, scopes: list[Scope]):
    async with program(desk, *scopes) as asking:
        for path in ("board", "board?page=tavla"):
            async with asking.stream("GET", f"{desk.address}/api/stream/{path}") as answer:
                assert answer.status_code == 403


async def test_a_token_too_old_opens_nothing(desk: Desk):
    grant = Grant("gammal", frozenset({Scope.STATE}), expires_ms=desk.web.clock() - 1)
    old = await desk.web.store.run(lambda db: made(db, grant, 0))
    async with program(desk) as asking:
        assert (await asking.get("state", headers={"authorization": f"Bearer {old}"})).status_code == 401


async def test_only_hashes_of_tokens_are_kept(desk: Desk):
    secret = (await token(desk, Scope.STATE)).split("_", 2)[2]
    kept = b"".join(path.read_bytes() for path in desk.web.site.home.glob("web.sqlite*"))
    assert hashed(secret).encode() in kept
    assert secret.encode() not in kept


async def test_the_state_is_of_the_tokens_lines_and_whoever_may_take_their_calls(busy: Desk):
    async with program(busy, Scope.STATE) as asking:
        whole = (await asking.get("state")).json()
    assert {line["id"]: line["waiting"] for line in whole["queues"]}["bygg"] == 0
    assert whole["stale_since_ms"] == 0
    async with program(busy, Scope.STATE, queues=["bygg"]) as asking:
        part = (await asking.get("state")).json()
    assert [line["id"] for line in part["queues"]] == ["bygg"]


@pytest.mark.fault("S14", "S08")
async def test_a_confidential_call_is_not_there_for_whoever_lacks_the_clearance(busy: Desk):
    async with program(busy, Scope.CALLS) as asking:
        calls = (await asking.get("calls/live")).json()["calls"]
        assert sorted(str(call["queue"]) for call in calls) == ["None", "bygg"]
        [undecided] = [call for call in calls if call["queue"] is None]
        assert {name for name, value in undecided.items() if value} == {"entered_at_ms", "confidential"}
        assert (await asking.get("calls/tonval-2.0")).status_code == 404
        assert (await asking.get("calls/tonval-9.9")).json() == (await asking.get("calls/tonval-2.0")).json()


@pytest.mark.fault("S08")
async def test_of_a_line_under_secrecy_one_or_two_who_wait_are_not_counted_and_nobody_is_timed(busy: Desk):
    names = ("waiting", "longest_wait_ms", "estimated_wait_ms", "logged_in", "ready", "callbacks")
    for callers, waiting in ((1, None), (2, None), (3, 3)):
        while sum(call.startswith("s-") for call in busy.service.kernel.centre.calls) < callers - 1:
            busy.arrives(f"s-{len(busy.service.kernel.centre.calls)}", SOCIAL)
        await busy.settled()
        for rights, expected in (({}, waiting), ({"clearances": ["socialtjanst"]}, callers)):
            async with program(busy, Scope.STATE, **rights) as asking:
                lines = (await asking.get("state")).json()["queues"]
            [line] = [line for line in lines if line["id"] == "socialtjanst"]
            assert line["waiting"] == expected
            if not rights:
                assert [line[name] for name in names[1:]] == [None, None, 0, None, 0]


@pytest.mark.fault("S08", "I10")
async def test_a_call_that_was_put_through_from_secrecy_into_an_open_line_is_timed_for_nobody_else(desk: Desk):
    desk.logs_in("goran", "helena")
    for call in ("s1", "s2"):
        desk.arrives(call, SOCIAL)
        desk.answers(call)
    desk.feed(TransferRequested(desk.call("s1").agent, QueueId("barn_skola"), 2))
    assert (desk.call("s1").queue, desk.call("s1").state.value) == ("barn_skola", "waiting")
    desk.service.clock._offset_ms += 1_000
    desk.feed(Tick())
    await desk.settled()
    told = []
    for rights in ({}, {"clearances": ["socialtjanst"]}):
        async with program(desk, Scope.STATE, **rights) as asking:
            lines = {line["id"]: line for line in (await asking.get("state")).json()["queues"]}
        told.append((lines["barn_skola"]["waiting"], lines["barn_skola"]["longest_wait_ms"] > 0))
    assert told == [(None, False), (1, True)]


async def test_whoever_holds_the_clearance_sees_it_and_it_is_written_down(busy: Desk):
    async with program(busy, Scope.CALLS, clearances=["socialtjanst"]) as asking:
        calls = (await asking.get("calls/live")).json()["calls"]
    [seen] = [call for call in calls if call["queue"] == "socialtjanst"]
    assert seen["id"] == "tonval-2.0"
    assert "70174" not in str(calls)
    rows = await busy.web.store.run(lambda db: db.execute("SELECT what, subject FROM looks").fetchall())
    assert ("confidential_calls", "tonval-2.0") in rows


async def test_calls_of_lines_that_are_not_the_tokens_are_not_there(busy: Desk):
    async with program(busy, Scope.CALLS, queues=["aldre"]) as asking:
        calls = (await asking.get("calls/live")).json()["calls"]
        assert [call["queue"] for call in calls] == [None]
        assert (await asking.get("calls/tonval-1.0")).status_code == 404


async def ended(desk: Desk, count: int) -> None:
    """So many calls have rung, chosen building and hung up; the log has them."""
    for n in range(count):
        desk.arrives(f"tonval-{n}.0", SOCIAL if n % 3 == 0 else SCHOOL)
        desk.hangs_up(f"tonval-{n}.0")
    await desk.settled()
    async with asyncio.timeout(20):
        while desk.service.call_log.waiting:  # noqa: ASYNC110 - the writer tells nobody when it has none
            await asyncio.sleep(0.01)


async def test_the_log_comes_page_by_page_each_call_once(desk: Desk):
    await ended(desk, 25)
    async with program(desk, Scope.CALLS, clearances=["socialtjanst"]) as asking:
        found, cursor = [], {}
        while True:
            page = (await asking.get("calls", params={"from_ms": 0, "limit": 4, **cursor})).json()
            assert len(page["calls"]) <= 4
            found += [call["id"] for call in page["calls"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
    assert sorted(found) == sorted(f"tonval-{n}.0" for n in range(25))


async def test_a_filter_by_outcome_tells_nothing_of_confidential_calls(desk: Desk):
    await ended(desk, 6)
    async with program(desk, Scope.CALLS) as asking:
        every = (await asking.get("calls", params={"from_ms": 0})).json()["calls"]
        abandoned = (await asking.get("calls", params={"from_ms": 0, "outcome": "abandoned"})).json()["calls"]
        social = (await asking.get("calls", params={"from_ms": 0, "queue": "socialtjanst"})).json()["calls"]
    assert len(every) == 4
    assert {call["queue"] for call in every} == {call["queue"] for call in abandoned} == {"barn_skola"}
    assert social == []


@pytest.mark.fault("S08")
async def test_where_a_page_ends_is_never_when_a_confidential_call_came(desk: Desk, monkeypatch):
    monkeypatch.setattr("ivr.web.api.calls.MOST_READ", 1)
    await ended(desk, 12)
    async with program(desk, Scope.CALLS) as asking:
        ends, cursor, begun = [], {}, set()
        while (page := (await asking.get("calls", params={"from_ms": 0, **cursor})).json())["next"]:
            cursor = {"cursor": page["next"]}
            ends.append(page["next"].partition(".")[0])
            begun |= {str(call["arrived_at_ms"]) for call in page["calls"]}
    assert len(ends) == 8
    assert set(ends) == begun


async def test_one_call_has_its_story_and_no_number(desk: Desk):
    await ended(desk, 2)
    async with program(desk, Scope.CALLS) as asking:
        answer = await asking.get("calls/tonval-1.0")
    story = answer.json()
    assert story["entries"][0]["kind"] == "CallEntered"
    assert story["call"]["outcome"] == "abandoned"
    assert "70174" not in answer.text


async def test_a_line_under_secrecy_is_in_no_statistics_of_a_token_without_its_clearance(desk: Desk):
    await ended(desk, 3)
    today = local(desk.web.clock(), ZoneInfo("Europe/Stockholm")).date().isoformat()
    async with program(desk, Scope.STATISTICS) as asking:
        lines = {line["queue"]: line["day"] for line in (await asking.get("statistics/today")).json()["queues"]}
    assert "socialtjanst" not in lines
    assert lines["barn_skola"]["abandoned"] == 2
    async with program(desk, Scope.STATISTICS, clearances=["socialtjanst"]) as asking:
        live = (await asking.get("statistics/today")).json()["queues"]
        [*before, day] = (await asking.get("statistics/days", params={"last": today, "days": 3})).json()["days"]
        later = (await asking.get("statistics/days", params={"last": "9999-12-31", "days": 62})).json()["days"]
    assert {line["queue"]: line["day"]["abandoned"] for line in live}["socialtjanst"] == 1
    assert day == {"date": today, "queues": live}
    assert [line["day"]["entered"] for each in before for line in each["queues"]] == [0] * 2 * len(live)
    assert later == []


async def test_a_case_system_says_which_case_came_of_a_call_that_it_may_know_of(desk: Desk):
    outcomes = Outcomes(desk.web.store)
    told = CallOutcome(CallId("tonval-1.0"), 1, "amina", AgentId("amina"), Kind.MATTER, "bygglov", answered_at_ms=1)
    await outcomes.record(replace(told, queue=QueueId("bygg")))
    secret = replace(
        told, call=CallId("tonval-2.0"), queue=QueueId("socialtjanst"), clearance=Clearance("socialtjanst")
    )
    await outcomes.record(secret)
    async with program(desk, Scope.MATTERS, Scope.MATTERS_WRITE) as asking:
        found = (await asking.get("matters", params={"from_ms": 0})).json()
        assert [o["call"] for o in found["outcomes"]] == ["tonval-1.0"]
        assert set(found) == {"outcomes"}, "a count of the others, asked of ever shorter spans, would say when"
        answer = await asking.put("matters/tonval-1.0/case", json={"case": "BYGG 2026-117"})
        assert answer.json()["case"] == "BYGG 2026-117"
        assert (await asking.put("matters/tonval-2.0/case", json={"case": "1"})).status_code == 404
        assert (await asking.put("matters/tonval-1.0/case", json={"case": "<b>"})).status_code == 422
    assert [o.case for o in await outcomes.history(told.call)] == ["", "BYGG 2026-117"]


async def test_a_promise_is_listed_and_taken_back(desk: Desk):
    desk.arrives("tonval-1.0", BUILDING)
    desk.feed(DigitsEntered(CallId("tonval-1.0"), "5"))
    desk.feed(CallbackWritten(CallId("tonval-1.0")), PromptFinished(CallId("tonval-1.0")))
    await desk.settled()
    async with program(desk, Scope.CALLBACKS, Scope.CALLBACKS_WRITE) as asking:
        [promise] = (await asking.get("callbacks")).json()["callbacks"]
        assert (promise["id"], promise["queue"]) == ("tonval-1.0", "bygg")
        assert promise["due_ms"] > promise["entered_at_ms"]
        assert (await asking.delete("callbacks/tonval-1.0")).status_code == 204
        await desk.settled()
        assert (await asking.get("callbacks")).json()["callbacks"] == []
        assert (await asking.delete("callbacks/tonval-1.0")).status_code == 404


async def test_a_misspelt_filter_is_told_and_does_not_leave_everything_in(desk: Desk):
    async with program(desk, Scope.CALLS) as asking:
        assert (await asking.get("calls", params={"from_ms": 0, "que": "bygg"})).status_code == 422
