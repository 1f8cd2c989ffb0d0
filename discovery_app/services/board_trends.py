"""What the board draws over time: runs per day, time per phase, rows per engagement."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission
from discovery_app.domain.board import DayOutcomes, EngagementRows, PhaseTime
from discovery_app.domain.workflow import EventType, PhaseStatus, WorkflowStatus
from discovery_app.phases import ORDER, load_phase
from discovery_app.services.board import ManyScope, require_of
from discovery_app.services.board_tables import (
    CLIENTS,
    ENGAGEMENTS,
    EVENTS,
    NOW,
    RUNS,
    STATES,
    row_count,
)

TREND_DAYS = 14
"""How far back the board looks; chosen to fit the chart."""

_NEXT = EVENTS.alias("following")


class BoardTrendService:
    """Reads trends over the workflows of several engagements.

    One instance serves one unit of work, as ``BoardService`` does.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def runs_per_day(
        self, scope: ManyScope, days: int = TREND_DAYS
    ) -> tuple[DayOutcomes, ...]:
        """Return how many runs ended each day, in UTC, oldest first, none left out.

        A workflow that failed, was retried and completed counts once for each. A
        failure after which a retry was scheduled is no end.

        Raises:
            NotPermittedError: The role has no board.
        """
        require_of(scope, Permission.VIEW_BOARD)
        today = self._session.execute(sa.select(_day(NOW))).scalar_one()
        first = today - timedelta(days=days - 1)
        day = _day(EVENTS.c.created_at).label("day")
        found = self._session.execute(
            sa.select(day, EVENTS.c.type, sa.func.count().label("runs"))
            .where(EVENTS.c.created_at >= _start_of(first), _ends_a_run())
            .group_by(day, EVENTS.c.type)
        )
        counts = {(row.day, row.type): int(row.runs) for row in found}
        dates = [first + timedelta(days=number) for number in range(days)]
        return tuple(
            DayOutcomes(
                one,
                completed=counts.get((one, EventType.COMPLETED), 0),
                failed=counts.get((one, EventType.FAILED), 0),
                cancelled=counts.get((one, EventType.CANCELLED), 0),
            )
            for one in dates
        )

    def time_per_phase(
        self, scope: ManyScope, days: int = TREND_DAYS
    ) -> tuple[PhaseTime, ...]:
        """Return the median seconds of each phase that completed, in order.

        Raises:
            NotPermittedError: The role has no board.
        """
        require_of(scope, Permission.VIEW_BOARD)
        seconds = sa.extract("epoch", RUNS.c.finished_at - RUNS.c.started_at)
        middle = sa.func.percentile_cont(0.5).within_group(seconds)
        found = self._session.execute(
            sa.select(RUNS.c.phase, middle.label("seconds"), sa.func.count())
            .where(RUNS.c.status == PhaseStatus.COMPLETED, _within(RUNS, days))
            .group_by(RUNS.c.phase)
        )
        times = {row[0]: (float(row[1]), int(row[2])) for row in found}
        return tuple(
            PhaseTime(phase, load_phase(phase).title, *times[phase])
            for phase in ORDER
            if phase in times
        )

    def rows_per_engagement(
        self, scope: ManyScope, limit: int = 8
    ) -> tuple[EngagementRows, ...]:
        """Return the inventory rows of completed workflows, the most rows first.

        Raises:
            NotPermittedError: The role has no board.
        """
        require_of(scope, Permission.VIEW_BOARD)
        one = (
            sa.select(STATES.c.engagement_id, row_count().label("rows"))
            .where(STATES.c.status == WorkflowStatus.COMPLETED)
            .subquery()
        )
        rows = sa.func.coalesce(sa.func.sum(one.c.rows), 0).label("rows")
        found = self._session.execute(
            sa.select(ENGAGEMENTS.c.id, CLIENTS.c.name, ENGAGEMENTS.c.name, rows)
            .add_columns(sa.func.count())
            .join(one, one.c.engagement_id == ENGAGEMENTS.c.id)
            .join(CLIENTS, CLIENTS.c.id == ENGAGEMENTS.c.client_account_id)
            .group_by(ENGAGEMENTS.c.id, CLIENTS.c.name, ENGAGEMENTS.c.name)
            .order_by(rows.desc(), ENGAGEMENTS.c.name)
            .limit(limit)
        )
        return tuple(
            EngagementRows(row[0], row[1], row[2], int(row[3]), int(row[4]))
            for row in found
        )


def _ends_a_run() -> sa.ColumnElement[bool]:
    tried_again = sa.exists().where(
        _NEXT.c.workflow_id == EVENTS.c.workflow_id,
        _NEXT.c.engagement_id == EVENTS.c.engagement_id,
        _NEXT.c.seq == EVENTS.c.seq + 1,
        _NEXT.c.type == EventType.RETRY_SCHEDULED,
    )
    return sa.or_(
        EVENTS.c.type.in_((EventType.COMPLETED, EventType.CANCELLED)),
        sa.and_(EVENTS.c.type == EventType.FAILED, ~tried_again),
    )


def _within(table: sa.Table, days: int) -> sa.ColumnElement[bool]:
    return table.c.finished_at >= NOW - sa.func.make_interval(0, 0, 0, days)


def _day(moment: sa.ColumnElement) -> sa.ColumnElement:
    return sa.cast(sa.func.timezone("UTC", moment), sa.Date)


def _start_of(day: object) -> sa.ColumnElement:
    return sa.func.timezone("UTC", sa.cast(sa.literal(day, sa.Date), sa.DateTime()))
