"""What the planner assumes of people: who rings when, how long they wait and talk, who works when, what it comes to.

Nothing here is a rule of routing. All times are whole milliseconds from the beginning of the simulated day or run, all
means milliseconds too; `Scenario.start_ms` says which instant that beginning is.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from queues.ids import AgentId, Instant, QueueId
from routing.plan import Plan

DAY_MS = 86_400_000
NEVER_MS = 2**53
"""A span that does not end: longer than any run."""
LEVELS = (0, 1, 2, 3)
PARTNER_LEVEL = 4
"""Who answered, as an index: the level an agent holds for the queue (0: none, lent by a step), or a partner's line."""


class Shape(StrEnum):
    """The form of a distribution; the mean scales it."""

    CONSTANT = "constant"
    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"
    """`parameter`: the coefficient of variation."""
    GAMMA = "gamma"
    """`parameter`: the shape."""
    ERLANG = "erlang"
    """`parameter`: the number of phases."""
    WEIBULL = "weibull"
    """`parameter`: the shape."""
    EMPIRICAL = "empirical"
    """`samples` of equal weight; a sample of NEVER_MS is one that does not end."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A span by chance. Drawn as unit × mean, where the unit's distribution has mean 1 (EMPIRICAL: mean_ms is 1)."""

    shape: Shape
    mean_ms: float
    parameter: float = 0.0
    samples: tuple[int, ...] = ()


NONE = Duration(Shape.CONSTANT, 0.0)
FOR_EVER = Duration(Shape.CONSTANT, float(NEVER_MS))


@dataclass(frozen=True, slots=True)
class Stream:
    """Callers who want one thing: what they press, and when they ring."""

    queue: QueueId
    """Where their keys lead."""
    number: str = ""
    """Which number they ring."""
    keys: tuple[str, ...] = ()
    """What they press in each menu they meet; "" is silence."""
    menu: Duration = NONE
    """From the answer of the attendant to the last key."""
    slot_ms: int = DAY_MS
    per_hour: tuple[float, ...] = ()
    """Poisson arrivals: calls an hour in each slot from time 0; after the last slot nobody rings."""
    at_ms: tuple[int, ...] = ()
    """Or: the very instants, as logged; the same in each replication."""


@dataclass(frozen=True, slots=True)
class Callers:
    """How those who ring one queue behave."""

    patience: Duration = FOR_EVER
    """From entering the queue; runs on through overflow and ringing."""
    talk: tuple[Duration, ...] = (NONE, NONE, NONE, NONE, NONE)
    """By who answered: level 0, 1, 2, 3, partner. A talk lasts 1 ms at least."""
    wrap_up: tuple[Duration, ...] = (NONE, NONE, NONE, NONE, NONE)
    question_levels: tuple[float, float, float] = (1.0, 0.0, 0.0)
    """The share of questions at level 1, 2 and 3: known once somebody has answered."""
    resolved: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    """By who answered: the share of talks in which the matter is settled."""
    transfers: bool = False
    """A question above the level of who answered is put through: level 2 to a specialist, 3 to the department."""
    callback: float = 0.0
    """The share of matters neither settled nor put through for which a callback is promised by the agent."""
    presses_callback_ms: Duration = FOR_EVER
    """How long they wait in line before they press the key that has them rung back, where there is one."""
    redial: float = 0.0
    """The share of those not served (abandoned, turned away, closed) who ring again; again and again."""
    redial_after: Duration = NONE
    """How long after; 1 ms at least."""
    rings_again: float = 0.0
    """The share of those served but not settled, put through or promised a callback who ring again."""
    rings_again_after: Duration = NONE


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's working time: there from `from_ms` to `to_ms`, but for the breaks. Disjoint and rising."""

    agent: AgentId
    from_ms: int
    to_ms: int
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Phones:
    """How people at their phones behave."""

    answers_after: Duration = NONE
    """From the first ring."""
    misses: float = 0.0
    """The share of offers at which nobody picks up (RONA)."""
    returns_after: Duration = Duration(Shape.CONSTANT, 300_000.0)
    """After so many misses in a row that the kernel waits for them: how long until they are back by themselves."""


@dataclass(frozen=True, slots=True)
class World:
    """Everybody who rings and everybody who answers."""

    streams: tuple[Stream, ...]
    callers: dict[QueueId, Callers]
    shifts: tuple[Shift, ...]
    """Whoever has none is there for the whole run if `everybody_works`, else never."""
    everybody_works: bool = False
    shrinkage: float = 0.0
    """The share of shifts, drawn one by one, that nobody comes to."""
    phones: Phones = Phones()
    partner_phones: Phones = Phones()


@dataclass(frozen=True, slots=True)
class Run:
    """How much is simulated, and what of it is counted."""

    replications: int = 100
    seed: int = 1
    length_ms: int = DAY_MS
    """Callers ring during this time; then the run goes on until everybody has been served or has left."""
    warm_up_ms: int = 0
    """Calls that entered earlier are not counted."""
    cool_down_ms: int = 0
    """Nor those that entered so shortly before the end of `length_ms`."""
    threshold_ms: int = 120_000
    """Of the service level."""
    short_abandon_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Scenario:
    """A plan, the people it meets, and how to run it."""

    name: str
    plan: Plan
    world: World
    run: Run = Run()
    start_ms: Instant = Instant(DAY_MS)
    """The instant (ms, UTC) of time 0."""
    timezone: str = "UTC"
    titles: dict[QueueId, str] = field(default_factory=dict)
    """What people call the queues."""
    cost_ore_per_hour: int = 0
    """Of an agent; a partner's cost stands in the plan."""
