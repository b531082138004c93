"""What is wrong with queues, agents and partners: who is missing, who may not hear what, what cannot happen.

Who stands in which circle and who may hear a call is asked of the kernel's own functions, so that a municipality that
passes here cannot be understood differently there.
"""

from collections import Counter
from collections.abc import Iterator

from ivr.config.draft import Draft
from ivr.config.limits import partners_named
from ivr.config.models import StepEntry
from ivr.config.problems import Code, Problem
from queues.ids import NO_CLEARANCE
from routing.circles import OWN_LEVEL, names
from routing.plan import Agent, Plan, Queue
from routing.secrecy import may_hear

QUEUES, AGENTS, PARTNERS = "queues.yaml", "agents.yaml", "partners.yaml"


def steps(draft: Draft) -> Iterator[Problem]:
    """Steps open one after another, and each has the fields of its kind and no others."""
    for path, plan in _plans(draft):
        for i, step in enumerate(plan):
            if i and step.after_s < plan[i - 1].after_s:
                place = draft.at(QUEUES, *path, i, "after_s")
                late = f"Steget öppnar efter {step.after_s} s, före steget ovanför ({plan[i - 1].after_s} s)."
                yield Problem(Code.STEPS_OUT_OF_ORDER, place, late, "Sortera stegen efter after_s.")
            if (sentence := _misfit(step)) is not None:
                yield Problem(Code.STEP_FIELDS, draft.at(QUEUES, *path, i), sentence, "Rätta steget.")


def _misfit(step: StepEntry) -> str | None:
    if (step.to == "partner") != (step.partner is not None):
        return "Ett steg har partner om, och bara om, det går till partner."
    if step.to != "any" and step.queues:
        return "Bara ett steg till any kan nämna grupper."
    return None


def _plans(draft: Draft) -> Iterator[tuple[tuple[str, ...], tuple[StepEntry, ...]]]:
    """Every plan that is written down, with its path."""
    if draft.queues.defaults.plan is not None:
        yield ("defaults", "plan"), draft.queues.defaults.plan
    for name, queue in draft.queues.queues.items():
        if queue.plan is not None:
            yield ("queues", name, "plan"), queue.plan


def unknown_in_steps(draft: Draft) -> Iterator[Problem]:
    """Every queue that a step names exists."""
    for path, plan in _plans(draft):
        for i, step in enumerate(plan):
            for j, queue in enumerate(step.queues):
                if queue not in draft.queues.queues:
                    place = draft.at(QUEUES, *path, i, "queues", j)
                    yield Problem(Code.UNKNOWN_QUEUE, place, f"Gruppen {queue!r} finns inte.", _those(draft))


def partners(draft: Draft) -> Iterator[Problem]:
    """Every partner that a step names exists, is needed, and never hears a confidential call."""
    named = {step.partner for _, plan in _plans(draft) for step in plan if step.partner} | partners_named(draft)
    for path, plan in _plans(draft):
        for i, step in enumerate(plan):
            if step.partner is None:
                continue
            place = draft.at(QUEUES, *path, i, "partner")
            if step.partner not in draft.partners.partners:
                sentence = f"Svarsstället {step.partner!r} finns inte."
                yield Problem(Code.UNKNOWN_PARTNER, place, sentence, f"Lägg till det i {PARTNERS}.")
            elif draft.partners.partners[step.partner].address is None:
                sentence = f"Svarsstället {step.partner!r} har ingen address och rings inte upp: steget hoppas över."
                yield Problem(Code.PARTNER_NOT_RUNG, place, sentence, f"Ange address i {PARTNERS}.")
    for name in draft.partners.partners:
        if name not in named:
            place = draft.at_key(PARTNERS, "partners", name)
            yield Problem(
                Code.UNUSED_PARTNER, place, f"Inget steg går till {name!r}.", "Ta bort det, eller använd det."
            )


def partners_and_secrecy(draft: Draft) -> Iterator[Problem]:
    """No confidential queue has a partner among its steps, its own or everybody's."""
    for name, queue in draft.queues.queues.items():
        for i, step in enumerate(draft.plan_of(name) if queue.confidential else ()):
            if step.to == "partner":
                place = draft.at_rule(name, "plan", i)
                sentence = f"Gruppen {name!r} står under sekretess; dess samtal kan inte gå till ett svarsställe."
                yield Problem(Code.PARTNER_CONFIDENTIAL, place, sentence, "Ge gruppen en egen plan utan partner.")


def unknown_in_agents(draft: Draft) -> Iterator[Problem]:
    """Every queue and clearance that an agent has exists."""
    needed = {queue.confidential for queue in draft.queues.queues.values() if queue.confidential}
    for name, agent in draft.agents.agents.items():
        for queue in agent.queues:
            if queue not in draft.queues.queues:
                place = draft.at_key(AGENTS, "agents", name, "queues", queue)
                yield Problem(Code.UNKNOWN_QUEUE, place, f"Gruppen {queue!r} finns inte.", _those(draft))
        for i, clearance in enumerate(agent.clearances):
            if clearance not in needed:
                place = draft.at(AGENTS, "agents", name, "clearances", i)
                sentence = f"Ingen grupp kräver behörigheten {clearance!r}."
                cure = f"Behörigheter som finns: {', '.join(sorted(needed)) or 'inga'}."
                yield Problem(Code.UNKNOWN_CLEARANCE, place, sentence, cure)


def _those(draft: Draft) -> str:
    return f"Grupper som finns: {', '.join(draft.queues.queues)}."


def uncleared_agents(draft: Draft) -> Iterator[Problem]:
    """Whoever has a confidential queue as their own has its clearance."""
    for name, agent in draft.agents.agents.items():
        for queue, level in agent.queues.items():
            entry = draft.queues.queues.get(queue)
            needed = entry.confidential if entry else None
            if level >= OWN_LEVEL and needed and needed not in agent.clearances:
                place = draft.at_key(AGENTS, "agents", name, "queues", queue)
                sentence = f"{name!r} har gruppen {queue!r} men inte behörigheten {needed!r} och får aldrig ett samtal."
                cure = "Ge behörigheten, om personen har den, eller ta bort gruppen."
                yield Problem(Code.AGENT_UNCLEARED, place, sentence, cure)


def extensions(draft: Draft) -> Iterator[Problem]:
    """No two people have one extension."""
    shared = Counter(agent.extension for agent in draft.agents.agents.values())
    first: dict[str, str] = {}
    for name, agent in draft.agents.agents.items():
        if shared[agent.extension] > 1 and agent.extension in first:
            place = draft.at(AGENTS, "agents", name, "extension")
            sentence = f"Anknytningen {agent.extension} har redan {first[agent.extension]!r}."
            yield Problem(Code.EXTENSION_TWICE, place, sentence, "Ge var och en sin egen.")
        first.setdefault(agent.extension, name)


def nobody(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Every queue reaches somebody: one of its own, and if it is confidential more than one who may hear its calls."""
    for name, queue in plan.queues.items():
        place = draft.at_key(QUEUES, "queues", name)
        reached = [a for a in plan.agents.values() if any(names(step, a, queue.id) for step in queue.steps)]
        cleared = [agent for agent in reached if may_hear(agent.clearances, queue.clearance)]
        if not reached:
            sentence = f"Ingen svarar i gruppen {name!r}: dess plan når inte någon."
            yield Problem(Code.NOBODY_IN_QUEUE, place, sentence, f"Ge någon gruppen i {AGENTS}, eller vidga planen.")
        elif not cleared:
            sentence = f"Samtal till {name!r} kräver behörigheten {queue.clearance!r}, som ingen i kretsen har."
            yield Problem(Code.NOBODY_CLEARED, place, sentence, f"Ge minst två personer behörigheten i {AGENTS}.")
        else:
            if not any(_owns(agent, queue) for agent in cleared):
                sentence = f"Ingen har gruppen {name!r} som sin egen (nivå 2 eller 3)."
                yield Problem(Code.NOBODY_OWN, place, sentence, f"Ge någon gruppen i {AGENTS}.")
            if queue.clearance != NO_CLEARANCE and len(cleared) == 1:
                sentence = f"Bara {cleared[0].id!r} får svara i {name!r}: är den personen borta svarar ingen."
                yield Problem(Code.ONE_CLEARED, place, sentence, "Ge minst en till behörigheten.")


def _owns(agent: Agent, queue: Queue) -> bool:
    return any(q == queue.id and level >= OWN_LEVEL for q, level in agent.queues)
