"""Which row-level security the schema must have, checked against the catalogue.

``alembic check`` compares tables and columns and sees no policy; this does. The
policies themselves are made by the migrations, which import no app code.
"""

import sqlalchemy as sa

ALLOW_LIST = frozenset(
    {
        "alembic_version",
        "users",
        "memberships",
        "auth_sessions",
        "api_tokens",
        "user_preferences",
    }
)
"""Tables without policies: read before there is a scope, by AccountService alone."""

TENANT_TABLES = frozenset(
    {
        "client_accounts",
        "client_mappings",
        "engagements",
        "data_import_sessions",
        "data_import_files",
        "workflow_states",
        "workflow_leases",
        "workflow_phase_runs",
        "workflow_events",
        "phase_logs",
        "import_issues",
        "field_mappings",
        "mapping_memory",
        "assets",
        "asset_sources",
        "applications",
        "dependencies",
        "findings",
        "decisions",
        "move_groups",
        "conflicts",
        "import_changes",
        "agent_answers",
        "row_corrections",
        "agent_spendings",
        "engagement_settings",
        "narratives",
        "engagement_requests",
    }
)
"""The tenant tables of the design; any other with an ``engagement_id`` is one too.

The first two belong to a client account and have none.
"""

GUARDED_TABLES = frozenset({"audit_events", "workers", "end_of_life_versions"})
"""Not a tenant's, but not everyone's either: policies without ``tenant``."""

BOARD_TABLES = frozenset(
    {
        "workflow_states",
        "workflow_phase_runs",
        "workflow_events",
        "data_import_sessions",
        "data_import_files",
        "engagements",
        "client_accounts",
    }
)
PLATFORM_TABLES = BOARD_TABLES | {"workflow_leases"} | GUARDED_TABLES
CLAIM_TABLES = frozenset({"workflow_leases", "workers", "engagement_requests"})

_TABLES = sa.text("""
select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
       exists (select 1 from pg_attribute a where a.attrelid = c.oid
               and a.attname = 'engagement_id' and not a.attisdropped) as tenant,
       coalesce((select array_agg(p.polname::text) from pg_policy p
                 where p.polrelid = c.oid), '{}') as policies,
       exists (select 1 from pg_policy p where p.polrelid = c.oid
               and 0 = any(p.polroles)) as open_to_all
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
order by c.relname
""")

_QUEUE_TABLES = sa.text("""
select c.relname as name, r.rolname as role
from pg_class c, pg_roles r
where c.relnamespace = to_regnamespace('procrastinate') and c.relkind in ('r', 'p')
  and r.rolname in ('discovery_rw', 'discovery_auth')
  and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete')
order by c.relname, r.rolname
""")
"""The queue knows ids of every tenant: its tables are for workers alone."""


def missing_policies(connection: sa.Connection) -> list[str]:
    """Return what the tables lack, one phrase each, in order of table.

    Reads the catalogue only, so any login may ask.
    """
    lacks = []
    for table in connection.execute(_TABLES):
        lacks += _lacks(table)
    for table in connection.execute(_QUEUE_TABLES):
        lacks.append(f"{table.name} of the queue is open to {table.role}")
    return lacks


def _lacks(table: sa.Row) -> list[str]:
    name = table.name
    if name in ALLOW_LIST:
        return []
    if not (table.tenant or name in TENANT_TABLES | GUARDED_TABLES):
        return [f"{name} has no engagement_id and stands on no list"]
    lacks = []
    if not (table.enabled and table.forced):
        lacks.append(f"{name} does not force row-level security")
    if table.open_to_all:
        lacks.append(f"{name} has a policy for every role")
    wanted = _expected(name) - set(table.policies)
    lacks += [f"{name} has no policy {policy}" for policy in sorted(wanted)]
    return lacks


def _expected(table: str) -> set[str]:
    expected = {"owner_all"}
    if table not in GUARDED_TABLES:
        expected.add("tenant")
    if table in BOARD_TABLES:
        expected.add("board")
    if table in PLATFORM_TABLES:
        expected.add("platform")
    if table in CLAIM_TABLES:
        expected.add("claim")
    return expected
