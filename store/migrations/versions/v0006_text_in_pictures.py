"""Which pictures somebody has looked at for words in their pixels."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("picture", sa.Column("text_read", sa.Boolean, nullable=False, server_default="0"))
