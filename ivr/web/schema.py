"""Every table of the pages' store, by the part that owns it. A new part adds its `migrations` here."""

from sqlite_utils import Database, Migrations

from ivr.web.accounts.schema import migrations as accounts
from ivr.web.alarms.rows import migrations as alarms
from ivr.web.api.token_rows import migrations as tokens
from ivr.web.matters_schema import migrations as matters
from ivr.web.webhooks.rows import migrations as webhooks

SETS: tuple[Migrations, ...] = (accounts, alarms, tokens, matters, webhooks)


def bring_up_to_date(db: Database) -> None:
    """The file has every table, as the newest version wants it."""
    for migrations in SETS:
        if migrations.pending(db):
            migrations.apply(db)
