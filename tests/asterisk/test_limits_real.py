"""What a caller hears who meets the bounds of a line, on a real Asterisk with the kernel behind it."""

from dataclasses import replace

import pytest

from queues.entries import CallEnded, CallQueued
from queues.ids import PromptId, QueueId
from queues.limit_entries import LimitReached
from routing.plan import Leads, Limit, Plan, WayOut
from tests.asterisk.house import NUMBER, small_plan
from tests.asterisk.running import Line, until
from tests.asterisk.test_by_hand_real import at_work

pytestmark = pytest.mark.asterisk

EVA, OLA = "0701740611", "0701740612"
ON = WayOut(Leads.QUEUE, queue=QueueId("ovrigt"), prompts=(PromptId("kotid"),))
LAST_WORDS = WayOut(Leads.MESSAGE, prompts=(PromptId("stangt"),))


def bounded() -> Plan:
    """One may wait for a second in bygg, then where nobody is logged in; one call at once a number; a patient menu."""
    plan = small_plan()
    menus = {name: replace(menu, first_key_ms=60_000) for name, menu in plan.menus.items()}
    queues = dict(plan.queues)
    bygg, ovrigt = queues[QueueId("bygg")], queues[QueueId("ovrigt")]
    queues[bygg.id] = replace(bygg, max_wait=Limit(1_000, (ON,)))
    queues[ovrigt.id] = replace(ovrigt, nobody_logged_in=Limit(2_500, (LAST_WORDS,)))
    return replace(plan, menus=menus, queues=queues, max_calls_per_caller=1, too_many_prompts=(PromptId("kris"),))


@pytest.mark.fault("F46", "F58")
async def test_a_caller_is_moved_on_with_words_and_told_why_nobody_answers_and_nobody_is_cut_off_in_silence(
    line: Line,
) -> None:
    async with at_work(line, bounded()) as desk:
        caller = line.caller(NUMBER, from_user=EVA)
        assert await caller.dial() == 200
        assert await caller.hear_prompt("huvudmeny")

        again = line.caller(NUMBER, from_user=EVA)
        assert await again.dial() == 200
        assert await again.hear_prompt("kris")
        await until(again.over.is_set)
        assert (again.ear.prompts, again.bye_by) == (["kris"], "server")
        another = line.caller(NUMBER, from_user=OLA)
        assert await another.dial() == 200
        assert await another.hear_prompt("huvudmeny")
        await another.hang_up()

        await caller.press("4")
        assert await caller.hear_prompt("kotid"), "the words on the way"
        assert await caller.hear_prompt("stangt")
        await until(caller.over.is_set)
        assert caller.bye_by == "server"
        assert [(e.queue, e.reason) for e in desk.log.of_kind(CallQueued)] == [
            ("bygg", "choice"),
            ("ovrigt", "overflow"),
        ]
        assert [e.limit for e in desk.log.of_kind(LimitReached)] == ["max_wait", "nobody_logged_in"]
        ends = {(e.outcome.value, e.reason) for e in desk.log.of_kind(CallEnded)}
        assert ends >= {("turned_away", "too_many_calls"), ("turned_away", "nobody_logged_in")}
