"""Counting what a monitor asks for, across clients: numbers and no contents."""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import PlatformScope
from discovery_app.domain.board import STUCK
from discovery_app.domain.metrics import FailureCount, MetricsSnapshot, PhaseHour
from discovery_app.domain.workflow import WorkflowStatus
from discovery_app.services.board_tables import JOINED, RUNS, STATES, shown_status
from discovery_app.services.worker_overview import WorkerOverviewService

_HOUR: Final = sa.func.make_interval(0, 0, 0, 0, 1)
_BUSY: Final = (WorkflowStatus.RUNNING, WorkflowStatus.CANCELLING)


class MetricsService:
    """Counts. It only reads.

    One instance serves one unit of work of a ``PlatformScope``.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def look(self, scope: PlatformScope) -> MetricsSnapshot:
        """Return every number as it is now."""
        return MetricsSnapshot(
            workflows=self._workflows(),
            stuck=self._stuck(),
            queue=WorkerOverviewService(self._session).look(scope),
            phases=self._phases(),
            failures=self._failures(),
        )

    def _workflows(self) -> dict[str, int]:
        rows = self._session.execute(
            sa.select(STATES.c.status, sa.func.count()).group_by(STATES.c.status)
        )
        counts = {str(status): number for status, number in rows}
        return {one.value: counts.get(one.value, 0) for one in WorkflowStatus}

    def _stuck(self) -> int:
        return self._session.execute(
            sa.select(sa.func.count())
            .select_from(JOINED)
            .where(STATES.c.status.in_(_BUSY), shown_status() == STUCK)
        ).scalar_one()

    def _phases(self) -> tuple[PhaseHour, ...]:
        took = sa.extract("epoch", RUNS.c.finished_at - RUNS.c.started_at)
        rows = self._session.execute(
            sa.select(RUNS.c.phase, RUNS.c.status, sa.func.count(), sa.func.sum(took))
            .where(_ended_lately())
            .group_by(RUNS.c.phase, RUNS.c.status)
            .order_by(RUNS.c.phase, RUNS.c.status)
        )
        return tuple(
            PhaseHour(phase, str(status), tries, float(seconds))
            for phase, status, tries, seconds in rows
        )

    def _failures(self) -> tuple[FailureCount, ...]:
        rows = self._session.execute(
            sa.select(RUNS.c.phase, RUNS.c.error_type, sa.func.count())
            .where(_ended_lately(), RUNS.c.error_type != "")
            .group_by(RUNS.c.phase, RUNS.c.error_type)
            .order_by(RUNS.c.phase, RUNS.c.error_type)
        )
        return tuple(FailureCount(*row) for row in rows)


def _ended_lately() -> sa.ColumnElement[bool]:
    # Not clock_timestamp(), which differs from row to row and so uses no index.
    return RUNS.c.finished_at > sa.func.now() - _HOUR
