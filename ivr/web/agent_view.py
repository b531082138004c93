"""What somebody who takes calls is shown of their own work: what they do, and the call that is theirs. Pure.

Three rules. Nothing of a call is here but what `sight` lets this viewer see. The caller's number never is: it is asked
for, one at a time, and each time is written down. And what only grows with time is given as the instant it began at,
so that nothing changes here while nothing happens.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ivr.call_log.why import to_you
from ivr.config.house import House
from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer
from queues.agents import AgentState
from queues.board import Board, BoardAgent, BoardCall, BoardState, Choice
from queues.ids import NO_CLEARANCE, AgentId, MenuId
from routing.plan import TargetKind

LANGUAGES: Mapping[str, str] = {
    "sv": "svenska", "fi": "finska", "en": "engelska", "ar": "arabiska", "so": "somaliska", "tr": "turkiska",
    "ku": "kurdiska", "fa": "persiska", "pl": "polska", "es": "spanska", "ru": "ryska", "se": "samiska",
    "fit": "meänkieli",
}  # fmt: skip
PAUSES: Mapping[str, str] = {
    "rona": "svarade inte",
    "declined": "samtalet trycktes bort",
    "phone_fault": "fel på telefonen",
    "dead_air": "telefonen gav inget ljud",
    "phone": "telefonen",
    "by_operator": "utloggad av växeln",
    "transferred": "väntar på att kopplingen besvaras",
    "prolonged": "förlängd",
}
"""Reasons that the engine gives; a person's own stands as it is."""
_MEANINGS: Mapping[str, str] = {
    "repeat": "hörde menyn igen",
    "human": "bad om en människa",
    "invalid": "tryckte fel",
    "silence": "tryckte ingenting",
}
_CAME: Mapping[str, str] = {
    "parking_ended": "Du parkerade samtalet, och nu är det tillbaka.",
    "transfer": "Samtalet är kopplat till just dig.",
    "transfer_returned": "Kopplingen besvarades inte: samtalet är tillbaka hos dig.",
}
"""Why a call is somebody's that nobody was weighed for."""
RINGS = frozenset({BoardState.OFFERED, BoardState.CALLBACK_OFFERED})
SHORT_MS = 1_000


def agent_view(board: Board, house: House, viewer: Viewer, _now_ms: int, phones: Mapping[str, str]) -> dict[str, Any]:
    """The page's whole content, for the person whose phone is the viewer's. `phones`: what Asterisk says of each."""
    who = board.agents.get(viewer.agent) or BoardAgent(viewer.agent)
    call = board.calls.get(who.call) or _theirs(board, viewer.agent)
    return {
        "plan": house.plan.digest,
        "me": _me(who, house, phones.get(viewer.agent, "")),
        "call": shown_call(call, house, viewer) if call else None,
        "lines": list(_lines(board, house, viewer)),
    }


def _theirs(board: Board, agent: AgentId) -> BoardCall | None:
    """A call that names the person, should the person not (yet) name it."""
    return next((call for call in board.calls.values() if agent and call.agent == agent), None)


def _me(who: BoardAgent, house: House, phone: str) -> dict[str, Any]:
    person = house.people.get(who.id)
    return {
        "agent": who.id,
        "extension": person.extension if person else "",
        "state": who.state.value,
        "reason": "" if who.state is AgentState.READY else who.reason,
        "reason_words": PAUSES.get(who.reason, who.reason),
        "since_ms": who.since_ms,
        "until_ms": who.until_ms,
        "phone": phone,
        "answered": who.answered,
        "missed": who.missed,
        "talk_ms": who.talk_ms,
    }


def _lines(board: Board, house: House, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Who waits for the person in their own queues, those they have level 2 in first named."""
    agent = house.plan.agents.get(viewer.agent)
    for queue, level in agent.queues if agent else ():
        rules = house.plan.queues[queue]
        if level < 2 or not viewer.may_hear(rules.clearance):
            continue
        line = [call for call in board.calls.values() if call.queue == queue and call.in_line]
        since = [call.entered_at_ms for call in line if viewer.may_hear(call.clearance)]
        title = house.queue_titles.get(queue, queue)
        yield {"queue": queue, "title": title, "waiting": len(since), "since_ms": min(since, default=0)}


# ── the call ────────────────────────────────────────────────────────────────────────────────────────────────────
def shown_call(call: BoardCall, house: House, viewer: Viewer) -> dict[str, Any]:
    """What the viewer may see of the call; of one that they may not hear, that it is there."""
    sight = sight_of(viewer, call)
    base = {"call": call.id, "state": call.state.value, "since_ms": call.since_ms, "rings": call.state in RINGS}
    if not sight.content:
        return {**base, "call": "", "hidden": True}
    return {
        **base,
        "hidden": False,
        "queue": call.queue,
        "queue_title": house.queue_titles.get(call.queue, call.queue),
        "confidential": call.clearance != NO_CLEARANCE,
        "language": LANGUAGES.get(call.language, call.language),
        "foreign": bool(call.language) and call.language != house.language,
        "entered_at_ms": call.entered_at_ms or call.arrived_at_ms,
        "answered_at_ms": call.answered_at_ms,
        "choice": _choice(call, house),
        "path": [_step_of_path(choice, house) for choice in call.path],
        "steps": list(_opened(call, house)),
        "why": _why(call, viewer),
        "transfers": call.transfers,
        "misses": call.misses,
        "number": sight.number and bool(call.caller),
        "hidden_number": not call.caller,
        "callback": _callback(call, house),
    }


def _choice(call: BoardCall, house: House) -> str:
    """The last key that meant something, in words."""
    chosen = [choice for choice in call.path if choice.meaning == "choice"]
    return _step_of_path(chosen[-1], house) if chosen else "inget val"


def _step_of_path(choice: Choice, house: House) -> str:
    """One key: what it was and what it meant."""
    if choice.meaning != "choice":
        words = _MEANINGS.get(choice.meaning, choice.meaning)
        return f"{choice.key} · {words}" if choice.key else words
    menu = house.plan.menus.get(MenuId(choice.menu))
    target = menu.choices.get(choice.key) if menu else None
    if target is None:
        return choice.key
    if target.directory:
        return f"{choice.key} · söker en person"
    if target.language and not target.queue:
        return f"{choice.key} · {LANGUAGES.get(target.language, target.language)}"
    return f"{choice.key} · {house.queue_titles.get(target.queue, target.queue or target.menu)}"


def _opened(call: BoardCall, house: House) -> Iterator[str]:
    """Each widening of the circle that has opened for it."""
    rules = house.plan.queues.get(call.queue)
    for number in call.steps:
        step = rules.steps[number] if rules and number < len(rules.steps) else None
        if step is None or step.after_ms < SHORT_MS:
            continue  # open from the beginning: nothing has widened
        to = {TargetKind.OWN: "gruppens egna", TargetKind.ANY: f"andra grupper (nivå {step.min_level})"}
        yield f"efter {step.after_ms // 1000} s till {to.get(step.target, 'svarsställe')}"


def _why(call: BoardCall, viewer: Viewer) -> str:
    """Why the call is this person's: one sentence."""
    if call.weighed is not None and call.weighed.agent == viewer.agent:
        return to_you(call.weighed)
    return _CAME.get(call.came, "Samtalet är valt åt dig för hand.")


def _callback(call: BoardCall, house: House) -> dict[str, Any] | None:
    """Of a promise: by when, whose, and which try it is."""
    if not call.promised:
        return None
    promiser = house.people.get(call.promised_by)
    by = promiser.name if promiser else ""
    return {"due_ms": call.due_ms, "by": by, "attempts": call.attempts, "overdue": call.overdue}
