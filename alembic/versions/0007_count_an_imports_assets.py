"""Let what an import did be counted and paged from indexes alone."""

from collections.abc import Sequence

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The policies look at both: without them in the index, each row that is counted would
# be fetched. They do not lead it, or a planner with old statistics would take it for
# every look-up in the engagement.
INCLUDED = ["engagement_id", "client_account_id"]


GRANTED = """
DO $grant$
BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        GRANT MAINTAIN ON assets, asset_sources, import_changes TO discovery_rw;
    END IF;
END
$grant$;
"""
"""Publishing a large import counts these tables anew, or the planner knows nothing of
its rows for a minute."""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.execute(GRANTED)
    op.create_index(
        "ix_assets_first_session",
        "assets",
        ["first_session_id", "asset_name", "id"],
        postgresql_include=INCLUDED,
    )
    for table in ("asset_sources", "import_changes"):
        op.drop_index(f"ix_{table}_session", table_name=table)
        op.create_index(
            f"ix_{table}_session",
            table,
            ["session_id", "asset_id"],
            postgresql_include=INCLUDED,
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.drop_index("ix_import_changes_session", table_name="import_changes")
    op.create_index(
        "ix_import_changes_session", "import_changes", ["session_id", "change"]
    )
    op.drop_index("ix_asset_sources_session", table_name="asset_sources")
    op.create_index("ix_asset_sources_session", "asset_sources", ["session_id"])
    op.drop_index("ix_assets_first_session", table_name="assets")
    op.execute(
        GRANTED.replace("GRANT MAINTAIN", "REVOKE MAINTAIN").replace(" TO ", " FROM ")
    )
