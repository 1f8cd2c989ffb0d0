"""The counts beside the navigation: what waits for a person, and what failed."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.domain.board import STUCK
from discovery_app.domain.workflow import WorkflowStatus
from discovery_app.models import WorkflowState
from discovery_app.services.board_tables import JOINED, shown_status


class NavigationService:
    """Counts workflows. It only reads.

    One instance serves one unit of work of a ``BoardScope`` or ``PlatformScope``.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting(self, engagement_ids: Collection[UUID]) -> int:
        """Return how many workflows of these engagements wait for approval."""
        return self._session.exec(
            select(sa.func.count()).where(
                col(WorkflowState.engagement_id).in_(engagement_ids),
                col(WorkflowState.status) == WorkflowStatus.WAITING_FOR_APPROVAL,
            )
        ).one()

    def failing(self) -> int:
        """Return how many workflows failed or are stuck, of all the scope may see."""
        return self._session.execute(
            sa.select(sa.func.count())
            .select_from(JOINED)
            .where(shown_status().in_([STUCK, WorkflowStatus.FAILED.value]))
        ).scalar_one()
