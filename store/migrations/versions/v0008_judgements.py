"""What people said is right: pictures by the query that they answer."""

import sqlalchemy as sa
from alembic import op

from store.models import Id

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "judgement",
        sa.Column("id", Id, primary_key=True),
        sa.Column("query", sa.String, nullable=False),
        sa.Column("picture_id", sa.BigInteger, sa.ForeignKey("picture.id"), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("query", "picture_id"),
    )
    op.create_index("ix_judgement_picture_id", "judgement", ["picture_id"])
