"""Three witnesses of the same calls, joined: the callers' side (W1), Asterisk's own log (W2) and ours (W3).

**Lost** is a call that Asterisk accepted and that (a) ended by our hang-up, or with Asterisk itself, before a person, a
closed or overload notice or a callback was reached; or (b) left the caller in more than 5 s of silence; or (c) had no
final row 60 s after its channel was gone; or (d) is still going on in our log although its channel is gone.
**Unexpected** is what one witness has and another has not, or has otherwise. **Duplicated** is what should be there
once and is there twice. W1 exists in tests and drills only; the other two are enough every night.

A final row that had to wait because no engine lived is late only if one lived for 60 s without writing it.
"""

import time
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ivr.call_log.cel import CelCall, CelFile, CelFold, EndedBy
from ivr.call_log.reading import CallLogReader, CallRow, Run
from ivr.call_log.recovery import is_promised
from ivr.config.site import Site
from ivr.pending_callbacks import PendingCallbacks
from queues.entries import CallbackPromised, CallEnded, CallEntered, CallRecovered, CallReturned, Outcome
from queues.ids import CallId, partner_of
from queues.moved_entries import AFTERWARDS
from queues.operator_entries import ParkingBegun
from queues.transfer_entries import CallTransferred

GRACE_MS = 60_000
SILENCE_MS = 5_000
_EDGE_MS = 3_600_000
"""How long before the span a call may have begun that belongs to another day and is still met in it."""
ENOUGH = frozenset(
    {
        Outcome.ANSWERED,
        Outcome.CLOSED,
        Outcome.TURNED_AWAY,
        Outcome.OVERFLOWED_EXTERNAL,
        Outcome.CALLBACK_KEPT,
    }
)
"""Outcomes after which we may hang up; `callback_failed` too, since the citizen was rung."""
_TALKED = {Outcome.ANSWERED, Outcome.OVERFLOWED_EXTERNAL}
"""Outcomes of a talk: with a person of the house, or with a partner."""
_NEVER_IN = frozenset({"cancelled", "busy", "failed"})
"""What a caller's side says of a call that need not have been accepted."""
_SAME = {
    "answered": {Outcome.ANSWERED, Outcome.ABANDONED, Outcome.OVERFLOWED_EXTERNAL},
    "closed": {Outcome.CLOSED, Outcome.TURNED_AWAY},
    "hung_up_waiting": {Outcome.ABANDONED, Outcome.ANSWERED, Outcome.OVERFLOWED_EXTERNAL},
    "vanished": {Outcome.ABANDONED, Outcome.ANSWERED, Outcome.OVERFLOWED_EXTERNAL, Outcome.FAILED},
}
"""What the log may call what a caller saw. Who hangs up in the very second of the answer may see it either way."""
_OVERLAP_MS = 1_500


class Verdict(StrEnum):
    """What kind of thing was found."""

    LOST = "lost"
    UNEXPECTED = "unexpected"
    DUPLICATED = "duplicated"


@dataclass(frozen=True, slots=True)
class Finding:
    """One call that is not as it should be; `why` is a word for machines."""

    verdict: Verdict
    why: str
    call: str
    token: str = ""


@dataclass(slots=True)
class Logged:
    """One call in our log."""

    row: CallRow
    final_rows: int
    beginnings: int
    learnt_at_ms: int
    """When the final row was made up from Asterisk's log; 0 if the engine that had the call wrote it."""
    promised_at_ms: int = 0
    """When it was last promised that the caller will be rung, and not taken back; 0 if never."""
    handed_on_ms: int = 0
    """When the call was last put through to somebody else, or back into line; 0 for never."""


@dataclass(slots=True)
class Witnesses:
    """Everything that is to be joined."""

    cel: Mapping[CallId, CelCall]
    log: Mapping[CallId, Logged]
    runs: Sequence[Run]
    now_ms: int
    callers: Sequence[Mapping[str, Any]] | None = None
    whole_log: bool = True
    """Whether a call that is in the log and not in `cel` is a surprise."""
    pending: Container[CallId] = frozenset()
    """The promises that are written down to be kept."""


@dataclass(slots=True)
class Report:
    """What the audit found, out of how many."""

    attempted: int = 0
    accepted: int = 0
    in_progress: int = 0
    recovered: int = 0
    terminal: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    callers_side: bool = False
    unreadable_lines: int = 0
    file_fault: str = ""
    set_aside: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether every call is accounted for, once."""
        return not self.findings

    def count(self, verdict: Verdict) -> int:
        """How many different calls there is something of that kind to say about."""
        return len({finding.call or finding.token for finding in self.findings if finding.verdict is verdict})

    def as_dict(self) -> dict[str, Any]:
        """The report for machines."""
        return {
            "attempted": self.attempted,
            "acknowledged": self.accepted,
            "in_progress": self.in_progress,
            "terminal": dict(self.terminal),
            **{str(verdict): self.count(verdict) for verdict in Verdict},
            "recovered": self.recovered,
            "callers_side": self.callers_side,
            "unreadable_lines": self.unreadable_lines,
            "file_fault": self.file_fault,
            "set_aside": self.set_aside,
            "findings": [
                {"verdict": str(f.verdict), "why": f.why, "call": f.call, "token": f.token} for f in self.findings
            ],
        }


def audit(seen: Witnesses) -> Report:
    """All witnesses joined by the call's id and, on the callers' side, by the SIP Call-ID."""
    report = Report(callers_side=seen.callers is not None)
    report.attempted = len(seen.cel if seen.callers is None else seen.callers)
    for call in seen.cel.values():
        report.accepted += bool(call.accepted_ms)
        report.in_progress += bool(call.accepted_ms and not call.hung_up_ms and call.call not in _ended(seen.log))
        report.findings.extend(_of_asterisk(call, seen))
    for logged in seen.log.values():
        report.terminal[logged.row.outcome or ("promised" if logged.promised_at_ms else "in_progress")] += 1
        report.recovered += bool(logged.row.recoveries)
        report.findings.extend(_of_log(logged, seen))
    if seen.callers is not None:
        report.findings.extend(_of_callers(seen.callers, seen))
    return report


def _ended(log: Mapping[CallId, Logged]) -> frozenset[CallId]:
    return frozenset(call for call, logged in log.items() if logged.final_rows)


def _of_asterisk(call: CelCall, seen: Witnesses) -> Iterator[Finding]:
    """What Asterisk's log says against ours, of one call."""
    logged = seen.log.get(call.call)
    if call.starts > 1:
        yield Finding(Verdict.DUPLICATED, "two_channels", call.call, call.sip_call_id)
    if not call.accepted_ms or not call.hung_up_ms:
        return
    if logged is not None and logged.promised_at_ms:
        return  # the caller was let go; what became of the promise, our log says
    if logged is None or not logged.final_rows:
        if seen.now_ms - call.hung_up_ms > GRACE_MS:
            why = "no_final_row" if logged is None or not logged.row.queued_at_ms else "still_in_line"
            yield Finding(Verdict.LOST, why, call.call, call.sip_call_id)
        return
    if logged.learnt_at_ms and logged.learnt_at_ms - _engine_there(call.hung_up_ms, seen.runs) > GRACE_MS:
        yield Finding(Verdict.LOST, "late_final_row", call.call, call.sip_call_id)
    if why := _cut(call, logged.row.outcome):
        yield Finding(Verdict.LOST, why, call.call, call.sip_call_id)
    elif why := _contradiction(call, logged):
        yield Finding(Verdict.UNEXPECTED, why, call.call, call.sip_call_id)


def _engine_there(since_ms: int, runs: Sequence[Run]) -> int:
    """The first instant from `since_ms` on at which an engine was at work."""
    return min((max(since_ms, run.started_ms) for run in runs if run.last_at_ms >= since_ms), default=since_ms)


def _cut(call: CelCall, outcome: str) -> str:
    """How we ended the call before it had reached anything; "" if we did not."""
    if outcome in ENOUGH or outcome == Outcome.CALLBACK_FAILED:
        return ""
    if call.ended_by is EndedBy.CALLER or call.served:
        return ""
    return "ended_by_us"


def _contradiction(call: CelCall, logged: Logged) -> str:
    row = logged.row
    if row.outcome in _TALKED:
        outside = bool(call.talks and partner_of(call.talks[-1].agent))
        if not call.talks or outside != (row.outcome == Outcome.OVERFLOWED_EXTERNAL):
            return f"{row.outcome}_without_talk"
    talk = call.served
    # Who was put through and hung up before anybody answered is abandoned, whatever talk they had before.
    last = talk is not None and talk.began_ms >= logged.handed_on_ms
    if row.outcome == Outcome.ABANDONED and talk and last and talk.length_ms > _OVERLAP_MS:
        return "talk_logged_as_abandoned"
    if row.ended_at_ms is not None and abs(row.ended_at_ms - call.hung_up_ms) > GRACE_MS:
        return "ended_at_another_time"
    return ""


def _of_log(logged: Logged, seen: Witnesses) -> Iterator[Finding]:
    """What our log says, of one call, that Asterisk's does not, or twice."""
    row = logged.row
    known = seen.cel.get(row.call)
    token = known.sip_call_id if known else ""
    if logged.final_rows > 1:
        yield Finding(Verdict.DUPLICATED, "final_rows", row.call, token)
    if logged.beginnings > 1:
        yield Finding(Verdict.DUPLICATED, "entered", row.call, token)
    reached = row.answered_at_ms is not None
    if (
        row.outcome == Outcome.FAILED
        and not reached
        and (known is None or not known.hung_up_ms or known.ended_by is EndedBy.CALLER)
    ):
        yield Finding(Verdict.LOST, row.reason or "failed", row.call, token)
    pending = bool(logged.promised_at_ms) and not logged.final_rows
    if pending and row.call not in seen.pending and seen.now_ms - logged.promised_at_ms > GRACE_MS:
        yield Finding(Verdict.LOST, "promise_forgotten", row.call, token)
    if known is None and seen.whole_log and not logged.promised_at_ms:
        yield Finding(Verdict.UNEXPECTED, "not_in_cel", row.call)
    if not _in_order(row):
        yield Finding(Verdict.UNEXPECTED, "times_out_of_order", row.call, token)


def _in_order(row: CallRow) -> bool:
    """Instants rise, spans are not negative (I6)."""
    instants = [at for at in (row.entered_at_ms, row.answered_at_ms, row.ended_at_ms) if at is not None]
    return instants == sorted(instants) and (row.wait_ms or 0) >= 0 and (row.talk_ms or 0) >= 0


def _of_callers(callers: Sequence[Mapping[str, Any]], seen: Witnesses) -> Iterator[Finding]:
    by_token: dict[str, list[CelCall]] = {}
    for call in seen.cel.values():
        by_token.setdefault(call.sip_call_id, []).append(call)
    for token, times in Counter(token_of(record) for record in callers).items():
        if times > 1:
            yield Finding(Verdict.DUPLICATED, "caller_twice", "", token)
    for record in callers:
        yield from _of_caller(record, by_token.get(token_of(record), []), seen)
    rung = {token_of(record) for record in callers}
    for token, calls in by_token.items():
        if token not in rung:
            for call in calls:
                if call.accepted_ms:
                    yield Finding(Verdict.UNEXPECTED, "no_caller", call.call, token)


def _of_caller(record: Mapping[str, Any], calls: Sequence[CelCall], seen: Witnesses) -> Iterator[Finding]:
    token, terminal = token_of(record), str(record.get("terminal"))
    call = calls[0].call if calls else ""
    if len(calls) > 1:
        yield Finding(Verdict.DUPLICATED, "calls_of_one_caller", call, token)
    if (record.get("longest_silence_ms") or 0) > SILENCE_MS:
        yield Finding(Verdict.LOST, "silence", call, token)
    logged = seen.log.get(CallId(call))
    promised = logged is not None and bool(logged.promised_at_ms)
    if terminal == "server_hung_up" and not promised:
        yield Finding(Verdict.LOST, "ended_by_us", call, token)
    if not calls:
        if terminal not in _NEVER_IN:
            yield Finding(Verdict.UNEXPECTED, "not_in_cel", "", token)
        return
    if (
        logged
        and not promised
        and logged.row.outcome
        and logged.row.outcome not in _SAME.get(terminal, {logged.row.outcome})
    ):
        yield Finding(Verdict.UNEXPECTED, f"{terminal}_logged_as_{logged.row.outcome}", call, token)


def token_of(record: Mapping[str, Any]) -> str:
    """The SIP Call-ID as the dialplan lets it through into Asterisk's log."""
    return "".join(c for c in str(record.get("token")) if c.isascii() and (c.isalnum() or c in ".@_-"))[:120]


def audit_site(
    site: Site, callers: Path | None = None, *, from_ms: int = 0, to_ms: int = 2**62, now_ms: int | None = None
) -> Report:
    """The audit of one installation, over the calls that Asterisk began in [from_ms, to_ms).

    Raises CallLogUnreadableError when there is no log at all.
    """
    from ivr.testphone.witness import read_witness  # noqa: PLC0415 -- only where there is a callers' side

    fold = CelFold()
    fold.feed(CelFile(site.cel_path, from_ms=max(0, from_ms - _EDGE_MS)).new_lines())
    begins_ms = min((call.entered_ms for call in fold.calls.values()), default=0)
    inside = {call: seen for call, seen in fold.calls.items() if from_ms <= seen.entered_ms < to_ms}
    with CallLogReader(site.database_path, site.journal_path) as log:
        rows = {row.call: row for row in log.day(max(from_ms, begins_ms - GRACE_MS), to_ms)}
        wanted = rows.keys() - (fold.calls.keys() - inside.keys()) | log.knows(inside)
        seen = Witnesses(
            cel=inside,
            log={call: logged for call in sorted(wanted) if (logged := _logged(log, call, rows.get(call)))},
            runs=log.runs(),
            now_ms=now_ms if now_ms is not None else time.time_ns() // 1_000_000,
            pending=PendingCallbacks(site.callbacks_path).calls(),
            callers=[r for r in read_witness(callers) if from_ms <= _started_ms(r) < to_ms] if callers else None,
        )
        report = audit(seen)
        report.file_fault = log.check()
    report.unreadable_lines = fold.unreadable
    report.set_aside = sorted(p.name for p in site.home.glob(f"{site.database_path.name}.set-aside-*[0-9Z]"))
    return report


def _started_ms(record: Mapping[str, Any]) -> int:
    return int(record.get("started_ms") or 0)


def _logged(log: CallLogReader, call: CallId, row: CallRow | None) -> Logged | None:
    row = row or log.call(call)
    if row is None:
        return None
    entries = log.call_entries(call)
    finals = sum(isinstance(entry, CallEnded) for entry in entries)
    beginnings = sum(isinstance(entry, CallEntered) for entry in entries)
    afterwards = [entry for entry in entries if isinstance(entry, CallRecovered) and entry.state in AFTERWARDS]
    learnt = max((entry.at_ms for entry in afterwards), default=0)
    kinds = (CallTransferred, ParkingBegun, CallReturned)
    handed_on = max((entry.at_ms for entry in entries if isinstance(entry, kinds)), default=0)
    promised = max((entry.at_ms for entry in entries if isinstance(entry, CallbackPromised)), default=0)
    return Logged(
        row, finals, beginnings, learnt, promised_at_ms=promised if is_promised(entries) else 0, handed_on_ms=handed_on
    )
