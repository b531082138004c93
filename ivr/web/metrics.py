"""/metrics for Prometheus: lines, calls, people by state, alarms, and how the pages themselves fare. Nobody is in it.

No label names a person, a caller or a call. Of a line under secrecy fewer than three are not told: how many wait is
left out, and its counts go by threes, since a count that grows by one says when somebody rang (S08). Not told either:
how long somebody waits who needs a clearance, in whatever line, and how many are ready for such a line, since who is
not any more has a call.
"""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from ivr.call_log.status import free_share
from ivr.web.accounts.roles import Role
from ivr.web.alarms.current import kinds_on
from ivr.web.alarms.facts import is_open, logged_in, takes
from ivr.web.api.asking import Bearer, holder_of
from ivr.web.api.tokens import Scope
from ivr.web.context import Web, web_of
from queues.agents import AgentState
from queues.board import BoardQueue, Counts
from queues.ids import NO_CLEARANCE, partner_of
from routing.plan import Queue

FEW: Final = 3
BUCKETS_S: Final = (5, 10, 20, 30, 60, 90, 120, 180, 300, 600)
OUTCOMES: Final = {
    "answered": "served",
    "abandoned": "abandoned",
    "overflowed_external": "overflowed_external",
    "callback_kept": "callbacks_kept",
    "callback_failed": "callbacks_failed",
    "closed": "closed",
    "turned_away": "turned_away",
    "failed": "failed",
}
"""Label → count."""
PARTNER_STATES: Final = ("open", "closed", "spent", "unreachable", "circuit_open")
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
BROWSER: Final = ("sec-fetch-site", "cookie")
router = APIRouter()


class Scraped:
    """A dependency: a program on this very machine, or one with a token for it. Whoever comes by a proxy needs one."""

    admits: frozenset[Role] = frozenset()

    async def __call__(self, request: Request, credentials: Bearer = None) -> None:
        """Nothing; 401 or 403 for everybody else."""
        holder = await holder_of(request, credentials)
        if holder is not None:
            if Scope.METRICS not in holder.scopes:
                raise HTTPException(403, f"Token saknar rätten {Scope.METRICS.value}.")
            return
        if any(name in request.headers for name in BROWSER):
            raise HTTPException(403, "Det här är för program.")
        if credentials is not None or not _is_here(request):
            raise HTTPException(401, "Ange en giltig token.", {"WWW-Authenticate": "Bearer"})


def _is_here(request: Request) -> bool:
    """Whether a program on this machine asks. With a proxy before us everything comes from here: then never."""
    proxied = bool(web_of(request).public) or any(name in request.headers for name in FORWARDED)
    return not proxied and request.client is not None and ipaddress.ip_address(request.client.host).is_loopback


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, _scraped: Annotated[None, Depends(Scraped())]) -> Response:
    """Everything, as of now."""
    web = web_of(request)
    free = await asyncio.to_thread(free_share, web.site.home)
    if not hasattr(request.app.state, "counted"):
        request.app.state.counted = Counted()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Everything(web, request.app.state.counted, free))
    headers = {"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"}
    return Response(generate_latest(registry), headers=headers)


class Counted:
    """The highest count told of each thing today: an answer that is taken back must not look like a counter begun anew.

    Prometheus would add the whole day once more.
    """

    def __init__(self) -> None:
        self._day_ms = 0
        self._most: dict[tuple[str, ...], float] = {}

    def told(self, day_ms: int, count: float, *what: str) -> float:
        """The count, never smaller than before on the same day."""
        if day_ms != self._day_ms:
            self._day_ms = day_ms
            self._most.clear()
        self._most[what] = max(count, self._most.get(what, 0.0))
        return self._most[what]


class _Everything(Collector):
    def __init__(self, web: Web, counted: Counted, disk_free: float) -> None:
        self._web, self._counted, self._disk_free = web, counted, disk_free

    def collect(self) -> Iterable[Metric]:
        yield from _health(self._web, self._disk_free)
        yield from _lines(self._web)
        yield from _calls(self._web, self._counted)
        yield from _people(self._web)


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _lines(web: Web) -> Iterator[Metric]:
    """How many wait and how long, line by line. An old picture is not given out as a new one: it is left out."""
    waiting = GaugeMetricFamily("ivr_queue_waiting", "Callers who wait, a ringing phone included", labels=["queue"])
    longest = GaugeMetricFamily("ivr_queue_longest_wait_seconds", "The longest wait in line now", labels=["queue"])
    estimate = GaugeMetricFamily("ivr_queue_estimated_wait_seconds", "Of whoever came now", labels=["queue"])
    opened = GaugeMetricFamily("ivr_queue_open", "1 while the line takes calls", labels=["queue"])
    promised = GaugeMetricFamily("ivr_queue_callbacks_waiting", "Promised and not yet kept", labels=["queue"])
    board, now_ms = web.live.board, web.live.now_ms()
    for queue in web.house.plan.queues.values() if not web.live.stale_since_ms else ():
        line = [call for call in board.calls.values() if call.queue == queue.id]
        waiting_now = [call for call in line if call.in_line]
        waits_ms = [now_ms - call.entered_at_ms for call in waiting_now if call.clearance == NO_CLEARANCE]
        callbacks = sum(call.promised for call in line)
        opened.add_metric([queue.id], is_open(board, queue, now_ms))
        if _may_be_told(queue, len(waiting_now)):
            waiting.add_metric([queue.id], len(waiting_now))
        if not queue.clearance:
            longest.add_metric([queue.id], max(waits_ms, default=0) / 1000)
        if _may_be_told(queue, callbacks):
            promised.add_metric([queue.id], callbacks)
        if not queue.clearance and queue.id in web.live.beat.estimates:
            estimate.add_metric([queue.id], web.live.beat.estimates[queue.id] / 1000)
    yield from (waiting, longest, estimate, opened, promised)


def _may_be_told(queue: Queue, count: int) -> bool:
    return not queue.clearance or count == 0 or count >= FEW


def _coarse(queue: Queue, count: int) -> int:
    """The count as it is told; of a line under secrecy by threes."""
    return count // FEW * FEW if queue.clearance else count


# ── calls ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _calls(web: Web, counted: Counted) -> Iterator[Metric]:
    """Counts since local midnight; they begin anew there, as counters may."""
    labels, day_ms = ["queue"], web.live.board.day_starts_ms
    entered = CounterMetricFamily("ivr_queue_entered", "Calls that came to stand in the line", labels=labels)
    answered = CounterMetricFamily("ivr_queue_answered", "Answered by people of the house", labels=labels)
    within = CounterMetricFamily("ivr_queue_answered_within_target", "Of those, within the line's goal", labels=labels)
    abandoned = CounterMetricFamily("ivr_queue_abandoned", "Hung up in line", labels=labels)
    overflowed = CounterMetricFamily("ivr_queue_overflowed_out", "Moved on to another line", labels=labels)
    ended = CounterMetricFamily("ivr_calls", "Calls that ended, by line and outcome", labels=["queue", "outcome"])
    waits = HistogramMetricFamily("ivr_wait_seconds", "Waits of the answered", labels=labels)
    for queue in web.house.plan.queues.values():
        day = web.live.board.queues.get(queue.id, BoardQueue(queue.id)).day
        in_time = day.answered_within(queue.answer_target_ms // 1000)
        for family, count in (
            (entered, day.entered),
            (answered, day.answered),
            (within, in_time),
            (abandoned, day.abandoned),
            (overflowed, day.overflowed_out),
        ):
            family.add_metric([queue.id], counted.told(day_ms, _coarse(queue, count), family.name, queue.id))
        for outcome, name in OUTCOMES.items():
            count = _coarse(queue, getattr(day, name))
            ended.add_metric([queue.id, outcome], counted.told(day_ms, count, outcome, queue.id))
        if not queue.clearance:
            told = [(le, counted.told(day_ms, n, "le", le, queue.id)) for le, n in _buckets(day)]
            waits.add_metric([queue.id], told, counted.told(day_ms, day.wait_answered_ms / 1000, "sum", queue.id))
    yield from (entered, answered, within, abandoned, overflowed, ended, waits)


def _buckets(day: Counts) -> list[tuple[str, float]]:
    told = [(str(bound), day.answered_within(bound)) for bound in BUCKETS_S]
    return [*told, ("+Inf", day.waits.total())]


# ── people and partners ─────────────────────────────────────────────────────────────────────────────────────────────
def _people(web: Web) -> Iterator[Metric]:
    """How many do what; nobody's name."""
    agents = GaugeMetricFamily("ivr_agents", "People of the house by state", labels=["state"])
    ready = GaugeMetricFamily("ivr_queue_agents", "People who may take the line's calls", labels=["queue", "state"])
    partners = GaugeMetricFamily("ivr_partner_state", "1 for the state that it is in", labels=["partner", "state"])
    board, plan = web.live.board, web.house.plan
    if not web.live.stale_since_ms:
        people = [agent for agent in board.agents.values() if not partner_of(agent.id) and agent.id in plan.agents]
        states = Counter(agent.state for agent in people)
        staff = logged_in(board, plan)
        for state in AgentState:
            unknown = len(plan.agents) - len(people) if state is AgentState.LOGGED_OUT else 0
            agents.add_metric([state.value], states[state] + unknown)
        for queue in plan.queues.values():
            free = sum(agent.state is AgentState.READY and takes(plan, agent, queue) for agent in people)
            ready.add_metric([queue.id, "logged_in"], staff[queue.id])
            if not queue.clearance:
                ready.add_metric([queue.id, "ready"], free)
        for partner in board.partners.values():
            for name in PARTNER_STATES:
                partners.add_metric([partner.id, name], partner.state == name)
    yield from (agents, ready, partners)


# ── how we fare ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _health(web: Web, disk_free: float) -> Iterator[Metric]:
    live, stale_ms = web.live, web.live.stale_since_ms
    yield GaugeMetricFamily("ivr_engine_up", "1 while the engine is heard", value=not stale_ms)
    yield GaugeMetricFamily(
        "ivr_board_stale_seconds", "How old the picture is", value=(live.now_ms() - stale_ms) / 1000 if stale_ms else 0
    )
    yield GaugeMetricFamily("ivr_board_complete", "1 unless rows of the day are missing", value=live.complete)
    linked = not stale_ms and not live.beat.paused
    yield GaugeMetricFamily("ivr_ami_connected", "1 while the engine hands out calls", value=linked)
    yield CounterMetricFamily("ivr_engine_faults", "Events that a handler failed at", value=live.beat.faults)
    in_database = live.beat.log.get("place", "database") == "database"
    yield GaugeMetricFamily("ivr_log_in_database", "1 while rows go where they should", value=in_database)
    yield GaugeMetricFamily(
        "ivr_log_rows_waiting", "Rows not yet written", value=float(live.beat.log.get("waiting", 0))
    )
    yield GaugeMetricFamily("ivr_disk_free_ratio", "Of the disk with the call log", value=disk_free)
    yield GaugeMetricFamily("ivr_web_watchers", "Pages that are open", value=len(web.watching))
    alarms = GaugeMetricFamily("ivr_alarms", "Alarms that are on, by kind", labels=["kind"])
    for kind, count in kinds_on(web.alarms).items():
        alarms.add_metric([kind.value], count)
    yield alarms
    dead = GaugeMetricFamily("ivr_webhook_dead_letters", "Events laid aside", labels=["subscriber"])
    for subscriber, count in web.alarms.dead_letters.items():
        dead.add_metric([subscriber], count)
    yield dead
