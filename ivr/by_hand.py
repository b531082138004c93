"""Opening hours and the crisis message, switched by command or from a phone: checked, said to the kernel, and answered.

Two rules. What is forced ends with the day unless somebody says otherwise. And who did it stands in the log: the user
of the machine, or the person whose phone it was, who must have the right (`may_switch` in agents.yaml).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ivr.asterisk.phone_session import PhoneAnswer
from ivr.control import BadOrderError
from ivr.phone_codes import CRISIS_OFF, CRISIS_ON, FORCED, NOT_ALLOWED, NOT_KNOWN
from ivr.sound_files import is_prompt_id, sound_path
from ivr.switched import as_dict
from queues.asked_entries import Force
from queues.ids import AgentId, Instant, PromptId
from routing.events import CrisisMessageSet, HoursForced
from routing.switches import HOUSE

if TYPE_CHECKING:
    from ivr.live import Service

NEVER = "never"
_WHO = 40


def end_of_day(now_ms: int, timezone: str) -> Instant:
    """The midnight that follows, on the municipality's clocks."""
    zone = ZoneInfo(timezone)
    tomorrow = datetime.fromtimestamp(now_ms / 1000, zone).date() + timedelta(days=1)
    return Instant(round(datetime.combine(tomorrow, time(), zone).timestamp() * 1000))


# ── orders over the control socket ──────────────────────────────────────────────────────────────────────────────
def force(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hours are open, closed or as written. Fields: how, hours ("" for all), until (ms, never, "" for today), who."""
    hours, how = str(order.get("hours") or HOUSE), str(order.get("how"))
    if hours not in {HOUSE, *service.house.openings}:
        raise BadOrderError(
            f"det finns inga öppettider som heter {hours}; det finns {', '.join(service.house.openings)}"
        )
    if how not in set(Force):
        raise BadOrderError(f"öppettider kan vara {', '.join(Force)}")
    today = end_of_day(service.clock(), service.house.timezone)
    until = Instant(0) if how == Force.SCHEDULE else _until(service, order, today)
    service.engine.feed(HoursForced(hours, Force(how), until, _who(order)))
    return switched(service)


def crisis(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message is read first, or none. Fields: prompt ("" for none), instead, until (ms; "" or "never"), who."""
    prompt = PromptId(str(order.get("prompt") or ""))
    if prompt and not _can_be_heard(service, prompt):
        ready = ", ".join(service.house.crisis_prompts) or "inga (prompts.yaml, crisis)"
        raise BadOrderError(f"{prompt} är inget meddelande som kan höras; förberedda: {ready}")
    until = _until(service, order, Instant(0))
    service.engine.feed(CrisisMessageSet(prompt, bool(order.get("instead")), until, _who(order)))
    return switched(service)


def switched(service: "Service") -> Mapping[str, Any]:
    """All that is switched now."""
    return {"switched": as_dict(service.kernel.centre.switches)}


def _until(service: "Service", order: Mapping[str, Any], otherwise: Instant) -> Instant:
    until = order.get("until") or ""
    if until in {"", NEVER}:
        return otherwise if until == "" else Instant(0)
    if not isinstance(until, int) or until <= service.clock():
        raise BadOrderError("tiden är redan förbi")
    return Instant(until)


def _who(order: Mapping[str, Any]) -> str:
    return str(order.get("who") or "okänd")[:_WHO]


def _can_be_heard(service: "Service", prompt: PromptId) -> bool:
    if prompt in service.house.crisis_prompts:
        return True
    if not is_prompt_id(prompt):
        return False
    return sound_path(service.site.sounds_dir, service.house.language, prompt, "wav").is_file()


# ── from a phone ────────────────────────────────────────────────────────────────────────────────────────────────
def by_phone(how: Force) -> Callable[["Service", AgentId, str], PhoneAnswer]:
    """What a code does that makes this of the whole house's hours, until the day ends."""

    def perform(service: "Service", agent: AgentId, _value: str) -> PhoneAnswer:
        if not _may(service, agent):
            return _said(service, NOT_ALLOWED)
        force(service, {"how": how.value, "who": str(agent)})
        return _said(service, FORCED[how])

    return perform


def crisis_by_phone(service: "Service", agent: AgentId, value: str) -> PhoneAnswer:
    """The prepared message of that number is read before the greeting, and heard as proof; 0: none is."""
    if not _may(service, agent):
        return _said(service, NOT_ALLOWED)
    prepared = service.house.crisis_prompts
    if value == "0":
        crisis(service, {"prompt": "", "who": str(agent)})
        return _said(service, CRISIS_OFF)
    if not value.isdecimal() or int(value) > len(prepared):
        return _said(service, NOT_KNOWN)
    crisis(service, {"prompt": prepared[int(value) - 1], "who": str(agent)})
    return _said(service, CRISIS_ON, prepared[int(value) - 1])


def _may(service: "Service", agent: AgentId) -> bool:
    person = service.house.people.get(agent)
    return person is not None and person.may_switch


def _said(service: "Service", *prompts: PromptId) -> PhoneAnswer:
    return PhoneAnswer(prompts, go=False, language=service.house.language)
