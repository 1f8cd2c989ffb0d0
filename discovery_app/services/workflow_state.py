"""The state of every workflow: the single source of truth.

``WorkflowStateService`` is put together from ``workflow_work`` (a worker's part),
``workflow_control`` and ``workflow_restart`` (a person's part) and ``workflow_repair``
(an admin's part); every change goes through the one statement of
``workflow_transitions``. Workers take and keep leases by ``workflow_leases``.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from discovery_app.config import settings
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import (
    WORKFLOW_TYPE,
    EventType,
    EventView,
    LeaseClaim,
    WorkflowStatus,
    WorkflowView,
)
from discovery_app.errors import ConflictError, NotFoundError
from discovery_app.models import WorkflowLease, WorkflowState
from discovery_app.phases import ORDER
from discovery_app.services import workflow_views as views
from discovery_app.services.workflow_control import WorkflowControl
from discovery_app.services.workflow_repair import WorkflowRepair
from discovery_app.services.workflow_rows import in_tenant
from discovery_app.services.workflow_transitions import (
    LeaseChange,
    NewEvent,
    Transition,
)
from discovery_app.services.workflow_work import WorkflowWork, worker_scope

__all__ = ["WorkflowStateService", "worker_scope"]


class WorkflowStateService(WorkflowWork, WorkflowControl, WorkflowRepair):
    """Reads and writes the four workflow tables; nothing else writes them.

    One instance serves one unit of work. It flushes; it never commits. What a
    person does is checked against the role in their scope.
    """

    def get_workflow_state(self, scope: Scope, workflow_id: UUID) -> WorkflowView:
        """Return the workflow.

        Raises:
            NotFoundError: There is none in this engagement.
        """
        return self._one(scope, workflow_id, col(WorkflowState.id) == workflow_id)

    def get_workflow_state_by_session_id(
        self, scope: Scope, session_id: UUID
    ) -> WorkflowView:
        """Return the workflow of a data import session.

        Raises:
            NotFoundError: There is none in this engagement.
        """
        found = col(WorkflowState.session_id) == session_id
        return self._one(scope, session_id, found)

    def list_workflow_states_for_engagement(
        self,
        scope: Scope,
        *,
        status: str = "",
        phase: str = "",
        before: tuple[datetime, UUID] | None = None,
        limit: int = 50,
    ) -> list[WorkflowView]:
        """Return the engagement's workflows, newest first.

        Args:
            status: Only those of this status; empty means all.
            phase: Only those whose current phase this is; empty means all.
            before: ``created_at`` and id of the last one already seen.
            limit: At most 500.
        """
        scope.require(Permission.VIEW)
        wanted = views.select_workflows().where(*in_tenant(scope))
        if status:
            wanted = wanted.where(col(WorkflowState.status) == WorkflowStatus(status))
        if phase:
            wanted = wanted.where(col(WorkflowState.current_phase) == phase)
        if before is not None:
            key = sa.tuple_(col(WorkflowState.created_at), col(WorkflowState.id))
            wanted = wanted.where(key < sa.tuple_(*map(sa.literal, before)))
        newest_first = wanted.order_by(
            col(WorkflowState.created_at).desc(), col(WorkflowState.id).desc()
        ).limit(min(limit, 500))
        rows = [views.WorkflowRow(*row) for row in self._session.exec(newest_first)]
        runs = views.read_runs(self._session, [row.state.id for row in rows])
        return [views.view(row, runs[row.state.id]) for row in rows]

    def session_of(self, workflow_id: UUID) -> UUID:
        """Return the upload of a workflow anywhere.

        Reads under a ``PlatformScope`` or ``BoardScope``, which says where it may.

        Raises:
            NotFoundError: There is no such workflow that the scope shows.
        """
        found = self._session.exec(
            select(WorkflowState.session_id).where(WorkflowState.id == workflow_id)
        ).one_or_none()
        if found is None:
            raise NotFoundError("workflow", workflow_id)
        return found

    def engagement_of(self, workflow_id: UUID) -> UUID:
        """Return the engagement of a workflow anywhere, like ``session_of``.

        Raises:
            NotFoundError: There is no such workflow that the scope shows.
        """
        found = self._session.exec(
            select(WorkflowState.engagement_id).where(WorkflowState.id == workflow_id)
        ).one_or_none()
        if found is None:
            raise NotFoundError("workflow", workflow_id)
        return found

    def events(self, scope: Scope, workflow_id: UUID) -> tuple[EventView, ...]:
        """Return the history of a workflow, oldest first.

        Raises:
            NotFoundError: There is no such workflow in this engagement.
        """
        self.get_workflow_state(scope, workflow_id)
        return views.read_events(self._session, workflow_id)

    def create_workflow_state(
        self, scope: Scope, state: DiscoveryFlowState, *, owner: str = ""
    ) -> tuple[UUID, LeaseClaim | None]:
        """Store a new workflow for an upload, ready to run.

        Args:
            owner: A worker that takes it at once; empty leaves it to any.

        Returns:
            The workflow's id, and the lease of ``owner`` if there is one.

        Raises:
            NotPermittedError: The role may not import files.
            ConflictError: The upload has a workflow already.
        """
        scope.require(Permission.IMPORT_FILES)
        if self._exists(scope, state.session_id):
            raise ConflictError("This upload has a workflow already; open that one.")
        workflow = WorkflowState(
            engagement_id=scope.engagement_id,
            client_account_id=scope.client_account_id,
            session_id=state.session_id,
            current_phase=ORDER[0],
            state_data=state.dump(),
            started_by=scope.actor,
            version=0,
        )
        self._session.add(workflow)
        self._session.flush()
        lease = WorkflowLease(
            id=workflow.id,
            engagement_id=scope.engagement_id,
            client_account_id=scope.client_account_id,
            max_attempts=settings().max_attempts,
            fence=1 if owner else 0,
        )
        self._session.add(lease)
        self._session.flush()
        self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=ORDER[0],
                lease=LeaseChange(
                    runnable=True,
                    owner=owner,
                    hold_seconds=settings().lease_seconds,
                    attempt=1 if owner else 0,
                ),
                events=[NewEvent(EventType.CREATED, data={"files": len(state.files)})],
            ),
        )
        if not owner:
            return workflow.id, None
        claim = LeaseClaim(
            workflow_id=workflow.id,
            client_account_id=scope.client_account_id,
            engagement_id=scope.engagement_id,
            fence=1,
            attempt=1,
            max_attempts=lease.max_attempts,
            worker=owner,
        )
        return workflow.id, claim

    def update_workflow_state(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        version: int,
        state: DiscoveryFlowState,
        reason: str,
    ) -> int:
        """Replace the content of a workflow that no worker runs.

        Returns:
            The new version.

        Raises:
            ConflictError: It moved on since ``version``, or a worker runs it.
            NotFoundError: There is no such workflow in this engagement.
        """
        scope.require(Permission.CONTROL_WORKFLOWS)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status in {WorkflowStatus.RUNNING, WorkflowStatus.CANCELLING}:
            raise ConflictError("A worker runs this workflow; pause it first.")
        return self._write(
            scope,
            workflow,
            Transition(
                status=workflow.status,
                current_phase=workflow.current_phase,
                state_data=state.dump(),
                events=[NewEvent(EventType.UPDATED, reason=reason)],
            ),
        )

    def _one(self, scope: Scope, key: UUID, condition: Any) -> WorkflowView:
        scope.require(Permission.VIEW)
        wanted = views.select_workflows().where(condition, *in_tenant(scope))
        found = self._session.exec(wanted).one_or_none()
        if found is None:
            raise NotFoundError("workflow", key)
        row = views.WorkflowRow(*found)
        runs = views.read_runs(self._session, [row.state.id])
        return views.view(row, runs[row.state.id])

    def _exists(self, scope: Scope, session_id: UUID) -> bool:
        return (
            self._session.exec(
                select(WorkflowState.id).where(
                    WorkflowState.session_id == session_id,
                    WorkflowState.workflow_type == WORKFLOW_TYPE,
                    *in_tenant(scope),
                )
            ).first()
            is not None
        )
