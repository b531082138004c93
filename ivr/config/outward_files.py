"""What alarms.yaml and webhooks.yaml say, and whether every queue and clearance that they name is there."""

from collections.abc import Iterator
from typing import cast

from ivr.config.alarm_entries import AlarmsFile
from ivr.config.draft import Draft
from ivr.config.problems import Code, Problem
from ivr.config.webhook_entries import WebhooksFile

ALARMS, WEBHOOKS = "alarms.yaml", "webhooks.yaml"


def alarms_of(draft: Draft) -> AlarmsFile:
    """When somebody is alarmed; the defaults without a file."""
    return cast("AlarmsFile | None", draft.models.get(ALARMS)) or AlarmsFile()


def webhooks_of(draft: Draft) -> WebhooksFile:
    """Who is told; nobody without a file."""
    return cast("WebhooksFile | None", draft.models.get(WEBHOOKS)) or WebhooksFile()


def known_in_alarms(draft: Draft) -> Iterator[Problem]:
    """Every queue that alarms.yaml names is there."""
    for queue in alarms_of(draft).queues:
        if queue not in draft.queues.queues:
            cure = f"Grupper som finns: {', '.join(draft.queues.queues)}."
            sentence = f"Gruppen {queue!r} finns inte."
            yield Problem(Code.UNKNOWN_QUEUE, draft.at_key(ALARMS, "queues", queue), sentence, cure)


def known_in_webhooks(draft: Draft) -> Iterator[Problem]:
    """Every queue and clearance that webhooks.yaml names is there."""
    needed = {entry.confidential for entry in draft.queues.queues.values() if entry.confidential}
    for name, entry in webhooks_of(draft).subscribers.items():
        for i, queue in enumerate(entry.queues or ()):
            if queue not in draft.queues.queues:
                place = draft.at(WEBHOOKS, "subscribers", name, "queues", i)
                cure = f"Grupper som finns: {', '.join(draft.queues.queues)}."
                yield Problem(Code.UNKNOWN_QUEUE, place, f"Gruppen {queue!r} finns inte.", cure)
        for i, clearance in enumerate(entry.clearances):
            if clearance not in needed:
                place = draft.at(WEBHOOKS, "subscribers", name, "clearances", i)
                cure = f"Behörigheter som finns: {', '.join(sorted(needed)) or 'ingen'}."
                yield Problem(Code.UNKNOWN_CLEARANCE, place, f"Ingen grupp kräver {clearance!r}.", cure)
