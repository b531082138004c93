"""The wall clock jumps (FAULTS.md F70): nobody's wait does, and no duration is less than nothing."""

import time
from dataclasses import replace

import pytest

from ivr.clock import LiveClock
from queues.agents import AgentState
from queues.entries import CallEnded
from queues.ids import NO_CLEARANCE, AgentId, CallId, Instant, MenuId, QueueId
from routing.events import AgentRestored, CallerHungUp, CallResumed
from routing.papers import Papers
from tests.kernel.centre import Bench, agent, plan_of, queue

HOUR_NS = 3_600_000_000_000
PAPERS = Papers(MenuId("huvudmeny"), QueueId("bygg"), Instant(95_000), NO_CLEARANCE)


@pytest.mark.fault("F70")
@pytest.mark.parametrize("step_ns", [HOUR_NS, -HOUR_NS, 24 * HOUR_NS, -24 * HOUR_NS, -5_000_000_000])
def test_a_step_of_the_wall_clock_is_not_seen(monkeypatch, step_ns):
    clock = LiveClock()
    before, wall = clock(), time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: wall() + step_ns)
    assert 0 <= clock() - before < 1_000
    assert abs(LiveClock()() - clock() - step_ns // 1_000_000) < 1_000  # one that begins now begins by the new time


@pytest.mark.fault("F70")
@pytest.mark.parametrize("step_ms", [3_600_000, 86_400_000, 5_000])
def test_an_engine_that_begins_after_a_step_back_counts_no_negative_wait(step_ms):
    """What the engine before it laid on the channel is later than its own now."""
    bench = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg")]))
    late = replace(PAPERS, entered_at_ms=Instant(100_000 + step_ms))
    bench.at(100, CallResumed(CallId("c1"), "0850000", "", late))
    bench.at(101, CallResumed(CallId("c2"), "0850000", "", PAPERS))
    assert bench.call("c1").entered_at_ms == 100_000
    waits = [
        entry.wait_ms
        for call in ("c1", "c2")
        for entry in bench.at(110, CallerHungUp(CallId(call))).entries
        if isinstance(entry, CallEnded)
    ]
    assert waits == [10_000, 15_000]


@pytest.mark.fault("F70", "F06")
def test_a_wrap_up_that_ended_while_the_clock_was_moved_forward_is_over():
    bench = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg")]))
    bench.at(100, AgentRestored(AgentId("anna"), AgentState.WRAP_UP, "", 40_000))
    bench.at(100.001)
    assert bench.person("anna").state is AgentState.READY
