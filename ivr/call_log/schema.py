"""The tables of the call log: two that are only ever added to, two that triggers keep, and a row per call as a view.

`events` is what the kernel was told, `entries` what it decided should be remembered; `run` and `step` say which
engine and which of its steps both came from. `runs.last_step` is the highest step of a run that is in here, written
in the same transaction: it makes every replay of the journal harmless. `call_keys` and `agents_last` could be asked
of `entries` at any time; they are kept so that a start with a year of calls takes milliseconds.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("call_log")

_ROW = {"seq": int, "run": int, "step": int, "at_ms": int, "kind": str, "call": str, "agent": str, "body": str}

_TRIGGERS = """
CREATE TRIGGER keep_call_keys AFTER INSERT ON entries
WHEN new.kind IN ('CallEntered', 'CallRecovered', 'CallEnded') AND new.call <> ''
BEGIN
  INSERT INTO call_keys (call, entered_at_ms, is_open) VALUES (
    new.call,
    CASE new.kind WHEN 'CallRecovered' THEN coalesce(nullif(new.body ->> '$.entered_at_ms', 0), new.at_ms)
                  ELSE new.at_ms END,
    new.kind <> 'CallEnded')
  ON CONFLICT (call) DO UPDATE SET
    entered_at_ms = min(entered_at_ms, excluded.entered_at_ms),
    is_open = min(is_open, excluded.is_open);
END;
CREATE TRIGGER keep_agents_last AFTER INSERT ON entries
WHEN new.kind = 'AgentStateChanged'
BEGIN
  INSERT INTO agents_last (agent, seq) VALUES (new.agent, new.seq)
  ON CONFLICT (agent) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT raise(ABORT, 'entries are only ever added'); END;
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT raise(ABORT, 'events are only ever added'); END;
"""


def _latest(what: str, kinds: str, also: str = "") -> str:
    """SQL for `what` of the call's last entry of `kinds`; `also` narrows it further."""
    return (
        f"(SELECT {what} FROM entries e WHERE e.call = k.call AND e.kind IN ({kinds}) {also} ORDER BY seq DESC LIMIT 1)"  # noqa: S608 -- constants of this file only
    )


_ENDED = "'CallEnded'"
_QUEUED = "'CallQueued', 'CallRecovered'"
_STILL_ANSWERED = (
    "AND e.seq > coalesce((SELECT max(r.seq) FROM entries r WHERE r.call = k.call AND r.kind = 'CallReturned'), 0)"
    # Whoever hung up as the phone was answered was not answered, and by nobody (F40).
    " AND NOT EXISTS (SELECT 1 FROM entries a WHERE a.call = k.call AND a.kind = 'CallEnded'"
    " AND (a.body ->> '$.outcome') = 'abandoned')"
)
_ANSWERED_BY = "AND e.agent <> '' " + _STILL_ANSWERED
_IN_QUEUE = "AND (e.body ->> '$.queue') <> ''"

_CALLS = f"""
SELECT
  k.call AS call,
  {_latest("e.body ->> '$.number'", "'CallEntered', 'CallRecovered'", "AND (e.body ->> '$.number') <> ''")} AS number,
  {_latest("e.body ->> '$.caller'", "'CallEntered', 'CallRecovered'", "AND (e.body ->> '$.caller') <> ''")} AS caller,
  {_latest("e.body ->> '$.queue'", f"{_QUEUED}, 'CallEnded'", _IN_QUEUE)} AS queue,
  k.entered_at_ms AS entered_at_ms,
  {_latest("nullif(e.body ->> '$.entered_at_ms', 0)", _QUEUED, _IN_QUEUE)} AS queued_at_ms,
  coalesce({_latest("e.at_ms", "'CallAnswered'", _STILL_ANSWERED)},
    {_latest("nullif(e.body ->> '$.answered_at_ms', 0)", "'CallRecovered'", _STILL_ANSWERED)}) AS answered_at_ms,
  {_latest("e.at_ms", _ENDED)} AS ended_at_ms,
  {_latest("e.body ->> '$.wait_ms'", "'CallEnded', 'CallAnswered'")} AS wait_ms,
  (SELECT sum(e.body ->> '$.talk_ms') FROM entries e WHERE e.call = k.call AND e.kind = 'TalkEnded') AS talk_ms,
  {_latest("e.agent", "'CallAnswered', 'CallRecovered', 'TalkEnded'", _ANSWERED_BY)} AS agent,
  {_latest("e.body ->> '$.outcome'", _ENDED)} AS outcome,
  {_latest("e.body ->> '$.state'", _ENDED)} AS state,
  {_latest("e.body ->> '$.reason'", _ENDED)} AS reason,
  (SELECT count(*) FROM entries e WHERE e.call = k.call AND e.kind = 'CallRecovered') AS recoveries
FROM call_keys k
"""  # noqa: S608 -- constants of this file only


@migrations()
def m001_rows_and_calls(db: Database) -> None:
    """Runs, events, entries, what triggers keep of them, and the view of calls."""
    run = {"run": int, "started_ms": int, "last_step": int, "last_at_ms": int, "closed_ms": int}
    db.table("runs").create(run, pk="run", strict=True)
    for name in ("events", "entries"):
        table = db.table(name)
        table.create(_ROW, pk="seq", not_null=set(_ROW) - {"seq"}, strict=True)
        table.create_index(["at_ms"])
    db.execute("CREATE INDEX entries_of_a_call ON entries (call, kind)")
    db.execute(
        "CREATE TABLE call_keys (call TEXT PRIMARY KEY, entered_at_ms INTEGER NOT NULL, is_open INTEGER NOT NULL)"
        " STRICT, WITHOUT ROWID"
    )
    db.execute("CREATE INDEX calls_by_entry ON call_keys (entered_at_ms)")
    db.execute("CREATE INDEX calls_open ON call_keys (call) WHERE is_open = 1")
    db.execute("CREATE TABLE agents_last (agent TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID")
    for trigger in _TRIGGERS.split("CREATE TRIGGER")[1:]:
        db.execute("CREATE TRIGGER" + trigger)
    db.create_view("calls", _CALLS)


@migrations()
def m002_abandoned_is_not_answered(db: Database) -> None:
    """The view of calls shows no answer for a call that ended abandoned."""
    db.create_view("calls", _CALLS, replace=True)


@migrations()
def m003_calls_of_a_caller(db: Database) -> None:
    """The calls of one caller, by pseudonym, are found without reading a year of them."""
    db.execute("CREATE INDEX entries_of_a_caller ON entries ((body ->> '$.caller'), at_ms) WHERE kind = 'CallEntered'")
