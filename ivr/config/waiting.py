"""What the files say of waiting: the place in line, the estimate, and the keys. What they do not say has a default."""

from collections.abc import Iterator

from ivr.config.draft import Draft
from ivr.config.models import WaitingKeys
from ivr.config.problems import Code, Problem
from queues.ids import PromptId, QueueId
from routing.plan import WaitingRules
from routing.spoken_swedish import every_prompt

QUEUES = "queues.yaml"
OFFER = ("ko_ring_upp",)
"""What offers a callback, unless the municipality has words of its own."""


def waiting_rules(draft: Draft, queue: str) -> WaitingRules:
    """What a caller in this queue is told and may press."""
    keys = draft.rule(queue, "keys", WaitingKeys())
    return WaitingRules(
        position=draft.rule(queue, "position", otherwise=True),
        estimate=draft.rule(queue, "estimated_wait", otherwise=True),
        repeat_key=keys.repeat,
        human_key=keys.human,
        human=QueueId(_human(draft, keys)),
        callback_key=keys.callback,
        callback_over_ms=draft.rule(queue, "callback_offer_over_s", 180) * 1000,
        callback_prompts=tuple(map(PromptId, draft.rule(queue, "callback_offer", OFFER))),
    )


def _human(draft: Draft, keys: WaitingKeys) -> str:
    """Where the key leads: what the file says, else where 0 leads in the menu of the house's first number."""
    first = draft.menu.menus.get(draft.municipality.numbers[0].menu)
    return keys.human_queue or (first.human if first else "")


def said_in_line(draft: Draft) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Every prompt that a caller can hear of their place and their wait, with the file and path where it stands."""
    numbers = False
    for name in draft.queues.queues:
        rules = waiting_rules(draft, name)
        numbers |= rules.position or rules.estimate
        for prompt in rules.callback_prompts:
            yield prompt, QUEUES, ("queues", name)
    for prompt in sorted(every_prompt()) if numbers else ():
        yield prompt, QUEUES, ("defaults",)


def keys_in_line(draft: Draft) -> Iterator[Problem]:
    """No key in line means two things, and a person is reached where the files say."""
    for path, keys in _written(draft):
        meant: dict[str, str] = {}
        for field in ("repeat", "human", "callback"):
            key = getattr(keys, field)
            if key and key in meant:
                place = draft.at(QUEUES, *path, "keys", field)
                sentence = f"Tangenten {key} betyder redan något annat i kön ({meant[key]})."
                yield Problem(Code.RESERVED_KEY, place, sentence, "Ge varje sak sin egen tangent.")
            meant.setdefault(key, field)
        if keys.human_queue and keys.human_queue not in draft.queues.queues:
            place = draft.at(QUEUES, *path, "keys", "human_queue")
            cure = f"Grupper som finns: {', '.join(draft.queues.queues)}."
            yield Problem(Code.UNKNOWN_QUEUE, place, f"Gruppen {keys.human_queue!r} finns inte.", cure)


def _written(draft: Draft) -> Iterator[tuple[tuple[str, ...], WaitingKeys]]:
    if draft.queues.defaults.keys is not None:
        yield ("defaults",), draft.queues.defaults.keys
    for name, queue in draft.queues.queues.items():
        if queue.keys is not None:
            yield ("queues", name), queue.keys
