"""The audit of three witnesses: each kind of loss, surprise and double is found, and nothing else is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr.call_log.audit import GRACE_MS, Logged, Report, Verdict, Witnesses, audit, audit_site, token_of
from ivr.call_log.cel import calls_from_cel
from ivr.call_log.reading import CallRow, Run
from queues.entries import Outcome
from queues.ids import AgentId, QueueId
from tests.call_log.cel_lines import Scene, lines_of
from tests.call_log.stories import NUMBER, T0, Log, call_id, story

TALKED = Scene(agent="anna", talk_from=12_000, talk_to=95_000, hung_up=95_000)
LEFT = Scene(hung_up=20_000)
NOW = T0 + 10_000_000


def row(scene: Scene, outcome: str, **more: Any) -> CallRow:
    t0 = T0 + scene.n * 1000
    usual = CallRow(
        call=call_id(scene.n), number=NUMBER, caller="p:1", queue=QueueId("bygg"), entered_at_ms=t0,
        queued_at_ms=t0 + 5_000, answered_at_ms=t0 + 12_000 if outcome == "answered" else None,
        ended_at_ms=t0 + scene.hung_up if outcome else None, wait_ms=7_000, talk_ms=None, agent=AgentId(""),
        outcome=outcome, state="waiting", reason="", recoveries=0,
    )  # fmt: skip
    return replace(usual, **more)


def caller(scene: Scene, terminal: str, **more: Any) -> dict[str, Any]:
    return {"token": scene.token, "started_ms": T0, "terminal": terminal, "longest_silence_ms": 40, **more}


def audited(scenes: list[Scene], rows: list[CallRow], callers=None, **more: Any) -> Report:
    finals, learnt = more.pop("finals", {}), more.pop("learnt", {})
    begun = more.pop("begun", {})
    log = {
        r.call: Logged(r, finals.get(r.call, int(bool(r.outcome))), begun.get(r.call, 1), learnt.get(r.call, 0))
        for r in rows
    }
    return audit(Witnesses(calls_from_cel(lines_of(*scenes)), log, more.pop("runs", []), NOW, callers, **more))


def why(report: Report, verdict: Verdict) -> list[str]:
    return [finding.why for finding in report.findings if finding.verdict is verdict]


def test_calls_on_which_all_agree_are_counted_and_nothing_is_said_of_them():
    left = replace(LEFT, n=1)
    closed = Scene(2, hung_up=4_000, by="server", context=f"entrance-{NUMBER}")
    rows = [row(TALKED, "answered"), row(left, "abandoned"), row(closed, "closed")]
    callers = [caller(TALKED, "answered"), caller(left, "hung_up_waiting"), caller(closed, "closed")]
    report = audited([TALKED, left, closed], rows, callers)
    assert report.good
    assert (report.attempted, report.accepted, report.in_progress) == (3, 3, 0)
    assert report.terminal == {"answered": 1, "abandoned": 1, "closed": 1}


def test_a_call_that_goes_on_is_no_finding():
    report = audited([Scene()], [row(Scene(), "")])
    assert report.good
    assert report.in_progress == 1


def test_lost_a_we_hung_up_before_anybody_was_reached():
    cut = replace(LEFT, by="server")
    assert why(audited([cut], [row(cut, "abandoned")]), Verdict.LOST) == ["ended_by_us"]
    assert why(audited([cut], [row(cut, "failed")]), Verdict.LOST) == ["ended_by_us"]
    assert audited([cut], [row(cut, "turned_away")]).good
    assert audited([cut], [row(cut, "closed")]).good
    report = audited([LEFT], [row(LEFT, "abandoned")], [caller(LEFT, "server_hung_up")])
    assert why(report, Verdict.LOST) == ["ended_by_us"]


def test_lost_a_with_asterisk_itself_unless_a_person_had_been_reached():
    open_, talked = Scene(), Scene(1, agent="anna", talk_from=12_000)
    failed = row(open_, "failed", reason="asterisk_restart", ended_at_ms=T0 + 9)
    assert why(audited([open_], [failed]), Verdict.LOST) == ["asterisk_restart"]
    served = row(talked, "failed", reason="asterisk_restart", answered_at_ms=T0 + 13_000, ended_at_ms=T0 + 90_000)
    assert audited([talked], [served]).good


def test_lost_b_more_than_five_seconds_of_silence():
    quiet = [caller(TALKED, "answered", longest_silence_ms=5_001)]
    assert why(audited([TALKED], [row(TALKED, "answered")], quiet), Verdict.LOST) == ["silence"]
    deaf = [caller(TALKED, "answered", longest_silence_ms=None)]
    assert audited([TALKED], [row(TALKED, "answered")], deaf).good


def test_lost_c_no_final_row_a_minute_after_the_end():
    assert why(audited([LEFT], []), Verdict.LOST) == ["no_final_row"]
    assert audited([LEFT], []).count(Verdict.LOST) == 1
    fresh = Witnesses(calls_from_cel(LEFT.lines()), {}, [], T0 + LEFT.hung_up + GRACE_MS)
    assert audit(fresh).good


def test_lost_c_a_final_row_that_came_late_although_an_engine_lived():
    end = T0 + LEFT.hung_up
    rows = [row(LEFT, "abandoned", recoveries=1)]
    late = {call_id(0): end + GRACE_MS + 1}
    lived = [Run(T0, end + 300_000)]
    report = audited([LEFT], rows, learnt=late, runs=lived)
    assert why(report, Verdict.LOST) == ["late_final_row"]
    assert report.recovered == 1
    dead_meanwhile = [Run(T0, end - 1), Run(end + 30_000, end + 300_000)]
    assert audited([LEFT], rows, learnt=late, runs=dead_meanwhile).good


def test_lost_d_still_in_line_in_the_log_although_the_channel_is_gone():
    assert why(audited([LEFT], [row(LEFT, "")]), Verdict.LOST) == ["still_in_line"]


def test_unexpected_what_one_witness_has_and_another_has_not():
    assert why(audited([], [row(LEFT, "abandoned")]), Verdict.UNEXPECTED) == ["not_in_cel"]
    assert audited([], [row(LEFT, "abandoned")], whole_log=False).good
    other = [caller(replace(LEFT, n=8), "hung_up_waiting")]
    report = audited([LEFT], [row(LEFT, "abandoned")], other)
    assert why(report, Verdict.UNEXPECTED) == ["not_in_cel", "no_caller"]
    refused = [caller(replace(LEFT, n=8), "busy"), caller(LEFT, "hung_up_waiting")]
    assert audited([LEFT], [row(LEFT, "abandoned")], refused).good


def test_unexpected_what_one_calls_otherwise_than_another():
    assert why(audited([LEFT], [row(LEFT, "answered")]), Verdict.UNEXPECTED) == ["answered_without_talk"]
    assert why(audited([TALKED], [row(TALKED, "abandoned")]), Verdict.UNEXPECTED) == ["talk_logged_as_abandoned"]
    elsewhen = row(LEFT, "abandoned", ended_at_ms=T0 + 20_000 + GRACE_MS + 1)
    assert why(audited([LEFT], [elsewhen]), Verdict.UNEXPECTED) == ["ended_at_another_time"]
    heard = audited([TALKED], [row(TALKED, "answered")], [caller(TALKED, "closed")])
    assert why(heard, Verdict.UNEXPECTED) == ["closed_logged_as_answered"]


@pytest.mark.fault("F40")
def test_f40_who_hangs_up_in_the_very_second_of_the_answer_may_be_seen_either_way():
    scene = Scene(agent="anna", talk_from=12_000, talk_to=12_900, hung_up=12_901)
    assert audited([scene], [row(scene, "abandoned")], [caller(scene, "answered")]).good


def test_unexpected_times_out_of_order():
    for broken in ({"ended_at_ms": T0 - 1}, {"wait_ms": -1}, {"talk_ms": -1}):
        found = audited([TALKED], [row(TALKED, "answered", **broken)])
        assert "times_out_of_order" in why(found, Verdict.UNEXPECTED), broken


def test_duplicated_what_is_there_twice():
    twice = {call_id(0): 2}
    assert why(audited([LEFT], [row(LEFT, "abandoned")], finals=twice), Verdict.DUPLICATED) == ["final_rows"]
    assert why(audited([LEFT], [row(LEFT, "abandoned")], begun=twice), Verdict.DUPLICATED) == ["entered"]
    record = caller(LEFT, "hung_up_waiting")
    report = audited([LEFT], [row(LEFT, "abandoned")], [record, record])
    assert why(report, Verdict.DUPLICATED) == ["caller_twice"]
    lines = LEFT.lines()
    log = {call_id(0): Logged(row(LEFT, "abandoned"), 1, 1, 0)}
    assert why(audit(Witnesses(calls_from_cel(lines + lines), log, [], NOW)), Verdict.DUPLICATED) == ["two_channels"]


def test_two_calls_of_one_caller_are_found():
    second = [line.replace("token-1@", "token-0@") for line in replace(LEFT, n=1).lines()]
    log = {call_id(n): Logged(row(replace(LEFT, n=n), "abandoned"), 1, 1, 0) for n in range(2)}
    seen = Witnesses(calls_from_cel(LEFT.lines() + second), log, [], NOW, [caller(LEFT, "hung_up_waiting")])
    assert why(audit(seen), Verdict.DUPLICATED) == ["calls_of_one_caller"]


def test_a_token_is_compared_as_the_dialplan_lets_it_through():
    assert token_of({"token": "a b<c>{d}@x.y-z_å\r\n"}) == "abcd@x.y-z_"
    assert len(token_of({"token": "x" * 300})) == 120


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in {Outcome.ABANDONED, Outcome.FAILED}])
def test_every_other_outcome_is_one_after_which_we_may_hang_up(outcome):
    report = audited([replace(LEFT, by="server")], [row(LEFT, outcome)])
    assert why(report, Verdict.LOST) == []


def site_with(log: Log, *scenes: Scene) -> Path:
    log.site.cel_path.parent.mkdir(parents=True, exist_ok=True)
    log.site.cel_path.write_text("".join(f"{line}\n" for line in lines_of(*scenes)))
    witness = log.site.home / "witness.jsonl"
    witness.write_text(
        "".join(json.dumps(caller(s, "answered" if s.agent else "hung_up_waiting")) + "\n" for s in scenes)
    )
    return witness


def test_a_whole_installation_is_audited_over_any_span(log: Log):
    scenes = [replace(TALKED, n=n) for n in range(6)]
    for n in range(6):
        log.add(*story(n))
    witness = site_with(log, *scenes)
    assert log.writer.flush()
    report = audit_site(log.site, witness, now_ms=NOW)
    assert report.good, report.findings
    assert report.as_dict()["terminal"] == {"answered": 6}
    part = audit_site(log.site, from_ms=T0 + 2_000, to_ms=T0 + 4_000, now_ms=NOW)
    assert (part.accepted, part.terminal["answered"], part.findings) == (2, 2, [])


def test_a_call_missing_in_either_file_is_found_on_disk_too(log: Log):
    for n in (0, 1, 3):
        log.add(*story(n))
    site_with(log, *(replace(TALKED, n=n) for n in (0, 1, 2)))
    assert log.writer.flush()
    found = {(str(f.verdict), f.why, f.call) for f in audit_site(log.site, now_ms=NOW).findings}
    assert found == {("lost", "no_final_row", call_id(2)), ("unexpected", "not_in_cel", call_id(3))}


def test_without_asterisks_log_every_call_of_ours_is_a_surprise(log: Log):
    log.add(*story(0))
    assert log.writer.flush()
    assert why(audit_site(log.site, now_ms=NOW), Verdict.UNEXPECTED) == ["not_in_cel"]


def test_a_damaged_file_and_one_set_aside_are_told(log: Log):
    log.note(calls=200)
    assert log.writer.close()
    for tail in ("-wal", "-shm"):
        log.site.database_path.with_name(log.site.database_path.name + tail).unlink(missing_ok=True)
    data = bytearray(log.site.database_path.read_bytes())
    last = len(data) // 4096 - 1
    data[last * 4096 : last * 4096 + 64] = b"\xff" * 64
    log.site.database_path.write_bytes(data)
    (log.site.home / "calls.sqlite.set-aside-20261121T211500Z").touch()
    report = audit_site(log.site, from_ms=1, to_ms=2, now_ms=NOW)
    assert report.file_fault
    assert report.set_aside == ["calls.sqlite.set-aside-20261121T211500Z"]


def promised(scene: Scene, outcome: str = "", **more: Any) -> Logged:
    """The caller was let go and is to be rung, or was."""
    final = int(bool(outcome))
    return Logged(row(scene, outcome, **more), final, 1, 0, promised_at_ms=T0 + scene.hung_up)


def test_a_promise_that_is_written_down_is_pending_and_not_lost():
    let_go = replace(LEFT, by="server")
    logged = promised(let_go)
    cel = calls_from_cel(lines_of(let_go))
    report = audit(Witnesses(cel, {call_id(0): logged}, [], NOW, pending={call_id(0)}))
    assert report.good
    assert report.terminal == {"promised": 1}


def test_lost_is_a_promise_that_nobody_will_keep():
    let_go = replace(LEFT, by="server")
    report = audit(Witnesses(calls_from_cel(lines_of(let_go)), {call_id(0): promised(let_go)}, [], NOW))
    assert why(report, Verdict.LOST) == ["promise_forgotten"]


@pytest.mark.parametrize("outcome", ["callback_kept", "callback_failed"])
def test_a_promise_is_kept_or_given_up_hours_after_its_caller_went(outcome):
    let_go = replace(LEFT, by="server")
    logged = promised(let_go, outcome, ended_at_ms=T0 + 9_000_000)
    seen = [caller(let_go, "server_hung_up")]
    report = audit(Witnesses(calls_from_cel(lines_of(let_go)), {call_id(0): logged}, [], NOW, seen))
    assert report.good


def test_what_an_agent_promised_has_no_caller_in_asterisks_log():
    report = audit(Witnesses({}, {call_id(0): promised(LEFT, "callback_kept")}, [], NOW))
    assert report.good
