"""The last imports of an engagement, with where their workflows stand."""

from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.uploads import RecentImport
from discovery_app.domain.words import ago
from discovery_app.domain.workflow import WorkflowView
from discovery_app.services.workflow_state import WorkflowStateService

SHOWN: Final = 8
"""Imports that the import page lists; the board has all. Chosen."""


def recent_imports(session: Session, scope: Scope) -> tuple[RecentImport, ...]:
    """Return the newest imports of the engagement, newest first."""
    service = WorkflowStateService(session)
    now = datetime.now(UTC)
    found = service.list_workflow_states_for_engagement(scope, limit=SHOWN)
    return tuple(_line(one, now) for one in found)


def _line(view: WorkflowView, now: datetime) -> RecentImport:
    return RecentImport(
        title=view.title,
        status="stuck" if view.stuck else str(view.status),
        note=f"{view.progress_percentage} % · started by {view.started_by}",
        href=f"/workflows/{view.workflow_id}",
        at=view.created_at.isoformat(),
        ago=ago(view.created_at, now),
    )
