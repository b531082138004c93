"""Programs' tokens in the store: one row each, kept when it is revoked."""

from typing import TYPE_CHECKING, Any

from sqlite_utils import Database, Migrations

if TYPE_CHECKING:
    from ivr.web.api.tokens import Grant

migrations = Migrations("web_tokens")
_TEXTS = ("id", "hash", "name", "scopes", "queues", "clearances")
_INSTANTS = ("expires_ms", "created_ms", "used_ms", "revoked_ms")


@migrations()
def m001_tokens(db: Database) -> None:
    """One row a token; `queues` "*" is all, lists are parted by spaces."""
    columns = {**dict.fromkeys(_TEXTS, str), **dict.fromkeys(_INSTANTS, int)}
    db.table("tokens").create(columns, pk="id", not_null=set(columns) - {"id"}, strict=True)


def everything(db: Database) -> dict[str, dict[str, Any]]:
    """Every row by its id, oldest first."""
    names = _TEXTS + _INSTANTS
    rows = db.execute(f"SELECT {', '.join(names)} FROM tokens ORDER BY created_ms, id")  # noqa: S608 - constants
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def add(db: Database, token_id: str, kept: str, grant: "Grant", now_ms: int) -> None:
    """The token is known."""
    db.table("tokens").insert(
        {
            "id": token_id,
            "hash": kept,
            "name": grant.name,
            "scopes": " ".join(sorted(grant.scopes)),
            "queues": "*" if grant.queues is None else " ".join(sorted(grant.queues)),
            "clearances": " ".join(sorted(grant.clearances)),
            "expires_ms": grant.expires_ms,
            "created_ms": now_ms,
            "used_ms": 0,
            "revoked_ms": 0,
        }
    )


def used(db: Database, token_id: str, now_ms: int) -> None:
    """It is known when the token was last used."""
    db.execute("UPDATE tokens SET used_ms = ? WHERE id = ?", (now_ms, token_id))


def revoke(db: Database, token_id: str, now_ms: int) -> bool:
    """Whether there is such a token that was still good."""
    found = db.execute("UPDATE tokens SET revoked_ms = ? WHERE id = ? AND revoked_ms = 0", (now_ms, token_id))
    return found.rowcount == 1
