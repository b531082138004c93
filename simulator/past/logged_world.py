"""A logged day as a world: who rang when and pressed what, who was there, and what is known of each call.

What the log shows is kept: the instant, the keys, the time in the menu, the talk and the wrap-up of whoever was
answered, the patience of whoever hung up. What it cannot show is drawn: how long whoever was answered would have waited
beyond the wait they had, how long whoever hung up would have talked. All that is drawn has the habits of four weeks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ivr.local_days import day_span
from queues.entries import Outcome
from queues.ids import AgentId, QueueId
from routing.plan import Plan
from simulator.contacts import Contacts, Real
from simulator.drawing.draws import draw
from simulator.drawing.streams import generator
from simulator.past.from_log import WEEKS, LoggedHabits, habits
from simulator.past.logged import LoggedCall, Presence, opened, read, redials
from simulator.scenario.ways_in import Keys, leads_to
from simulator.spans import CONSTANT_ROW, Purpose, Spans, rows_of
from simulator.world import FOR_EVER, Callers, Duration, Scenario, Shape, Shift, Stream, World

UNKNOWN_TALK_MS = 240_000
"""Where the log has no talk at all."""
MOST_KEYS = 20
IN_MENU, BY_NAME, UNFINISHED = "hung_up_in_menu", "by_name", "not_ended"
"""Why a logged call is left out."""


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """A day and the four weeks that end with it. Instants in ms."""

    day: date
    from_ms: int
    to_ms: int
    calls: tuple[LoggedCall, ...]
    """That can be run again, by instant; of those alike in instant, as the world has them."""
    left_out: Counter[str]
    presences: tuple[Presence, ...]
    habits: LoggedHabits
    redials: frozenset[str]
    """The calls of those who had rung before and had not been served."""


class Way(NamedTuple):
    """What a caller rang and pressed."""

    number: str
    keys: Keys


def logged_day(place: Path, day: date, zone: ZoneInfo, queues: Sequence[QueueId]) -> LoggedDay:
    """The day from the log at that place. Raises CallLogUnreadableError."""
    from_ms, to_ms = day_span(day, zone)
    since_ms, _ = day_span(day - timedelta(weeks=WEEKS) + timedelta(days=1), zone)
    with opened(place) as log:
        whole, only = read(log, since_ms, to_ms), read(log, from_ms, to_ms)
    left_out = Counter(reason for call in only.calls if (reason := _left_out(call)))
    return LoggedDay(
        day=day,
        from_ms=from_ms,
        to_ms=to_ms,
        calls=tuple(call for call in only.calls if not _left_out(call)),
        left_out=left_out,
        presences=tuple(only.presences),
        habits=habits(whole, queues),
        redials=frozenset(redials(only.calls, 2 * 3_600_000)),
    )


def _left_out(call: LoggedCall) -> str:
    """Why there is nothing to run again; "" for most."""
    if call.outcome is None:
        return UNFINISHED
    if call.by_name and not call.queue:
        return BY_NAME
    return "" if call.queue or call.outcome is not Outcome.ABANDONED else IN_MENU


@dataclass(frozen=True, slots=True)
class Rerun:
    """A scenario of a logged day, and the calls in the order of its contacts."""

    scenario: Scenario
    calls: tuple[LoggedCall, ...]
    known: "Known"
    not_in_plan: tuple[AgentId, ...]
    """People who were there, and whom the plan does not know."""
    assumed_keys: int
    """Calls that met a closed door: what they wanted is drawn from the day's other calls."""

    def draw(self, scenario: Scenario, chunk: int, replications: int, room: int | None = None) -> Contacts:
        """As `simulator.drawing.draws.draw`, with what is known in the place of what was drawn."""
        return self.known.put_into(scenario, draw(scenario, chunk, replications, room), chunk, replications)


def rerun(base: Scenario, day: LoggedDay, *, logged_staff: bool = True, drawn_redials: bool = False) -> Rerun:
    """The day under the plan of `base`; its shifts too, unless those who were logged in then are to work."""
    calls = [call for call in day.calls if not drawn_redials or call.call not in day.redials]
    wishes = _wishes(calls)
    ways = [Way(call.number, call.keys or wishes.get(call.call, ())) for call in calls]
    streams = {way: i for i, way in enumerate(dict.fromkeys(ways))}
    order = sorted(range(len(calls)), key=lambda n: (calls[n].entered_ms, streams[ways[n]], n))
    instants: list[list[int]] = [[] for _ in streams]
    for n in order:
        instants[streams[ways[n]]].append(calls[n].entered_ms - day.from_ms)
    present = [one for one in day.presences if one.agent in base.plan.agents]
    rung_back = any(call.pressed_callback_ms is not None for call in calls)
    world = World(
        streams=tuple(_stream(base.plan, day, way, tuple(some)) for way, some in zip(streams, instants, strict=True)),
        callers={
            queue: _callers(day, queue, drawn_redials=drawn_redials, rung_back=rung_back) for queue in base.plan.queues
        },
        shifts=tuple(_shift(one, day.from_ms) for one in present) if logged_staff else base.world.shifts,
        everybody_works=not logged_staff and base.world.everybody_works,
        phones=replace(day.habits.phones, returns_after=base.world.phones.returns_after),
        partner_phones=base.world.partner_phones,
    )
    run = replace(base.run, length_ms=day.to_ms - day.from_ms, warm_up_ms=0, cool_down_ms=0)
    scenario = replace(base, world=world, run=run, start_ms=type(base.start_ms)(day.from_ms))
    ordered = tuple(calls[n] for n in order)
    absent = {one.agent for one in day.presences} - set(base.plan.agents)
    return Rerun(scenario, ordered, known_of(ordered, day.habits), tuple(sorted(absent)), len(wishes))


def _wishes(calls: Sequence[LoggedCall]) -> dict[str, Keys]:
    """What those who came to no menu would have pressed: as the others of the day, one after the other."""
    pressed = [call.keys for call in calls if call.keys]
    silent = [call for call in calls if not call.keys and not call.queue]
    if not pressed:
        return {}
    picks = np.random.default_rng(len(pressed)).integers(len(pressed), size=len(silent))
    return {call.call: pressed[pick] for call, pick in zip(silent, picks, strict=True)}


def _stream(plan: Plan, day: LoggedDay, way: Way, at_ms: tuple[int, ...]) -> Stream:
    number = way.number if way.number in plan.entrances else next(iter(plan.entrances))
    keys, queue = way_in(plan, number, way.keys)
    menu = day.habits.menu.get(queue, Duration(Shape.CONSTANT, 0.0))
    return Stream(queue=queue, number=number, keys=keys, menu=always_drawn(menu), at_ms=at_ms)


def way_in(plan: Plan, number: str, keys: Keys) -> tuple[Keys, QueueId]:
    """The keys, with silence for as long as a menu still asks; and where they lead in this plan."""
    at = plan.entrances[number].menu
    queue = leads_to(plan, at, keys)
    while not queue and len(keys) < MOST_KEYS:
        keys = (*keys, "")
        queue = leads_to(plan, at, keys)
    return keys, queue or plan.menus[at].human


def _callers(day: LoggedDay, queue: QueueId, *, drawn_redials: bool, rung_back: bool) -> Callers:
    seen = day.habits
    patience = seen.patience[queue].duration() if queue in seen.patience else Callers().patience
    usual = (Duration(Shape.CONSTANT, float(UNKNOWN_TALK_MS)),) * 5
    again = seen.redialling.get(queue) if drawn_redials else None
    return Callers(
        patience=always_drawn(patience),
        talk=tuple(always_drawn(one) for one in seen.talk.get(queue, usual)),
        wrap_up=tuple(always_drawn(one) for one in seen.wrap_up.get(queue, Callers().wrap_up)),
        presses_callback_ms=always_drawn(FOR_EVER) if rung_back else FOR_EVER,
        redial=again.share if again else 0.0,
        redial_after=again.after if again else Callers().redial_after,
    )


def always_drawn(duration: Duration) -> Duration:
    """The same, in a form that has a row of its own in the contacts, so that what is known can be put there."""
    if duration.shape is not Shape.CONSTANT:
        return duration
    return Duration(Shape.EMPIRICAL, 1.0, 0.0, (int(duration.mean_ms),))


def _shift(one: Presence, from_ms: int) -> Shift:
    breaks = tuple((begin - from_ms, end - from_ms) for begin, end in one.pauses)
    return Shift(one.agent, one.from_ms - from_ms, one.to_ms - from_ms, breaks)


# ── what is known of each call ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Known:
    """By call in the order of the contacts; nan where nothing is known. ms."""

    menu: Real
    patience: Real
    talk: Real
    wrap_up: Real
    presses_callback: Real
    waited: Real
    """How long they had waited when somebody came: they were at least so patient."""
    like: tuple[QueueId, ...]
    """As patient as callers of that queue."""
    habits: LoggedHabits

    def put_into(self, scenario: Scenario, contacts: Contacts, chunk: int, replications: int) -> Contacts:
        """The contacts with all that is known of them, the same in each replication."""
        rows, units = rows_of(scenario), contacts.units.copy()
        roots = units[:, : replications * len(self.menu)]
        for spans, values in (
            (rows.menu, self.menu),
            (rows.patience, self.patience),
            (rows.talk, self.talk),
            (rows.wrap_up, self.wrap_up),
            (rows.presses_callback, self.presses_callback),
        ):
            _put(roots, spans, np.tile(values, replications))
        _put(roots, rows.patience, self._beyond(scenario.run.seed, chunk, replications))
        return replace(contacts, units=units)

    def _beyond(self, seed: int, chunk: int, replications: int) -> Real:
        """The whole patience of those who were answered, replication by replication."""
        chances = generator(seed, chunk, Purpose.PATIENCE).random((replications, len(self.waited)))
        found = np.full(chances.shape, np.nan)
        asked = ~np.isnan(self.waited)
        for queue, patience in self.habits.patience.items():
            mine = asked & np.array([one == queue for one in self.like], dtype=bool)
            if mine.any():
                found[:, mine] = patience.beyond(
                    np.broadcast_to(self.waited[mine], found[:, mine].shape), chances[:, mine]
                )
        whole: Real = np.rint(found.ravel())
        return whole


def known_of(calls: Sequence[LoggedCall], seen: LoggedHabits) -> Known:
    """What the log shows of them."""
    in_line = [(call, call.in_line_ms) for call in calls]
    return Known(
        menu=_reals([_menu_of(call) for call in calls]),
        patience=_reals([waited if call.hung_up_in_line else None for call, waited in in_line]),
        talk=_reals([call.talk_ms for call in calls]),
        wrap_up=_reals([call.wrap_up_ms for call in calls]),
        presses_callback=_reals([call.pressed_callback_ms for call in calls]),
        waited=_reals([None if call.hung_up_in_line else waited for call, waited in in_line]),
        like=tuple(call.queue for call in calls),
        habits=seen,
    )


def _menu_of(call: LoggedCall) -> int | None:
    known = call.queued_ms is not None and call.keys and not call.recovered
    return (call.queued_ms or 0) - call.entered_ms if known else None


def _reals(values: Sequence[int | None]) -> Real:
    return np.array([np.nan if value is None else max(0, value) for value in values], dtype=np.float64)


def _put(roots: Real, spans: Spans, values: Real) -> None:
    """The value instead of the draw, in every row that the span may come from: their means are 1."""
    known: NDArray[np.bool_] = ~np.isnan(values)
    for row in np.unique(spans.row[spans.row != CONSTANT_ROW]):
        roots[row, known] = values[known]
