"""Keep settings, newer end-of-life data, narratives and what agents spend."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POLICIES = """
DO $policies$
DECLARE
    name text;
    tenant_check constant text :=
        'client_account_id = (select nullif(current_setting(''app.client_account_id'', true), '''')::uuid)'
        ' and engagement_id = (select nullif(current_setting(''app.engagement_id'', true), '''')::uuid)';
    platform_check constant text := '(select current_setting(''app.platform'', true)) = ''on''';
    worker_check constant text := '(select current_setting(''app.worker'', true)) = ''on''';
    tenant_tables constant text[] := array[
        'agent_spendings', 'engagement_settings', 'narratives', 'narrative_requests'];
BEGIN
    FOREACH name IN ARRAY tenant_tables || array['end_of_life_versions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %I FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    END LOOP;
    FOREACH name IN ARRAY tenant_tables LOOP
        EXECUTE format('CREATE POLICY tenant ON %I FOR ALL TO discovery_rw USING (%s) WITH CHECK (%s)',
                       name, tenant_check, tenant_check);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO discovery_rw', name);
    END LOOP;

    -- WorkerScope: which engagements wait for a narrative (ids and times, no contents).
    EXECUTE format('CREATE POLICY claim ON narrative_requests FOR ALL TO discovery_claim USING (%s) WITH CHECK (%s)',
                   worker_check, worker_check);
    GRANT SELECT, UPDATE, DELETE ON narrative_requests TO discovery_claim;

    -- Public knowledge: every scope reads it, an admin adds to it; nobody deletes what verdicts name.
    CREATE POLICY readers ON end_of_life_versions FOR SELECT TO discovery_rw USING (true);
    EXECUTE format('CREATE POLICY platform ON end_of_life_versions FOR ALL TO discovery_rw USING (%s) WITH CHECK (%s)',
                   platform_check, platform_check);
    GRANT SELECT, INSERT, UPDATE ON end_of_life_versions TO discovery_rw;
END
$policies$;
"""


def upgrade() -> None:
    op.create_table(
        "end_of_life_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("data_date", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column(
            "content",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.Column("cycles", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("loaded_by", sa.String(length=200), nullable=False),
        sa.Column(
            "loaded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_end_of_life_versions")),
    )
    op.create_table(
        "agent_spendings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_agent_spendings_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_agent_spendings")),
        sa.UniqueConstraint(
            "engagement_id",
            "subject_id",
            name=op.f("uq_agent_spendings_engagement_id_subject_id"),
        ),
    )
    op.create_table(
        "engagement_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("zombie_percent", sa.Float(), nullable=True),
        sa.Column("idle_percent", sa.Float(), nullable=True),
        sa.Column("window_days", sa.Integer(), nullable=True),
        sa.Column("refactor_components", sa.Integer(), nullable=True),
        sa.Column(
            "noise_ports",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_engagement_settings_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint(
            "id", "engagement_id", name=op.f("pk_engagement_settings")
        ),
        sa.UniqueConstraint(
            "engagement_id", name=op.f("uq_engagement_settings_engagement_id")
        ),
    )
    op.create_table(
        "narrative_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_narrative_requests_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint(
            "id", "engagement_id", name=op.f("pk_narrative_requests")
        ),
        sa.UniqueConstraint(
            "engagement_id", name=op.f("uq_narrative_requests_engagement_id")
        ),
    )
    op.create_table(
        "narratives",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("facts_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "answer",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("doubts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("override", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("override_by", sa.String(length=200), nullable=True),
        sa.Column("override_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_narratives_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_narratives")),
        sa.UniqueConstraint("engagement_id", name=op.f("uq_narratives_engagement_id")),
    )
    op.add_column("findings", sa.Column("data_version", sa.Text(), nullable=True))
    op.execute(POLICIES)


def downgrade() -> None:
    op.drop_column("findings", "data_version")
    op.drop_table("narratives")
    op.drop_table("narrative_requests")
    op.drop_table("engagement_settings")
    op.drop_table("agent_spendings")
    op.drop_table("end_of_life_versions")
