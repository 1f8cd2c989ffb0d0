"""Keep the log of each try of a phase; remember who cleaned up last."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POLICIES = """
DO $policies$
DECLARE
    tenant_check constant text :=
        'client_account_id = (select nullif(current_setting(''app.client_account_id'', true), '''')::uuid)'
        ' and engagement_id = (select nullif(current_setting(''app.engagement_id'', true), '''')::uuid)';
BEGIN
    ALTER TABLE phase_logs ENABLE ROW LEVEL SECURITY;
    ALTER TABLE phase_logs FORCE ROW LEVEL SECURITY;
    CREATE POLICY owner_all ON phase_logs FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
    EXECUTE format('CREATE POLICY tenant ON phase_logs FOR ALL TO discovery_rw USING (%s) WITH CHECK (%s)',
                   tenant_check, tenant_check);
    GRANT SELECT, INSERT, UPDATE, DELETE ON phase_logs TO discovery_rw;
END
$policies$;
"""


def upgrade() -> None:
    op.create_table(
        "phase_logs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "lines",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_phase_logs_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["id", "engagement_id"],
            ["workflow_phase_runs.id", "workflow_phase_runs.engagement_id"],
            name=op.f("fk_phase_logs_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_phase_logs")),
    )
    op.create_index(
        "ix_phase_logs_old", "phase_logs", ["engagement_id", "updated_at"], unique=False
    )
    op.add_column(
        "workers", sa.Column("cleaned_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_workflow_phase_runs_finished",
        "workflow_phase_runs",
        ["finished_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.execute(POLICIES)


def downgrade() -> None:
    op.drop_index(
        "ix_workflow_phase_runs_finished",
        table_name="workflow_phase_runs",
        postgresql_using="brin",
    )
    op.drop_column("workers", "cleaned_at")
    op.drop_index("ix_phase_logs_old", table_name="phase_logs")
    op.drop_table("phase_logs")
