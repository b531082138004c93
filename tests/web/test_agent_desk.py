"""What the agents' page is told and may ask, by HTTP: only their own, only what they may see, and the number never."""

import asyncio
import re

import httpx
import pytest

from ivr.web.accounts import access
from ivr.web.accounts.roles import Role
from ivr.web.agent_view import PAUSES as WORDS
from ivr.web.matters import Kind, Outcomes
from ivr.web.talks import talks_in
from queues.entries import CallAnswered, CallEnded, CallQueued, CallReturned, Outcome, TalkEnded, TalkEnder
from queues.ids import AgentId, CallId, Clearance, Instant, OfferId, QueueId
from queues.moved_entries import CallMoved
from routing.events import Tick
from tests.web.stream import stream
from tests.web.town import BUILDING, FATIMA_LOSES, FICTION, SOCIAL, Desk

NUMBER = FICTION.removeprefix("+46")
ACTS = [
    ("lage", {"what": "ready"}),
    ("efterbehandling", {"by_s": 60}),
    ("koppling", {"queue": "bygg", "level": 2}),
    ("aterkoppling", {}),
    ("parkering", {}),
    ("nummer", {"call": "c1"}),
    ("tidigare", {"call": "c1"}),
    ("utfall", {"call": "c1", "kind": "cut_off"}),
]
SHOWN = ["val", "person", "koppling", "dag"]


async def looks(desk: Desk) -> list[tuple[str, str, str]]:
    rows = await desk.web.store.run(lambda db: list(access.looks(db)))
    return [(row.look.account, row.look.what, row.look.subject) for row in rows]


async def agent(desk: Desk, name: str = "ivan") -> httpx.AsyncClient:
    return await desk.client(Role.AGENT, agent=name)


async def said(client: httpx.AsyncClient, path: str, body: dict | None = None, status: int = 200) -> dict:
    answer = await (client.get(f"/agent/{path}") if body is None else client.post(f"/agent/{path}", json=body))
    assert answer.status_code == status, answer.text
    assert NUMBER not in answer.text or path == "nummer"
    return answer.json()


async def talks(desk: Desk, call: str = "c1", key: str = BUILDING, **more: str) -> None:
    """A caller talks, and everybody knows."""
    desk.arrives(call, key, **more)
    desk.answers(call)
    await desk.settled()
    await asyncio.to_thread(desk.service.call_log.flush)


async def over(desk: Desk, call: str = "c1") -> None:
    """The caller hangs up, after a talk that was one."""
    desk.service.clock._offset_ms += 5_000
    desk.hangs_up(call)
    await desk.settled()
    await asyncio.to_thread(desk.service.call_log.flush)


# ── whose it is ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN, Role.VIEWER, Role.EMPLOYEE, Role.PLANNER])
async def test_nobody_but_those_who_take_calls_comes_in(desk: Desk, role: Role):
    client = await desk.client(role)
    for path, body in ACTS:
        assert (await client.post(f"/agent/{path}", json=body)).status_code == 403
    for path in SHOWN:
        assert (await client.get(f"/agent/{path}")).status_code == 403


async def test_an_account_without_a_phone_is_told_so_and_does_nothing(desk: Desk):
    client = await desk.client(Role.AGENT, account="utan")
    assert "hör inte till någon telefon" in (await client.get("/agent")).text
    for path, body in ACTS:
        await said(client, path, body, 404)


async def test_a_field_that_is_none_is_refused(desk: Desk):
    client = await agent(desk)
    await said(client, "lage", {"what": "ready", "agent": "jenny"}, 422)
    await said(client, "efterbehandling", {"by_s": 100_000}, 422)
    await said(client, "utfall", {"call": "c1", "kind": "secret"}, 422)
    await said(client, "utfall", {"call": "c1", "kind": "matter", "matter": "bygglov", "case": "<b>"}, 422)


async def test_an_act_is_always_about_oneself(desk: Desk):
    desk.logs_in("ivan", "jenny")
    await desk.settled()
    told = await said(await agent(desk), "lage", {"what": "pause", "reason": "lunch"})
    assert (told["agent"], told["state"], told["reason"]) == ("ivan", "not_ready", "lunch")
    assert desk.person("jenny").state.value == "ready"
    assert "Välj varför" in (await said(await agent(desk), "lage", {"what": "pause", "reason": "spel"}, 409))["detail"]


PAUSES = """pause_reasons:
  "1": {reason: rast, prompt: [kod_paus_rast]}
  "2": {reason: lunch, prompt: [kod_paus_lunch]}
  "3": {reason: möte, prompt: [kod_paus_mote]}
  "9": {reason: annat, prompt: [kod_paus_annat]}
"""


async def test_a_reason_in_ones_own_words_is_none_that_the_engine_gives(desk: Desk):
    """Where no reasons are written people write theirs; "rona" would look as if they had let it ring."""
    desk.logs_in("ivan")
    ivan = await agent(desk)
    await desk.changes("agents.yaml", "reason: rast", "reason: busy")
    assert (await said(ivan, "lage", {"what": "pause", "reason": "busy"}))["reason"] == "busy", (
        "the municipality's word"
    )
    await said(ivan, "lage", {"what": "ready"})
    await desk.changes("agents.yaml", PAUSES.replace("rast,", "busy,"), "")
    for ours in {*WORDS, "phone_fault", " Rona\n"} - {""}:
        refused = await said(ivan, "lage", {"what": "pause", "reason": ours}, 409)
        assert "andra ord" in refused["detail"]
    assert desk.person("ivan").state.value == "ready"
    told = await said(ivan, "lage", {"what": "pause", "reason": "tand\u2028läkare\x00 "})
    assert (told["state"], told["reason"]) == ("not_ready", "tand läkare")
    assert (await said(ivan, "lage", {"what": "pause", "reason": ""}))["reason"] == "paus"


async def test_without_an_engine_nothing_is_done_and_the_phone_is_said_to_work(desk: Desk):
    client = await agent(desk)
    await desk.engine_gone()
    assert "Telefonen fungerar som vanligt" in (await said(client, "lage", {"what": "ready"}, 503))["detail"]
    assert (await said(client, "dag"))["calls"] == []


# ── what is seen ────────────────────────────────────────────────────────────────────────────────────────────────
async def test_the_stream_tells_of_ones_own_call_before_it_is_answered_and_never_the_number(desk: Desk):
    desk.logs_in("ivan", "jenny")
    ivan, jenny = await agent(desk), await agent(desk, "jenny")
    async with stream(ivan, "/api/stream/agent") as mine, stream(jenny, "/api/stream/agent") as others:
        desk.arrives("c1", BUILDING)
        seen = (await mine.until("agent", lambda view: view["call"]))["call"]
        assert (seen["state"], seen["rings"], seen["queue"], seen["language"]) == ("offered", True, "bygg", "svenska")
        assert seen["choice"] == "4 · Bygg, gata, park och miljö"
        assert seen["why"] == (
            "Du får samtalet för att gruppen är bland dina egna (nivå 3) och du har högst nivå av de lediga."
        )
        assert NUMBER not in str(seen)
        desk.answers("c1")
        assert (await mine.until("agent", lambda view: view["call"]["state"] == "talking"))["me"]["state"] == "talking"
        assert (await others.next("agent"))["call"] is None


@pytest.mark.fault("I25")
async def test_the_number_is_told_of_ones_own_call_only_and_written_down_first(desk: Desk):
    desk.logs_in("ivan", "jenny")
    await talks(desk)
    assert await said(await agent(desk), "nummer", {"call": "c1"}) == {"number": FICTION}
    assert ("ivan", "number", "c1") in await looks(desk)
    before = [look for look in await looks(desk) if look[1] == "number"]
    await said(await agent(desk, "jenny"), "nummer", {"call": "c1"}, 404)
    await said(await agent(desk), "nummer", {"call": "c2"}, 404)
    assert [look for look in await looks(desk) if look[1] == "number"] == before
    await over(desk)
    await said(await agent(desk), "nummer", {"call": "c1"}, 404)


@pytest.mark.fault("I10")
async def test_earlier_calls_show_a_confidential_one_only_to_those_who_may_hear_it(desk: Desk):
    """That somebody has rung the social services is itself secret: not even a count tells."""
    desk.logs_in("fatima")
    await talks(desk, "old", SOCIAL)
    await over(desk, "old")
    desk.logs_in("ivan")
    await talks(desk, "new")
    assert (await said(await agent(desk), "tidigare", {"call": "new"}))["calls"] == []
    await over(desk, "new")
    fatima = await agent(desk, "fatima")
    await said(fatima, "lage", {"what": "ready"})
    await talks(desk, "again", SOCIAL)
    found = (await said(fatima, "tidigare", {"call": "again"}))["calls"]
    assert [one["queue_title"] for one in found] == ["Bygg, gata, park och miljö", "Socialtjänst och socialpsykiatri"]
    assert ("fatima", "earlier calls", "again") in await looks(desk)
    assert (await said(await agent(desk), "tidigare", {"call": "again"}))["calls"] == []


# ── outcomes ────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_an_outcome_is_given_by_whoever_talked_and_by_nobody_else(desk: Desk):
    desk.logs_in("ivan")
    await talks(desk)
    ivan, jenny = await agent(desk), await agent(desk, "jenny")
    given = await said(ivan, "utfall", {"call": "c1", "kind": "matter", "matter": "bygglov"})
    assert given["outcome"]["title"] == "Bygglov, frågor före ansökan"
    assert (given["outcome"]["level"], given["outcome"]["rosa"], given["outcome"]["solved"]) == (2, 2, True)
    await said(jenny, "utfall", {"call": "c1", "kind": "cut_off"}, 404)
    await said(ivan, "utfall", {"call": "c2", "kind": "cut_off"}, 404)
    await said(ivan, "utfall", {"call": "c1", "kind": "matter", "matter": "nothing"}, 409)
    await over(desk)
    changed = {"call": "c1", "kind": "matter", "matter": "bygglov", "level": 3, "solved": False, "case": "BN 2026/12"}
    await said(ivan, "utfall", changed)
    history = await Outcomes(desk.web.store).history(CallId("c1"))
    assert [(o.level, o.solved, o.case, o.by, o.queue) for o in history] == [
        (2, True, "", "ivan", "bygg"), (3, False, "BN 2026/12", "ivan", "bygg"),
    ]  # fmt: skip


async def test_the_days_calls_without_outcome_are_listed(desk: Desk):
    desk.logs_in("ivan")
    ivan = await agent(desk)
    for call in ("c1", "c2"):
        await talks(desk, call)
        await over(desk, call)
        await said(ivan, "lage", {"what": "ready"})
    await said(ivan, "utfall", {"call": "c1", "kind": "wrong_number"})
    calls = (await said(ivan, "dag"))["calls"]
    assert [(one["call"], one["outcome"] and one["outcome"]["kind"]) for one in calls] == [
        ("c2", None), ("c1", "wrong_number"),
    ]  # fmt: skip
    assert (await said(await agent(desk, "jenny"), "dag"))["calls"] == []


@pytest.mark.fault("I25")
async def test_what_a_confidential_call_was_about_carries_its_clearance_and_is_written_down(desk: Desk):
    desk.logs_in("fatima")
    await talks(desk, "c1", SOCIAL)
    body = {"call": "c1", "kind": "matter", "matter": "ekonomiskt_bistand"}
    await said(await agent(desk, "fatima"), "utfall", body)
    kept = await Outcomes(desk.web.store).latest(CallId("c1"))
    assert (kept.kind, kept.clearance) == (Kind.MATTER, "socialtjanst")
    assert ("fatima", "outcome", "c1") in await looks(desk)


@pytest.mark.fault("S07", "I10")
async def test_what_a_call_was_about_after_it_was_put_through_to_a_confidential_line_stays_there(desk: Desk):
    """Whoever talked in it before sees that it was put through, and cannot write over what was said there."""
    desk.logs_in("ivan", "fatima")
    await talks(desk)
    ivan, fatima = await agent(desk), await agent(desk, "fatima")
    await said(ivan, "koppling", {"queue": "socialtjanst", "level": 2})
    desk.answers("c1")
    await over(desk)
    about = {"call": "c1", "kind": "matter", "matter": "ekonomiskt_bistand", "case": "SN 2026/7"}
    await said(fatima, "utfall", about)
    (shown,) = (await said(ivan, "dag"))["calls"]
    assert (shown["outcome"]["kind"], shown["outcome"]["title"]) == ("put_through", "Koppling")
    assert not re.search("ekonomisk|SN 2026|socialtj", str(shown), re.IGNORECASE)
    await said(ivan, "utfall", {"call": "c1", "kind": "matter", "matter": "bygglov"}, 409)
    kept = await Outcomes(desk.web.store).latest(CallId("c1"))
    assert (kept.matter, kept.clearance) == ("ekonomiskt_bistand", "socialtjanst")
    assert (await said(fatima, "dag"))["calls"][0]["outcome"]["case"] == "SN 2026/7"


@pytest.mark.fault("S15", "S08", "I10")
async def test_ones_own_talk_says_nothing_once_the_clearance_is_taken_away(desk: Desk):
    """When it was they know: they had it. Which call, in which line and about what, is not theirs any more."""
    desk.logs_in("fatima")
    fatima = await agent(desk, "fatima")
    await talks(desk, "s1", SOCIAL)
    await over(desk, "s1")
    about = {"call": "s1", "kind": "matter", "matter": "ekonomiskt_bistand", "case": "SN 2026/7"}
    await said(fatima, "utfall", about)
    (before,) = (await said(fatima, "dag"))["calls"]
    assert (before["queue"], before["outcome"]["case"], before["hidden"]) == ("socialtjanst", "SN 2026/7", False)
    await desk.changes("agents.yaml", *FATIMA_LOSES)
    (after,) = (await said(fatima, "dag"))["calls"]
    assert after == {
        "call": "", "hidden": True, "outcome": None, **{name: before[name] for name in ("answered_at_ms", "talk_ms")},
    }  # fmt: skip
    unheard = await said(fatima, "utfall", about, 404)
    assert unheard == await said(fatima, "utfall", {**about, "call": "no-such-call"}, 404)


@pytest.mark.fault("S15", "S08", "I10")
async def test_a_talk_in_a_line_that_comes_under_secrecy_is_hidden_from_then_on(desk: Desk):
    desk.logs_in("ivan")
    ivan = await agent(desk)
    await talks(desk)
    await over(desk)
    await said(ivan, "utfall", {"call": "c1", "kind": "matter", "matter": "bygglov"})
    for own, others in (("{bygg: 3}", "{ovrigt: 3}"), ("{bygg: 2, ", "{"), (", bygg: 2}", "}")):
        await desk.changes("agents.yaml", own, others)  # or they would have a line whose calls they may not take
    titled = "    title: Bygg, gata, park och miljö\n"
    await desk.changes("queues.yaml", titled, f"{titled}    confidential: socialtjanst\n")
    (shown,) = (await said(ivan, "dag"))["calls"]
    assert (shown["hidden"], shown["call"], shown["outcome"]) == (True, "", None)


@pytest.mark.fault("S08", "I10")
async def test_calls_that_are_not_shown_take_no_place_among_those_that_are(desk: Desk):
    """Else a list that is shorter than it should be would say that there is a confidential call."""
    desk.logs_in("ivan")
    ivan = await agent(desk)
    for call in ("o1", "o2", "o3"):
        await talks(desk, call)
        await over(desk, call)
        await said(ivan, "lage", {"what": "ready"})
    desk.logs_in("fatima")
    await talks(desk, "secret", SOCIAL)
    await over(desk, "secret")
    await talks(desk, "now")
    assert len((await said(ivan, "tidigare", {"call": "now"}))["calls"]) == 3


async def test_a_log_that_cannot_be_read_is_told_as_that_and_not_as_a_day_without_calls(desk: Desk):
    desk.logs_in("ivan")
    await talks(desk)
    await over(desk)
    ivan = await agent(desk)
    desk.web.site.database_path.rename(desk.web.site.home / "elsewhere.sqlite")
    assert "kan inte läsas" in (await said(ivan, "dag", status=503))["detail"]
    assert "kan inte läsas" in (await said(ivan, "utfall", {"call": "c1", "kind": "cut_off"}, 503))["detail"]


# ── transfers, promises, wrap-up ────────────────────────────────────────────────────────────────────────────────
async def test_who_can_answer_is_told_before_a_transfer_and_why_it_is_refused(desk: Desk):
    desk.logs_in("ivan", "jenny", "helena")
    await talks(desk)
    ivan = await agent(desk)
    told = await said(ivan, "koppling")
    by = {(there["title"], there["level"]): there for there in told["queues"]}
    assert by["Övriga ärenden", 2]["ready"] == ["Jenny Karlsson"]
    assert by["Äldre och funktionshindrade", 3]["why_words"] == "Ingen där är inloggad."
    refused = await said(ivan, "koppling", {"queue": "aldre", "level": 3}, 409)
    assert refused["detail"] == "Ingen där är inloggad."
    async with stream(await agent(desk, "jenny"), "/api/stream/agent") as hers:
        assert (await said(ivan, "koppling", {"person": "jenny"}))["done"]
        assert desk.call("c1").agent == "jenny"
        seen = (await hers.until("agent", lambda view: view["call"]))["call"]
        assert seen["why"] == "Samtalet är kopplat till just dig."
        assert seen["transfers"] == 1
    async with stream(ivan, "/api/stream/agent") as mine:
        desk.service.clock._offset_ms += 30_000
        desk.feed(Tick())
        seen = (await mine.until("agent", lambda view: view["call"] and view["call"]["rings"]))["call"]
        assert seen["why"] == "Kopplingen besvarades inte: samtalet är tillbaka hos dig."


@pytest.mark.fault("S08", "I10")
async def test_how_many_wait_under_secrecy_is_told_to_nobody_without_the_clearance(desk: Desk):
    desk.logs_in("ivan", "goran", "helena")
    await talks(desk)
    for call in ("s1", "s2", "s3"):
        desk.arrives(call, SOCIAL)
    desk.answers("s1")
    desk.service.clock._offset_ms += 1_000
    desk.feed(Tick())
    ivan, goran = await agent(desk), await agent(desk, desk.call("s1").agent)
    seen = [(await counts(asking)) for asking in (ivan, goran)]
    assert [told["socialtjanst"][:2] for told in seen] == [(None, None), (1, 1)]
    assert seen[0]["bygg"][:2] == (0, 0)
    assert seen[0]["socialtjanst"][2] == 0
    people = {one["person"]: one["state"] for one in (await said(ivan, "koppling"))["people"]}
    assert people == {"goran": "talking", "helena": "talking"}, "one of them is only rung"
    made = await said(ivan, "koppling", {"queue": "socialtjanst", "level": 2})
    assert (made["waiting"], made["logged_in"], made["wait_ms"]) == (None, None, 0)


async def counts(asking: httpx.AsyncClient) -> dict[str, tuple[int | None, int | None, int]]:
    """By line: how many wait and answer there, and the wait, as whoever asks for a specialist is told."""
    queues = (await said(asking, "koppling"))["queues"]
    return {one["queue"]: (one["waiting"], one["logged_in"], one["wait_ms"]) for one in queues if one["level"] == 2}


async def test_a_promise_is_made_with_a_deadline_and_stands_in_line(desk: Desk):
    desk.logs_in("ivan")
    await talks(desk)
    promised = await said(await agent(desk), "aterkoppling", {"deadline_s": 3600, "matter": "bygglov"})
    call = desk.call(promised["call"])
    assert call.promise.by == "ivan"
    assert call.promise.due_ms - desk.service.clock() <= 3_600_000
    assert "redan ringas upp" in (await said(await agent(desk), "aterkoppling", {}, 409))["detail"]


async def test_a_caller_is_parked_and_comes_back_to_the_same_person(desk: Desk):
    desk.logs_in("ivan", "jenny")
    await talks(desk)
    ivan = await agent(desk)
    async with stream(ivan, "/api/stream/agent") as mine:
        await said(ivan, "parkering", {})
        assert desk.call("c1").state.value == "parked"
        desk.service.clock._offset_ms += 61_000
        desk.feed(Tick())
        seen = (await mine.until("agent", lambda view: view["call"] and view["call"]["rings"]))["call"]
        assert seen["why"] == "Du parkerade samtalet, och nu är det tillbaka."
    assert "talar inte" in (await said(await agent(desk, "jenny"), "parkering", {}, 409))["detail"]


async def test_a_wrap_up_is_prolonged_and_only_a_wrap_up(desk: Desk):
    desk.logs_in("ivan")
    ivan = await agent(desk)
    assert "inte i efterbehandling" in (await said(ivan, "efterbehandling", {"by_s": 60}, 409))["detail"]
    await talks(desk)
    await over(desk)
    before = desk.web.live.board.agents[AgentId("ivan")].until_ms
    until = (await said(ivan, "efterbehandling", {"by_s": 60}))["until_ms"]
    assert 55_000 < until - before < 61_000


# ── what is a talk ──────────────────────────────────────────────────────────────────────────────────────────────
C, IVAN, JENNY, BYGG = CallId("c"), AgentId("ivan"), AgentId("jenny"), QueueId("bygg")


def queued(at_ms):
    return CallQueued(Instant(at_ms), C, BYGG, Instant(1), "", "choice")


def answered(at_ms, who):
    return CallAnswered(Instant(at_ms), C, OfferId(1), BYGG, who, 5)


def ended(at_ms, who, by=TalkEnder.AGENT):
    return TalkEnded(Instant(at_ms), C, OfferId(1), who, 5, by)


def test_a_talk_that_was_none_is_none_and_one_before_a_transfer_remains():
    back = CallReturned(Instant(30), C, BYGG, Instant(1), "short_talk")
    gone = CallEnded(Instant(99), C, Outcome.ABANDONED, "waiting", BYGG, 5, "caller_hung_up")
    first = [queued(1), answered(10, IVAN), ended(20, IVAN, TalkEnder.TRANSFER)]
    assert [t.answered_at_ms for t in talks_in(first, IVAN)] == [10]
    assert [t.answered_at_ms for t in talks_in([*first, answered(25, JENNY), back], IVAN)] == [10]
    assert talks_in([*first, answered(25, JENNY), back], JENNY) == []
    assert [t.answered_at_ms for t in talks_in([*first, gone], IVAN)] == [10]
    assert talks_in([queued(1), answered(10, IVAN), gone], IVAN) == []


def test_a_talk_needs_what_the_call_had_come_to_need_when_it_began():
    """Also where only a found call says that it had (a transfer that the engine did not live to tell of)."""
    social = Clearance("socialtjanst")
    moved = CallMoved(Instant(5), C, "waiting", BYGG, Instant(1), social, AgentId(""), "sv", Instant(0))
    assert [t.clearance for t in talks_in([queued(1), moved, answered(10, IVAN)], IVAN)] == [social]
