"""An agent is a person: logged in or not, ready or not, with at most one of {offer, talk, wrap-up}.

Two rules. A person's state is ours; the phone's state is Asterisk's, and a busy or unreachable phone
always wins over a ready person. A state changes only through `CHANGES`.
"""

from enum import StrEnum


class AgentState(StrEnum):
    """What a person is doing, as the service sees it."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"


class PhoneState(StrEnum):
    """What Asterisk says of a person's phone."""

    IDLE = "idle"
    BUSY = "busy"
    UNREACHABLE = "unreachable"


class NotReadyReason(StrEnum):
    """Why a person is not ready, where the engine and not the person decided; a person's own reason is free text."""

    NONE = ""
    RONA = "rona"
    """Did not answer an offer in time."""
    PHONE_FAULT = "phone_fault"
    """The phone, not the person, failed."""
    DEAD_AIR = "dead_air"
    """The phone answered and sent no sound: auto-answer in an empty room, or a broken headset."""


CHANGES: dict[AgentState, frozenset[AgentState]] = {
    AgentState.LOGGED_OUT: frozenset(set(AgentState) - {AgentState.LOGGED_OUT}),
    AgentState.READY: frozenset({AgentState.LOGGED_OUT, AgentState.RINGING, AgentState.NOT_READY, AgentState.TALKING}),
    AgentState.RINGING: frozenset({AgentState.READY, AgentState.TALKING, AgentState.NOT_READY, AgentState.LOGGED_OUT}),
    AgentState.TALKING: frozenset({AgentState.WRAP_UP, AgentState.READY, AgentState.NOT_READY, AgentState.LOGGED_OUT}),
    AgentState.WRAP_UP: frozenset(set(AgentState) - {AgentState.WRAP_UP}),
    AgentState.NOT_READY: frozenset({AgentState.READY, AgentState.LOGGED_OUT, AgentState.TALKING, AgentState.RINGING}),
}
"""The changes that may happen. TALKING and RINGING follow from any state when Asterisk shows that it is so, and
somebody unknown (logged out) is restored to whatever they did before."""
