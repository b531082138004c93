"""Alarms as people and programs see them: in words, and only those about lines that are theirs.

An alarm about a line under secrecy is shown without figures to whoever lacks the clearance, and by the five minutes:
with a line of one, how long the longest wait is, or when it became too long, says when somebody rang. That it is on
they are told: it is what keeps a caller from being forgotten.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ivr.config.house import House
from ivr.local_days import length
from ivr.web.accounts.viewer import Viewer
from ivr.web.alarms.alarm import OF_A_LINE, Alarm
from queues.ids import NO_CLEARANCE, PartnerId, QueueId

if TYPE_CHECKING:
    from ivr.web.context import Web

APART_MS = 300_000
"""How far apart the instants are that whoever may not know more is told."""
WORDS = Path(__file__).with_name("words.yaml")


@cache
def words() -> dict[str, dict[str, str]]:
    """By kind: title, sentence, plain and unit."""
    found: dict[str, dict[str, str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return found


def sees(viewer: Viewer, alarm: Alarm) -> bool:
    """Whether it is about anything of theirs; what is wrong with the house is everybody's."""
    return alarm.kind not in OF_A_LINE or viewer.may_see_queue(QueueId(alarm.subject))


def sees_figure(viewer: Viewer, alarm: Alarm, house: House) -> bool:
    """Whether how long, or how many, may be told."""
    if alarm.kind not in OF_A_LINE:
        return True
    queue = house.plan.queues.get(QueueId(alarm.subject))
    return viewer.may_hear(queue.clearance if queue else NO_CLEARANCE)


def subject_title(alarm: Alarm, house: House) -> str:
    """What people call the thing that it is about."""
    if alarm.kind in OF_A_LINE:
        return house.queue_titles.get(QueueId(alarm.subject), alarm.subject)
    partner = house.partners.get(PartnerId(alarm.subject))
    return partner.title if partner else alarm.subject


def as_shown(alarm: Alarm, viewer: Viewer, house: House) -> dict[str, Any]:
    """The alarm for this viewer."""
    said, subject = words()[alarm.kind.value], subject_title(alarm, house)
    told = sees_figure(viewer, alarm, house)
    # A span is told by the minute: pages are not sent a new sentence each second.
    read = alarm.figure // 60 * 60 if said["unit"] == "s" and alarm.figure >= 60 else alarm.figure
    figure = length(read * 1000) if said["unit"] == "s" else str(read)
    sentence = (
        said["sentence"].format(subject=subject, figure=figure) if told else said["plain"].format(subject=subject)
    )
    return {
        "id": alarm.id,
        "kind": alarm.kind.value,
        "subject": alarm.subject,
        "severity": alarm.severity.value,
        "title": said["title"],
        "sentence": sentence,
        "figure": read if told and said["unit"] != "none" else None,
        "raised_ms": instant_told(alarm.raised_ms, alarm, viewer, house),
        "cleared_ms": instant_told(alarm.cleared_ms, alarm, viewer, house) or None,
        "acknowledged_ms": alarm.acknowledged_ms or None,
        "acknowledged_by": alarm.acknowledged_by,
    }


def instant_told(at_ms: int, alarm: Alarm, viewer: Viewer, house: House) -> int:
    """When it came or went, as far as this viewer may know."""
    return at_ms if sees_figure(viewer, alarm, house) else at_ms // APART_MS * APART_MS


def shown(web: "Web", viewer: Viewer) -> list[dict[str, Any]]:
    """Those that are on and the viewer sees, the worst first."""
    return listed(web.alarms.current, viewer, web.house)


def listed(alarms: Iterable[Alarm], viewer: Viewer, house: House) -> list[dict[str, Any]]:
    """Those that the viewer sees, in their order."""
    return [as_shown(alarm, viewer, house) for alarm in alarms if sees(viewer, alarm)]
