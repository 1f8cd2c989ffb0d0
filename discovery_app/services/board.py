"""The board: every workflow one may see, failed and finished ones included."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session

from discovery_app.domain.access import BoardScope, Permission, PlatformScope, require
from discovery_app.domain.board import (
    STUCK,
    BoardCursor,
    BoardFilter,
    BoardPage,
    BoardRow,
    BoardSort,
    BoardTotals,
)
from discovery_app.domain.display import Choice
from discovery_app.domain.paging import check_limit
from discovery_app.domain.workflow import EventType, PhaseStatus, WorkflowStatus
from discovery_app.phases import ORDER, load_phase, progress_percentage
from discovery_app.services.board_orders import cursor_of, edge_of, order_word, pick
from discovery_app.services.board_tables import (
    CLIENTS,
    ENGAGEMENTS,
    EVENTS,
    JOINED,
    LEASES,
    NOW,
    RUNS,
    STATES,
    UPLOADS,
    conditions,
    is_shown,
    of_workflow,
    row_count,
    shown_status,
)

ManyScope = BoardScope | PlatformScope
"""Someone who looks at several engagements at once."""

_FAILING: Final = frozenset({WorkflowStatus.FAILED, WorkflowStatus.RETRY_WAIT})


class BoardService:
    """Lists workflows across engagements. It only reads.

    One instance serves one unit of work of a ``BoardScope`` or ``PlatformScope``;
    row-level security lets only its engagements through.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        scope: ManyScope,
        chosen: BoardFilter | None = None,
        *,
        sort: BoardSort = BoardSort.ATTENTION,
        descending: bool = False,
        cursor: str = "",
        limit: int = 50,
    ) -> BoardPage:
        """Return some workflows of the list, and where they stand in it.

        Args:
            scope: Which engagements.
            chosen: Which workflows; all by default.
            sort: By what; the id decides between equals.
            descending: Whether the order is turned round.
            cursor: From an earlier page of the same filter and order.
            limit: At most 500.

        Raises:
            InvalidInputError: The cursor or the limit is wrong.
        """
        require_of(scope, Permission.VIEW)
        check_limit(limit)
        known = BoardCursor.decode(cursor) if cursor else None
        chosen = chosen or BoardFilter()
        edge = edge_of(known, sort, descending=descending, limit=limit + 1)
        total = self._count(conditions(chosen))
        found = self._session.execute(pick(chosen, sort, edge)).mappings().all()
        more, found = len(found) > limit, found[:limit]
        if not found:
            return BoardPage(total=total)
        first = known.position + 1 if known else 1
        if known and known.backwards:
            found = found[::-1]
            first = max(known.position - len(found), 1) if more else 1
        last, order = first + len(found) - 1, order_word(sort, descending)
        ends = more or (known is not None and known.backwards)
        return BoardPage(
            rows=self._views(
                [row["id"] for row in found], traces=isinstance(scope, PlatformScope)
            ),
            first=first,
            total=total,
            next_cursor=cursor_of(found[-1], order, last) if ends else "",
            previous_cursor=cursor_of(found[0], order, first, backwards=True)
            if first > 1
            else "",
        )

    def totals(self, scope: ManyScope) -> BoardTotals:
        """Return the headline numbers of the engagements.

        Raises:
            NotPermittedError: The role has no board.
        """
        require_of(scope, Permission.VIEW_BOARD)
        one = _counted_workflows().subquery()
        is_ = {word: one.c.shown == word for word in ("running", STUCK, "failed")}
        waiting = one.c.shown == WorkflowStatus.WAITING_FOR_APPROVAL.value
        numbers = sa.select(
            sa.func.count().label("workflows"),
            sa.func.count().filter(is_["running"]).label("running"),
            _sum(one.c.rows, is_["running"]).label("running_rows"),
            sa.func.count().filter(one.c.shown == "queued").label("queued"),
            sa.func.count().filter(waiting).label("waiting"),
            sa.func.min(one.c.updated_at).filter(waiting).label("oldest_waiting_at"),
            sa.func.count().filter(is_[STUCK]).label("stuck"),
            sa.func.min(one.c.heard_at).filter(is_[STUCK]).label("longest_silent_at"),
            sa.func.count().filter(is_["failed"]).label("failed"),
            sa.func.count()
            .filter(is_["failed"], one.c.retryable)
            .label("failed_retryable"),
            sa.func.count().filter(one.c.completed_today).label("completed_today"),
            _sum(one.c.rows, one.c.completed_today).label("completed_rows"),
            NOW.label("now"),
        )
        return BoardTotals(**self._session.execute(numbers).mappings().one())

    def owners(self, scope: ManyScope) -> tuple[str, ...]:
        """Return everyone who started one of the workflows, by name."""
        require_of(scope, Permission.VIEW)
        found = self._session.execute(
            sa.select(STATES.c.started_by).distinct().order_by(STATES.c.started_by)
        )
        return tuple(found.scalars())

    def engagements(self, scope: ManyScope) -> tuple[tuple[UUID, str, str], ...]:
        """Return id, client and name of the engagements that have a workflow."""
        require_of(scope, Permission.VIEW)
        found = self._session.execute(
            sa.select(ENGAGEMENTS.c.id, CLIENTS.c.name, ENGAGEMENTS.c.name)
            .join(CLIENTS, CLIENTS.c.id == ENGAGEMENTS.c.client_account_id)
            .where(sa.exists().where(STATES.c.engagement_id == ENGAGEMENTS.c.id))
            .order_by(sa.func.lower(CLIENTS.c.name), sa.func.lower(ENGAGEMENTS.c.name))
        )
        return tuple((row[0], row[1], row[2]) for row in found)

    def newest_by_engagement(self, scope: ManyScope) -> Mapping[UUID, tuple[str, int]]:
        """Return by engagement the shown status and version of its newest workflow."""
        require_of(scope, Permission.VIEW)
        found = self._session.execute(
            sa.select(STATES.c.engagement_id, shown_status(), STATES.c.version)
            .select_from(JOINED)
            .ext(distinct_on(STATES.c.engagement_id))
            .order_by(STATES.c.engagement_id, STATES.c.created_at.desc())
        )
        return {row[0]: (row[1], int(row[2])) for row in found}

    def _count(self, where: Sequence[sa.ColumnElement[bool]]) -> int:
        counted = sa.select(sa.func.count(STATES.c.id)).where(*where)
        return int(self._session.execute(counted).scalar_one())

    def _views(self, ids: Sequence[UUID], *, traces: bool) -> tuple[BoardRow, ...]:
        found = self._session.execute(_select_rows(ids)).mappings()
        rows = {row["id"]: row for row in found}
        newest = self._newest_runs(ids)
        return tuple(
            _view(rows[one], newest.get(one, {}), traces=traces) for one in ids
        )

    def _newest_runs(
        self, workflow_ids: Sequence[UUID]
    ) -> Mapping[UUID, sa.RowMapping]:
        found = self._session.execute(
            sa.select(RUNS)
            .ext(distinct_on(RUNS.c.workflow_id))
            .where(RUNS.c.workflow_id.in_(workflow_ids))
            .order_by(RUNS.c.workflow_id, RUNS.c.started_at.desc(), RUNS.c.fence.desc())
        ).mappings()
        return {row["workflow_id"]: row for row in found}


def require_of(scope: ManyScope, permission: Permission) -> None:
    """Check that the role of ``scope`` has ``permission``; a platform's is an admin.

    Raises:
        NotPermittedError: It has not.
    """
    if isinstance(scope, BoardScope):
        require(scope.role, permission)


def phase_choices() -> tuple[Choice, ...]:
    """Return the phases with their numbers and titles, in order, for a filter."""
    return tuple(
        Choice(name, f"{number} {load_phase(name).title}")
        for number, name in enumerate(ORDER, start=1)
    )


def _select_rows(ids: Sequence[UUID]) -> sa.Select[*tuple[Any, ...]]:
    columns = (
        STATES.c.id,
        STATES.c.engagement_id,
        CLIENTS.c.name.label("client"),
        ENGAGEMENTS.c.name.label("engagement"),
        UPLOADS.c.title,
        shown_status().label("shown"),
        STATES.c.status,
        STATES.c.current_phase,
        STATES.c.progress_percentage,
        row_count().label("rows"),
        LEASES.c.attempt,
        LEASES.c.max_attempts,
        STATES.c.version,
        STATES.c.started_by,
        STATES.c.created_at,
        STATES.c.updated_at,
        NOW.label("now"),
    )
    return sa.select(*columns).select_from(JOINED).where(STATES.c.id.in_(ids))


def _counted_workflows() -> sa.Select[*tuple[Any, ...]]:
    shown = shown_status()
    today = sa.func.date_trunc("day", NOW, "UTC")
    ended_today = sa.exists().where(
        of_workflow(EVENTS),
        EVENTS.c.type == EventType.COMPLETED,
        EVENTS.c.created_at >= today,
    )
    completed_today = sa.and_(STATES.c.updated_at >= today, ended_today)
    last = (
        sa.select(RUNS.c.reported_at, RUNS.c.retryable)
        .where(of_workflow(RUNS), is_shown(STUCK, WorkflowStatus.FAILED))
        .order_by(RUNS.c.started_at.desc(), RUNS.c.fence.desc())
        .limit(1)
        .lateral()
    )
    counted = sa.or_(is_shown(WorkflowStatus.RUNNING), completed_today)
    return sa.select(
        shown.label("shown"),
        STATES.c.updated_at,
        sa.case((counted, row_count())).label("rows"),
        last.c.reported_at.label("heard_at"),
        last.c.retryable,
        completed_today.label("completed_today"),
    ).select_from(STATES.outerjoin(last, sa.true()))


def _sum(
    column: sa.ColumnElement[Any], where: sa.ColumnElement[bool]
) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(column).filter(where), 0)


def _view(row: sa.RowMapping, run: Mapping[Any, Any], *, traces: bool) -> BoardRow:
    status, phase = row["status"], row["current_phase"]
    percent = row["progress_percentage"]
    running = run.get("status") is PhaseStatus.RUNNING
    if running:
        percent = max(percent, progress_percentage(run["phase"], run["fraction"]))
    failing = status in _FAILING and run.get("status") is PhaseStatus.FAILED
    return BoardRow(
        workflow_id=row["id"],
        engagement_id=row["engagement_id"],
        client=row["client"],
        engagement=row["engagement"],
        title=row["title"],
        status=row["shown"],
        stored_status=status,
        phase=phase,
        phase_title=load_phase(phase).title,
        percent=percent,
        rows=row["rows"],
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        version=row["version"],
        started_by=row["started_by"],
        message=run["message"] if running else "",
        error_type=run["error_type"] if failing else "",
        error_message=run["error_message"] if failing else "",
        traceback=run["traceback"] if failing and traces else "",
        retryable=bool(run["retryable"]) if failing else False,
        worker=run.get("worker", ""),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        reported_at=run.get("reported_at"),
        now=row["now"],
    )
