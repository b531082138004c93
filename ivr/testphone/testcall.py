"""One call through a running service, from dialling to the log, told step by step.

The call is a citizen's like any other. Where nobody's phone is connected for the queue it leads to, the test also
plays one agent's phone; a phone that a person has connected is never taken from them.
"""

import asyncio
import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.call_log.reading import CallLogReader, CallLogUnreadableError, CallRow
from ivr.testphone.agent import AgentPhone
from ivr.testphone.behaviour import answer
from ivr.testphone.caller import Caller
from ivr.testphone.ear import until
from ivr.testphone.loopback import Address
from ivr.testphone.rtp import Studio, now_ms
from ivr.testphone.trunk import Trunk
from ivr.testphone.witness import Terminal
from queues.ids import NO_CLEARANCE, AgentId
from routing.plan import Choice, Plan

AGENT_VOICE = 1


@dataclass(frozen=True, slots=True)
class Agent:
    """Whose phone the test plays."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be tried."""

    server: Address
    number: str
    keys: str
    book: Mapping[bytes, str]
    """Packet → prompt (`prompt_book`)."""
    closing_prompts: frozenset[str]
    database: Path
    cel: Path
    agent: Agent | None = None
    """None: a real phone is to answer."""
    listens_ms: float = 5_000
    """How much of greeting and menu is heard before a key is pressed."""
    rings_ms: float = 800
    talks_ms: float = 1_500
    patience_ms: float = 60_000
    log_within_ms: float = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript. `at_ms` since dialling."""

    at_ms: int
    what: str
    """dialled, up, prompt, music, pressed, rings, answered, voice, agent_hears, over, logged, …"""
    detail: str = ""


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    verdict: str = ""
    """ok, closed, not_reached (nothing answers SIP), not_answered, not_heard or not_logged."""
    lines: list[Line] = field(default_factory=list)
    record: dict[str, object] = field(default_factory=dict)
    """The caller's own witness line."""
    call: str = ""
    """The call's id in the log."""
    logged: CallRow | None = None
    """Its row there."""


async def make_test_call(order: Order) -> Outcome:
    """The call has been made, has ended, and has been looked up in the log."""
    async with Studio() as studio:
        trunk = await Trunk.open(order.server, studio)
        phone = None
        if order.agent:
            behaviour = answer(order.rings_ms)
            phone = AgentPhone(order.agent.name, order.agent.password, order.server, studio, behaviour, AGENT_VOICE)
        try:
            if phone and await _registered(phone) != 200:
                return Outcome("not_reached")
            return await _call(order, trunk, phone)
        finally:
            if phone:
                await phone.close()
            trunk.close()


async def _registered(phone: AgentPhone) -> int:
    """The status of the registration, 408 when nobody answers within 3 s."""
    try:
        async with asyncio.timeout(3):
            return await phone.register()
    except TimeoutError:
        return 408


async def _call(order: Order, trunk: Trunk, phone: AgentPhone | None) -> Outcome:
    names = {AGENT_VOICE: phone.name} if phone else {}
    caller = Caller(trunk, order.number, names=names, book=order.book, closing_prompts=order.closing_prompts)
    status = await _dialled(caller)
    verdict = "not_reached" if status == 408 else "not_answered"
    if status == 200:
        verdict = await _talk(order, caller)
    await caller.hang_up()
    if phone and phone.current:
        await asyncio.sleep(0.2)  # the service's BYE is on its way to the phone
    outcome = Outcome(verdict, _transcript(caller, phone), caller.record())
    if status == 200:
        await _look_up(order, outcome, caller, phone)
    return outcome


async def _dialled(caller: Caller) -> int:
    try:
        async with asyncio.timeout(5):
            return await caller.dial()
    except TimeoutError:
        caller.vanish()
        return 408


async def _talk(order: Order, caller: Caller) -> str:
    await caller.hear_sound(within_ms=5_000)
    if caller.book and not await caller.hear_prompt(within_ms=5_000):
        return "not_heard"
    await until(caller.over.is_set, order.listens_ms)
    if order.keys and not caller.over.is_set():
        await caller.press(order.keys)
    if not await caller.hear_agent(order.patience_ms):
        return "closed" if caller.terminal is Terminal.CLOSED else "not_answered"
    caller.speak()
    await asyncio.sleep(order.talks_ms / 1000)
    return "ok"


def _transcript(caller: Caller, phone: AgentPhone | None) -> list[Line]:
    moments = [(moment.at_ms, moment.what, moment.detail) for moment in caller.timeline]
    for ring in phone.rings if phone else []:
        moments.append((round(ring.at_ms), "rings", ring.agent))
        if ring.answered_ms:
            moments.append((round(ring.answered_ms), "answered", ring.agent))
        if ring.heard_voice_ms:
            moments.append((round(ring.heard_voice_ms), "agent_hears", ring.agent))
    return [Line(at_ms - round(caller.started_ms), what, detail) for at_ms, what, detail in sorted(moments)]


async def _look_up(order: Order, outcome: Outcome, caller: Caller, phone: AgentPhone | None) -> None:
    deadline = now_ms() + order.log_within_ms
    while now_ms() < deadline:
        outcome.call = next((ring.call for ring in phone.rings if ring.call), "") if phone else ""
        outcome.call = outcome.call or call_of_token(order.cel, caller.token)
        outcome.logged = logged_call(order.database, outcome.call)
        if outcome.logged and outcome.logged.ended_at_ms:
            outcome.lines.append(Line(round(now_ms() - caller.started_ms), "logged", outcome.logged.outcome))
            return
        await asyncio.sleep(0.1)
    if outcome.verdict in ("ok", "closed"):
        outcome.verdict = "not_logged"


def call_of_token(cel: Path, token: str) -> str:
    """The call that Asterisk made of this SIP Call-ID, as its event log has it; "" while it has not."""
    if not cel.exists():
        return ""
    with cel.open(encoding="utf-8", errors="replace", newline="") as lines:
        return next((row[2] for row in csv.reader(line for line in lines if token in line) if len(row) > 3), "")


def logged_call(database: Path, call: str) -> CallRow | None:
    """The call's row in the log, None while it has none."""
    if not call:
        return None
    try:
        with CallLogReader(database) as log:
            return log.call(call)
    except CallLogUnreadableError:
        return None


def best_agent(plan: Plan, number: str, keys: str, connected: frozenset[str]) -> AgentId:
    """Who is best at the queue that the last key leads to; "" if any of its own people has a phone connected."""
    entrance = plan.entrances.get(number)
    if entrance is None:
        return AgentId("")
    menu = plan.menus[entrance.menu]
    queue = plan.queues[menu.choices.get(keys[-1:], Choice()).queue or menu.default]
    own = [
        (-level, person.id)
        for person in plan.agents.values()
        for name, level in person.queues
        if name == queue.id and (queue.clearance == NO_CLEARANCE or queue.clearance in person.clearances)
    ]
    if not own or any(name in connected for _, name in own):
        return AgentId("")
    return min(own)[1]
