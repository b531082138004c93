"""What the fast driver does not cover, by name: such a scenario is driven by the faithful one."""

from collections.abc import Iterator
from dataclasses import dataclass

from routing.circles import seated
from routing.plan import Leads, Limit, Queue
from simulator.fast.columns import LATEST, MOST_SEATS
from simulator.fast.ways import hours_keys, ways_of
from simulator.remembered import remembered
from simulator.spans import is_constant, span
from simulator.world import NEVER_MS, Callers, Scenario

MOST_BITS = 62


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing in a scenario that only the faithful driver knows."""

    feature: str
    sentence: str


class NotCoveredError(ValueError):
    """The fast way was ordered for something that it does not cover; said in sentences."""

    def __init__(self, refused: tuple[Refusal, ...]) -> None:
        super().__init__(refused)
        self.refused = refused

    def __str__(self) -> str:
        return " ".join(refusal.sentence for refusal in self.refused)


ESTIMATED_WAIT = Refusal(
    "estimated_wait", "Steg som öppnas efter beräknad väntetid simuleras bara av den trogna motorn."
)
LIMIT_TO_CALLBACK = Refusal(
    "limit_to_callback", "En gräns som leder till återuppringning simuleras bara av den trogna motorn."
)
TRANSFERS = Refusal(
    "transfers", "Koppling vidare till specialist eller förvaltning simuleras bara av den trogna motorn."
)
CALLBACKS = Refusal("callbacks", "Återuppringning simuleras bara av den trogna motorn.")
UNREACHABLE = Refusal("partner_unreachable", "En partner som aldrig nås simuleras bara av den trogna motorn.")
LANGUAGE = Refusal("language", "Samtal på ett annat språk än husets simuleras bara av den trogna motorn.")
NO_LINE = Refusal("no_line", "En knappföljd som inte leder till en kö simuleras bara av den trogna motorn.")
KEPT_PLACE = Refusal(
    "resume_place", "Plats i kön som sparas för den som lägger på simuleras bara av den trogna motorn."
)
CALLS_PER_CALLER = Refusal(
    "max_calls_per_caller", "En gräns för samtal per uppringare simuleras bara av den trogna motorn."
)
TOO_MANY_PEOPLE = Refusal("too_many_people", "Så många som svarar simuleras bara av den trogna motorn.")
TOO_MANY_AT_ONCE = Refusal(
    "too_many_at_once", "Så många samtal på en gång, över fyra miljoner, simuleras bara av den trogna motorn."
)
"""Known only when it happens."""
TOO_LONG = Refusal("too_long", "En så lång körning simuleras bara av den trogna motorn.")
TOO_MANY = Refusal("too_many", "Så många steg i en kö eller så många öppettider simuleras bara av den trogna motorn.")


@remembered
def refusals(scenario: Scenario) -> tuple[Refusal, ...]:
    """What the fast driver does not cover, each once; nothing: it decides exactly as the faithful one."""
    found = (*_of_plan(scenario), *_of_queues(scenario), *_of_partners(scenario), *_of_streams(scenario))
    return tuple(dict.fromkeys(found))


def _of_plan(scenario: Scenario) -> Iterator[Refusal]:
    plan = scenario.plan
    if scenario.run.length_ms > LATEST // 2:
        yield TOO_LONG
    if len(seated(plan)) > MOST_SEATS:
        yield TOO_MANY_PEOPLE
    if plan.resume_place_ms:
        yield KEPT_PLACE
    if plan.max_calls_per_caller:
        yield CALLS_PER_CALLER
    if len(hours_keys(plan)) > MOST_BITS:
        yield TOO_MANY


def _of_queues(scenario: Scenario) -> Iterator[Refusal]:
    for queue in scenario.plan.queues.values():
        callers = scenario.world.callers.get(queue.id, Callers())
        if any(step.estimated_wait_over_ms for step in queue.steps):
            yield ESTIMATED_WAIT
        if len(queue.steps) > MOST_BITS:
            yield TOO_MANY
        if any(way.leads is Leads.CALLBACK for limit in _limits(queue) for way in limit.ways):
            yield LIMIT_TO_CALLBACK
        if callers.transfers:
            yield TRANSFERS
        pressed = queue.callback is not None and queue.waiting.callback_key
        if callers.callback > 0 or (pressed and not _never(callers)):
            yield CALLBACKS


def _limits(queue: Queue) -> Iterator[Limit]:
    return (limit for limit in (queue.max_wait, queue.max_length, queue.nobody_logged_in) if limit is not None)


def _never(callers: Callers) -> bool:
    pressed = callers.presses_callback_ms
    return is_constant(pressed) and span(1.0, pressed.mean_ms) >= NEVER_MS


def _of_partners(scenario: Scenario) -> Iterator[Refusal]:
    if any(partner.setup_ms <= 0 for partner in scenario.plan.partners.values()):
        yield UNREACHABLE


def _of_streams(scenario: Scenario) -> Iterator[Refusal]:
    plan = scenario.plan
    for way in ways_of(plan, scenario.world.streams):
        if way.queue not in plan.queues:
            yield NO_LINE
        elif way.language not in {"", plan.language}:
            yield LANGUAGE
