"""Remember for a whole client what its people confirmed, with the unit."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POLICIES = """
DO $policies$
DECLARE
    account_check constant text :=
        'client_account_id = (select nullif(current_setting(''app.client_account_id'', true), '''')::uuid)';
BEGIN
    ALTER TABLE client_mappings ENABLE ROW LEVEL SECURITY;
    ALTER TABLE client_mappings FORCE ROW LEVEL SECURITY;
    CREATE POLICY owner_all ON client_mappings FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
    EXECUTE format('CREATE POLICY tenant ON client_mappings FOR ALL TO discovery_rw USING (%s) WITH CHECK (%s)',
                   account_check, account_check);
    GRANT SELECT, INSERT, UPDATE, DELETE ON client_mappings TO discovery_rw;
END
$policies$;
"""

BACKFILL = """
INSERT INTO client_mappings (id, client_account_id, source, header, target, confirmed_by, confirmed_at)
SELECT DISTINCT ON (client_account_id, source, header)
    gen_random_uuid(), client_account_id, source, header, target, confirmed_by, confirmed_at
FROM mapping_memory
ORDER BY client_account_id, source, header, confirmed_at DESC
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.add_column(
        "mapping_memory", sa.Column("unit", sa.String(length=30), nullable=True)
    )
    op.create_table(
        "client_mappings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("header", sa.String(length=300), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=True),
        sa.Column("confirmed_by", sa.String(length=200), nullable=False),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_account_id"],
            ["client_accounts.id"],
            name=op.f("fk_client_mappings_client_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_mappings")),
        sa.UniqueConstraint(
            "client_account_id",
            "source",
            "header",
            name=op.f("uq_client_mappings_client_account_id_source_header"),
        ),
    )
    op.execute(POLICIES)
    op.execute(BACKFILL)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.drop_table("client_mappings")
    op.drop_column("mapping_memory", "unit")
