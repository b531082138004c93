"""Every confidential call that was put to somebody is in the access log, once, whatever happened meanwhile (I25)."""

import asyncio

import pytest

from ivr.web.accounts.access import first_break, looks
from ivr.web.accounts.hand_overs import WHAT, HandOver, HandOvers, secret_hand_overs
from queues.entries import CallAnswered, CallQueued, CallRecovered
from queues.ids import NO_CLEARANCE, AgentId, CallId, Clearance, Instant, OfferId, QueueId
from tests.web.town import BUILDING, SOCIAL

pytestmark = pytest.mark.fault("I25")
SOC = Clearance("socialtjanst")
CALL = CallId("c1")


def queued(at_ms, clearance):
    return CallQueued(Instant(at_ms), CALL, QueueId("q"), Instant(1), clearance, "choice")


def answered(at_ms, agent="goran"):
    return CallAnswered(Instant(at_ms), CALL, OfferId(1), QueueId("q"), AgentId(agent), 5)


def recovered(at_ms, answered_at_ms, agent="goran", clearance=SOC):
    return CallRecovered(
        Instant(at_ms), CALL, "talking", "", "", QueueId("q"), Instant(1), clearance, AgentId(agent),
        Instant(answered_at_ms),
    )  # fmt: skip


def over(at_ms, agent="goran"):
    return HandOver(CALL, at_ms, AgentId(agent))


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ([queued(1, NO_CLEARANCE), answered(2)], []),
        ([queued(1, SOC), answered(2)], [over(2)]),
        ([queued(1, NO_CLEARANCE), answered(2), queued(3, SOC), answered(4, "helena")], [over(4, "helena")]),
        ([queued(1, SOC), answered(2), queued(3, NO_CLEARANCE), answered(4)], [over(2), over(4)]),
        ([answered(2)], [over(2)]),
        ([queued(1, SOC), answered(2), recovered(9, 2)], [over(2)]),
        ([queued(1, SOC), recovered(9, 2)], [over(2)]),
        ([recovered(9, 0, agent="")], []),
        ([recovered(9, 2, clearance=NO_CLEARANCE)], []),
    ],
)
def test_a_call_is_handed_over_as_confidential_as_it_was_then(entries, found):
    assert secret_hand_overs(entries) == found


async def noted(desk):
    rows = await desk.web.store.run(lambda db: list(looks(db)))
    assert first_break(rows) == 0
    return [(row.look.account, row.look.subject) for row in rows if row.look.what == WHAT]


async def test_what_the_pages_did_not_see_is_noted_when_they_are_back_and_nothing_twice(desk):
    cleared = next(p.id for p in desk.service.house.plan.agents.values() if SOC in p.clearances)
    desk.logs_in(cleared)
    for call, key in (("secret", SOCIAL), ("open", BUILDING)):
        desk.arrives(call, key)
        await desk.settled()
    desk.answers("secret")
    await desk.settled()
    await asyncio.to_thread(desk.service.call_log.flush)
    for _ in range(2):  # the pages are started anew
        again = HandOvers(desk.web.site, desk.web.store)
        for _ in range(2):
            await again.look(desk.web.clock())
    assert await noted(desk) == [(f"telefon:{cleared}", "secret")]


async def test_without_a_log_nothing_is_noted_and_nothing_fails(desk, tmp_path):
    site = type(desk.web.site)(tmp_path)
    await HandOvers(site, desk.web.store).look(desk.web.clock())
    site.database_path.write_bytes(b"not a database at all" * 100)
    await HandOvers(site, desk.web.store).look(desk.web.clock())
    assert await noted(desk) == []
