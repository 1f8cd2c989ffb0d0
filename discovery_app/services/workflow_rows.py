"""The rows of one workflow: locked, read and written together.

Part of ``services.workflow_state``.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.domain.access import Scope
from discovery_app.domain.workflow import EventType, WorkflowStatus
from discovery_app.errors import ConflictError, InvalidInputError, NotFoundError
from discovery_app.models import WorkflowLease, WorkflowState
from discovery_app.services.workflow_transitions import (
    EndedRun,
    LeaseChange,
    NewEvent,
    Transition,
    write_transition,
)


class WorkflowRows:
    """What every change of a workflow stands on.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def _locked(
        self, scope: Scope, workflow_id: UUID, version: int | None = None
    ) -> WorkflowState:
        """Return the row, locked: every change of one workflow comes after another."""
        workflow = self._session.exec(
            select(WorkflowState)
            .where(WorkflowState.id == workflow_id, *in_tenant(scope))
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if workflow is None:
            raise NotFoundError("workflow", workflow_id)
        if version is not None and workflow.version != version:
            raise ConflictError(
                f"This workflow has moved on: it is {word(workflow.status)} now "
                f"(version {workflow.version}, you saw {version}); look again."
            )
        return workflow

    def _lease(self, scope: Scope, workflow_id: UUID) -> WorkflowLease:
        return self._session.exec(
            select(WorkflowLease)
            .where(
                WorkflowLease.id == workflow_id,
                WorkflowLease.engagement_id == scope.engagement_id,
            )
            .execution_options(populate_existing=True)
        ).one()

    def _request(self, workflow_id: UUID, scope: Scope, **flags: bool | int) -> None:
        self._session.execute(
            sa.update(WorkflowLease)
            .where(
                col(WorkflowLease.id) == workflow_id,
                col(WorkflowLease.engagement_id) == scope.engagement_id,
            )
            .values(**flags)
        )

    def _note(
        self,
        scope: Scope,
        workflow: WorkflowState,
        event: NewEvent,
        status: WorkflowStatus | None = None,
    ) -> int:
        """Write ``event``, and ``status`` if given; leave everything else."""
        change = Transition(
            status=status or workflow.status,
            current_phase=workflow.current_phase,
            events=[event],
        )
        return self._write(scope, workflow, change)

    def _cancel_now(
        self,
        scope: Scope,
        workflow: WorkflowState,
        *,
        reason: str = "",
        fence: int | None = None,
        ended: EndedRun | None = None,
        before: Sequence[NewEvent] = (),
    ) -> int:
        """Cancel it for good; ``before`` is what the history says first."""
        phase = workflow.current_phase
        change = Transition(
            status=WorkflowStatus.CANCELLED,
            current_phase=phase,
            lease=LeaseChange(runnable=False, expected_fence=fence),
            ended=ended,
            events=[*before, NewEvent(EventType.CANCELLED, phase, reason)],
        )
        return self._write(scope, workflow, change)

    def _pause_now(
        self,
        scope: Scope,
        workflow: WorkflowState,
        *,
        reason: str = "",
        fence: int | None = None,
        ended: EndedRun | None = None,
        before: Sequence[NewEvent] = (),
    ) -> int:
        """Let nothing go on until somebody resumes it."""
        phase = workflow.current_phase
        change = Transition(
            status=WorkflowStatus.PAUSED,
            current_phase=phase,
            lease=LeaseChange(runnable=False, expected_fence=fence),
            ended=ended,
            events=[*before, NewEvent(EventType.PAUSED, phase, reason)],
        )
        return self._write(scope, workflow, change)

    def _write(
        self,
        scope: Scope,
        workflow: WorkflowState,
        change: Transition,
        state_data: Mapping[str, Any] | None = None,
    ) -> int:
        self._session.flush()
        run_number = max(change.run_number, workflow.run_number)
        whole = Transition(
            **{
                **change.__dict__,
                "run_number": run_number,
                "state_data": state_data or change.state_data,
            }
        )
        return write_transition(self._session, scope, workflow.id, whole)


def in_tenant(scope: Scope) -> tuple[Any, ...]:
    """Return the conditions that keep a query in the tenant of ``scope``."""
    return (
        WorkflowState.client_account_id == scope.client_account_id,
        WorkflowState.engagement_id == scope.engagement_id,
    )


def require_words(reason: str) -> None:
    """Check that somebody said why.

    Raises:
        InvalidInputError: There is nothing but blanks.
    """
    if not reason.strip():
        raise InvalidInputError("Give a reason; it is kept in the audit log.")


def word(status: WorkflowStatus) -> str:
    """Return ``status`` as a sentence says it."""
    return status.value.replace("_", " ")
