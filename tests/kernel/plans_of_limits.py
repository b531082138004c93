"""Conditions of steps and limits of lines at random, and callers who ring more than once."""

from dataclasses import replace
from random import Random

from queues.ids import PartnerId, PromptId, QueueId
from routing.plan import Leads, Limit, OpenHours, PlanStep, Queue, TargetKind, WayOut

CALLERS = ("", "", "anonymous", "0701740605", "0701740606", "0701740607")
PARTNERS = (PartnerId("p0"), PartnerId("p1"))


def conditional(rnd: Random, step: PlanStep, hours: OpenHours) -> PlanStep:
    """The step with or without conditions."""
    if rnd.random() < 0.5:
        return step
    return replace(
        step,
        queue_longer_than=rnd.choice([-1, -1, 0, 1, 3]),
        estimated_wait_over_ms=rnd.choice([0, 0, 0, 1, 8_000, 60_000]),
        own_ready_under=rnd.choice([0, 0, 1, 2]),
        hours=rnd.choice([OpenHours(), hours]),
    )


def limited(rnd: Random, queue: Queue, queues: tuple[QueueId, ...]) -> Queue:
    """The queue with some limits, which may lead in circles."""
    partner = rnd.choice(PARTNERS)
    by_limit = PlanStep(0, TargetKind.PARTNER, partner=partner, only_by_limit=True)
    return replace(
        queue,
        steps=queue.steps + ((by_limit,) if rnd.random() < 0.5 else ()),
        max_wait=_limit(rnd, queues, [0, 5_000, 30_000, 120_000]),
        max_length=_limit(rnd, queues, [0, 1, 3]),
        nobody_logged_in=_limit(rnd, queues, [0, 0, 15_000]),
    )


def _limit(rnd: Random, queues: tuple[QueueId, ...], overs: list[int]) -> Limit | None:
    if rnd.random() < 0.7:
        return None
    return Limit(rnd.choice(overs), tuple(_way(rnd, queues) for _ in range(rnd.randint(1, 3))))


def _way(rnd: Random, queues: tuple[QueueId, ...]) -> WayOut:
    leads = rnd.choice(list(Leads))
    return WayOut(
        leads,
        queue=rnd.choice(queues) if leads is Leads.QUEUE else QueueId(""),
        partner=rnd.choice(PARTNERS) if leads is Leads.PARTNER else PartnerId(""),
        prompts=(PromptId("besked"),) * rnd.randint(0, 1),
    )
