"""What people do to a workflow for a reason, with its entry in the audit log."""

from uuid import UUID

from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.workflow_state import WorkflowStateService


class WorkflowActionService:
    """Acts on workflows; act and audit entry are one unit of work.

    One instance serves one unit of work of the tenant's ``Scope``.
    """

    def __init__(self, session: Session) -> None:
        self._states = WorkflowStateService(session)
        self._audit = AuditService(session)

    def retry(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Queue a failed workflow again at the phase that failed.

        Raises:
            NotPermittedError: The role may not retry workflows.
            InvalidInputError: There is no reason.
            ConflictError: It has not failed, or moved on since ``version``.
        """
        why = require_reason(reason)
        made = self._states.retry(scope, workflow_id, reason=why, version=version)
        self._record(scope, "workflow_retried", workflow_id, why)
        return made

    def cancel(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Stop a workflow: at once, or at the next report of a phase that runs.

        Raises:
            NotPermittedError: The role may not cancel workflows.
            InvalidInputError: There is no reason.
            ConflictError: It is finished already, or moved on since ``version``.
        """
        why = require_reason(reason)
        made = self._states.cancel(scope, workflow_id, reason=why, version=version)
        self._record(scope, "workflow_cancelled", workflow_id, why)
        return made

    def rerun_from(
        self, scope: Scope, workflow_id: UUID, *, phase: str, reason: str, version: int
    ) -> int:
        """Run a finished workflow again from ``phase``, under a new run number.

        Raises:
            NotPermittedError: The role may not run workflows again.
            InvalidInputError: There is no reason.
            ConflictError: It is not finished, or moved on since ``version``.
            UnknownPhaseError: There is no such phase.
        """
        why = require_reason(reason)
        made = self._states.rerun_from(
            scope, workflow_id, phase=phase, reason=why, version=version
        )
        self._record(scope, "workflow_rerun", workflow_id, why, phase)
        return made

    def _record(
        self, scope: Scope, action: str, workflow_id: UUID, why: str, phase: str = ""
    ) -> None:
        now = self._states.get_workflow_state(scope, workflow_id)
        details = {
            "workflow_id": str(workflow_id),
            "phase": phase or now.current_phase,
            "version": now.version,
        }
        self._audit.record(scope, action, now.title, why, details=details)
