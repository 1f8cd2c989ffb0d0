"""What the board reads of a workflow, as one select. Part of ``services.board``."""

from typing import Any, Final

import sqlalchemy as sa

from discovery_app import models
from discovery_app.config import settings
from discovery_app.domain.board import (
    LOOPING_ATTEMPTS,
    STUCK,
    BoardFilter,
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
    STATES.outerjoin(
        LEASES,
        sa.and_(
            LEASES.c.id == STATES.c.id,
            LEASES.c.engagement_id == STATES.c.engagement_id,
        ),
    )
    .outerjoin(
        UPLOADS,
        sa.and_(
            UPLOADS.c.id == STATES.c.session_id,
            UPLOADS.c.engagement_id == STATES.c.engagement_id,
        ),
    )
    .outerjoin(ENGAGEMENTS, ENGAGEMENTS.c.id == STATES.c.engagement_id)
    .outerjoin(CLIENTS, CLIENTS.c.id == STATES.c.client_account_id)
)
"""A workflow has one of each; as outer joins, what a question does not use is free."""


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
    """Return the status as the board shows it: ``stuck`` or what is stored."""
    return sa.case(
        (is_shown(STUCK), sa.literal_column(f"'{STUCK}'")),
        else_=sa.cast(STATES.c.status, sa.Text),
    )


def is_shown(*words: str) -> sa.ColumnElement[bool]:
    """Return that a workflow is shown with one of ``words``, of ``BOARD_STATUSES``."""
    busy = STATES.c.status.in_(_BUSY)
    stuck = STATES.c.id.in_(_stuck_ids())
    plain = [WorkflowStatus(word) for word in words if word != STUCK]
    settled = [word for word in plain if word not in _BUSY]
    moving = [word for word in plain if word in _BUSY]
    found: list[sa.ColumnElement[bool]] = []
    if settled:
        found.append(STATES.c.status.in_(settled))
    if moving:
        found.append(sa.and_(STATES.c.status.in_(moving), ~stuck))
    if STUCK in words:
        found.append(sa.and_(busy, stuck))
    return sa.or_(sa.false(), *found)


def _stuck_ids() -> sa.Select[tuple[Any]]:
    """Return the workflows that nobody works on though they say they run.

    The same rule as ``workflow_views``: the lease ended more than a lease time ago,
    or the running try has not reported for long. The few that run are asked once,
    not each workflow of the list.
    """
    busy, lease = STATES.alias("busy"), LEASES.alias("busy_lease")
    run = RUNS.alias("busy_run")
    silent = sa.exists().where(
        run.c.workflow_id == busy.c.id,
        run.c.engagement_id == busy.c.engagement_id,
        run.c.status == PhaseStatus.RUNNING,
        run.c.reported_at + _interval(settings().stuck_after_seconds) < NOW,
    )
    unheld = sa.or_(
        lease.c.lease_until.is_(None),
        lease.c.lease_until + _interval(settings().lease_seconds) < NOW,
    )
    return (
        sa.select(busy.c.id)
        .join(
            lease,
            sa.and_(
                lease.c.id == busy.c.id, lease.c.engagement_id == busy.c.engagement_id
            ),
        )
        .where(busy.c.status.in_(_BUSY), sa.or_(unheld, silent))
    )


def conditions(chosen: BoardFilter) -> list[sa.ColumnElement[bool]]:
    """Return what a workflow must fulfil to be listed; it needs ``STATES`` alone."""
    found: list[sa.ColumnElement[bool]] = []
    if chosen.statuses:
        found.append(is_shown(*chosen.statuses))
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


def _named(search: str) -> sa.ColumnElement[bool]:
    names = (
        CLIENTS.c.name,
        ENGAGEMENTS.c.name,
        UPLOADS.c.title,
        STATES.c.started_by,
    )
    found = (
        sa.select(STATES.c.id)
        .select_from(JOINED)
        .where(sa.or_(*(one.icontains(search, autoescape=True) for one in names)))
        .cte("found")
    )
    return STATES.c.id.in_(sa.select(found.c.id))


def _troubled() -> sa.ColumnElement[bool]:
    lease = LEASES.alias("tried_lease")
    tried_often = sa.exists().where(
        lease.c.id == STATES.c.id,
        lease.c.engagement_id == STATES.c.engagement_id,
        lease.c.attempt >= LOOPING_ATTEMPTS,
    )
    looping = sa.and_(STATES.c.status.not_in(FINISHED), tried_often)
    words = (STUCK, WorkflowStatus.FAILED.value, WorkflowStatus.RETRY_WAIT.value)
    return sa.or_(is_shown(*words), looping)


def _interval(seconds: float) -> sa.ColumnElement[Any]:
    return sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
