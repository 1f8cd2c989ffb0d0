"""Sending a workflow back to an earlier phase, because what it stood on changed.

Part of ``services.workflow_state``.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import (
    RESTARTABLE,
    EventType,
    PhaseStatus,
    WorkflowStatus,
)
from discovery_app.errors import ConflictError
from discovery_app.models import WorkflowPhaseRun, WorkflowState
from discovery_app.phases import ORDER, progress_percentage
from discovery_app.services.workflow_rows import WorkflowRows, require_words, word
from discovery_app.services.workflow_transitions import (
    LeaseChange,
    NewEvent,
    Transition,
)

_READING: Final = ORDER[0]
_MAPPING: Final = "field_mapping"
CORRECTED_PHASE: Final = "data_validation"
"""The first phase that reads rows as people corrected them."""


class WorkflowRestart(WorkflowRows):
    """What begins a new run number of a workflow at a phase it has been through."""

    def read_again(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Queue a workflow from its first phase, because its files are read anew.

        Call it through ``ReadingCorrectionService``, which keeps the corrections in
        the same unit of work.

        Raises:
            NotPermittedError: The role may not import files.
            InvalidInputError: There is no reason.
            ConflictError: It is in work, or moved on since ``version``.
        """
        scope.require(Permission.IMPORT_FILES)
        require_words(reason)
        workflow = self._at_rest(scope, workflow_id, version)
        content = DiscoveryFlowState.load(workflow.state_data).without(ORDER)
        return self._begin_again(scope, workflow, _READING, content, reason)

    def reopen_mapping(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Let a workflow wait for its mapping again; the decisions stay as they are.

        Raises:
            NotPermittedError: The role may not approve mappings.
            InvalidInputError: There is no reason.
            ConflictError: It is in work, waits already, has no mapping yet, or moved
                on since ``version``.
        """
        scope.require(Permission.APPROVE_MAPPINGS)
        require_words(reason)
        workflow = self._at_rest(scope, workflow_id, version)
        if workflow.status is WorkflowStatus.WAITING_FOR_APPROVAL:
            raise ConflictError("This workflow waits for its mapping already.")
        later = ORDER[ORDER.index(_MAPPING) + 1 :]
        content = DiscoveryFlowState.load(workflow.state_data).without(later)
        if content.field_mapping is None:
            raise ConflictError(
                "This workflow has no mapping yet; correct how its files are read "
                "instead."
            )
        return self._begin_again(scope, workflow, _MAPPING, content, reason)

    def run_corrected(
        self, scope: Scope, workflow_id: UUID, *, corrections: int, version: int | None
    ) -> int:
        """Queue a workflow from the phase that reads corrected rows.

        What a person approved or decided stays. Call it through
        ``RowCorrectionService.apply``.

        Raises:
            NotPermittedError: The role may not correct rows.
            ConflictError: It is in work, has not read its files yet, or moved on since
                ``version``.
        """
        scope.require(Permission.FIX_ISSUES)
        workflow = self._at_rest(scope, workflow_id, version)
        later = ORDER[ORDER.index(CORRECTED_PHASE) :]
        content = DiscoveryFlowState.load(workflow.state_data).without(later)
        if content.data_source_analysis is None:
            raise ConflictError("This workflow has not read its files yet; retry it.")
        told = NewEvent(
            EventType.CORRECTED, CORRECTED_PHASE, data={"corrections": corrections}
        )
        return self._begin_again(
            scope, workflow, CORRECTED_PHASE, content, "", event=told
        )

    def _at_rest(
        self, scope: Scope, workflow_id: UUID, version: int | None
    ) -> WorkflowState:
        workflow = self._locked(scope, workflow_id, version)
        if workflow.status not in RESTARTABLE:
            raise ConflictError(
                f"This workflow is {word(workflow.status)}; cancel it, or let it "
                "finish, and try again."
            )
        return workflow

    def _begin_again(
        self,
        scope: Scope,
        workflow: WorkflowState,
        phase: str,
        content: DiscoveryFlowState,
        reason: str,
        told: Sequence[NewEvent] = (),
        event: NewEvent | None = None,
    ) -> int:
        """Supersede what ``content`` no longer holds, and go on at ``phase``.

        A phase that ``content`` still holds is not run: the workflow waits there.
        The history says ``event``, or that it is run again for ``reason``.
        """
        waits = getattr(content, phase) is not None
        replaced = ORDER[ORDER.index(phase) + waits :]
        self._session.execute(
            sa.update(WorkflowPhaseRun)
            .where(
                col(WorkflowPhaseRun.workflow_id) == workflow.id,
                col(WorkflowPhaseRun.phase).in_(replaced),
            )
            .values(status=PhaseStatus.SUPERSEDED)
        )
        status = WorkflowStatus.QUEUED
        if waits:
            status = WorkflowStatus.WAITING_FOR_APPROVAL
        return self._write(
            scope,
            workflow,
            Transition(
                status=status,
                current_phase=phase,
                progress_percentage=progress_percentage(phase, float(waits)),
                state_data=content.dump_json(),
                run_number=workflow.run_number + 1,
                lease=LeaseChange(runnable=not waits),
                events=[*told, event or NewEvent(EventType.RERUN, phase, reason)],
            ),
        )
