"""Calls that a partner talked with, as Asterisk's own log has them: found again, and audited."""

from dataclasses import replace

from ivr.call_log.audit import Verdict
from queues.entries import CallOffered, CallReturned, Outcome, TalkEnded
from queues.ids import AgentId, CallId
from tests.call_log.cel_lines import Scene
from tests.call_log.stories import T0, story
from tests.call_log.test_audit import audited, row, why
from tests.call_log.test_recovery import closed, final

TALKED = Scene(agent="partner-svar", talk_from=11_000, talk_to=60_000, hung_up=60_001, by="agent")
LINE = AgentId("svar/2")


def outside(entries):
    """The story with a partner's line where it has a person."""
    return [replace(e, agent=LINE) if isinstance(e, CallOffered) else e for e in entries]


def test_a_call_that_a_partner_answered_as_the_engine_died_has_overflowed():
    entries = closed(outside(story(0, until="offered")), TALKED)
    assert final(entries).outcome is Outcome.OVERFLOWED_EXTERNAL
    assert {entry.agent for entry in entries if isinstance(entry, TalkEnded)} == {LINE}


def test_a_talk_after_which_the_caller_came_back_is_not_what_the_call_ended_with():
    call = CallId(TALKED.call)
    back = CallReturned(T0 + 15_000, call, "barn_skola", T0 + 5_000, "short_talk")
    short = replace(TALKED, talk_to=15_000, hung_up=30_000, by="caller")
    assert final(closed([*outside(story(0, until="offered")), back], short)).outcome is Outcome.ABANDONED


def test_the_audit_knows_whose_talk_it_was():
    assert audited([TALKED], [row(TALKED, "overflowed_external")]).good
    said = audited([TALKED], [row(TALKED, "answered")])
    assert why(said, Verdict.UNEXPECTED) == ["answered_without_talk"]
    own = replace(TALKED, agent="anna")
    said = audited([own], [row(own, "overflowed_external")])
    assert why(said, Verdict.UNEXPECTED) == ["overflowed_external_without_talk"]
