"""Words that lie beside files; pictures of before are read once more for what they say."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("picture", sa.Column("described", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("file", sa.Column("sidecars", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE file SET mtime_ns = -1 WHERE state = 'present'")  # the next run reads them
    op.drop_table("tag")  # nothing has ever been written into these two
    op.drop_table("caption")
    op.create_table("caption", *_columns(), sa.Column("text", sa.String, nullable=False))
    op.create_table(
        "tag",
        *_columns(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("score", sa.Double),
    )
    op.create_index("ix_tag_name", "tag", ["name"])
    for table in ("caption", "tag"):
        op.create_index(f"ix_{table}_picture_id", table, ["picture_id"])
        op.create_index(f"ix_{table}_file_id", table, ["file_id"])


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", ID, primary_key=True),
        sa.Column("picture_id", sa.BigInteger, sa.ForeignKey("picture.id"), nullable=False),
        sa.Column("file_id", sa.BigInteger, sa.ForeignKey("file.id")),
        sa.Column("source", sa.String(16), nullable=False),
    ]
