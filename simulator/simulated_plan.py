"""The municipality's plan as made-up people meet it: its rules untouched, without what only real telephones need."""

from dataclasses import replace

from queues.ids import QueueId
from routing.plan import Plan, Queue
from simulator.world import NEVER_MS, Callers, Duration, Scenario

MANY_CALLS = 10**9


def simulated(scenario: Scenario) -> Plan:
    """The plan that both drivers run.

    No talk is too short to be one, nobody is asked afterwards how it was, and no call is too many for the engine.
    Whoever wraps up ends it themselves. What is said to those who wait decides nothing, and is not said.
    """
    plan = scenario.plan
    return replace(
        plan,
        queues={queue.id: _queue(queue, scenario) for queue in plan.queues.values()},
        partners={partner.id: replace(partner, short_talk_ms=0) for partner in plan.partners.values()},
        short_talk_ms=0,
        survey=None,
        login_by_phone=False,
        max_calls=MANY_CALLS,
    )


def _queue(queue: Queue, scenario: Scenario) -> Queue:
    return replace(
        queue,
        wrap_up_ms=NEVER_MS if wraps_up(scenario, queue.id) else 0,
        first_message_ms=NEVER_MS,
        message_every_ms=NEVER_MS,
    )


def wraps_up(scenario: Scenario, queue: QueueId) -> bool:
    """Whether anybody ever wraps up after a talk in this queue."""
    return any(_lasts(duration) for duration in scenario.world.callers.get(queue, Callers()).wrap_up)


def _lasts(duration: Duration) -> bool:
    return duration.mean_ms > 0 and (not duration.samples or any(duration.samples))
