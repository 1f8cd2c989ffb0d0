"""What must hold of the tables whatever happened to the processes, asked in SQL."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

import discovery_app.models  # noqa: F401  Registers the tables.
from discovery_app.phases import ORDER

ORACLES = {
    "a phase has completed twice in one run": """
        select workflow_id, phase, run_number, count(*) from workflow_phase_runs
        where status in ('completed', 'accepted')
        group by workflow_id, phase, run_number having count(*) > 1
    """,
    "a completed workflow lacks a phase": """
        select state.id, phase.name from workflow_states state
        cross join unnest(cast(:phases as text[])) as phase(name)
        where state.status = 'completed' and not exists (
            select from workflow_phase_runs run
            where run.workflow_id = state.id and run.phase = phase.name
              and run.status in ('completed', 'accepted'))
    """,
    "phases completed out of order": """
        select run.workflow_id, run.phase from workflow_phase_runs run
        join workflow_phase_runs earlier on earlier.workflow_id = run.workflow_id
            and earlier.run_number = run.run_number and earlier.position < run.position
        where run.status = 'completed' and earlier.status = 'completed'
          and earlier.finished_at > run.finished_at
    """,
    "the history has gaps": """
        select state.id, state.event_seq, count(event.seq), max(event.seq)
        from workflow_states state
        left join workflow_events event on event.workflow_id = state.id
        group by state.id, state.event_seq
        having count(event.seq) <> state.event_seq
            or coalesce(max(event.seq), 0) <> state.event_seq
    """,
    "the history tells another status than the row": """
        select state.id, state.status, last.type from workflow_states state
        cross join lateral (
            select event.type from workflow_events event
            where event.workflow_id = state.id and event.type not in
                ('lease_expired', 'updated', 'phase_completed')
            order by event.seq desc limit 1) last
        left join (values ('created', 'queued'), ('phase_started', 'running'),
            ('waiting_for_approval', 'waiting_for_approval'),
            ('mappings_approved', 'queued'), ('phase_failed', 'failed'),
            ('retry_scheduled', 'retry_wait'), ('retried', 'queued'),
            ('rerun', 'queued'), ('handed_back', 'queued'),
            ('cancel_requested', 'cancelling'), ('cancelled', 'cancelled'),
            ('workflow_completed', 'completed')) as means(type, status)
            on means.type = last.type
        where means.status is not null and means.status <> state.status
    """,
    "a lease is held long past its time": """
        select id, owner, lease_until from workflow_leases
        where owner <> '' and lease_until
            < clock_timestamp() - make_interval(secs => :lease_seconds)
    """,
    "a try still runs of a workflow that does not": """
        select run.workflow_id, run.phase from workflow_phase_runs run
        join workflow_states state on state.id = run.workflow_id
        where run.status = 'running'
          and state.status not in ('running', 'cancelling')
    """,
    "two tries run at once": """
        select workflow_id, count(*) from workflow_phase_runs
        where status = 'running' group by workflow_id having count(*) > 1
    """,
    "a try has a fence that was never given": """
        select run.workflow_id, run.fence, lease.fence from workflow_phase_runs run
        join workflow_leases lease on lease.id = run.workflow_id
        where run.fence > lease.fence
    """,
}
"""By what would be wrong: a query for the rows that show it."""

OWN = {"id", "asset_id", "source_asset_id", "destination_asset_id", "session_id"}
OWN |= {"first_session_id", "last_session_id", "created_at", "updated_at", "seen_at"}
OWN |= {"client_account_id", "engagement_id", "workflow_id", "key"}
"""Columns that differ between any two runs, and say nothing about the result."""

RESULTS = (
    "assets",
    "dependencies",
    "findings",
    "decisions",
    "move_groups",
    "applications",
    "import_issues",
    "field_mappings",
)


def violations(database, lease_seconds: float = 30.0) -> list[str]:
    """Return what does not hold, with the rows that show it."""
    asked = {"phases": list(ORDER), "lease_seconds": lease_seconds}
    found = []
    with database.as_owner() as connection:
        for what, query in ORACLES.items():
            rows = connection.execute(sa.text(query), asked).all()
            found += [f"{what}: {tuple(row)}" for row in rows]
    return found


def inventory(database, engagement_id: UUID | None = None) -> dict[str, list[str]]:
    """Return what an engagement's runs left, by table, without ids and times."""
    content = {}
    with database.as_owner() as connection:
        for name in RESULTS:
            table = SQLModel.metadata.tables[name]
            columns = [column for column in table.columns if column.name not in OWN]
            wanted = sa.select(*columns)
            if engagement_id is not None:
                wanted = wanted.where(table.c.engagement_id == engagement_id)
            content[name] = sorted(map(repr, connection.execute(wanted).all()))
    return content
