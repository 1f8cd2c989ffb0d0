"""Finished runs that may be removed: old, and nothing in the inventory is theirs."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.audit import AuditService

_MOST: Final = 200
"""So many runs of one engagement go at a time; the next round takes more."""

# Whatever tells of an upload keeps it and its run, whoever wrote it last. The lock
# makes a retry that comes at the same moment wait, and then find nothing.
_REMOVABLE: Final = sa.text(
    """
    select w.id as workflow_id, w.session_id, s.title
    from workflow_states w
    join data_import_sessions s
        on s.id = w.session_id and s.engagement_id = w.engagement_id
    where w.engagement_id = :engagement_id
      and w.status in ('completed', 'cancelled', 'failed')
      and w.updated_at < now() - make_interval(secs => :seconds)
      and not exists (select from asset_sources o
        where o.engagement_id = w.engagement_id and o.session_id = w.session_id)
      and not exists (select from assets o where o.engagement_id = w.engagement_id
        and w.session_id in (o.first_session_id, o.last_session_id))
      and not exists (select from import_changes o
        where o.engagement_id = w.engagement_id and o.session_id = w.session_id)
      and not exists (select from dependencies o
        where o.engagement_id = w.engagement_id and o.session_id = w.session_id)
      and not exists (select from findings o
        where o.engagement_id = w.engagement_id and o.session_id = w.session_id)
      and not exists (select from decisions o
        where o.engagement_id = w.engagement_id and o.session_id = w.session_id)
      and not exists (select from move_groups o
        where o.engagement_id = w.engagement_id and o.session_id = w.session_id)
      and not exists (select from conflicts o
        where o.engagement_id = w.engagement_id and o.session_id = w.session_id)
      and not exists (select from applications o
        where o.engagement_id = w.engagement_id and o.session_id = w.session_id)
      and not exists (select from data_import_sessions o
        where o.engagement_id = w.engagement_id
        and o.corrects_session_id = w.session_id)
    order by w.updated_at
    limit :most
    for update of w skip locked
    """
)
_FILES: Final = sa.text(
    """
    select storage_key from data_import_files
    where engagement_id = :engagement_id and session_id = any(:session_ids)
    """
)
_REMOVE: Final = sa.text(
    """
    delete from data_import_sessions
    where engagement_id = :engagement_id and id = any(:session_ids)
    """
)


@dataclass(frozen=True)
class RemovedRuns:
    """What was removed from the tables; its bytes are to follow after the commit."""

    workflow_ids: tuple[UUID, ...] = ()
    upload_keys: tuple[str, ...] = ()


def remove_old_runs(session: Session, scope: Scope, keep_days: float) -> RemovedRuns:
    """Remove finished runs with their upload, issues, mappings, history and logs.

    A run is removed if it ended at least ``keep_days`` ago and nothing in the
    inventory tells of its upload: no asset, source, change, edge, finding, decision,
    group, conflict or application, and no other import corrects it. The audit log
    says which runs went.
    """
    found = session.execute(
        _REMOVABLE,
        {
            "engagement_id": scope.engagement_id,
            "seconds": keep_days * 86_400,
            "most": _MOST,
        },
    ).all()
    if not found:
        return RemovedRuns()
    chosen = {
        "engagement_id": scope.engagement_id,
        "session_ids": [one.session_id for one in found],
    }
    keys = session.execute(_FILES, chosen).scalars().all()
    session.execute(_REMOVE, chosen)  # Everything of the run goes with its upload.
    AuditService(session).record(
        scope,
        "runs_removed",
        f"{len(found)} finished runs",
        f"They ended more than {keep_days:g} days ago (DISCOVERY_KEEP_RUNS_DAYS).",
        details={"runs": {str(one.workflow_id): one.title for one in found}},
    )
    return RemovedRuns(tuple(one.workflow_id for one in found), tuple(keys))
