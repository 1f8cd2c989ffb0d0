"""Ask runners for any work on an engagement; keep what edges are judged by again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# WorkerScope sees ids and times of every tenant, but neither reasons nor outcomes.
SEEN_BY_WORKERS = """
REVOKE ALL ON engagement_requests FROM discovery_claim;
GRANT SELECT (id, engagement_id, client_account_id, kind, workflow_id, asked_at,
    owner, lease_until, fence, attempt, finished_at),
  UPDATE (owner, lease_until, fence, attempt)
  ON engagement_requests TO discovery_claim;
"""

RENAMED = ("pk_{}", "fk_{}_client_account_id_engagement_id")


def upgrade() -> None:
    op.rename_table("narrative_requests", "engagement_requests")
    _rename_constraints("narrative_requests", "engagement_requests")
    op.drop_constraint(
        "uq_narrative_requests_engagement_id", "engagement_requests", type_="unique"
    )
    op.drop_column("engagement_requests", "taken_at")
    for column in (
        sa.Column("kind", sa.String(length=20), server_default="narrative"),
        sa.Column("subject", sa.String(length=300), server_default=""),
        sa.Column("reason", sa.Text(), server_default=""),
        sa.Column("owner", sa.String(length=200), server_default=""),
        sa.Column("fence", sa.BigInteger(), server_default="0"),
        sa.Column("attempt", sa.Integer(), server_default="0"),
        sa.Column("outcome", sa.Text(), server_default=""),
        sa.Column("problem", sa.Text(), server_default=""),
    ):
        column.nullable = False
        op.add_column("engagement_requests", column)
        op.alter_column("engagement_requests", column.name, server_default=None)
    for column in (
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("engagement_requests", column)
    op.create_unique_constraint(
        op.f("uq_engagement_requests_engagement_id_kind_subject"),
        "engagement_requests",
        ["engagement_id", "kind", "subject"],
    )
    op.create_index(
        "ix_engagement_requests_open",
        "engagement_requests",
        ["asked_at"],
        postgresql_where=sa.text("finished_at is null"),
    )
    op.execute(SEEN_BY_WORKERS)

    op.add_column(
        "narratives",
        sa.Column("subject", sa.String(length=300), server_default="", nullable=False),
    )
    op.alter_column("narratives", "subject", server_default=None)
    op.drop_constraint("uq_narratives_engagement_id", "narratives", type_="unique")
    op.create_unique_constraint(
        op.f("uq_narratives_engagement_id_subject"),
        "narratives",
        ["engagement_id", "subject"],
    )

    op.add_column(
        "dependencies", sa.Column("source_application", sa.Text(), nullable=True)
    )
    op.add_column(
        "dependencies", sa.Column("destination_application", sa.Text(), nullable=True)
    )
    op.add_column(
        "dependencies",
        sa.Column(
            "backup", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.alter_column("dependencies", "backup", server_default=None)
    op.execute("UPDATE dependencies SET backup = true WHERE noise_reason = 'backup'")


def downgrade() -> None:
    for column in ("backup", "destination_application", "source_application"):
        op.drop_column("dependencies", column)

    op.execute("DELETE FROM narratives WHERE subject <> ''")
    op.drop_constraint(
        op.f("uq_narratives_engagement_id_subject"), "narratives", type_="unique"
    )
    op.drop_column("narratives", "subject")
    op.create_unique_constraint(
        "uq_narratives_engagement_id", "narratives", ["engagement_id"]
    )

    op.execute(
        "DELETE FROM engagement_requests "
        "WHERE kind <> 'narrative' OR subject <> '' OR finished_at IS NOT NULL"
    )
    op.drop_index("ix_engagement_requests_open", table_name="engagement_requests")
    op.drop_constraint(
        op.f("uq_engagement_requests_engagement_id_kind_subject"),
        "engagement_requests",
        type_="unique",
    )
    for column in (
        *("kind", "subject", "reason", "owner", "fence", "attempt", "outcome"),
        *("problem", "as_of", "lease_until", "finished_at"),
    ):
        op.drop_column("engagement_requests", column)
    op.add_column(
        "engagement_requests",
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.rename_table("engagement_requests", "narrative_requests")
    _rename_constraints("engagement_requests", "narrative_requests")
    op.create_unique_constraint(
        "uq_narrative_requests_engagement_id", "narrative_requests", ["engagement_id"]
    )
    op.execute("REVOKE ALL ON narrative_requests FROM discovery_claim")
    op.execute("GRANT SELECT, UPDATE, DELETE ON narrative_requests TO discovery_claim")


def _rename_constraints(before: str, after: str) -> None:
    for form in RENAMED:
        op.execute(
            f'ALTER TABLE {after} RENAME CONSTRAINT "{form.format(before)}" '
            f'TO "{form.format(after)}"'
        )
