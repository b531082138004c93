"""What is still to be told, in the store: one row an event and subscriber, until it is delivered or laid aside."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database, Migrations

from queues.ids import Clearance, QueueId

migrations = Migrations("web_webhooks")
WAITING, DEAD = "waiting", "dead"
LOG, MATTERS = "log", "matters"
"""Names of the two places that are read up to a number."""
MOST_DEAD = 10_000
"""Of each subscriber; the oldest are let go of first."""
_COLUMNS = "number, subscriber, event, what, at_ms, queue, clearance, body, state, tries, next_ms, failure"


@migrations()
def m001_deliveries(db: Database) -> None:
    """Deliveries, and how far what is told has been read."""
    db.execute(
        "CREATE TABLE deliveries (number INTEGER PRIMARY KEY AUTOINCREMENT, subscriber TEXT NOT NULL,"
        " event TEXT NOT NULL, what TEXT NOT NULL, at_ms INTEGER NOT NULL, queue TEXT NOT NULL,"
        " clearance TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),"
        " tries INTEGER NOT NULL, next_ms INTEGER NOT NULL, failure TEXT NOT NULL, UNIQUE (subscriber, event)) STRICT"
    )
    db.execute("CREATE INDEX deliveries_in_order ON deliveries (subscriber, state, number)")
    db.execute("CREATE TABLE read_up_to (place TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID")


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a subscriber."""

    number: int
    subscriber: str
    event: str
    what: str
    at_ms: int
    queue: QueueId
    clearance: Clearance
    body: str
    state: str = WAITING
    tries: int = 0
    next_ms: int = 0
    failure: str = ""
    """How the last try ended."""


def up_to(db: Database, place: str) -> int | None:
    """How far that place has been read; None if it never was."""
    found = db.execute("SELECT number FROM read_up_to WHERE place = ?", (place,)).fetchone()
    return None if found is None else int(found[0])


def set_up_to(db: Database, place: str, number: int) -> None:
    """It has been read so far. Nothing is written when that is known."""
    if up_to(db, place) != number:
        db.execute("INSERT OR REPLACE INTO read_up_to (place, number) VALUES (?, ?)", (place, number))


def forget_places(db: Database) -> None:
    """Nobody is told anything: whoever comes later is told of what happens from then on."""
    db.execute("DELETE FROM read_up_to")


def add(db: Database, deliveries: Iterable[Delivery], most_waiting: int) -> None:
    """They wait, after those before them; one that is there already is not there twice; too many are laid aside."""
    for new in deliveries:
        waiting = db.execute(
            "SELECT count(*) FROM deliveries WHERE subscriber = ? AND state = 'waiting'", (new.subscriber,)
        ).fetchone()[0]
        state, failure = (DEAD, "too_many_waiting") if waiting >= most_waiting else (WAITING, "")
        db.execute(
            "INSERT OR IGNORE INTO deliveries (subscriber, event, what, at_ms, queue, clearance, body, state, tries,"
            " next_ms, failure) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)",
            (new.subscriber, new.event, new.what, new.at_ms, new.queue, new.clearance, new.body, state, failure),
        )


def first(db: Database, subscriber: str) -> Delivery | None:
    """The one whose turn it is."""
    found = _read(db, "subscriber = ? AND state = 'waiting' ORDER BY number LIMIT 1", (subscriber,))
    return found[0] if found else None


def gone(db: Database, number: int) -> None:
    """It is delivered, or not to be."""
    db.execute("DELETE FROM deliveries WHERE number = ?", (number,))


def failed(db: Database, number: int, failure: str, next_ms: int) -> None:
    """It is tried again then."""
    db.execute(
        "UPDATE deliveries SET tries = tries + 1, next_ms = ?, failure = ? WHERE number = ?", (next_ms, failure, number)
    )


def laid_aside(db: Database, number: int, failure: str) -> None:
    """It is not tried again by itself; the oldest of too many are let go of."""
    db.execute(
        "UPDATE deliveries SET state = 'dead', tries = tries + 1, failure = ? WHERE number = ?", (failure, number)
    )
    db.execute(
        "DELETE FROM deliveries WHERE state = 'dead' AND number <= (SELECT max(number) FROM deliveries) - ?",
        (MOST_DEAD,),
    )


def again(db: Database, number: int) -> bool:
    """Whether there is such a one laid aside; it waits anew, in its old place."""
    done = db.execute(
        "UPDATE deliveries SET state = 'waiting', tries = 0, next_ms = 0, failure = '' WHERE number = ?"
        " AND state = 'dead'",
        (number,),
    )
    return done.rowcount == 1


def all_again(db: Database, subscriber: str) -> int:
    """How many were laid aside for the subscriber; they wait anew."""
    done = db.execute(
        "UPDATE deliveries SET state = 'waiting', tries = 0, next_ms = 0, failure = '' WHERE subscriber = ?"
        " AND state = 'dead'",
        (subscriber,),
    )
    return done.rowcount


def discard_dead(db: Database, subscriber: str) -> int:
    """How many were laid aside for the subscriber; they are gone."""
    return db.execute("DELETE FROM deliveries WHERE subscriber = ? AND state = 'dead'", (subscriber,)).rowcount


def summary(db: Database) -> dict[str, dict[str, int | str]]:
    """By subscriber: how many wait, how many are laid aside, and how the last failed try ended."""
    found = db.execute(
        "SELECT subscriber, sum(state = 'waiting'), sum(state = 'dead'),"
        " (SELECT failure FROM deliveries f WHERE f.subscriber = d.subscriber AND failure <> ''"
        "  ORDER BY number DESC LIMIT 1) FROM deliveries d GROUP BY subscriber"
    )
    return {
        name: {"waiting": waiting, "dead": laid, "failure": failure or ""} for name, waiting, laid, failure in found
    }


def dead(db: Database, before: int, limit: int) -> list[Delivery]:
    """Those laid aside with a smaller number, newest first."""
    return _read(db, "state = 'dead' AND number < ? ORDER BY number DESC LIMIT ?", (before, limit))


def dead_by_subscriber(db: Database) -> dict[str, int]:
    """How many are laid aside, of those who have any."""
    return dict(db.execute("SELECT subscriber, count(*) FROM deliveries WHERE state = 'dead' GROUP BY subscriber"))


def forget_all_but(db: Database, subscribers: Iterable[str]) -> None:
    """What was for others is gone."""
    kept = tuple(subscribers)
    marks = ", ".join("?" * len(kept))
    db.execute(f"DELETE FROM deliveries WHERE subscriber NOT IN ({marks})", kept)  # noqa: S608 - question marks


def _read(db: Database, where: str, values: tuple[object, ...]) -> list[Delivery]:
    rows = db.execute(f"SELECT {_COLUMNS} FROM deliveries WHERE {where}", values)  # noqa: S608 - constants of this file
    return [Delivery(*row) for row in rows]
