"""A scenario file, whose rules are known, as the scenario that is run; and what is wrong across the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.config import checks, limits, queue_checks
from ivr.config.build import build_plan
from ivr.config.draft import Draft
from ivr.config.hours import hours_of, instant, open_hours
from ivr.config.problems import Code, Problem
from ivr.config.yaml_nodes import Document
from queues.ids import Instant, QueueId
from routing.plan import FAR_FUTURE_MS, Partner, Plan
from simulator.scenario.arriving import ALL_DAY, Calendar
from simulator.scenario.draft import Rules
from simulator.scenario.fields import SPANS
from simulator.scenario.models import FromLogEntry, ScenarioFile
from simulator.scenario.people import People
from simulator.scenario.staffing import Roster, span_on
from simulator.scenario.streams import Ringing
from simulator.world import DAY_MS, PARTNER_LEVEL, Callers, Duration, Run, Scenario, Stream, World

HOUR_MS = 3_600_000
USUAL_HOURS = 24.0
DAYS_BESIDE = 10
"""So many days' opening hours are known after the last simulated one: lines and callbacks end in them."""
FIGURES = (
    "arrivals",
    "menu",
    "patience",
    "talk",
    "wrap_up",
    "question_levels",
    "resolution",
    "transfers",
    "callback",
    "presses_callback",
    "redial",
    "rings_again",
)
"""Fields in which something is said by queue."""


@dataclass(slots=True)
class Building:
    """One scenario and what is found wrong with it."""

    name: str
    file: ScenarioFile
    document: Document
    rules: Rules
    folder: Path
    problems: list[Problem]

    @property
    def draft(self) -> Draft:
        """The rules."""
        return self.rules.draft

    def scenario(self) -> Scenario:
        """The scenario, which the problems may forbid to run. Every reference of the rules holds."""
        calendar = self._calendar()
        plan = self._plan(calendar)
        people = People(plan, self.file, self.document, self.folder, self.problems)
        self.problems += self._unknown_queues(plan)
        ringing = Ringing(self.draft, plan, self.file, self.document, self.folder, calendar, people, self.problems)
        callers = {queue: people.callers(queue) for queue in plan.queues}
        streams = ringing.streams()
        if self.file.arrivals_log is not None:
            logged, callers = self._logged(self.file.arrivals_log, ringing, callers, calendar)
            streams += logged
        roster = Roster(plan, self.file, self.document, self.rules.groups, calendar)
        everybody = self.file.municipality is None and self.file.staff is None and not self.file.leave
        shifts = () if everybody else roster.shifts(self._opened(calendar))
        self.problems += roster.problems
        world = World(
            streams=streams,
            callers=callers,
            shifts=shifts,
            everybody_works=everybody,
            shrinkage=self.file.shrinkage,
            phones=people.phones(self.file.ring),
            partner_phones=people.phones(self.file.partner_ring),
        )
        self.problems += self._wrong_with(world)
        return Scenario(
            name=self.name,
            plan=plan,
            world=world,
            run=self._run(calendar),
            start_ms=Instant(calendar.start_ms),
            timezone=calendar.timezone,
            titles={QueueId(q): entry.title for q, entry in self.draft.queues.queues.items()},
            cost_ore_per_hour=round(self.file.cost_per_agent_hour * 100),
        )

    # ── time ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _calendar(self) -> Calendar:
        zone = self.draft.municipality.timezone
        if self.file.date is None:
            hours = self.file.run.length_h or USUAL_HOURS * self.file.days
            length_ms = max(round(hours * HOUR_MS), 1)
            first = datetime.fromtimestamp(DAY_MS / 1000, UTC).date()
            return Calendar(first, ceil(length_ms / DAY_MS), zone, DAY_MS, length_ms)
        begins, ends = (
            instant(self.file.date + timedelta(days=days), 0, ZoneInfo(zone), fold=0) for days in (0, self.file.days)
        )
        return Calendar(self.file.date, self.file.days, zone, begins, ends - begins)

    def _run(self, calendar: Calendar) -> Run:
        said = self.file.run
        warm_up_ms, cool_down_ms = round(said.warm_up_s * 1000), round(said.cool_down_s * 1000)
        if warm_up_ms + cool_down_ms >= calendar.length_ms:
            sentence = "warm_up_s och cool_down_s är tillsammans så långa som körningen: inga samtal räknas."
            cure = "Förläng körningen eller förkorta dem."
            self.problems.append(Problem(Code.NOTHING_COUNTED, self.document.where_key("run"), sentence, cure))
        return Run(
            replications=said.replications,
            seed=said.seed,
            length_ms=calendar.length_ms,
            warm_up_ms=warm_up_ms,
            cool_down_ms=cool_down_ms,
            threshold_ms=round(said.service_level_within_s * 1000),
            short_abandon_ms=round(said.short_abandon_s * 1000),
        )

    # ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────
    def _plan(self, calendar: Calendar) -> Plan:
        """The plan, with what travels between processes: no views, no directory."""
        days = calendar.days + DAYS_BESIDE
        zone, start = calendar.timezone, calendar.start_ms
        hours = {name: open_hours(entry, zone, start, days) for name, entry in self.draft.hours.hours.items()}
        plan = build_plan(self.draft, hours)
        if self.file.municipality is not None:
            self.problems += checks.of_plan(self.draft, plan)
        else:
            for check in (queue_checks.nobody, limits.secrecy, limits.callbacks):
                self.problems += check(self.draft, plan)
        return replace(
            plan,
            entrances=dict(plan.entrances),
            menus={name: replace(menu, choices=dict(menu.choices)) for name, menu in plan.menus.items()},
            queues=dict(plan.queues),
            agents=dict(plan.agents),
            partners={name: _unbounded(partner) for name, partner in plan.partners.items()},
        )

    def _opened(self, calendar: Calendar) -> tuple[tuple[int, int], ...] | None:
        """When everybody works of whom nothing is said: from opening until the lines have been served; None: always."""
        if self.file.municipality is None:
            return None
        queues = self.draft.queues.queues
        after_ms = max(self.draft.rule(queue, "serve_after_close_s", 900) for queue in queues) * 1000
        kept = {self.draft.hours_of(queue) or self.draft.municipality.numbers[0].hours for queue in queues}
        spans: list[tuple[int, int]] = []
        for day in calendar.dates:
            opened = {s for name in kept for s in (self._spans(name, day) if name else ALL_DAY)}
            for begins, ends in sorted(span_on(calendar, day, *span) for span in opened):
                if spans and begins <= spans[-1][1]:
                    spans[-1] = (spans[-1][0], max(spans[-1][1], ends + after_ms))
                else:
                    spans.append((begins, ends + after_ms))
        return tuple(spans)

    def _spans(self, name: str, day: date) -> tuple[tuple[int, int], ...]:
        return hours_of(self.draft.hours.hours[name], day).spans

    # ── a logged day ────────────────────────────────────────────────────────────────────────────────────────────
    def _logged(
        self, said: FromLogEntry, ringing: Ringing, callers: dict[QueueId, Callers], calendar: Calendar
    ) -> tuple[tuple[Stream, ...], dict[QueueId, Callers]]:
        """The logged calls, and what the log says of people where the file says nothing."""
        from ivr.call_log.reading import CallLogUnreadableError  # noqa: PLC0415  few scenarios need the log
        from simulator.past.from_log import logged  # noqa: PLC0415

        try:
            found = logged(self.folder / said.database, said.date, calendar.timezone)
        except (CallLogUnreadableError, OSError, ValueError) as error:
            place = self.document.where("arrivals_log")
            cure = "Ange calls.sqlite, eller mappen där den ligger, och en dag som finns i loggen."
            self.problems.append(Problem(Code.BAD_CALLS_FILE, place, f"Loggen kan inte läsas ({error}).", cure))
            return (), callers
        for field in ("patience", "talk"):
            if getattr(said, field):
                callers = self._from_log(field, getattr(found, field), callers)
        return ringing.logged(found.arrivals_ms), callers

    def _from_log(
        self, field: str, spans: Mapping[QueueId, Duration], callers: dict[QueueId, Callers]
    ) -> dict[QueueId, Callers]:
        known = getattr(self.file, field)
        for queue, span in spans.items():
            if queue in callers and queue not in known and "default" not in known:
                if field == "talk":
                    callers[queue] = replace(callers[queue], talk=(span,) * (PARTNER_LEVEL + 1))
                else:
                    callers[queue] = replace(callers[queue], patience=span)
        return callers

    # ── what is wrong across the file ───────────────────────────────────────────────────────────────────────────
    def _unknown_queues(self, plan: Plan) -> Iterator[Problem]:
        for field in FIGURES:
            for name in getattr(self.file, field):
                if name not in plan.queues and (name != "default" or field == "arrivals"):
                    place, cure = self.document.where_key(field, name), f"Grupper som finns: {', '.join(plan.queues)}."
                    # A name around nothing but a distribution: the distribution's own may be misspelt.
                    for meant in _close_to(name):
                        cure = f"Menar du fördelningen {meant}? {cure}"
                    yield Problem(Code.UNKNOWN_QUEUE, place, f"Gruppen {name!r} finns inte.", cure)

    def _wrong_with(self, world: World) -> Iterator[Problem]:
        for stream in world.streams:
            if not any(span.mean_ms for span in world.callers[stream.queue].talk):
                place = self.document.where_key("arrivals", stream.queue)
                cure = f"Lägg till talk: {{{stream.queue}: {{exponential: 240}}}}."
                yield Problem(
                    Code.TALK_MISSING, place, f"Det står inte hur länge samtal till {stream.queue!r} varar.", cure
                )
        if not any(any(stream.per_hour) or stream.at_ms for stream in world.streams):
            place = self.document.where_key("arrivals")
            yield Problem(
                Code.NOBODY_RINGS, place, "Ingen ringer.", "Är datumet en stängd dag? Rätta arrivals eller date."
            )


def _unbounded(partner: Partner) -> Partner:
    """Without a cap on its talk in a day that all its lines together cannot reach: nothing then has to be watched."""
    reachable = partner.lines * DAY_MS > partner.most_ms_a_day
    return partner if reachable else replace(partner, most_ms_a_day=FAR_FUTURE_MS)


def _close_to(name: str) -> list[str]:
    """The distribution whose name is nearly this; imported only where something is misspelt."""
    from difflib import get_close_matches  # noqa: PLC0415

    return get_close_matches(name, SPANS, 1)
