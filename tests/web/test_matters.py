"""One outcome a call; a change is kept beside what it changed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.web.matters import CallOutcome, Kind, Outcomes
from ivr.web.store import WebStore
from queues.ids import AgentId, CallId, Clearance, QueueId

FIRST = CallOutcome(
    CallId("tonval-1.1"), 1_000, "amina", AgentId("amina"), Kind.MATTER, "hemtjanst_ansoka", "vard_omsorg", 2, 2,
    solved=True, queue=QueueId("aldre"), answered_at_ms=900,
)  # fmt: skip


@pytest.fixture
def outcomes(tmp_path: Path) -> Iterator[Outcomes]:
    store = WebStore(tmp_path / "web.sqlite")
    yield Outcomes(store)
    store.close()


async def test_a_change_holds_and_what_was_said_before_is_history(outcomes: Outcomes):
    changed = replace(FIRST, at_ms=2_000, matter="trygghetslarm", rosa=3, solved=False, case="KS 2026/117")
    await outcomes.record(FIRST)
    await outcomes.record(changed)
    assert await outcomes.latest(FIRST.call) == changed
    assert await outcomes.history(FIRST.call) == [FIRST, changed]
    assert await outcomes.between(0, 10_000) == [changed]


async def test_the_same_said_twice_is_one_row(outcomes: Outcomes):
    await outcomes.record(FIRST)
    await outcomes.record(replace(FIRST, at_ms=5_000))
    assert await outcomes.history(FIRST.call) == [FIRST]


async def test_calls_of_the_day_that_have_none(outcomes: Outcomes):
    wrong = CallOutcome(
        CallId("tonval-2.1"), 3_000, "amina", AgentId("amina"), Kind.WRONG_NUMBER, clearance=Clearance("socialtjanst"),
        answered_at_ms=2_500,
    )  # fmt: skip
    await outcomes.record(FIRST)
    await outcomes.record(wrong)
    calls = [FIRST.call, CallId("tonval-3.1"), wrong.call]
    assert await outcomes.given(calls) == {FIRST.call, wrong.call}
    assert (await outcomes.of(calls))[wrong.call] == wrong
    assert [o.call for o in await outcomes.between(1_000, 2_501)] == [wrong.call]


async def test_rows_are_only_ever_added(outcomes: Outcomes):
    await outcomes.record(FIRST)
    with pytest.raises(Exception, match="only ever added"):
        await outcomes._store.run(lambda db: db.execute("UPDATE outcomes SET matter = 'x'"))
