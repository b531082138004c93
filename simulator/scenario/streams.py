"""Who rings, in a scenario: each queue's callers with their keys and rates, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ivr.config.draft import Draft
from ivr.config.fields import Spans, spans
from ivr.config.hours import hours_of
from ivr.config.problems import Code, Problem
from ivr.config.yaml_nodes import Document
from queues.ids import QueueId
from routing.plan import Plan
from simulator.scenario.arriving import ALL_DAY, PROFILES, QUARTER_MS, Calendar, calls_by_day, from_rows, per_hour
from simulator.scenario.calls_csv import UnreadableError, calls_of
from simulator.scenario.models import ArrivalsEntry, ScenarioFile
from simulator.scenario.people import People
from simulator.scenario.ways_in import Keys, leads_to, shortest
from simulator.world import Stream

USUAL = "weekday"
PROFILE_CURE = f"Profiler: {', '.join(PROFILES)} och de som står under profiles."


@dataclass(slots=True)
class Ringing:
    """Everybody who rings."""

    draft: Draft
    plan: Plan
    file: ScenarioFile
    document: Document
    folder: Path
    calendar: Calendar
    people: People
    problems: list[Problem]

    def streams(self) -> tuple[Stream, ...]:
        """As the file's rates say, then as its calls file does."""
        found = [self._stream(QueueId(name), entry) for name, entry in self.file.arrivals.items()]
        return tuple(stream for stream in (*found, *self._from_csv()) if stream is not None)

    def logged(self, arrivals: Mapping[QueueId, tuple[int, ...]]) -> tuple[Stream, ...]:
        """Those who rang on a logged day, each at their instant."""
        found = []
        for queue, at_ms in arrivals.items():
            if queue in self.plan.queues and (way := self._way(queue, None)) is not None:
                found.append(Stream(queue, *way, self.people.menu(queue), at_ms=at_ms))
        return tuple(found)

    def _stream(self, queue: QueueId, entry: ArrivalsEntry) -> Stream | None:
        if queue not in self.plan.queues:
            return None
        way, menu = self._way(queue, entry), self.people.menu(queue)
        if way is None:
            return None
        if entry.at_s is not None:
            return Stream(queue, *way, menu, at_ms=tuple(sorted(round(at * 1000) for at in entry.at_s)))
        rates = self._rates(queue, entry)
        return None if rates is None else Stream(queue, *way, menu, *rates)

    # ── by which keys ───────────────────────────────────────────────────────────────────────────────────────────
    def _way(self, queue: QueueId, entry: ArrivalsEntry | None) -> tuple[str, Keys] | None:
        """The number that is rung and the keys that are pressed."""
        number = (entry and entry.number) or self._usual_number(queue)
        if number not in self.plan.entrances:
            said = f"Numret {number} finns inte."
            self._no_way(queue, "number", said, f"Nummer som finns: {', '.join(self._numbers())}.")
            return None
        if entry is None or entry.keys is None:
            found = shortest(self.plan, number, queue)
            if found is None:
                said = f"Inga knappar leder från {number} till {queue!r}."
                self._no_way(queue, "keys", said, "Rätta menyn, eller ange ett annat nummer (number).")
                return None
            return number, found
        ends = leads_to(self.plan, self.plan.entrances[number].menu, entry.keys)
        if ends != queue:
            said = f"De knapparna leder {'ingenstans' if ends is None else f'till {ends!r}'}, inte till {queue!r}."
            self._no_way(queue, "keys", said, "Rätta knapparna, eller låt dem räknas ut.")
            return None
        return number, entry.keys

    def _usual_number(self, queue: QueueId) -> str:
        """The first number from which keys lead to the queue, else the first of all."""
        numbers = self._numbers()
        return next((number for number in numbers if shortest(self.plan, number, queue) is not None), numbers[0])

    def _numbers(self) -> list[str]:
        return [entry.number for entry in self.draft.municipality.numbers]

    def _no_way(self, queue: QueueId, field: str, sentence: str, cure: str) -> None:
        place = self.document.where("arrivals", queue, field)
        if ("arrivals", queue, field) not in self.document.values:
            place = self.document.where_key("arrivals", queue)
        self.problems.append(Problem(Code.NO_SUCH_WAY, place, sentence, cure))

    # ── how often ───────────────────────────────────────────────────────────────────────────────────────────────
    def _rates(self, queue: QueueId, entry: ArrivalsEntry) -> tuple[int, tuple[float, ...]] | None:
        """The length of a slot in milliseconds, and calls an hour in each."""
        if entry.per_hour is not None:
            if len(entry.per_hour) == 1:
                return self.calendar.length_ms, entry.per_hour
            return round(entry.slot_minutes * 60_000), entry.per_hour
        profile = self._profile(queue, entry)
        if profile is None:
            return None
        calls = calls_by_day(self.calendar, entry.per_day, entry.weekdays)
        opened = {day: self._opened(queue, day) for day in self.calendar.dates}
        return QUARTER_MS, per_hour(self.calendar, calls, opened, profile)

    def _profile(self, queue: QueueId, entry: ArrivalsEntry) -> dict[Spans, float] | None:
        name = entry.profile
        if name is None:
            return {ALL_DAY: 1.0}
        if name in self.file.profiles:
            return {spans(span): weight for span, weight in self.file.profiles[name].items()}
        if name in PROFILES:
            return dict(PROFILES[name])
        place = self.document.where("arrivals", queue, "profile")
        self.problems.append(Problem(Code.ARRIVALS_FIELDS, place, f"Profilen {name!r} finns inte.", PROFILE_CURE))
        return None

    def _opened(self, queue: QueueId, day: date) -> Spans:
        name = self.draft.hours_of(queue) or self.draft.municipality.numbers[0].hours
        return hours_of(self.draft.hours.hours[name], day).spans if name else ALL_DAY

    def _from_csv(self) -> list[Stream | None]:
        if self.file.arrivals_csv is None:
            return []
        place = self.document.where("arrivals_csv")
        try:
            rows = calls_of(self.folder / self.file.arrivals_csv)
        except UnreadableError as error:
            cure = "Kolumner: quarter;queue;calls, och date om dagarna skiljer sig."
            self.problems.append(Problem(Code.BAD_CALLS_FILE, place, str(error), cure))
            return []
        found: list[Stream | None] = []
        for name, calls in rows.items():
            queue = QueueId(name)
            if queue not in self.plan.queues or name in self.file.arrivals:
                why = "finns inte" if queue not in self.plan.queues else "står också under arrivals"
                cure = f"Grupper som finns: {', '.join(self.plan.queues)}."
                self.problems.append(Problem(Code.BAD_CALLS_FILE, place, f"Gruppen {name!r} i filen {why}.", cure))
            elif (way := self._way(queue, None)) is not None:
                rates = from_rows(self.calendar, calls)
                found.append(Stream(queue, *way, self.people.menu(queue), QUARTER_MS, rates))
        return found
