"""The tables of accounts, sessions and who looked at what.

`rights` holds one number, raised by triggers whenever an account or a session changes: whoever keeps a viewer in
mind asks whether it is still the same. `looks` is only ever added to; each row carries the hash of the one before.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("accounts")

_TABLES = """
CREATE TABLE accounts (
  account TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, agent TEXT NOT NULL,
  queues TEXT, clearances TEXT NOT NULL, password TEXT NOT NULL, provider_subject TEXT NOT NULL,
  is_disabled INTEGER NOT NULL, changed_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
  session TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts, began_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE devices (
  device TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts, used_at_ms INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE rights (version INTEGER NOT NULL) STRICT;
INSERT INTO rights VALUES (1);
CREATE TABLE looks (
  number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, account TEXT NOT NULL, session TEXT NOT NULL,
  what TEXT NOT NULL, subject TEXT NOT NULL, why TEXT NOT NULL, chain TEXT NOT NULL) STRICT;
CREATE INDEX looks_at ON looks (at_ms);
CREATE INDEX sessions_of ON sessions (account);
CREATE INDEX devices_of ON devices (account)
"""
_RAISED = "BEGIN UPDATE rights SET version = version + 1; END"
_TRIGGERS = (
    f"CREATE TRIGGER accounts_added AFTER INSERT ON accounts {_RAISED}",
    f"CREATE TRIGGER accounts_changed AFTER UPDATE ON accounts {_RAISED}",
    f"CREATE TRIGGER accounts_gone AFTER DELETE ON accounts {_RAISED}",
    f"CREATE TRIGGER sessions_gone AFTER DELETE ON sessions {_RAISED}",
    "CREATE TRIGGER looks_stay BEFORE UPDATE ON looks BEGIN SELECT raise(ABORT, 'looks are only ever added'); END",
    "CREATE TRIGGER looks_remain BEFORE DELETE ON looks BEGIN SELECT raise(ABORT, 'looks are only ever added'); END",
)


@migrations()
def m001_accounts(db: Database) -> None:
    """Accounts, sessions, known devices, and the log of looks."""
    for statement in (*_TABLES.split(";"), *_TRIGGERS):
        db.execute(statement)


@migrations()
def m002_hand_overs(db: Database) -> None:
    """Which confidential calls' hand-overs stand in the access log already."""
    db.execute(
        "CREATE TABLE hand_overs (call TEXT, at_ms INTEGER, agent TEXT, PRIMARY KEY (call, at_ms, agent))"
        " STRICT, WITHOUT ROWID"
    )
