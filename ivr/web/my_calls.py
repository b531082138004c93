"""The calls that are one person's: today's talks, what each was about, and what their callers rang about before."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from ivr.call_log.clearance import SAYS_CLEARANCE
from ivr.call_log.journey import OUTCOMES
from ivr.call_log.reading import CallLogReader, CallRow
from ivr.config.house import House
from ivr.local_days import day_span, local
from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer
from ivr.web.context import Web
from ivr.web.matters import SWEDISH, CallOutcome, Kind, Outcomes
from ivr.web.talks import Talk, last_talk, talks_of
from queues.board import BoardState
from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, AgentId, CallId, Clearance, QueueId
from routing.secrecy import risen

MOST_READ = 50
"""Earlier calls of a caller that are looked at for those that may be shown."""


class NotMineError(Exception):
    """The person has not talked in that call."""


class OthersOutcomeError(Exception):
    """Somebody to whom the call was put through has said what it was about, and this person may not know it."""


class NotSuchMatterError(Exception):
    """No such type of matter can be chosen for the call."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the person says that a call was about."""

    kind: Kind
    matter: str = ""
    level: int = 0
    """0: what the type of matter usually takes."""
    solved: bool = True
    case: str = ""


class MyCalls:
    """For one request of one viewer. What reads the log raises CallLogUnreadableError where it cannot be read."""

    def __init__(self, web: Web, viewer: Viewer) -> None:
        self._web, self._viewer = web, viewer
        self._outcomes = Outcomes(web.store)

    async def today(self) -> list[dict[str, Any]]:
        """The person's talks since midnight, newest first, with their outcomes.

        Of one that they may not hear any more only when it was and how long: that they know, they had it.
        """
        now_ms = self._web.live.now_ms()
        zone = ZoneInfo(self._web.house.timezone)
        begins_ms, ends_ms = day_span(local(now_ms, zone).date(), zone)
        talks = await asyncio.to_thread(talks_of, self._web.site, self._viewer.agent, begins_ms, ends_ms)
        given = await self._outcomes.of([talk.call for talk in talks])
        return [self._shown(talk, given.get(talk.call)) if self._hears(talk) else _bare(talk) for talk in talks]

    async def give(self, call: str, said: Said) -> dict[str, Any]:
        """The outcome is kept and shown. Raises NotMineError, OthersOutcomeError or NotSuchMatterError."""
        talk = await self._talk(CallId(call))
        if talk is None or not self._hears(talk):
            raise NotMineError
        held = await self._outcomes.latest(talk.call)
        if held is not None and not self._may_read(held):
            raise OthersOutcomeError
        outcome = self._outcome(talk, said)
        if outcome.clearance != NO_CLEARANCE:
            await self._web.access.note(self._viewer, "outcome", outcome.call)
        await self._outcomes.record(outcome)
        return self._shown(talk, outcome)

    async def earlier(self, call: str, most: int) -> list[dict[str, Any]]:
        """Earlier calls of whoever rings in `call`, newest first, as far as this person may see them."""
        now = self._web.live.board.calls.get(CallId(call))
        if now is None or now.agent != self._viewer.agent or not sight_of(self._viewer, now).content or not now.caller:
            return []
        read = self._read_earlier
        found = await asyncio.to_thread(read, now.caller, now.arrived_at_ms, MOST_READ)
        # Cut after what is hidden is left out: a shorter list would say that there is something.
        seen = [(row, clearance) for row, clearance in found if self._may_see(row, clearance)][:most]
        if any(clearance != NO_CLEARANCE for _, clearance in seen):
            await self._web.access.note(self._viewer, "earlier calls", now.id)
        given = await self._outcomes.of([row.call for row, _ in seen])
        return [self._told(row, given.get(row.call)) for row, _ in seen]

    def _read_earlier(self, caller: str, before_ms: int, most: int) -> list[tuple[CallRow, Clearance]]:
        """With what each of them needed to be heard. In a thread."""
        with CallLogReader(self._web.site.database_path, self._web.site.journal_path) as reader:
            rows = reader.earlier(caller, before_ms, most)
            return [(row, _needed(reader, row, self._web.house)) for row in rows]

    def _hears(self, talk: Talk) -> bool:
        """Whether they may still know what the talk was about: by what it needed then, and what its queue needs now."""
        return self._viewer.may_hear(_risen(talk.clearance, talk.queue, self._web.house))

    def _may_see(self, row: CallRow, clearance: Clearance) -> bool:
        return sight_of(self._viewer, _Earlier(row, clearance)).content

    async def _talk(self, call: CallId) -> Talk | None:
        """The person's talk in that call, from the board while it goes on, else from the log."""
        now = self._web.live.board.calls.get(call)
        if now is not None and now.agent == self._viewer.agent and now.state is BoardState.TALKING:
            return Talk(call, now.agent, now.queue, now.clearance, now.answered_at_ms or now.since_ms)
        return await asyncio.to_thread(last_talk, self._web.site, call, self._viewer.agent)

    def _outcome(self, talk: Talk, said: Said) -> CallOutcome:
        outcome = CallOutcome(
            call=talk.call,
            at_ms=self._web.clock(),
            by=self._viewer.account,
            agent=talk.agent,
            kind=said.kind,
            case=said.case.strip(),
            queue=talk.queue,
            clearance=talk.clearance,
            answered_at_ms=talk.answered_at_ms,
        )
        if said.kind is not Kind.MATTER:
            return outcome
        chosen = self._web.house.matters.get(said.matter)
        if chosen is None:
            raise NotSuchMatterError
        about = replace(outcome, matter=chosen.id, department=chosen.department, rosa=chosen.rosa)
        return replace(about, level=said.level or chosen.level, solved=said.solved)

    def _shown(self, talk: Talk, outcome: CallOutcome | None) -> dict[str, Any]:
        house = self._web.house
        return {
            "call": talk.call,
            "hidden": False,
            "queue": talk.queue,
            "queue_title": house.queue_titles.get(talk.queue, talk.queue),
            "confidential": talk.clearance != NO_CLEARANCE,
            "answered_at_ms": talk.answered_at_ms,
            "talk_ms": max(talk.ended_at_ms - talk.answered_at_ms, 0),
            "wait_ms": talk.wait_ms,
            "outcome": self._said(outcome) if outcome else None,
        }

    def _told(self, row: CallRow, outcome: CallOutcome | None) -> dict[str, Any]:
        house = self._web.house
        person = house.people.get(row.agent)
        return {
            "at_ms": row.entered_at_ms,
            "queue_title": house.queue_titles.get(row.queue, row.queue),
            "result": OUTCOMES.get(row.outcome, row.outcome),
            "agent": person.name if person else "",
            "outcome": self._said(outcome) if outcome else None,
        }

    def _may_read(self, outcome: CallOutcome) -> bool:
        """Whether they may hear what it is about, whoever said it."""
        return self._viewer.may_hear(_risen(outcome.clearance, outcome.queue, self._web.house))

    def _said(self, outcome: CallOutcome) -> dict[str, Any]:
        """The outcome as far as this person may read it; of others' that it was put through, as they know."""
        if self._may_read(outcome):
            return _said(outcome, self._web.house)
        bare = CallOutcome(outcome.call, outcome.answered_at_ms, "", AgentId(""), Kind.PUT_THROUGH)
        return _said(bare, self._web.house)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """An earlier call, for whoever decides who sees it."""

    row: CallRow
    clearance: Clearance

    @property
    def queue(self) -> QueueId:
        """Where it stood last."""
        return self.row.queue

    @property
    def agent(self) -> AgentId:
        """Who talked in it last."""
        return self.row.agent


def _bare(talk: Talk) -> dict[str, Any]:
    """A talk that the person had and may not hear any more: nothing that says which call, or what about."""
    return {
        "call": "",
        "hidden": True,
        "answered_at_ms": talk.answered_at_ms,
        "talk_ms": max(talk.ended_at_ms - talk.answered_at_ms, 0),
        "outcome": None,
    }


def _said(outcome: CallOutcome, house: House) -> dict[str, Any]:
    """An outcome as the page shows it."""
    matter = house.matters.get(outcome.matter)
    return {
        "kind": outcome.kind.value,
        "matter": outcome.matter,
        "title": matter.title if matter else outcome.matter or SWEDISH[outcome.kind],
        "department": house.departments.get(outcome.department, outcome.department),
        "rosa": outcome.rosa,
        "level": outcome.level,
        "solved": outcome.solved,
        "case": outcome.case,
        "at_ms": outcome.at_ms,
    }


def _needed(reader: CallLogReader, row: CallRow, house: House) -> Clearance:
    """What must be held to know of the call: what it needed then, and what its queue needs now."""
    clearance = UNKNOWN_CLEARANCE if not row.queue else NO_CLEARANCE
    for entry in reader.call_entries(row.call):
        if isinstance(entry, SAYS_CLEARANCE):
            clearance = entry.clearance if clearance == UNKNOWN_CLEARANCE else risen(clearance, entry.clearance)
    return _risen(clearance, row.queue, house)


def _risen(clearance: Clearance, queue: QueueId, house: House) -> Clearance:
    """With what its queue needs now; the unknown stays unknown."""
    rules = house.plan.queues.get(queue)
    return clearance if rules is None or clearance == UNKNOWN_CLEARANCE else risen(clearance, rules.clearance)
