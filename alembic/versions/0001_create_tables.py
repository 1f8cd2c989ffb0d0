"""Create every table, with row-level security from the start.

The roles of the policies are cluster-wide and made before by bootstrap.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POLICIES = """
DO $policies$
DECLARE
    name text;
    tenant_check constant text :=
        'client_account_id = (select nullif(current_setting(''app.client_account_id'', true), '''')::uuid)'
        ' and engagement_id = (select nullif(current_setting(''app.engagement_id'', true), '''')::uuid)';
    engagement_check constant text := replace(tenant_check, 'engagement_id = (select nullif(current_setting(''app.engagement_id''',
                                              'id = (select nullif(current_setting(''app.engagement_id''');
    account_check constant text :=
        'id = (select nullif(current_setting(''app.client_account_id'', true), '''')::uuid)';
    board_ids constant text :=
        '(select coalesce(nullif(current_setting(''app.board_engagement_ids'', true), '''')::uuid[], ''{}''))::uuid[]';
    platform_check constant text := '(select current_setting(''app.platform'', true)) = ''on''';
    worker_check constant text := '(select current_setting(''app.worker'', true)) = ''on''';
    tenant_tables constant text[] := array[
        'data_import_sessions', 'data_import_files', 'workflow_states', 'workflow_leases',
        'workflow_phase_runs', 'workflow_events', 'import_issues', 'field_mappings',
        'mapping_memory', 'assets', 'asset_sources', 'applications', 'dependencies',
        'findings', 'decisions', 'move_groups', 'conflicts', 'import_changes', 'agent_answers'];
    board_tables constant text[] := array[
        'workflow_states', 'workflow_leases', 'workflow_phase_runs', 'workflow_events', 'data_import_sessions',
        'data_import_files'];
    guarded constant text[] := array['engagements', 'client_accounts', 'audit_events', 'workers'];
BEGIN
    -- Everything guarded: forced, and open to its owner (or backfills would silently change nothing).
    FOREACH name IN ARRAY tenant_tables || guarded LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY owner_all ON %I FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    END LOOP;

    -- Scope: read and write its engagement.
    FOREACH name IN ARRAY tenant_tables LOOP
        EXECUTE format('CREATE POLICY tenant ON %I FOR ALL TO discovery_rw USING (%s) WITH CHECK (%s)',
                       name, tenant_check, tenant_check);
        IF name = 'workflow_events' THEN  -- A history is only ever added to.
            EXECUTE format('GRANT SELECT, INSERT ON %I TO discovery_rw', name);
        ELSE
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO discovery_rw', name);
        END IF;
    END LOOP;
    EXECUTE format('CREATE POLICY tenant ON engagements FOR ALL TO discovery_rw USING (%s) WITH CHECK (%s)',
                   engagement_check, engagement_check);
    EXECUTE format('CREATE POLICY tenant ON client_accounts FOR SELECT TO discovery_rw USING (%s)', account_check);
    GRANT SELECT, UPDATE ON engagements TO discovery_rw;
    GRANT SELECT ON client_accounts TO discovery_rw;

    -- BoardScope: read the workflow and summary tables of the named engagements.
    FOREACH name IN ARRAY board_tables LOOP
        EXECUTE format('CREATE POLICY board ON %I FOR SELECT TO discovery_rw USING (engagement_id = any (%s))',
                       name, board_ids);
    END LOOP;
    EXECUTE format('CREATE POLICY board ON engagements FOR SELECT TO discovery_rw USING (id = any (%s))', board_ids);
    -- The companies of those engagements: the inner query sees what the policies above let through.
    EXECUTE format('CREATE POLICY board ON client_accounts FOR SELECT TO discovery_rw USING (id in '
                   '(select e.client_account_id from engagements e where e.id = any (%s)))', board_ids);

    -- PlatformScope: read workflows, workers and audit across clients.
    FOREACH name IN ARRAY board_tables || guarded LOOP
        EXECUTE format('CREATE POLICY platform ON %I FOR SELECT TO discovery_rw USING (%s)', name, platform_check);
    END LOOP;
    GRANT SELECT ON workers TO discovery_rw;

    -- WorkerScope: leases (ids and times, no contents) and the workers' own list.
    EXECUTE format('CREATE POLICY claim ON workflow_leases FOR ALL TO discovery_claim USING (%s) WITH CHECK (%s)',
                   worker_check, worker_check);
    EXECUTE format('CREATE POLICY claim ON workers FOR ALL TO discovery_claim USING (%s) WITH CHECK (%s)',
                   worker_check, worker_check);
    GRANT SELECT, UPDATE ON workflow_leases TO discovery_claim;
    GRANT SELECT, INSERT, UPDATE, DELETE ON workers TO discovery_claim;

    -- Audit: everyone may add within what they may see; nobody but the owner changes or deletes.
    EXECUTE format('CREATE POLICY tenant ON audit_events FOR ALL TO discovery_rw USING (%s) WITH CHECK (%s)',
                   tenant_check, tenant_check);
    EXECUTE format('CREATE POLICY platform_adds ON audit_events FOR INSERT TO discovery_rw WITH CHECK (%s)', platform_check);
    CREATE POLICY accounts_add ON audit_events FOR INSERT TO discovery_auth WITH CHECK (true);
    GRANT SELECT, INSERT ON audit_events TO discovery_rw;
    GRANT INSERT ON audit_events TO discovery_auth;

    -- AccountScope: people, sessions, tokens, and which engagements there are; nothing else.
    CREATE POLICY accounts ON engagements FOR ALL TO discovery_auth USING (true) WITH CHECK (true);
    CREATE POLICY accounts ON client_accounts FOR ALL TO discovery_auth USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE, DELETE
        ON users, memberships, auth_sessions, api_tokens, user_preferences, client_accounts, engagements
        TO discovery_auth;

    -- Every process checks at its start that the schema is the one it knows.
    GRANT SELECT ON alembic_version TO discovery_rw, discovery_auth, discovery_claim;
END
$policies$;
"""


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=True),
        sa.Column("engagement_id", sa.Uuid(), nullable=True),
        sa.Column(
            "data",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index(
        "ix_audit_events_recent", "audit_events", ["created_at", "id"], unique=False
    )
    op.create_table(
        "client_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_client_accounts_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("process_started_at", sa.Float(), nullable=False),
        sa.Column("boot_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=50), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "heartbeat_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
        sa.UniqueConstraint("name", name=op.f("uq_workers_name")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_api_tokens_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_tokens_token_sha256")),
    )
    op.create_index(
        op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"], unique=False
    )
    op.create_table(
        "auth_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_auth_sessions_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_sessions")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_auth_sessions_token_sha256")),
    )
    op.create_index(
        op.f("ix_auth_sessions_user_id"), "auth_sessions", ["user_id"], unique=False
    )
    op.create_table(
        "engagements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_account_id"],
            ["client_accounts.id"],
            name=op.f("fk_engagements_client_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
        sa.UniqueConstraint(
            "client_account_id", "id", name=op.f("uq_engagements_client_account_id_id")
        ),
        sa.UniqueConstraint(
            "client_account_id",
            "name",
            name=op.f("uq_engagements_client_account_id_name"),
        ),
    )
    op.create_table(
        "agent_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("prompt_sha256", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column(
            "answer",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_agent_answers_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_agent_answers")),
        sa.UniqueConstraint(
            "engagement_id",
            "prompt_sha256",
            name=op.f("uq_agent_answers_engagement_id_prompt_sha256"),
        ),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("business_owner", sa.Text(), nullable=True),
        sa.Column("business_criticality", sa.String(length=30), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_applications_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_applications")),
        sa.UniqueConstraint(
            "engagement_id", "key", name=op.f("uq_applications_engagement_id_key")
        ),
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("asset_name", sa.Text(), nullable=False),
        sa.Column("hostname", sa.Text(), nullable=True),
        sa.Column("fqdn", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("serial_number", sa.Text(), nullable=True),
        sa.Column("vm_uuid", sa.Text(), nullable=True),
        sa.Column("vmware_moref", sa.Text(), nullable=True),
        sa.Column("vcenter_id", sa.Text(), nullable=True),
        sa.Column("ip_address", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("mac_address", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("asset_type", sa.Text(), nullable=True),
        sa.Column("is_virtual", sa.Boolean(), nullable=True),
        sa.Column("hypervisor", sa.Text(), nullable=True),
        sa.Column("power_state", sa.Text(), nullable=True),
        sa.Column("is_template", sa.Boolean(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("operational_status", sa.Text(), nullable=True),
        sa.Column("operating_system", sa.Text(), nullable=True),
        sa.Column("os_version", sa.Text(), nullable=True),
        sa.Column("os_architecture", sa.Text(), nullable=True),
        sa.Column("cpu_cores", sa.BigInteger(), nullable=True),
        sa.Column("cpu_sockets", sa.BigInteger(), nullable=True),
        sa.Column("cores_per_socket", sa.BigInteger(), nullable=True),
        sa.Column("memory_mb", sa.BigInteger(), nullable=True),
        sa.Column("storage_provisioned_gb", sa.Float(), nullable=True),
        sa.Column("storage_used_gb", sa.Float(), nullable=True),
        sa.Column("disk_count", sa.BigInteger(), nullable=True),
        sa.Column("nic_count", sa.BigInteger(), nullable=True),
        sa.Column("cpu_util_avg_pct", sa.Float(), nullable=True),
        sa.Column("cpu_util_peak_pct", sa.Float(), nullable=True),
        sa.Column("mem_util_avg_pct", sa.Float(), nullable=True),
        sa.Column("mem_util_peak_pct", sa.Float(), nullable=True),
        sa.Column("disk_read_iops", sa.Float(), nullable=True),
        sa.Column("disk_write_iops", sa.Float(), nullable=True),
        sa.Column("disk_read_mbps", sa.Float(), nullable=True),
        sa.Column("disk_write_mbps", sa.Float(), nullable=True),
        sa.Column("net_in_mbps", sa.Float(), nullable=True),
        sa.Column("net_out_mbps", sa.Float(), nullable=True),
        sa.Column("boot_type", sa.Text(), nullable=True),
        sa.Column("application_name", sa.Text(), nullable=True),
        sa.Column("server_role", sa.Text(), nullable=True),
        sa.Column("database_engine", sa.Text(), nullable=True),
        sa.Column("database_version", sa.Text(), nullable=True),
        sa.Column("database_size_gb", sa.Float(), nullable=True),
        sa.Column("business_owner", sa.Text(), nullable=True),
        sa.Column("technical_owner", sa.Text(), nullable=True),
        sa.Column("business_unit", sa.Text(), nullable=True),
        sa.Column("business_criticality", sa.Text(), nullable=True),
        sa.Column("data_classification", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("cluster", sa.Text(), nullable=True),
        sa.Column("hypervisor_host", sa.Text(), nullable=True),
        sa.Column("manufacturer", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("rto_hours", sa.Float(), nullable=True),
        sa.Column("rpo_minutes", sa.Float(), nullable=True),
        sa.Column("support_status", sa.Text(), nullable=True),
        sa.Column("installed_date", sa.Date(), nullable=True),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("monthly_cost", sa.Float(), nullable=True),
        sa.Column("six_r_source", sa.Text(), nullable=True),
        sa.Column("wave", sa.Text(), nullable=True),
        sa.Column("depends_on", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("dependency_direction", sa.Text(), nullable=True),
        sa.Column(
            "tags",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "custom",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("in_scope", sa.Boolean(), nullable=False),
        sa.Column("scope_reason", sa.Text(), nullable=True),
        sa.Column("type_rule", sa.String(length=60), nullable=False),
        sa.Column("type_reason", sa.Text(), nullable=False),
        sa.Column("type_confidence", sa.Float(), nullable=False),
        sa.Column("key_external_id", sa.Text(), nullable=True),
        sa.Column("key_serial", sa.Text(), nullable=True),
        sa.Column("key_uuid", sa.Text(), nullable=True),
        sa.Column("key_fqdn", sa.Text(), nullable=True),
        sa.Column("key_host_ip", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("first_session_id", sa.Uuid(), nullable=False),
        sa.Column("last_session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_assets_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_assets")),
    )
    op.create_index(
        "ix_assets_key_external_id",
        "assets",
        ["engagement_id", "key_external_id"],
        unique=False,
        postgresql_where=sa.text("key_external_id IS NOT NULL"),
    )
    op.create_index(
        "ix_assets_key_fqdn",
        "assets",
        ["engagement_id", "key_fqdn"],
        unique=False,
        postgresql_where=sa.text("key_fqdn IS NOT NULL"),
    )
    op.create_index(
        "ix_assets_key_host_ip",
        "assets",
        ["engagement_id", "key_host_ip"],
        unique=False,
        postgresql_where=sa.text("key_host_ip IS NOT NULL"),
    )
    op.create_index(
        "ix_assets_key_serial",
        "assets",
        ["engagement_id", "key_serial"],
        unique=False,
        postgresql_where=sa.text("key_serial IS NOT NULL"),
    )
    op.create_index(
        "ix_assets_key_uuid",
        "assets",
        ["engagement_id", "key_uuid"],
        unique=False,
        postgresql_where=sa.text("key_uuid IS NOT NULL"),
    )
    op.create_index(
        "ix_assets_name", "assets", ["engagement_id", "asset_name", "id"], unique=False
    )
    op.create_index(
        "ix_assets_type", "assets", ["engagement_id", "asset_type"], unique=False
    )
    op.create_table(
        "data_import_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("request_key", sa.String(length=200), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_data_import_sessions_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint(
            "id", "engagement_id", name=op.f("pk_data_import_sessions")
        ),
        sa.UniqueConstraint(
            "engagement_id",
            "request_key",
            name=op.f("uq_data_import_sessions_engagement_id_request_key"),
        ),
    )
    op.create_index(
        "ix_data_import_sessions_content",
        "data_import_sessions",
        ["engagement_id", "content_sha256"],
        unique=False,
    )
    op.create_index(
        "ix_data_import_sessions_recent",
        "data_import_sessions",
        ["engagement_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "mapping_memory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("header", sa.String(length=300), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column("confirmed_by", sa.String(length=200), nullable=False),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_mapping_memory_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_mapping_memory")),
        sa.UniqueConstraint(
            "engagement_id",
            "source",
            "header",
            name=op.f("uq_mapping_memory_engagement_id_source_header"),
        ),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_memberships_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id"],
            ["client_accounts.id"],
            name=op.f("fk_memberships_client_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_memberships_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint(
            "user_id",
            "client_account_id",
            "engagement_id",
            name=op.f("uq_memberships_user_id_client_account_id_engagement_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "user_preferences",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_user_preferences_engagement_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_user_preferences_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_preferences")),
    )
    op.create_table(
        "asset_sources",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("file", sa.String(length=400), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["asset_id", "engagement_id"],
            ["assets.id", "assets.engagement_id"],
            name=op.f("fk_asset_sources_asset_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_asset_sources_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_asset_sources")),
    )
    op.create_index(
        "ix_asset_sources_asset",
        "asset_sources",
        ["asset_id", "engagement_id"],
        unique=False,
    )
    op.create_index(
        "ix_asset_sources_session", "asset_sources", ["session_id"], unique=False
    )
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("kept_source", sa.Text(), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("offered_source", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_id", "engagement_id"],
            ["assets.id", "assets.engagement_id"],
            name=op.f("fk_conflicts_asset_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_conflicts_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_conflicts")),
    )
    op.create_index(
        "ix_conflicts_asset", "conflicts", ["asset_id", "engagement_id"], unique=False
    )
    op.create_index(
        "ix_conflicts_open", "conflicts", ["engagement_id", "resolved_at"], unique=False
    )
    op.create_table(
        "data_import_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=400), nullable=False),
        sa.Column("detected_source", sa.String(length=50), nullable=False),
        sa.Column(
            "corrections",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_data_import_files_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "engagement_id"],
            ["data_import_sessions.id", "data_import_sessions.engagement_id"],
            name=op.f("fk_data_import_files_session_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "id", "engagement_id", name=op.f("pk_data_import_files")
        ),
        sa.UniqueConstraint(
            "session_id",
            "position",
            name=op.f("uq_data_import_files_session_id_position"),
        ),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("treatment", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column(
            "inputs",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("also_matched", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("override", sa.String(length=40), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("override_by", sa.String(length=200), nullable=True),
        sa.Column("override_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_id", "engagement_id"],
            ["assets.id", "assets.engagement_id"],
            name=op.f("fk_decisions_asset_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_decisions_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_decisions")),
        sa.UniqueConstraint(
            "asset_id",
            "engagement_id",
            name=op.f("uq_decisions_asset_id_engagement_id"),
        ),
    )
    op.create_index(
        "ix_decisions_treatment",
        "decisions",
        ["engagement_id", "treatment"],
        unique=False,
    )
    op.create_table(
        "dependencies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("source_asset_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("destination_asset_id", sa.Uuid(), nullable=True),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("protocol", sa.String(length=30), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("noise", sa.Boolean(), nullable=False),
        sa.Column("noise_reason", sa.Text(), nullable=True),
        sa.Column("shared_service", sa.Boolean(), nullable=False),
        sa.Column("cross_environment", sa.Boolean(), nullable=False),
        sa.Column("connection_count", sa.BigInteger(), nullable=False),
        sa.Column("bytes_total", sa.BigInteger(), nullable=True),
        sa.Column("first_observed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_observed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_dependencies_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["destination_asset_id", "engagement_id"],
            ["assets.id", "assets.engagement_id"],
            name=op.f("fk_dependencies_destination_asset_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_asset_id", "engagement_id"],
            ["assets.id", "assets.engagement_id"],
            name=op.f("fk_dependencies_source_asset_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_dependencies")),
        sa.UniqueConstraint(
            "engagement_id", "key", name=op.f("uq_dependencies_engagement_id_key")
        ),
    )
    op.create_index(
        "ix_dependencies_destination",
        "dependencies",
        ["destination_asset_id", "engagement_id"],
        unique=False,
    )
    op.create_index(
        "ix_dependencies_session", "dependencies", ["session_id"], unique=False
    )
    op.create_index(
        "ix_dependencies_source",
        "dependencies",
        ["source_asset_id", "engagement_id"],
        unique=False,
    )
    op.create_table(
        "field_mappings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("table_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("file", sa.String(length=400), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column("suggested_target", sa.String(length=60), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=True),
        sa.Column("candidates", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("samples", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("filled", sa.Float(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_field_mappings_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "engagement_id"],
            ["data_import_sessions.id", "data_import_sessions.engagement_id"],
            name=op.f("fk_field_mappings_session_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_field_mappings")),
        sa.UniqueConstraint(
            "session_id",
            "table_number",
            "position",
            name=op.f("uq_field_mappings_session_id_table_number_position"),
        ),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("product", sa.String(length=60), nullable=True),
        sa.Column("cycle", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("eol_date", sa.Date(), nullable=True),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id", "engagement_id"],
            ["assets.id", "assets.engagement_id"],
            name=op.f("fk_findings_asset_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_findings_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_findings")),
    )
    op.create_index(
        "ix_findings_asset", "findings", ["asset_id", "engagement_id"], unique=False
    )
    op.create_index(
        "ix_findings_state",
        "findings",
        ["engagement_id", "state", "eol_date"],
        unique=False,
    )
    op.create_table(
        "import_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(length=20), nullable=False),
        sa.Column(
            "before",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["asset_id", "engagement_id"],
            ["assets.id", "assets.engagement_id"],
            name=op.f("fk_import_changes_asset_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_import_changes_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "engagement_id"],
            ["data_import_sessions.id", "data_import_sessions.engagement_id"],
            name=op.f("fk_import_changes_session_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_import_changes")),
    )
    op.create_index(
        "ix_import_changes_asset",
        "import_changes",
        ["asset_id", "engagement_id"],
        unique=False,
    )
    op.create_index(
        "ix_import_changes_session",
        "import_changes",
        ["session_id", "change"],
        unique=False,
    )
    op.create_table(
        "import_issues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.String(length=50), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=400), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("severity", sa.String(length=30), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_import_issues_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "engagement_id"],
            ["data_import_sessions.id", "data_import_sessions.engagement_id"],
            name=op.f("fk_import_issues_session_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_import_issues")),
    )
    op.create_index(
        "ix_import_issues_session",
        "import_issues",
        ["session_id", "severity", "rule", "position"],
        unique=False,
    )
    op.create_table(
        "move_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("group_number", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("in_cycle", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id", "engagement_id"],
            ["assets.id", "assets.engagement_id"],
            name=op.f("fk_move_groups_asset_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_move_groups_client_account_id_engagement_id"),
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_move_groups")),
        sa.UniqueConstraint(
            "asset_id",
            "engagement_id",
            name=op.f("uq_move_groups_asset_id_engagement_id"),
        ),
    )
    op.create_table(
        "workflow_states",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_type", sa.String(length=50), nullable=False),
        sa.Column("current_phase", sa.String(length=50), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column(
            "state_data",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("progress_percentage", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_workflow_states_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "engagement_id"],
            ["data_import_sessions.id", "data_import_sessions.engagement_id"],
            name=op.f("fk_workflow_states_session_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_workflow_states")),
        sa.UniqueConstraint(
            "session_id",
            "workflow_type",
            name=op.f("uq_workflow_states_session_id_workflow_type"),
        ),
    )
    op.create_index(
        "ix_workflow_states_recent",
        "workflow_states",
        ["engagement_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_workflow_states_status",
        "workflow_states",
        ["status", "updated_at"],
        unique=False,
    )
    op.create_table(
        "workflow_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=30), nullable=False),
        sa.Column("phase", sa.String(length=50), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "data",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_workflow_events_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workflow_id", "engagement_id"],
            ["workflow_states.id", "workflow_states.engagement_id"],
            name=op.f("fk_workflow_events_workflow_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_workflow_events")),
        sa.UniqueConstraint(
            "workflow_id", "seq", name=op.f("uq_workflow_events_workflow_id_seq")
        ),
    )
    op.create_index(
        "ix_workflow_events_type",
        "workflow_events",
        ["engagement_id", "type", "created_at"],
        unique=False,
    )
    op.create_table(
        "workflow_leases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("runnable", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column(
            "run_after",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("pause_requested", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_workflow_leases_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["id", "engagement_id"],
            ["workflow_states.id", "workflow_states.engagement_id"],
            name=op.f("fk_workflow_leases_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_workflow_leases")),
    )
    op.create_index(
        "ix_workflow_leases_due",
        "workflow_leases",
        [sa.literal_column("priority DESC"), "run_after"],
        unique=False,
        postgresql_where=sa.text("runnable"),
    )
    op.create_index(
        "ix_workflow_leases_held",
        "workflow_leases",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("owner <> ''"),
    )
    op.create_table(
        "workflow_phase_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.String(length=50), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("fraction", sa.Float(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("item_kind", sa.String(length=30), nullable=False),
        sa.Column("items_in", sa.Integer(), nullable=False),
        sa.Column("items_out", sa.Integer(), nullable=False),
        sa.Column("items_rejected", sa.Integer(), nullable=False),
        sa.Column("items_excluded", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("error_type", sa.String(length=100), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=False),
        sa.Column("traceback", sa.Text(), nullable=False),
        sa.Column("retryable", sa.Boolean(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "reported_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_workflow_phase_runs_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workflow_id", "engagement_id"],
            ["workflow_states.id", "workflow_states.engagement_id"],
            name=op.f("fk_workflow_phase_runs_workflow_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "id", "engagement_id", name=op.f("pk_workflow_phase_runs")
        ),
    )
    op.create_index(
        "ix_workflow_phase_runs_workflow",
        "workflow_phase_runs",
        ["workflow_id", "started_at"],
        unique=False,
    )
    op.create_index(
        "uq_workflow_phase_runs_done",
        "workflow_phase_runs",
        ["workflow_id", "phase", "run_number"],
        unique=True,
        postgresql_where=sa.text("status IN ('completed', 'accepted')"),
    )
    op.execute(POLICIES)


def downgrade() -> None:
    # It reads engagements; dropping the tables takes the other policies with it.
    op.execute("DROP POLICY board ON client_accounts")
    op.drop_index(
        "uq_workflow_phase_runs_done",
        table_name="workflow_phase_runs",
        postgresql_where=sa.text("status IN ('completed', 'accepted')"),
    )
    op.drop_index("ix_workflow_phase_runs_workflow", table_name="workflow_phase_runs")
    op.drop_table("workflow_phase_runs")
    op.drop_index(
        "ix_workflow_leases_held",
        table_name="workflow_leases",
        postgresql_where=sa.text("owner <> ''"),
    )
    op.drop_index(
        "ix_workflow_leases_due",
        table_name="workflow_leases",
        postgresql_where=sa.text("runnable"),
    )
    op.drop_table("workflow_leases")
    op.drop_index("ix_workflow_events_type", table_name="workflow_events")
    op.drop_table("workflow_events")
    op.drop_index("ix_workflow_states_status", table_name="workflow_states")
    op.drop_index("ix_workflow_states_recent", table_name="workflow_states")
    op.drop_table("workflow_states")
    op.drop_table("move_groups")
    op.drop_index("ix_import_issues_session", table_name="import_issues")
    op.drop_table("import_issues")
    op.drop_index("ix_import_changes_session", table_name="import_changes")
    op.drop_index("ix_import_changes_asset", table_name="import_changes")
    op.drop_table("import_changes")
    op.drop_index("ix_findings_state", table_name="findings")
    op.drop_index("ix_findings_asset", table_name="findings")
    op.drop_table("findings")
    op.drop_table("field_mappings")
    op.drop_index("ix_dependencies_source", table_name="dependencies")
    op.drop_index("ix_dependencies_session", table_name="dependencies")
    op.drop_index("ix_dependencies_destination", table_name="dependencies")
    op.drop_table("dependencies")
    op.drop_index("ix_decisions_treatment", table_name="decisions")
    op.drop_table("decisions")
    op.drop_table("data_import_files")
    op.drop_index("ix_conflicts_open", table_name="conflicts")
    op.drop_index("ix_conflicts_asset", table_name="conflicts")
    op.drop_table("conflicts")
    op.drop_index("ix_asset_sources_session", table_name="asset_sources")
    op.drop_index("ix_asset_sources_asset", table_name="asset_sources")
    op.drop_table("asset_sources")
    op.drop_table("user_preferences")
    op.drop_table("memberships")
    op.drop_table("mapping_memory")
    op.drop_index("ix_data_import_sessions_recent", table_name="data_import_sessions")
    op.drop_index("ix_data_import_sessions_content", table_name="data_import_sessions")
    op.drop_table("data_import_sessions")
    op.drop_index("ix_assets_type", table_name="assets")
    op.drop_index("ix_assets_name", table_name="assets")
    op.drop_index(
        "ix_assets_key_uuid",
        table_name="assets",
        postgresql_where=sa.text("key_uuid IS NOT NULL"),
    )
    op.drop_index(
        "ix_assets_key_serial",
        table_name="assets",
        postgresql_where=sa.text("key_serial IS NOT NULL"),
    )
    op.drop_index(
        "ix_assets_key_host_ip",
        table_name="assets",
        postgresql_where=sa.text("key_host_ip IS NOT NULL"),
    )
    op.drop_index(
        "ix_assets_key_fqdn",
        table_name="assets",
        postgresql_where=sa.text("key_fqdn IS NOT NULL"),
    )
    op.drop_index(
        "ix_assets_key_external_id",
        table_name="assets",
        postgresql_where=sa.text("key_external_id IS NOT NULL"),
    )
    op.drop_table("assets")
    op.drop_table("applications")
    op.drop_table("agent_answers")
    op.drop_table("engagements")
    op.drop_index(op.f("ix_auth_sessions_user_id"), table_name="auth_sessions")
    op.drop_table("auth_sessions")
    op.drop_index(op.f("ix_api_tokens_user_id"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_table("workers")
    op.drop_table("users")
    op.drop_table("client_accounts")
    op.drop_index("ix_audit_events_recent", table_name="audit_events")
    op.drop_table("audit_events")
