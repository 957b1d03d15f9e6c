"""Pictures that the present encoder has not encoded, because their files could not be read."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("picture", sa.Column("encoded", sa.Boolean, nullable=False, server_default="1"))
