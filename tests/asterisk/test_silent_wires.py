"""Callers and phones of which no packet comes any more, on a real Asterisk that gives them two seconds."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from ivr.asterisk.render import Tuning
from ivr.testphone.behaviour import answer, dead_air
from queues.agents import PhoneState
from queues.entries import CallEnded, CallReturned
from queues.ids import AgentId
from routing.events import AgentLoggedIn
from tests.asterisk.house import small_house
from tests.asterisk.running import Line, RunningAsterisk, line_to, running_asterisk, until
from tests.asterisk.test_waiting_real import AtWork, at_work

pytestmark = pytest.mark.asterisk


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAsterisk]:
    """Asterisk that takes whoever has sent nothing for two seconds for gone."""
    tuning = Tuning(caller_rtp_timeout_s=2, phone_rtp_timeout_s=2)
    with running_asterisk(tmp_path_factory.mktemp("r"), small_house(), tuning) as running:
        yield running


@pytest_asyncio.fixture
async def line(impatient: RunningAsterisk) -> AsyncIterator[Line]:
    async with line_to(impatient) as line:
        yield line


async def ready(one: AtWork, name: str) -> None:
    await until(lambda: one.kernel.centre.people[AgentId(name)].phone is PhoneState.IDLE)
    one.engine.feed(AgentLoggedIn(AgentId(name)))


@pytest.mark.fault("F55")
async def test_a_caller_who_vanishes_in_line_frees_the_place_and_who_only_listens_keeps_it(line: Line) -> None:
    """Who listens sends a packet now and then, as every telephone does."""
    async with at_work(line) as one:
        vanished, listener = await one.in_line(), await one.in_line()
        vanished.vanish()
        await until(lambda: bool(one.of_kind(CallEnded)))
        (gone,) = one.of_kind(CallEnded)
        assert (gone.outcome, gone.state) == ("abandoned", "waiting")
        assert gone.wait_ms >= 1_000  # Asterisk counts whole seconds
        (left,) = one.kernel.centre.calls.values()
        assert one.kernel.centre.lines[left.queue].position(left.place) == 1
        assert listener.up


@pytest.mark.fault("F48")
async def test_dead_air_puts_the_caller_first_and_pauses_whose_phone_it_is(line: Line) -> None:
    async with at_work(line) as one:
        finn = await line.phone("finn", dead_air(0))
        caller = await one.in_line()
        entered = next(iter(one.kernel.centre.calls.values())).entered_at_ms
        await ready(one, "finn")
        await until(lambda: bool(one.of_kind(CallReturned)))
        assert (one.of_kind(CallReturned)[0].reason, one.of_kind(CallReturned)[0].entered_at_ms) == (
            "dead_air",
            entered,
        )
        person = one.kernel.centre.people[AgentId("finn")]
        assert (person.state, person.reason) == ("not_ready", "dead_air")
        assert len(finn.rings) == 1
        assert await caller.hear_sound()
        await caller.press("0")
        await line.phone("dan", answer(0))
        await ready(one, "dan")
        assert await caller.hear_agent()
