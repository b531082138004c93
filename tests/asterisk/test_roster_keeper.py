"""When the fail-open queues' members are looked at again."""

import pytest

from ivr.asterisk.manager_link import Account, LinkHooks, ManagerLink
from ivr.asterisk.roster_keeper import RosterKeeper
from queues.agents import AgentState
from queues.entries import AgentStateChanged
from queues.ids import AgentId, Instant
from tests.asterisk.house import small_plan

READY, RINGING, TALKING = AgentState.READY, AgentState.RINGING, AgentState.TALKING
NOT_READY, WRAP_UP, LOGGED_OUT = AgentState.NOT_READY, AgentState.WRAP_UP, AgentState.LOGGED_OUT


def becomes(after):
    return (AgentStateChanged(Instant(1), AgentId("bo"), LOGGED_OUT, after, "", 0),)


@pytest.mark.parametrize(
    ("states", "due"),
    [
        ([READY], True),
        ([READY, RINGING, TALKING, WRAP_UP, READY], False),
        ([READY, NOT_READY], True),
        ([NOT_READY, READY], True),
        ([TALKING, NOT_READY], True),
        ([NOT_READY, LOGGED_OUT], True),
        ([READY, LOGGED_OUT], True),
    ],
)
def test_a_call_alone_changes_nobodys_place_and_everything_else_does(states, due):
    link = ManagerLink(Account("127.0.0.1", 1, "", ""), LinkHooks(print, print, print, None))
    keeper = RosterKeeper(link, small_plan())
    keeper.observe(becomes(states[0]))
    if len(states) > 1:
        keeper._due.clear()
    for state in states[1:]:
        keeper.observe(becomes(state))
    assert keeper._due.is_set() is due
