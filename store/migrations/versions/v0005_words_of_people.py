"""The words that are looked up are those of people and files; what models say is not among them.

A model's tags come from the embedding, which is searched beside the words anyway: as words they
would count twice. They also come by the hundred thousand, and each changed its picture's words.
"""

from alembic import op

from store.migrations.versions.v0004_keywords import CHANGES, INSERT

revision = "0005"
down_revision = "0004"

MODELS = "('zero-shot', 'classifier')"
SAID = "FROM tag WHERE picture_id"
PEOPLE = INSERT.replace(SAID, f"FROM tag WHERE source NOT IN {MODELS} AND picture_id")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DELETE FROM keyword")
    op.execute(PEOPLE.format(which="IS NOT NULL"))
    for table, events in CHANGES.items():
        for number, (event, rows) in enumerate(events):
            again = " ".join(_again(row) for row in rows.split())
            one = rows.split()[0]
            when = f"WHEN {one}.source NOT IN {MODELS}" if table == "tag" else ""
            name = f"keyword_{table}_{number}"
            op.execute(f"DROP TRIGGER {name}")
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} {when} BEGIN {again} END")


def _again(row: str) -> str:
    which = f"= {row}.picture_id"
    delete = f"DELETE FROM keyword WHERE rowid {which};"  # noqa: S608 - all words are ours
    return f"{delete} {PEOPLE.format(which=which)};"
