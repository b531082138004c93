"""What the switchboard's page does, over HTTP: who may, what becomes of it, and that who did it is written first."""

import pytest

from ivr.web.accounts.access import looks
from ivr.web.accounts.roles import Role
from ivr.web.switchboard import midnight_after
from queues.ids import AgentId, PromptId, QueueId
from tests.web.stream import stream
from tests.web.town import BUILDING, OTHER, SOCIAL

KARIN, CARINA, LARS = "karin", "carina", "lars"


@pytest.fixture
async def karin(desk):
    """Karin at her phone, who answers in övrigt and runs the switchboard's day."""
    return await desk.client(Role.OPERATOR, Role.AGENT, agent=KARIN, queues=None)


async def noted(desk):
    """Everything in the access log, as what and subject."""
    rows = await desk.web.store.run(lambda db: list(looks(db)))
    return [(row.look.account, row.look.what, row.look.subject, row.look.why) for row in rows]


async def post(client, path, **body):
    answer = await client.post(path, json=body)
    said = answer.json()
    return answer.status_code, said.get("detail", said.get("told"))


async def test_a_call_is_picked_and_rings_at_the_operator_s_own_phone(desk, karin):
    desk.logs_in(KARIN)
    desk.arrives("c1", OTHER)
    desk.answers("c1")
    desk.arrives("c2", BUILDING)
    await desk.settled()
    status, said = await post(karin, "/vaxel/plocka", call="c2")
    assert (status, said) == (409, "Du har redan ett samtal.")
    desk.talk_ends("c1")
    assert await post(karin, "/vaxel/plocka", call="c2") == (200, "Samtalet ringer hos dig nu.")
    assert desk.call("c2").agent == KARIN
    assert (KARIN, "call_picked", "c2", "") in await noted(desk)


@pytest.mark.fault("S07")
async def test_a_confidential_call_looks_as_if_it_were_not_there(desk, karin):
    desk.logs_in(KARIN)
    desk.arrives("c1", SOCIAL)
    await desk.settled()
    assert await post(karin, "/vaxel/plocka", call="c1") == (404, "Samtalet finns inte längre.")
    assert await post(karin, "/vaxel/plocka", call="never") == (404, "Samtalet finns inte längre.")
    assert desk.call("c1").state == "waiting"
    both = await desk.client(Role.OPERATOR, agent=KARIN, account="karin2", queues=None, clearances=["socialtjanst"])
    status, said = await post(both, "/vaxel/plocka", call="c1")
    assert (status, said) == (409, "Din telefon har inte behörighet för samtal i den gruppen.")


async def test_a_talk_is_parked_and_fetched(desk, karin):
    desk.logs_in(KARIN)
    desk.arrives("c1", OTHER)
    desk.answers("c1")
    await desk.settled()
    status, said = await post(karin, "/vaxel/parkera", after_s=60)
    assert status == 200, said
    assert (desk.call("c1").state, desk.call("c1").parked.until_ms > 0) == ("parked", True)
    assert (KARIN, "call_parked", "c1", "") in await noted(desk)
    await desk.settled()
    assert (await post(karin, "/vaxel/plocka", call="c1"))[0] == 200
    assert desk.call("c1").agent == KARIN
    assert await post(karin, "/vaxel/parkera", after_s=60) == (409, "Du talar inte med någon just nu.")


async def test_a_caller_is_put_through_to_somebody_who_takes_calls(desk, karin):
    desk.logs_in(KARIN)
    desk.arrives("c1", OTHER)
    desk.answers("c1")
    desk.logs_in(LARS)
    await desk.settled()
    assert await post(karin, "/vaxel/koppla", agent="bengt") == (409, "Personen är inte inloggad.")
    status, said = await post(karin, "/vaxel/koppla", agent=LARS)
    assert (status, said) == (200, "Det ringer hos Lars Nyman. Svarar ingen kommer samtalet tillbaka till dig.")
    assert desk.call("c1").agent == LARS


async def test_somebody_is_moved_until_midnight_and_back(desk, karin):
    desk.logs_in(CARINA)
    desk.arrives("c1", BUILDING)
    desk.hangs_up("c1")
    found = (await karin.get(f"/vaxel/grupper/{CARINA}")).json()
    own = [group["queue"] for group in found["groups"] if group["own"]]
    assert (found["name"], own, found["moved"]) == ("Carina Lindqvist", ["barn_skola"], None)
    assert [g["queue"] for g in found["groups"] if not g["may"]] == ["socialtjanst"]
    status, said = await post(karin, "/vaxel/flytta", agent=CARINA, groups=["bygg", "ovrigt"])
    assert (status, said) == (
        200,
        "Carina Lindqvist svarar nu i ”Bygg, gata, park och miljö” och ”Övriga ärenden” till midnatt.",
    )
    move = desk.service.kernel.centre.moves[AgentId(CARINA)]
    assert (move.who, move.until_ms) == ("Karin Åberg", midnight_after(desk.web.clock(), "Europe/Stockholm"))
    assert move.queues[:2] == (("bygg", 2), ("ovrigt", 2))
    assert ("barn_skola", 1) in move.queues, "she helps there as everybody does"
    assert (KARIN, "agent_moved", CARINA, "bygg ovrigt") in await noted(desk)
    status, said = await post(karin, "/vaxel/flytta", agent=CARINA, groups=["socialtjanst"])
    assert (status, said) == (409, "Personen har inte behörighet för någon av grupperna.")
    assert (await post(karin, "/vaxel/flytta", agent=CARINA, groups=["barn_skola"]))[0] == 200
    assert not desk.service.kernel.centre.moves


@pytest.mark.fault("S14")
async def test_whoever_sees_some_of_the_lines_is_told_of_no_other_to_which_somebody_is_moved(desk, karin):
    few = await desk.client(Role.OPERATOR, account="few", queues=["bygg"])
    assert (await post(karin, "/vaxel/flytta", agent=CARINA, groups=["bygg", "aldre"]))[0] == 200
    await desk.settled()
    found = (await few.get(f"/vaxel/grupper/{CARINA}")).json()
    assert [(group["queue"], group["own"]) for group in found["groups"]] == [("bygg", True)]
    assert (set(found["moved"]), found["moved"]["who"]) == ({"who", "until_ms"}, "Karin Åberg")
    async with stream(few, "/api/stream/board") as page:
        agents = {one["id"]: one for one in (await page.next("board"))["agents"]}
    assert (agents[CARINA]["queues"], agents[CARINA]["own"], agents[CARINA]["moved"]) == (["bygg"], ["bygg"], True)
    assert {queue for one in agents.values() for queue in one["queues"]} == {"bygg"}


async def test_a_forgotten_one_is_logged_out(desk, karin):
    desk.logs_in(LARS)
    assert await post(karin, "/vaxel/logga-ut", agent=LARS) == (200, "Lars Nyman är utloggad.")
    assert desk.person(LARS).state == "logged_out"
    assert await post(karin, "/vaxel/logga-ut", agent=LARS) == (409, "Personen är redan utloggad.")
    assert await post(karin, "/vaxel/logga-ut", agent="stranger") == (404, "Personen finns inte bland dem du ser.")


async def test_hours_are_forced_until_midnight_and_let_go(desk, karin):
    switches = desk.service.kernel.centre.switches
    assert (await post(karin, "/vaxel/oppettider", hours="", how="closed"))[0] == 200
    forced = switches.forced[""]
    midnight = midnight_after(desk.web.clock(), "Europe/Stockholm")
    assert (forced.how, forced.who, forced.until_ms) == ("closed", "Karin Åberg", midnight)
    await desk.settled()
    state = (await karin.get("/vaxel/lage")).json()
    whole, *named = state["openings"]
    assert (whole["title"], whole["is_open"]) == ("Hela växeln", False)
    assert named[0]["by_house"]
    assert (await post(karin, "/vaxel/oppettider", hours="", how="schedule"))[0] == 200
    assert not switches.forced
    assert (await post(karin, "/vaxel/oppettider", hours="nobodys", how="open"))[0] == 404


async def test_a_crisis_message_is_read_and_no_longer(desk, karin):
    prompt = next(iter(desk.web.house.crisis_prompts))
    body = {"prompt": prompt, "instead": True, "until_midnight": True}
    assert (await post(karin, "/vaxel/krismeddelande", **body))[0] == 200
    crisis = desk.service.kernel.centre.switches.crisis
    assert (crisis.prompt, crisis.instead, crisis.who) == (prompt, True, "Karin Åberg")
    await desk.settled()
    state = (await karin.get("/vaxel/lage")).json()
    assert state["crisis"]["by"] == "Karin Åberg"
    assert all(len(message["text"]) > 20 for message in state["messages"])
    assert (await post(karin, "/vaxel/krismeddelande", prompt=""))[0] == 200
    assert desk.service.kernel.centre.switches.crisis is None
    assert (await post(karin, "/vaxel/krismeddelande", prompt=str(PromptId("hej"))))[0] == 404


@pytest.mark.fault("S16")
async def test_who_did_it_is_written_before_it_is_done_and_nothing_is_done_that_cannot_be_written(desk, karin):
    desk.logs_in(LARS)
    await desk.web.store.run(lambda db: db.execute("ALTER TABLE looks RENAME TO gone"))
    answer = await karin.post("/vaxel/logga-ut", json={"agent": LARS})
    assert answer.status_code >= 500
    assert desk.person(LARS).state == "ready"


async def test_without_a_phone_one_sees_and_switches_but_takes_no_calls(desk):
    nobody = await desk.client(Role.OPERATOR, account="olle")
    desk.arrives("c1", OTHER)
    await desk.settled()
    assert await post(nobody, "/vaxel/plocka", call="c1") == (409, "Ditt konto hör inte till någon telefon.")
    assert (await nobody.get("/vaxel")).status_code == 200


async def test_an_operator_of_some_queues_moves_nobody_to_others(desk):
    some = await desk.client(Role.OPERATOR, account="some", queues=["bygg"])
    assert (await post(some, "/vaxel/flytta", agent="ivan", groups=["ovrigt"]))[0] == 409
    assert AgentId("ivan") not in desk.service.kernel.centre.moves
    assert (await post(some, "/vaxel/flytta", agent="jenny", groups=[QueueId("bygg")]))[0] == 200


@pytest.mark.fault("S14")
async def test_an_operator_of_some_queues_leaves_somebody_in_the_others_where_they_are(desk):
    """What they do not see, they can neither give nor take."""
    some = await desk.client(Role.OPERATOR, account="some", queues=["bygg", "ovrigt"])
    bengt = dict(desk.service.kernel.centre.plan.agents[AgentId("bengt")].queues)
    assert (bengt["aldre"], bengt["bygg"]) == (2, 2)
    assert (await post(some, "/vaxel/flytta", agent="bengt", groups=["ovrigt"]))[0] == 200
    now = dict(desk.service.kernel.centre.plan.agents[AgentId("bengt")].queues)
    assert (now["aldre"], now["ovrigt"], now["bygg"]) == (2, 2, 1)
    assert (await post(some, "/vaxel/flytta", agent="bengt", groups=["bygg"]))[0] == 200
    assert dict(desk.service.kernel.centre.plan.agents[AgentId("bengt")].queues) == bengt


@pytest.mark.fault("S14")
async def test_an_operator_of_some_queues_switches_nothing_of_the_others(desk):
    some = await desk.client(Role.OPERATOR, account="some", queues=["bygg"])
    for hours in ("", *desk.web.house.openings):
        assert (await post(some, "/vaxel/oppettider", hours=hours, how="closed"))[0] == 403
    prompt = desk.web.house.crisis_prompts[0]
    assert (await post(some, "/vaxel/krismeddelande", prompt=prompt))[0] == 403
    assert not desk.service.kernel.centre.switches.forced


@pytest.mark.fault("S14")
async def test_nobody_else_gets_in(desk):
    for role in frozenset(Role) - {Role.OPERATOR}:
        other = await desk.client(role, account=role.value, agent=KARIN)
        assert (await other.get("/vaxel")).status_code == 403
        assert (await other.post("/vaxel/oppettider", json={"hours": "", "how": "closed"})).status_code == 403
    assert not desk.service.kernel.centre.switches.forced


async def test_an_engine_that_is_gone_is_told_of_in_words(desk, karin):
    await desk.engine_gone()
    status, said = await post(karin, "/vaxel/oppettider", hours="", how="closed")
    assert status == 503
    assert said.startswith("Växeln svarar inte just nu.")
