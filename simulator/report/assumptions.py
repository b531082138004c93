"""What a scenario assumes, in words: the last sheet of every report."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ivr.local_days import length, local
from simulator.report.assumed_rules import rules
from simulator.report.swedish import number
from simulator.report.terminal import titled
from simulator.world import NEVER_MS, PARTNER_LEVEL, Callers, Duration, Scenario, Shape, Stream

SHAPES = {
    Shape.EXPONENTIAL: "exponentiell",
    Shape.LOGNORMAL: "lognormal, variationskoefficient {}",
    Shape.GAMMA: "gamma, form {}",
    Shape.ERLANG: "Erlang, {} faser",
    Shape.WEIBULL: "Weibull, form {}",
    Shape.EMPIRICAL: "uppmätt, {} värden",
}
ANSWERERS = ("nivå 0", "nivå 1", "nivå 2", "nivå 3", "partner")
HOUR_MS = 3_600_000

Row = tuple[str, str, str]


def assumptions(scenario: Scenario) -> list[Row]:
    """What, of whom, and how it is assumed to be."""
    return [
        *_run(scenario),
        *(row for stream in scenario.world.streams for row in _stream(scenario, stream)),
        *(
            row
            for queue, callers in scenario.world.callers.items()
            for row in _callers(titled(scenario, queue), callers, partners=bool(scenario.plan.partners))
        ),
        *_staff(scenario),
        *rules(scenario),
    ]


def spelled(duration: Duration) -> str:
    """A span in words: medel 4 min 0 s, exponentiell."""
    if duration.shape is Shape.EMPIRICAL:
        ending = [sample for sample in duration.samples if sample < NEVER_MS]
        middle = length(round(sum(ending) / len(ending))) if ending else "utan slut"
        return f"medel {middle}, {SHAPES[duration.shape].format(len(duration.samples))}"
    if duration.mean_ms >= NEVER_MS:
        return "utan slut"
    if duration.mean_ms == 0:
        return "ingen"
    mean = length(round(duration.mean_ms)) if duration.mean_ms >= 1000 else f"{number(duration.mean_ms)} ms"
    if duration.shape is Shape.CONSTANT:
        return mean
    whole = duration.parameter == int(duration.parameter)
    return f"medel {mean}, {SHAPES[duration.shape].format(number(duration.parameter, 0 if whole else 2))}"


def percent(share: float) -> str:
    """12,5 %."""
    return f"{number(100 * share, 0 if 100 * share == int(100 * share) else 1)}\N{NO-BREAK SPACE}%"


def _run(scenario: Scenario) -> Iterator[Row]:
    run = scenario.run
    start = local(scenario.start_ms, ZoneInfo(scenario.timezone))
    yield "Körning", "Scenario", scenario.name
    yield "Körning", "Konfiguration", scenario.plan.digest
    yield "Körning", "Börjar", start.strftime("%Y-%m-%d %H:%M")
    yield "Körning", "Längd", length(run.length_ms)
    yield "Körning", "Replikationer", str(run.replications)
    yield "Körning", "Slumpfrö", str(run.seed)
    yield "Körning", "Räknas inte, början", length(run.warm_up_ms)
    yield "Körning", "Räknas inte, slutet", length(run.cool_down_ms)
    yield "Körning", "Gräns för servicenivån", length(run.threshold_ms)
    yield "Körning", "La på genast: före", length(run.short_abandon_ms)
    if scenario.cost_ore_per_hour:
        yield "Kostnad", "Personal", f"{number(scenario.cost_ore_per_hour / 100, 2)} kr/h"
    for partner in scenario.plan.partners.values():
        yield "Kostnad", f"Partner {partner.id}", f"{number(partner.cost_ore_per_min / 100, 2)} kr/min"


def _stream(scenario: Scenario, stream: Stream) -> Iterator[Row]:
    who = titled(scenario, stream.queue)
    if stream.at_ms:
        yield "Inkommande", who, f"{number(len(stream.at_ms))} samtal vid loggade tidpunkter"
    else:
        rates = stream.per_hour
        calls = sum(rates) * stream.slot_ms / HOUR_MS
        ends = [number(end, 1) for end in sorted({min(rates, default=0), max(rates, default=0)})]
        spread = f"{'–'.join(ends)} samtal/h"
        yield "Inkommande", who, f"slumpvis (Poisson), {spread}, i medeltal {number(calls, 1)} samtal"
    if stream.menu.mean_ms:
        yield "Tid i menyn", who, spelled(stream.menu)


def _callers(who: str, callers: Callers, *, partners: bool) -> Iterator[Row]:
    yield "Tålamod", who, spelled(callers.patience)
    answerers = ANSWERERS if partners else ANSWERERS[:PARTNER_LEVEL]
    for what, spans in (("Samtal", callers.talk), ("Efterarbete", callers.wrap_up)):
        by_span: dict[Duration, list[str]] = {}
        for by, span in zip(answerers, spans, strict=False):
            by_span.setdefault(span, []).append(by)
        for span, some in by_span.items():
            yield what, who if len(by_span) == 1 else f"{who}, {', '.join(some)}", spelled(span)
    if callers.question_levels[0] < 1:
        yield "Frågans nivå 1, 2, 3", who, ", ".join(percent(share) for share in callers.question_levels)
    if min(callers.resolved) < 1:
        shares = zip(answerers, callers.resolved, strict=False)
        yield "Löser ärendet", who, ", ".join(f"{by}: {percent(share)}" for by, share in shares)
    if callers.callback:
        yield "Lovar ringa tillbaka", who, percent(callers.callback)
    if callers.redial:
        yield "Ringer igen utan svar", who, f"{percent(callers.redial)} efter {spelled(callers.redial_after)}"
    if callers.rings_again:
        yield "Ringer igen olöst", who, f"{percent(callers.rings_again)} efter {spelled(callers.rings_again_after)}"


def _staff(scenario: Scenario) -> Iterator[Row]:
    world = scenario.world
    if world.everybody_works:
        yield "Personal", "Alla", f"{len(scenario.plan.agents)} personer hela tiden"
    else:
        people = len({shift.agent for shift in world.shifts})
        hours = sum(shift.to_ms - shift.from_ms - sum(b - a for a, b in shift.breaks) for shift in world.shifts)
        yield "Personal", "Schema", f"{people} personer, {len(world.shifts)} pass, {number(hours / HOUR_MS, 1)} timmar"
    if world.shrinkage:
        yield "Personal", "Frånvaro", percent(world.shrinkage)
    for who, phones in (("Personal", world.phones), ("Partner", world.partner_phones)):
        if who == "Personal" or scenario.plan.partners:
            after = f"efter {spelled(phones.answers_after)}" if phones.answers_after.mean_ms else "genast"
            yield "Svarar", who, f"{after}; svarar inte på {percent(phones.misses)} av ringningarna"
