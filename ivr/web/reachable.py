"""Whether somebody in the directory can be reached now, in one word and one sentence. Pure.

One rule: what a colleague is told is whether they answer, not what they do instead: no reason for a pause, no call, and
of calls that the colleague may not hear not when they were over.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ivr.config.directory import Entry
from ivr.config.directory_build import person_id
from ivr.config.house import House
from ivr.local_days import local
from ivr.web.accounts.viewer import Viewer
from ivr.web.staff_in_sight import work_in_sight
from queues.agents import AgentState
from queues.board import Board
from queues.ids import AgentId

FREE, BUSY, AWAY, CLOSED, UNKNOWN = "free", "busy", "away", "closed", "unknown"
_OF_STATE = {
    AgentState.READY: (FREE, "Kan svara"),
    AgentState.RINGING: (BUSY, "Upptagen i telefon"),
    AgentState.TALKING: (BUSY, "Upptagen i telefon"),
    AgentState.WRAP_UP: (BUSY, "Strax ledig"),
    AgentState.NOT_READY: (AWAY, "Tar inte samtal nu"),
    AgentState.LOGGED_OUT: (AWAY, "Inte inloggad"),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody can be reached."""

    kind: str
    """free, busy, away, closed (outside their telephone hours) or unknown: nobody but their phone knows."""
    words: str
    agent: AgentId = AgentId("")
    """Whose seat it is, if they take calls here."""


def reach_of(entry: Entry, house: House, board: Board, now_ms: int, viewer: Viewer) -> Reach:
    """How the person can be reached at this instant, as the viewer is told it."""
    agent = next((a for a, person in house.people.items() if person.extension == entry.phone), AgentId(""))
    if entry.absent_to is not None and local(now_ms, ZoneInfo(house.timezone)).date() <= entry.absent_to:
        return Reach(AWAY, f"Borta till och med {entry.absent_to.day}/{entry.absent_to.month}", agent)
    if agent:
        seen = board.agents.get(agent)
        state = work_in_sight(viewer, house.plan, seen).state if seen else AgentState.LOGGED_OUT
        kind, words = _OF_STATE[state]
        return Reach(kind, words, agent)
    listed = house.plan.directory.people.get(person_id(entry)) if house.plan.directory else None
    if listed is not None and listed.hours is not None and not listed.hours.is_open(now_ms):
        return Reach(CLOSED, f"Utanför telefontiden ({entry.hours})" if entry.hours[:1].isdigit() else "Stängt nu")
    if not entry.phone:
        return Reach(UNKNOWN, "Har ingen telefon här")
    return Reach(UNKNOWN, f"Telefontid {entry.hours}" if entry.hours[:1].isdigit() else "")
