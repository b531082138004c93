"""What whoever runs the switchboard's day orders: each answered by what became of it, kept over a restart."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from ivr.asterisk.free_site import free_site
from ivr.asterisk.roster import desired_members
from ivr.by_hand import end_of_day
from ivr.control import BadOrderError
from ivr.live import Service
from ivr.moved import moved_house
from ivr.orders import orders
from ivr.switched import read_switched
from queues.agents import AgentState, PhoneState
from queues.ids import AgentId, CallId, Instant, QueueId
from queues.operator_entries import AgentMoved
from routing.events import (
    AgentLoggedIn,
    CallArrived,
    DigitsEntered,
    OfferAnswered,
    PhoneStateChanged,
    WorldListed,
)
from routing.operator_events import AgentReassigned

SHIPPED = Path(__file__).parents[2] / "ivr" / "menus"
KARIN, CARINA = AgentId("karin"), AgentId("carina")


class Silent:
    """Asterisk that does nothing."""

    def __init__(self):
        self.houses = []

    def perform(self, action):
        pass

    def replace_house(self, house):
        self.houses.append(house)


@pytest.fixture
async def service(tmp_path):
    folder = Path(shutil.copytree(SHIPPED / "botkyrka", tmp_path / "botkyrka"))
    service = Service(folder, free_site(tmp_path / "home"), open_always=True)
    silent = Silent()
    service.engine._telephony = silent
    service.telephony.replace_house = silent.replace_house
    service.engine.observers = [service.switched.observe, *service.engine.observers[-2:]]
    service.silent = silent
    service.engine.feed(WorldListed(service.clock(), (), ()))
    yield service
    service.switched.close()
    service.call_log.close()


def ordered(service, do, **fields):
    """The engine's answer, as over the socket."""
    answer = orders(service)[do](json.loads(json.dumps(fields)))
    assert not asyncio.iscoroutine(answer)
    return answer


def here(service, *agents):
    for agent in agents:
        service.engine.feed(AgentLoggedIn(AgentId(agent)))
        service.engine.feed(PhoneStateChanged(AgentId(agent), PhoneState.IDLE))


def waits(service, call="c1", key="1"):
    """A caller in the line of that key."""
    service.engine.feed(CallArrived(CallId(call), next(iter(service.house.plan.entrances)), "0701740605"))
    service.engine.feed(DigitsEntered(CallId(call), key))
    return service.kernel.centre.calls[CallId(call)]


def somebody():
    """Somebody, and a line that is none of their own and that they may hear."""
    return CARINA, QueueId("bygg")


async def test_a_call_is_picked_or_it_is_said_why_not(service):
    call = waits(service)
    assert ordered(service, "pick", agent="karin", call="c1") == {"done": False, "why": "not_here"}
    assert ordered(service, "pick", agent="karin", call="gone") == {"done": False, "why": "not_here"}
    here(service, "karin")
    agent = call.agent or "karin"
    if not call.agent:
        assert ordered(service, "pick", agent="karin", call="c1") == {"done": True, "why": ""}
    assert service.kernel.centre.people[AgentId(agent)].state is AgentState.RINGING


async def test_a_talk_is_parked_and_asked_back(service):
    here(service, "karin")
    call = waits(service)
    if not call.agent:
        ordered(service, "pick", agent="karin", call="c1")
    service.engine.feed(OfferAnswered(CallId("c1"), call.offer))
    assert ordered(service, "park", agent="karin", after_s=1) == {"done": False, "why": "time", "call": ""}
    assert ordered(service, "park", agent="karin") == {"done": True, "why": "", "call": "c1"}
    assert call.state == "parked"
    assert ordered(service, "pick", agent="karin", call="c1")["done"]
    assert call.agent == "karin"


async def test_somebody_is_moved_until_the_day_ends_and_the_fail_open_queues_follow(service):
    moved, queue = somebody()
    today = end_of_day(service.clock(), service.house.timezone)
    answer = ordered(service, "move", agent=moved, queues=[[queue, 2]], who="Olle Operatör")
    assert answer == {"done": True, "why": "", "until_ms": today}
    assert ordered(service, "moves")["agents"][moved] == [[queue, 2]]
    told = service.silent.houses[-1].plan
    members = desired_members(told, {moved: AgentState.READY})
    own = {name for (name, _), member in members.items() if member.penalty == 0}
    assert own == {f"fallback-{queue}"}
    assert ordered(service, "move", agent=moved, queues=[], who="Olle Operatör")["done"]
    assert service.silent.houses[-1].plan.agents == service.house.plan.agents
    assert ordered(service, "moves")["moves"] == {}


async def test_the_fail_open_queues_keep_it_when_the_configuration_is_read_again(service):
    moved, queue = somebody()
    ordered(service, "move", agent=moved, queues=[[queue, 2]], who="Olle")
    await service.reload()
    assert service.kernel.centre.plan.agents[moved].queues == ((queue, 2),)
    assert service.silent.houses[-1].plan.agents[moved].queues == ((queue, 2),)
    assert moved_house(service.house, service.kernel).plan.agents[moved].queues == ((queue, 2),)


async def test_an_engine_that_starts_again_the_same_day_has_it_and_the_next_day_has_not(service):
    moved, queue = somebody()
    ordered(service, "move", agent=moved, queues=[[queue, 2]], who="Olle")
    service.switched.close()
    today = end_of_day(service.clock(), service.house.timezone)
    path = service.site.switched_path
    assert read_switched(path, service.clock()) == (AgentReassigned(moved, ((queue, 2),), today, "Olle"),)
    assert read_switched(path, today) == ()


def test_a_file_of_before_anybody_could_be_moved_is_read(tmp_path):
    path = tmp_path / "switched.json"
    path.write_text('{"hours": [], "crisis": []}')
    assert read_switched(path, 1) == ()
    path.write_text('{"hours": [], "crisis": [], "moves": [{"agent": 1}]}')
    assert read_switched(path, 1) == ()


async def test_what_makes_no_sense_is_refused_and_changes_nothing(service):
    seen = []
    service.engine.observers.append(lambda step: seen.extend(e for e in step.entries if isinstance(e, AgentMoved)))
    late = service.clock() + 40 * 86_400_000
    for fields in (
        {"agent": "karin", "queues": "bygg", "who": "Olle"},
        {"agent": "karin", "queues": [["bygg"]], "who": "Olle"},
        {"agent": "karin", "queues": [["bygg", True]], "who": "Olle"},
        {"agent": "karin", "queues": [["bygg", 2]], "who": " "},
        {"agent": "stranger", "queues": [["bygg", 2]], "who": "Olle"},
        {"agent": "karin", "queues": [["bygg", 2]], "until": late, "who": "Olle"},
    ):
        with pytest.raises(BadOrderError):
            ordered(service, "move", **fields)
    gone = ordered(service, "move", agent="karin", queues=[["finns_inte", 2]], who="Olle")
    assert (gone["done"], gone["why"]) == (False, "unknown_queue")
    assert seen == []


async def test_a_forgotten_one_is_logged_out_and_it_is_remembered_that_somebody_else_did_it(service):
    here(service, "karin")
    assert ordered(service, "logout", agent="karin", who="Olle") == {"done": True, "why": "", "after_talk": False}
    assert service.kernel.centre.people[KARIN].reason == "by_operator"
    assert ordered(service, "logout", agent="karin", who="Olle")["why"] == "not_here"
    with pytest.raises(BadOrderError):
        ordered(service, "logout", agent="karin")


async def test_a_move_that_is_over_already_is_refused(service):
    moved, queue = somebody()
    answer = ordered(service, "move", agent=moved, queues=[[queue, 2]], until=Instant(1), who="Olle")
    assert answer == {"done": False, "why": "time", "until_ms": 0}
    assert service.kernel.centre.plan.agents[moved].queues != ((QueueId(queue), 2),)
