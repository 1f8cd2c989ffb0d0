"""Keep what people correct in rows; remember which import another one corrects."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POLICIES = """
DO $policies$
DECLARE
    tenant_check constant text :=
        'client_account_id = (select nullif(current_setting(''app.client_account_id'', true), '''')::uuid)'
        ' and engagement_id = (select nullif(current_setting(''app.engagement_id'', true), '''')::uuid)';
BEGIN
    ALTER TABLE row_corrections ENABLE ROW LEVEL SECURITY;
    ALTER TABLE row_corrections FORCE ROW LEVEL SECURITY;
    CREATE POLICY owner_all ON row_corrections FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
    EXECUTE format('CREATE POLICY tenant ON row_corrections FOR ALL TO discovery_rw USING (%s) WITH CHECK (%s)',
                   tenant_check, tenant_check);
    GRANT SELECT, INSERT, UPDATE, DELETE ON row_corrections TO discovery_rw;
END
$policies$;
"""


def upgrade() -> None:
    op.create_table(
        "row_corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=200), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
            name=op.f("fk_row_corrections_client_account_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "engagement_id"],
            ["data_import_sessions.id", "data_import_sessions.engagement_id"],
            name=op.f("fk_row_corrections_session_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id", "engagement_id"],
            ["data_import_files.id", "data_import_files.engagement_id"],
            name=op.f("fk_row_corrections_file_id_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "engagement_id", name=op.f("pk_row_corrections")),
    )
    op.create_index(
        "ix_row_corrections_session",
        "row_corrections",
        ["session_id", "made_at"],
        unique=False,
    )
    op.create_index(
        "uq_row_corrections_cell",
        "row_corrections",
        ["session_id", "file_id", "sheet", "row", "position"],
        unique=True,
        postgresql_where=sa.text("undone_at is null"),
    )
    op.add_column(
        "data_import_sessions",
        sa.Column("corrects_session_id", sa.Uuid(), nullable=True),
    )
    op.create_foreign_key(
        op.f("fk_data_import_sessions_corrects_session_id_engagement_id"),
        "data_import_sessions",
        "data_import_sessions",
        ["corrects_session_id", "engagement_id"],
        ["id", "engagement_id"],
    )
    op.create_index(
        "ix_data_import_sessions_corrects",
        "data_import_sessions",
        ["corrects_session_id"],
        unique=False,
        postgresql_where=sa.text("corrects_session_id is not null"),
    )
    op.execute(POLICIES)


def downgrade() -> None:
    op.drop_index(
        "ix_data_import_sessions_corrects",
        table_name="data_import_sessions",
        postgresql_where=sa.text("corrects_session_id is not null"),
    )
    op.drop_constraint(
        op.f("fk_data_import_sessions_corrects_session_id_engagement_id"),
        "data_import_sessions",
        type_="foreignkey",
    )
    op.drop_column("data_import_sessions", "corrects_session_id")
    op.drop_index(
        "uq_row_corrections_cell",
        table_name="row_corrections",
        postgresql_where=sa.text("undone_at is null"),
    )
    op.drop_index("ix_row_corrections_session", table_name="row_corrections")
    op.drop_table("row_corrections")
