"""The alarms in the store: one row each, written when it is raised and at every change."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from sqlite_utils import Database, Migrations

from ivr.config.alarm_entries import AlarmKind
from ivr.web.alarms.alarm import Alarm
from ivr.web.alarms.rules import Severity

migrations = Migrations("web_alarms")
_COLUMNS = tuple(column.name for column in fields(Alarm))
_FIELDS = ", ".join(_COLUMNS)
MOST_KEPT = 20_000


@migrations()
def m001_alarms(db: Database) -> None:
    """One row an alarm."""
    texts = {"kind", "subject", "severity", "acknowledged_by"}
    columns = {name: str if name in texts else int for name in _COLUMNS}
    db.table("alarms").create(columns, pk="id", not_null=set(columns) - {"id"}, strict=True)
    db.execute("CREATE INDEX alarms_on ON alarms (id) WHERE cleared_ms = 0")


def opened(db: Database) -> list[Alarm]:
    """Those that are on."""
    return _alarms(db, f"SELECT {_FIELDS} FROM alarms WHERE cleared_ms = 0 ORDER BY id", ())  # noqa: S608 - constants


def next_id(db: Database) -> int:
    """An id that no alarm has had."""
    return int(db.execute("SELECT coalesce(max(id), 0) + 1 FROM alarms").fetchone()[0])


def history(db: Database, before_id: int, limit: int) -> list[Alarm]:
    """Newest first, older than `before_id` unless 0."""
    sql = f"SELECT {_FIELDS} FROM alarms WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2"  # noqa: S608 - constants
    return _alarms(db, sql, (before_id, limit))


def save(db: Database, alarms: Iterable[Alarm]) -> None:
    """They are as given; of those long over, the oldest are forgotten."""
    for alarm in alarms:
        db.table("alarms").upsert(asdict(alarm), pk="id")
    db.execute("DELETE FROM alarms WHERE cleared_ms > 0 AND id <= (SELECT max(id) FROM alarms) - ?", (MOST_KEPT,))


def _alarms(db: Database, sql: str, values: tuple[Any, ...]) -> list[Alarm]:
    found = (dict(zip(_COLUMNS, row, strict=True)) for row in db.execute(sql, values))
    return [
        Alarm(**{**row, "kind": AlarmKind(row["kind"]), "severity": Severity(row["severity"])})
        for row in found
        if row["kind"] in set(AlarmKind)
    ]
