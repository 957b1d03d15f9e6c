"""Words of names, captions and tags, to be looked up: SQLite's FTS5, kept by triggers.

Triggers, so that whoever writes files, captions or tags cannot forget it. The table holds the words
of the pictures that lie somewhere, under their ids. Other databases have a search of their own.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

WORDS = """
    SELECT picture_id,
        group_concat(path, ' '),
        (SELECT group_concat(text, ' ') FROM caption WHERE picture_id = file.picture_id),
        (SELECT group_concat(name, ' ') FROM tag WHERE picture_id = file.picture_id)
    FROM file WHERE state = 'present' AND picture_id {which} GROUP BY picture_id
"""
INSERT = "INSERT INTO keyword (rowid, path, caption, tag)" + WORDS
MOVED = "UPDATE OF path, state, picture_id"
CHANGES = {  # what happens to a table, and whose words it changes
    "file": (
        ("INSERT", "new"),
        (MOVED, "old new"),
        ("DELETE", "old"),
    ),
    "caption": (("INSERT", "new"), ("UPDATE", "old new"), ("DELETE", "old")),
    "tag": (("INSERT", "new"), ("UPDATE OF picture_id, name", "old new"), ("DELETE", "old")),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "CREATE VIRTUAL TABLE keyword USING "
        "fts5(path, caption, tag, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    op.execute(INSERT.format(which="IS NOT NULL"))
    for table, events in CHANGES.items():
        for number, (event, rows) in enumerate(events):
            again = " ".join(_again(row) for row in rows.split())
            op.execute(
                f"CREATE TRIGGER keyword_{table}_{number} AFTER {event} ON {table} "
                f"BEGIN {again} END"
            )


def _again(row: str) -> str:
    which = f"= {row}.picture_id"
    delete = f"DELETE FROM keyword WHERE rowid {which};"  # noqa: S608 - all words are ours
    return f"{delete} {INSERT.format(which=which)};"
