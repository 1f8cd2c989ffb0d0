"""Reading workflows: rows in, frozen views out. Part of ``services.workflow_state``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.config import settings
from discovery_app.domain.workflow import (
    FINISHED,
    EventView,
    FailureView,
    PhaseRunView,
    PhaseStatus,
    WorkflowStatus,
    WorkflowView,
)
from discovery_app.models import (
    DataImportSession,
    WorkflowEvent,
    WorkflowLease,
    WorkflowPhaseRun,
    WorkflowState,
)
from discovery_app.phases import ORDER, load_phase, progress_percentage

DONE = frozenset({PhaseStatus.COMPLETED, PhaseStatus.ACCEPTED})


@dataclass(frozen=True)
class WorkflowRow:
    """A workflow with what belongs to it, as one query reads it."""

    state: WorkflowState
    lease: WorkflowLease
    title: str
    now: datetime


def select_workflows() -> Any:
    """Return the select of ``WorkflowRow`` columns; callers add their filters."""
    same_tenant = col(WorkflowState.engagement_id)
    return (
        select(
            WorkflowState,
            WorkflowLease,
            DataImportSession.title,
            sa.func.clock_timestamp(),
        )
        .join(
            WorkflowLease,
            sa.and_(
                col(WorkflowLease.id) == col(WorkflowState.id),
                col(WorkflowLease.engagement_id) == same_tenant,
            ),
        )
        .join(
            DataImportSession,
            sa.and_(
                col(DataImportSession.id) == col(WorkflowState.session_id),
                col(DataImportSession.engagement_id) == same_tenant,
            ),
        )
    )


def read_runs(
    session: Session, workflow_ids: Sequence[UUID]
) -> Mapping[UUID, list[WorkflowPhaseRun]]:
    """Return every try of every phase of the workflows, oldest first."""
    runs: dict[UUID, list[WorkflowPhaseRun]] = {one: [] for one in workflow_ids}
    found = session.exec(
        select(WorkflowPhaseRun)
        .where(col(WorkflowPhaseRun.workflow_id).in_(workflow_ids))
        .order_by(col(WorkflowPhaseRun.started_at), col(WorkflowPhaseRun.fence))
    )
    for run in found:
        runs[run.workflow_id].append(run)
    return runs


def read_events(session: Session, workflow_id: UUID) -> tuple[EventView, ...]:
    """Return the history of a workflow, oldest first."""
    found = session.exec(
        select(WorkflowEvent)
        .where(WorkflowEvent.workflow_id == workflow_id)
        .order_by(col(WorkflowEvent.seq))
    )
    return tuple(
        EventView(
            seq=event.seq,
            type=event.type.value,
            phase=event.phase,
            actor=event.actor,
            reason=event.reason,
            at=_known(event.created_at),
            details=event.data,
        )
        for event in found
    )


def view(row: WorkflowRow, runs: Sequence[WorkflowPhaseRun]) -> WorkflowView:
    """Return the workflow of ``row`` with its ``runs`` as pages and the API see it."""
    state, lease = row.state, row.lease
    tries = tuple(_run_view(run, row.now) for run in runs)
    return WorkflowView(
        workflow_id=state.id,
        session_id=state.session_id,
        client_account_id=state.client_account_id,
        engagement_id=state.engagement_id,
        title=row.title,
        started_by=state.started_by,
        workflow_type=state.workflow_type,
        status=state.status.value,
        current_phase=state.current_phase,
        progress_percentage=_progress(state, tries),
        version=state.version,
        run_number=state.run_number,
        attempt=lease.attempt,
        max_attempts=lease.max_attempts,
        state_data=state.state_data,
        created_at=_known(state.created_at),
        updated_at=_known(state.updated_at),
        run_after=lease.run_after,
        phases=tuple(_current(name, state, tries) for name in ORDER),
        tries=tries,
        failure=_failure(state, tries),
        stuck=_is_stuck(row, tries),
        worker=lease.owner,
        cancel_requested=lease.cancel_requested,
        can_accept=state.status is WorkflowStatus.FAILED
        and load_phase(state.current_phase).accepted is not None,
    )


def _current(
    name: str, state: WorkflowState, tries: Sequence[PhaseRunView]
) -> PhaseRunView:
    """Return the try of phase ``name`` that counts now, or a pending one."""
    mine = [
        one
        for one in tries
        if one.phase == name and one.status != PhaseStatus.SUPERSEDED
    ]
    if not mine:
        phase = load_phase(name)
        return PhaseRunView(
            phase=name,
            title=phase.title,
            status=PhaseStatus.PENDING.value,
            item_kind=phase.item_kind,
        )
    done = [one for one in mine if one.status in DONE]
    newest = done[-1] if done else mine[-1]
    if name == state.current_phase and state.status in _SHOWN_ON_PHASE:
        return _with_status(newest, state.status.value)
    return newest


_SHOWN_ON_PHASE = frozenset(
    {WorkflowStatus.WAITING_FOR_APPROVAL, WorkflowStatus.RETRY_WAIT}
)
"""Statuses of a workflow that its current phase shows as its own."""


def _with_status(run: PhaseRunView, status: str) -> PhaseRunView:
    return PhaseRunView(**{**run.__dict__, "status": status})


def _progress(state: WorkflowState, tries: Sequence[PhaseRunView]) -> int:
    stored = state.progress_percentage
    running = [one for one in tries if one.status == PhaseStatus.RUNNING]
    if not running or state.status in FINISHED:
        return stored
    return max(stored, progress_percentage(running[-1].phase, running[-1].fraction))


def _failure(state: WorkflowState, tries: Sequence[PhaseRunView]) -> FailureView | None:
    failed = [one for one in tries if one.status == PhaseStatus.FAILED]
    if not failed or state.status not in _FAILING:
        return None
    last = failed[-1]
    return FailureView(
        phase=last.phase,
        error_type=last.error_type,
        message=last.error_message,
        traceback=last.traceback,
        retryable=last.retryable,
    )


_FAILING = frozenset({WorkflowStatus.FAILED, WorkflowStatus.RETRY_WAIT})


def _is_stuck(row: WorkflowRow, tries: Sequence[PhaseRunView]) -> bool:
    if row.state.status not in {WorkflowStatus.RUNNING, WorkflowStatus.CANCELLING}:
        return False
    lease_over = timedelta(seconds=settings().lease_seconds)
    until = row.lease.lease_until
    if until is None or until + lease_over < row.now:
        return True
    silent = timedelta(seconds=settings().stuck_after_seconds)
    reports = [one.reported_at for one in tries if one.status == PhaseStatus.RUNNING]
    return any(at is not None and at + silent < row.now for at in reports)


def _run_view(run: WorkflowPhaseRun, now: datetime) -> PhaseRunView:
    started = _known(run.started_at)
    return PhaseRunView(
        phase=run.phase,
        title=load_phase(run.phase).title,
        status=run.status.value,
        run_number=run.run_number,
        attempt=run.attempt,
        worker=run.worker,
        fraction=run.fraction,
        message=run.message,
        item_kind=run.item_kind,
        items_in=run.items_in,
        items_out=run.items_out,
        items_rejected=run.items_rejected,
        items_excluded=run.items_excluded,
        summary=run.summary,
        error_type=run.error_type,
        error_message=run.error_message,
        traceback=run.traceback,
        retryable=run.retryable,
        started_at=started,
        finished_at=run.finished_at,
        reported_at=run.reported_at,
        seconds=((run.finished_at or now) - started).total_seconds(),
    )


def _known(at: datetime | None) -> datetime:
    """Return ``at``, which the database always fills.

    Raises:
        ValueError: It did not.
    """
    if at is None:
        raise ValueError("The database left a time empty that it always fills.")
    return at
