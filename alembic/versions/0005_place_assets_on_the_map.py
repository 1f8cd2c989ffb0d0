"""Keep where each asset stands on the dependency map."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("move_groups", sa.Column("map_column", sa.Integer(), nullable=True))
    op.add_column("move_groups", sa.Column("map_row", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("move_groups", "map_row")
    op.drop_column("move_groups", "map_column")
