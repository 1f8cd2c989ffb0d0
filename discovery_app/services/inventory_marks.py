"""A mark that changes when an engagement's inventory may have changed.

Live pages compare it before they read a list of 300,000 assets again.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.workflow import WorkflowStatus
from discovery_app.services.tables import CONFLICTS, DECISIONS, SETTINGS, WORKFLOWS

Mark = tuple[datetime | None, ...]

_BY_HAND = (
    DECISIONS.c.override_at,
    CONFLICTS.c.resolved_at,
    SETTINGS.c.evaluated_at,
)
"""When people last changed what an inventory says, besides imports."""


class InventoryMarkService:
    """Reads marks.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def mark(self, scope: Scope) -> Mark:
        """Return when an import was last published, and people last acted on it."""
        scope.require(Permission.VIEW)
        workflow, mine = WORKFLOWS.c, scope.engagement_id
        published = (
            sa.select(sa.func.max(workflow.updated_at))
            .where(
                workflow.engagement_id == mine,
                workflow.status == WorkflowStatus.COMPLETED,
            )
            .scalar_subquery()
        )
        parts = [
            sa.select(sa.func.max(column))
            .where(column.table.c.engagement_id == mine)
            .scalar_subquery()
            for column in _BY_HAND
        ]
        row = self._session.execute(sa.select(published, *parts)).one()
        return tuple(row)
