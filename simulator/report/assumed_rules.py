"""The rules of the lines that were simulated, in words: a report says under which plan it holds."""

from collections.abc import Iterator

from ivr.local_days import length
from queues.ids import QueueId
from routing.plan import Discipline, Leads, Limit, PlanStep, Queue, TargetKind, WayOut
from simulator.report.terminal import titled
from simulator.world import Scenario

DISCIPLINES = {
    Discipline.OWN_FIRST: "den som blir ledig tar sina egna köer först",
    Discipline.LONGEST_WAIT: "den som väntat längst först, vilken kö det än är",
    Discipline.NEAREST_TARGET: "den som är närmast sin kös svarsmål först",
}
Row = tuple[str, str, str]


def rules(scenario: Scenario) -> Iterator[Row]:
    """Of the plan, and of each queue."""
    plan = scenario.plan
    yield "Regel", "Alla köer", DISCIPLINES[plan.discipline]
    for queue in plan.queues.values():
        who = titled(scenario, queue.id)
        for step in queue.steps:
            yield "Steg", who, _step(scenario, step)
        if queue.priority:
            yield "Regel", who, f"prioritet {queue.priority}"
        yield "Regel", who, f"det ringer i {length(queue.ring_ms)} hos var och en"
        if queue.lend_when_ready_over:
            yield "Regel", who, f"lånar ut personal när fler än {queue.lend_when_ready_over} egna är lediga"
        yield from _limits(scenario, who, queue)


def _step(scenario: Scenario, step: PlanStep) -> str:
    """Efter 1 min 0 s: annan personal från nivå 1, när fler än 3 väntar."""
    when = (
        "bara vid en gräns" if step.only_by_limit else f"efter {length(step.after_ms)}" if step.after_ms else "genast"
    )
    conditions = []
    if step.queue_longer_than >= 0:
        conditions.append(f"när fler än {step.queue_longer_than} väntar")
    if step.estimated_wait_over_ms:
        conditions.append(f"när beräknad väntan är över {length(step.estimated_wait_over_ms)}")
    if step.own_ready_under:
        conditions.append(f"när färre än {step.own_ready_under} egna är lediga")
    if step.hours_id:
        conditions.append(f"under öppettiderna {step.hours_id}")
    return ", ".join([f"{when}: {_whom(scenario, step)}", *conditions])


def _whom(scenario: Scenario, step: PlanStep) -> str:
    if step.target is TargetKind.PARTNER:
        return f"partner {step.partner}"
    if step.target is TargetKind.OWN:
        return "egen grupp"
    groups = " och ".join(titled(scenario, queue) for queue in step.queues)
    return f"{f'personal i {groups}' if groups else 'all personal'} från nivå {step.min_level}"


def _limits(scenario: Scenario, who: str, queue: Queue) -> Iterator[Row]:
    for limit, what in (
        (queue.max_length, "fler än {} i kö"),
        (queue.max_wait, "väntat {}"),
        (queue.nobody_logged_in, "ingen inloggad på {}"),
    ):
        if limit is not None:
            bound = str(limit.over) if limit is queue.max_length else length(limit.over)
            yield "Gräns", who, f"{what.format(bound)}: {_ways(scenario, limit)}"


def _ways(scenario: Scenario, limit: Limit) -> str:
    return ", annars ".join(_way(scenario, way) for way in limit.ways)


def _way(scenario: Scenario, way: WayOut) -> str:
    return {
        Leads.QUEUE: f"till kön {_title(scenario, way.queue)}",
        Leads.PARTNER: f"till partner {way.partner}",
        Leads.CALLBACK: "återuppringning",
        Leads.MESSAGE: "besked, och samtalet avslutas",
    }[way.leads]


def _title(scenario: Scenario, queue: QueueId) -> str:
    return titled(scenario, queue) if queue else ""
