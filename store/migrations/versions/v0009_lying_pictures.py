"""Whether a picture lies somewhere is answered by an index alone: counts take a third of it."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_index("ix_file_picture_id", "file")
    op.create_index("ix_file_picture_id", "file", ["picture_id", "state"])
