"""Whether a picture lies somewhere is kept with it, and filters look only at those that do.

Triggers, so that whoever writes files cannot forget it. Each fact that a filter asks for has an
index, with whether the picture lies somewhere: what few pictures have is found without looking at
the others, and none of them asks the table of files.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

INDEXES = {
    "ix_picture_size": ["size"],
    "ix_picture_width": ["width", "height"],
    "ix_picture_height": ["height"],
    "ix_picture_format": ["format"],
    "ix_picture_taken_at": ["taken_at"],
    "ix_picture_camera": ["camera"],
    "ix_picture_place": ["latitude", "longitude"],
}
LIES = "EXISTS (SELECT 1 FROM file WHERE picture_id = picture.id AND state = 'present')"
EVENTS = {
    "INSERT": "NEW.picture_id",
    "UPDATE OF state, picture_id": "OLD.picture_id, NEW.picture_id",
    "DELETE": "OLD.picture_id",
}


def upgrade() -> None:
    op.add_column("picture", sa.Column("lying", sa.Boolean, nullable=False, server_default="0"))
    postgres = op.get_bind().dialect.name == "postgresql"
    op.execute(f"UPDATE picture SET lying = {LIES}")  # noqa: S608 - all words are ours
    for number, (event, pictures) in enumerate(EVENTS.items()):
        again = f"UPDATE picture SET lying = {LIES} WHERE id IN ({pictures});"  # noqa: S608
        name = f"lying_{number}"
        if postgres:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {again} RETURN NULL; END $$"
            )
            act = f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        else:
            act = f"BEGIN {again} END"
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON file {act}")
    op.drop_index("ix_picture_taken_at", "picture")
    for name, columns in INDEXES.items():
        op.create_index(name, "picture", [*columns, "lying"])
