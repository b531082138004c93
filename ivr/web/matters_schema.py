"""The table of what calls were about. Rows are only ever added: a call's last one holds, the others are history."""

from sqlite_utils import Database, Migrations

migrations = Migrations("matters")

_TABLE = """
CREATE TABLE outcomes (
  number INTEGER PRIMARY KEY, call TEXT NOT NULL, at_ms INTEGER NOT NULL, account TEXT NOT NULL, agent TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('matter', 'put_through', 'wrong_number', 'cut_off')),
  matter TEXT NOT NULL, department TEXT NOT NULL, rosa INTEGER NOT NULL, level INTEGER NOT NULL,
  is_solved INTEGER NOT NULL, case_number TEXT NOT NULL, queue TEXT NOT NULL, clearance TEXT NOT NULL,
  answered_at_ms INTEGER NOT NULL,
  CHECK ((kind = 'matter') = (matter <> ''))) STRICT
"""


@migrations()
def m001_outcomes(db: Database) -> None:
    """Outcomes, found by call and by day."""
    db.execute(_TABLE)
    db.execute("CREATE INDEX outcomes_of ON outcomes (call, number)")
    db.execute("CREATE INDEX outcomes_answered ON outcomes (answered_at_ms)")
    db.execute(
        "CREATE TRIGGER outcomes_stay BEFORE UPDATE ON outcomes"
        " BEGIN SELECT raise(ABORT, 'outcomes are only ever added'); END"
    )
