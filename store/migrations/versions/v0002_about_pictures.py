"""When, where and with what a picture was taken, and words about it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("picture", sa.Column("taken_at", sa.DateTime))
    op.add_column("picture", sa.Column("camera", sa.String))
    op.add_column("picture", sa.Column("latitude", sa.Double))
    op.add_column("picture", sa.Column("longitude", sa.Double))
    op.create_index("ix_picture_taken_at", "picture", ["taken_at"])
    op.create_table(
        "caption",
        sa.Column("id", ID, primary_key=True),
        sa.Column("picture_id", sa.BigInteger, sa.ForeignKey("picture.id"), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("text", sa.String, nullable=False),
    )
    op.create_index("ix_caption_picture_id", "caption", ["picture_id"])
    op.create_table(
        "tag",
        sa.Column("picture_id", sa.BigInteger, sa.ForeignKey("picture.id"), primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("source", sa.String(16), primary_key=True),
        sa.Column("score", sa.Double),
    )
    op.create_index("ix_tag_name", "tag", ["name"])
