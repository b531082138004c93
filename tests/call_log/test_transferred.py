"""A call that is put through is answered before it is over: what its record says, whoever is there to write it."""

from dataclasses import replace

from ivr.call_log.audit import Logged, Verdict, Witnesses, audit
from ivr.call_log.cel import calls_from_cel
from ivr.call_log.journey import Names, journey
from ivr.call_log.recovery import World, closing_entries
from queues.entries import CallAnswered, CallEnded, CallQueued, Outcome, TalkEnded, TalkEnder
from queues.ids import NO_CLEARANCE, AgentId, Instant, OfferId, QueueId
from queues.transfer_entries import CallTransferred, TransferRefused, TransferReturned
from tests.call_log.cel_lines import Scene, lines_of
from tests.call_log.stories import ANNA, QUEUE, T0, call_id, story
from tests.call_log.test_audit import row

SKOLA, BO = QueueId("skola"), AgentId("bo")
PUT_THROUGH = Instant(T0 + 40_000)
TALKED_FIRST = Scene(agent="anna", talk_from=12_000, talk_to=40_000, hung_up=80_000)
"""Anna talks for 28 s; whoever rang hangs up 40 s later, in the other line."""
HANDED = (
    TalkEnded(PUT_THROUGH, call_id(0), OfferId(1), ANNA, 28_000, TalkEnder.TRANSFER),
    CallTransferred(PUT_THROUGH, call_id(0), OfferId(1), ANNA, QUEUE, SKOLA, 2, AgentId(""), 1),
    CallQueued(PUT_THROUGH, call_id(0), SKOLA, Instant(T0 + 5_000), NO_CLEARANCE, "transfer"),
)


def finals(remembered, scene):
    world = World(Instant(T0 + 3_600_000))
    entries = closing_entries({call_id(0): remembered}, set(), calls_from_cel(lines_of(scene)), world)
    return [(e.outcome, e.queue, e.state) for e in entries if isinstance(e, CallEnded)]


def test_who_hung_up_in_the_other_line_while_no_engine_lived_is_abandoned_there():
    told = [*story(0, until="answered"), *HANDED]
    assert finals(told, TALKED_FIRST) == [(Outcome.ABANDONED, "skola", "waiting")]
    assert finals(story(0, until="answered"), TALKED_FIRST) == [(Outcome.ANSWERED, QUEUE, "talking")]


def test_who_was_answered_there_too_is_answered_once():
    again = CallAnswered(Instant(T0 + 45_000), call_id(0), OfferId(2), SKOLA, BO, 12_000)
    scene = replace(TALKED_FIRST, agent="bo", talk_from=45_000, talk_to=80_000)
    assert finals([*story(0, until="answered"), *HANDED, again], scene) == [(Outcome.ANSWERED, "skola", "talking")]


def test_the_audit_knows_that_a_talk_before_a_transfer_does_not_make_an_answer():
    left = row(TALKED_FIRST, "abandoned")
    for handed_on_ms, good in ((PUT_THROUGH, True), (0, False)):
        log = {left.call: Logged(left, 1, 1, 0, handed_on_ms)}
        report = audit(Witnesses(calls_from_cel(lines_of(TALKED_FIRST)), log, [], T0 + 10_000_000))
        assert report.good is good
        assert good or [f.verdict for f in report.findings] == [Verdict.UNEXPECTED]


def test_the_way_of_such_a_call_is_told_with_names():
    back = TransferReturned(Instant(T0 + 60_000), call_id(0), SKOLA, ANNA, reached=True)
    no = TransferRefused(Instant(T0 + 30_000), call_id(0), ANNA, SKOLA, 3, AgentId(""), "nobody_ready")
    by_name = replace(HANDED[1], queue=QUEUE, level=0, person=BO, times=2)
    names = Names({SKOLA: "Skola", QUEUE: "Bygg"}, {ANNA: "Anna", BO: "Bo"})
    assert [(step.what, step.why) for step in journey([no, *HANDED, by_name, back], names)] == [
        ("Anna kunde inte koppla till Skola, förvaltningen", "ingen där kan svara nu"),
        ("Samtalet var slut efter 28 s", "Anna kopplade vidare"),
        ("Anna kopplade till Skola, specialist", ""),
        ("I kön Skola", "kopplad vidare, med plats sedan 35 s"),
        ("Anna kopplade till Bo", "för 2:e gången"),
        ("Ingen svarade i Skola", "tillbaka till Anna"),
    ]
