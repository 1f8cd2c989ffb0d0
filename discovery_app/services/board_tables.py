"""What the board reads of a workflow, as one select. Part of ``services.board``."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from discovery_app import models
from discovery_app.config import settings
from discovery_app.domain.board import (
    BOARD_STATUSES,
    LOOPING_ATTEMPTS,
    NEEDS_PERSON,
    STUCK,
    BoardFilter,
    BoardSort,
)
from discovery_app.domain.workflow import FINISHED, PhaseStatus, WorkflowStatus

STATES: Final[sa.Table] = models.WorkflowState.__table__  # pyright: ignore
LEASES: Final[sa.Table] = models.WorkflowLease.__table__  # pyright: ignore
RUNS: Final[sa.Table] = models.WorkflowPhaseRun.__table__  # pyright: ignore
EVENTS: Final[sa.Table] = models.WorkflowEvent.__table__  # pyright: ignore
UPLOADS: Final[sa.Table] = models.DataImportSession.__table__  # pyright: ignore
ENGAGEMENTS: Final[sa.Table] = models.Engagement.__table__  # pyright: ignore
CLIENTS: Final[sa.Table] = models.ClientAccount.__table__  # pyright: ignore

NOW: Final = sa.func.now()
ROWS_PHASE: Final = "data_source_analysis"
"""Its items are the inventory rows of the whole upload."""

_BUSY: Final = (WorkflowStatus.RUNNING, WorkflowStatus.CANCELLING)
_DONE: Final = (PhaseStatus.COMPLETED, PhaseStatus.ACCEPTED)

JOINED: Final = (
    STATES.join(
        LEASES,
        sa.and_(
            LEASES.c.id == STATES.c.id,
            LEASES.c.engagement_id == STATES.c.engagement_id,
        ),
    )
    .join(
        UPLOADS,
        sa.and_(
            UPLOADS.c.id == STATES.c.session_id,
            UPLOADS.c.engagement_id == STATES.c.engagement_id,
        ),
    )
    .join(ENGAGEMENTS, ENGAGEMENTS.c.id == STATES.c.engagement_id)
    .join(CLIENTS, CLIENTS.c.id == STATES.c.client_account_id)
)


def of_workflow(table: sa.Table) -> sa.ColumnElement[bool]:
    """Return that a row of ``table`` belongs to the workflow of the outer select."""
    return sa.and_(
        table.c.workflow_id == STATES.c.id,
        table.c.engagement_id == STATES.c.engagement_id,
    )


def row_count() -> sa.ColumnElement[int]:
    """Return the inventory rows of a workflow's upload; NULL until counted."""
    return (
        sa.select(RUNS.c.items_in)
        .where(of_workflow(RUNS), RUNS.c.phase == ROWS_PHASE)
        .where(RUNS.c.status.in_(_DONE))
        .order_by(RUNS.c.started_at.desc())
        .limit(1)
        .scalar_subquery()
    )


def shown_status() -> sa.ColumnElement[str]:
    """Return the status as the board shows it: ``stuck`` or what is stored.

    The same rule as ``workflow_views``: the lease ended more than a lease time ago,
    or the running try has not reported for long.
    """
    lease_time = _interval(settings().lease_seconds)
    silence = _interval(settings().stuck_after_seconds)
    silent = sa.exists().where(
        of_workflow(RUNS),
        RUNS.c.status == PhaseStatus.RUNNING,
        RUNS.c.reported_at + silence < NOW,
    )
    unheld = sa.or_(
        LEASES.c.lease_until.is_(None), LEASES.c.lease_until + lease_time < NOW
    )
    return sa.case(
        (
            sa.and_(STATES.c.status.in_(_BUSY), sa.or_(unheld, silent)),
            sa.literal_column(f"'{STUCK}'"),
        ),
        else_=sa.cast(STATES.c.status, sa.Text),
    )


def conditions(chosen: BoardFilter) -> list[sa.ColumnElement[bool]]:
    """Return what a workflow must fulfil to be listed."""
    found: list[sa.ColumnElement[bool]] = []
    if chosen.statuses:
        found.append(shown_status().in_(chosen.statuses))
    if chosen.engagement_id:
        found.append(STATES.c.engagement_id == chosen.engagement_id)
    if chosen.phase:
        found.append(STATES.c.current_phase == chosen.phase)
    if chosen.owner:
        found.append(STATES.c.started_by == chosen.owner)
    if chosen.started_days:
        recent = NOW - sa.func.make_interval(0, 0, 0, chosen.started_days)
        found.append(STATES.c.created_at >= recent)
    if chosen.search:
        found.append(_named(chosen.search))
    if chosen.troubled:
        found.append(_troubled())
    return found


def sort_keys(sort: BoardSort) -> tuple[sa.ColumnElement[Any], ...]:
    """Return what ``sort`` sorts by, ascending; the id follows."""
    return SORTS[sort]()


def _named(search: str) -> sa.ColumnElement[bool]:
    names = (
        CLIENTS.c.name,
        ENGAGEMENTS.c.name,
        UPLOADS.c.title,
        STATES.c.started_by,
    )
    return sa.or_(*(one.icontains(search, autoescape=True) for one in names))


def _troubled() -> sa.ColumnElement[bool]:
    looping = sa.and_(
        STATES.c.status.not_in(FINISHED), LEASES.c.attempt >= LOOPING_ATTEMPTS
    )
    words = (STUCK, WorkflowStatus.FAILED.value, WorkflowStatus.RETRY_WAIT.value)
    return sa.or_(shown_status().in_(words), looping)


def _attention() -> tuple[sa.ColumnElement[Any], ...]:
    """Sort by urgency; what needs a person oldest first, the rest newest first."""
    shown = shown_status()
    order = {word: number for number, word in enumerate(BOARD_STATUSES)}
    # What has ended stands in one order of time, however it ended.
    order |= {"cancelled": order["completed"]}
    rank = sa.case(order, value=shown, else_=len(order))
    seconds = sa.cast(sa.extract("epoch", STATES.c.updated_at), sa.Numeric)
    waits = shown.in_(sorted(NEEDS_PERSON))
    return rank, sa.case((waits, seconds), else_=-seconds)


def _lower(column: sa.Column) -> sa.ColumnElement[str]:
    return sa.func.lower(column, type_=sa.Text)


def _interval(seconds: float) -> sa.ColumnElement[Any]:
    return sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)


SORTS: Final[Mapping[BoardSort, Any]] = {
    BoardSort.ATTENTION: _attention,
    BoardSort.CLIENT: lambda: (
        _lower(CLIENTS.c.name),
        _lower(ENGAGEMENTS.c.name),
    ),
    BoardSort.FILE: lambda: (_lower(UPLOADS.c.title),),
    BoardSort.PROGRESS: lambda: (STATES.c.progress_percentage,),
    BoardSort.STARTED: lambda: (STATES.c.created_at,),
    BoardSort.ATTEMPTS: lambda: (LEASES.c.attempt,),
    BoardSort.OWNER: lambda: (_lower(STATES.c.started_by),),
}
