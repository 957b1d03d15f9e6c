"""How the words of pictures take part in what the index of a generation holds."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("generation", sa.Column("fusion", sa.JSON))
