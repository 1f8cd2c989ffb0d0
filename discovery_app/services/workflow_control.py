"""A person's part of a workflow: approve, pause, resume, cancel.

Part of ``services.workflow_state``.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import (
    FINISHED,
    EventType,
    WorkflowStatus,
)
from discovery_app.errors import ConflictError
from discovery_app.phases import phase_after
from discovery_app.services.workflow_rows import WorkflowRows, word
from discovery_app.services.workflow_transitions import (
    LeaseChange,
    NewEvent,
    Transition,
)

GATE_PHASE: Final = "field_mapping"
"""After it a person may have to approve (ARCHITECTURE.md, durability rule 7)."""


class WorkflowControl(WorkflowRows):
    """What a person may do with a workflow; each needs the role for it."""

    def approve(
        self, scope: Scope, workflow_id: UUID, *, approved: int, version: int | None
    ) -> int:
        """Let a workflow that waits for approval go on; return its new version.

        Call it through ``FieldMappingService.approve``, which writes the mappings
        in the same unit of work.

        Raises:
            ConflictError: It does not wait, or moved on since ``version``.
        """
        scope.require(Permission.APPROVE_MAPPINGS)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status is not WorkflowStatus.WAITING_FOR_APPROVAL:
            raise ConflictError("This workflow does not wait for an approval.")
        following = phase_after(GATE_PHASE) or GATE_PHASE
        content = DiscoveryFlowState.load(workflow.state_data)
        mapping = content.field_mapping
        if mapping is not None:
            named = mapping.model_copy(update={"approved_by": scope.actor})
            content = content.model_copy(update={"field_mapping": named})
        return self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=following,
                state_data=content.dump(),
                lease=LeaseChange(runnable=True),
                events=[
                    NewEvent(EventType.APPROVED, GATE_PHASE, data={"columns": approved})
                ],
            ),
        )

    def pause(
        self, scope: Scope, workflow_id: UUID, *, version: int | None, reason: str = ""
    ) -> int:
        """Stop a workflow after the phase that runs, or at once if none does.

        Raises:
            ConflictError: There is nothing to pause.
        """
        scope.require(Permission.CONTROL_WORKFLOWS)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status is WorkflowStatus.RUNNING:
            if self._lease(scope, workflow_id).pause_requested:
                raise ConflictError(
                    "This workflow is being paused already; it stops after the phase "
                    "that runs."
                )
            self._request(workflow_id, scope, pause_requested=True)
            asked = NewEvent(EventType.PAUSED, reason=reason)
            return self._note(scope, workflow, asked)
        if workflow.status not in {WorkflowStatus.QUEUED, WorkflowStatus.RETRY_WAIT}:
            raise ConflictError(
                f"This workflow is {word(workflow.status)}; there is nothing to pause."
            )
        return self._pause_now(scope, workflow, reason=reason)

    def resume(
        self, scope: Scope, workflow_id: UUID, *, version: int | None, reason: str = ""
    ) -> int:
        """Queue a paused workflow again, or take back a pause that has not come.

        Raises:
            ConflictError: It is not paused.
        """
        scope.require(Permission.CONTROL_WORKFLOWS)
        workflow = self._locked(scope, workflow_id, version)
        lease = self._lease(scope, workflow_id)
        resumed = NewEvent(EventType.RESUMED, workflow.current_phase, reason)
        if workflow.status is WorkflowStatus.RUNNING and lease.pause_requested:
            self._request(workflow_id, scope, pause_requested=False)
            return self._note(scope, workflow, resumed)
        if workflow.status is not WorkflowStatus.PAUSED:
            raise ConflictError("This workflow is not paused.")
        return self._write(
            scope,
            workflow,
            Transition(
                status=WorkflowStatus.QUEUED,
                current_phase=workflow.current_phase,
                lease=LeaseChange(runnable=True),
                events=[resumed],
            ),
        )

    def cancel(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Stop a workflow: at once, or at the next report of a phase that runs.

        Raises:
            ConflictError: It is finished already, or moved on since ``version``.
        """
        scope.require(Permission.CONTROL_WORKFLOWS)
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status in FINISHED:
            raise ConflictError(
                f"This workflow is {word(workflow.status)} already; it cannot be "
                "cancelled."
            )
        if workflow.status is WorkflowStatus.RUNNING:
            self._request(workflow_id, scope, cancel_requested=True)
            asked = NewEvent(EventType.CANCEL_REQUESTED, reason=reason)
            return self._note(scope, workflow, asked, WorkflowStatus.CANCELLING)
        if workflow.status is WorkflowStatus.CANCELLING:
            raise ConflictError("This workflow is being cancelled already.")
        return self._cancel_now(scope, workflow, reason=reason)

    def hold_finished(
        self, scope: Scope, workflow_id: UUID, *, version: int | None
    ) -> None:
        """Keep a finished workflow as it is until the end of the unit of work.

        Raises:
            ConflictError: It is not finished, or moved on since ``version``.
        """
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status not in FINISHED:
            raise ConflictError(
                f"This workflow is {word(workflow.status)}; what it imports can be "
                "taken back once it is finished or cancelled."
            )

    def note_undone(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        reason: str,
        counts: Mapping[str, int],
    ) -> int:
        """Write into the history that what the workflow imported was taken back.

        Call it through ``WorkflowUndoService.undo``, which does it.
        """
        scope.require(Permission.IMPORT_FILES)
        workflow = self._locked(scope, workflow_id)
        event = NewEvent(EventType.UNDONE, reason=reason, data=dict(counts))
        return self._note(scope, workflow, event)
