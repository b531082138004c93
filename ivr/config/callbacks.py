"""What the files say of callbacks: which queues ring back, by which way out, and with which words."""

from collections.abc import Iterator

from ivr.config.draft import Draft
from ivr.config.models import CallbackSaid
from ivr.config.problems import Code, Problem
from queues.ids import PromptId
from routing.plan import CallbackRules, CallbackWords
from routing.spoken_swedish import every_prompt

QUEUES, NUMBERS, PROMPTS = "queues.yaml", "municipality.yaml", "prompts.yaml"
SAID = tuple(CallbackSaid.model_fields)


def rings_back(draft: Draft, queue: str) -> bool:
    """Whether people can be rung back from this queue: somebody says so and there is a way out."""
    return draft.municipality.outward is not None and draft.rule(queue, "callback", otherwise=False)


def callback_rules(draft: Draft, queue: str) -> CallbackRules | None:
    """How the queue rings back; None: not at all."""
    if not rings_back(draft, queue):
        return None
    said = draft.prompts.callback
    return CallbackRules(
        retry_ms=draft.rule(queue, "callback_retry_s", 600) * 1000,
        tries=draft.rule(queue, "callback_tries", 3),
        deadline_ms=draft.rule(queue, "callback_deadline_s", 14_400) * 1000,
        next_day=draft.rule(queue, "callback_next_day", otherwise=True),
        ring_ms=draft.rule(queue, "callback_ring_s", 30) * 1000,
        promised_prompts=_prompts(said.promised),
        kept_place_prompts=_prompts(said.kept_place),
        refused_prompts=_prompts(said.refused),
        title_prompts=_prompts(draft.queues.queues[queue].callback_title),
    )


def callback_words(draft: Draft) -> CallbackWords:
    """What agents and citizens hear, in every queue alike."""
    said = draft.prompts.callback
    return CallbackWords(
        announced=_prompts(said.announced),
        waited=_prompts(said.waited),
        accept=_prompts(said.accept),
        rung=_prompts(said.rung),
        not_reached=_prompts(said.not_reached),
        citizen=_prompts(said.citizen),
    )


def _prompts(names: tuple[str, ...]) -> tuple[PromptId, ...]:
    return tuple(map(PromptId, names))


def said_in_callbacks(draft: Draft) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Every prompt that a callback can need, with the file and path where it stands."""
    if not any(rings_back(draft, queue) for queue in draft.queues.queues):
        return
    for field in SAID:
        for prompt in getattr(draft.prompts.callback, field):
            yield prompt, PROMPTS, ("callback", field)
    for name, queue in draft.queues.queues.items():
        for i, prompt in enumerate(queue.callback_title):
            yield prompt, QUEUES, ("queues", name, "callback_title", i)
    for prompt in sorted(every_prompt()):
        yield prompt, PROMPTS, ("callback",)


def way_out(draft: Draft) -> Iterator[Problem]:
    """Whoever wants to ring back has a way out."""
    if draft.municipality.outward is not None:
        return
    for name, queue in draft.queues.queues.items():
        if draft.rule(name, "callback", otherwise=False):
            path = ("queues", name) if queue.callback else ("defaults",)
            sentence = "Återuppringning är på, men ingen vet vart utgående samtal ska skickas: ingen rings upp."
            cure = f"Ange outward i {NUMBERS}."
            yield Problem(Code.NO_WAY_OUT, draft.at(QUEUES, *path, "callback"), sentence, cure)
