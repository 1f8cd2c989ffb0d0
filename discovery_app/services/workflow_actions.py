"""What people do to a workflow, with its entry in the audit log."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.workflow_repair import OptionsChange, RerunPreview
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.import_issues import ImportIssueService
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.services.workflow_undo import WorkflowUndoService
from discovery_app.storage import ObjectStore, object_store

_NO_CHANGE: Final = OptionsChange()


class WorkflowActionService:
    """Acts on workflows; act and audit entry are one unit of work.

    One instance serves one unit of work of the tenant's ``Scope``. Each act returns
    the workflow's new version. Given the ``version`` that the person saw, it is
    refused with ``ConflictError`` if the workflow has moved on since.
    """

    def __init__(self, session: Session, store: ObjectStore | None = None) -> None:
        self._session = session
        self._store = store
        self._states = WorkflowStateService(session)
        self._audit = AuditService(session)

    def retry(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        reason: str,
        version: int | None,
        options: OptionsChange = _NO_CHANGE,
    ) -> int:
        """Queue a failed workflow again at the phase that failed.

        Raises:
            NotPermittedError: The role may not retry workflows.
            InvalidInputError: There is no reason, or an option is out of range.
            ConflictError: It has not failed, or moved on since ``version``.
        """
        why = require_reason(reason)
        self._states.retry(
            scope, workflow_id, reason=why, version=version, options=options
        )
        return self._record(
            scope, "workflow_retried", workflow_id, why, options=dict(options.told())
        )

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
        self._states.cancel(scope, workflow_id, reason=why, version=version)
        return self._record(scope, "workflow_cancelled", workflow_id, why)

    def pause(
        self, scope: Scope, workflow_id: UUID, *, version: int | None, reason: str = ""
    ) -> int:
        """Stop a workflow after the phase that runs, or at once if none does.

        Raises:
            NotPermittedError: The role may not pause workflows.
            ConflictError: There is nothing to pause, or it moved on since ``version``.
        """
        self._states.pause(scope, workflow_id, version=version, reason=reason.strip())
        return self._record(scope, "workflow_paused", workflow_id, reason.strip())

    def resume(
        self, scope: Scope, workflow_id: UUID, *, version: int | None, reason: str = ""
    ) -> int:
        """Queue a paused workflow again, or take back a pause that has not come.

        Raises:
            NotPermittedError: The role may not resume workflows.
            ConflictError: It is not paused, or moved on since ``version``.
        """
        self._states.resume(scope, workflow_id, version=version, reason=reason.strip())
        return self._record(scope, "workflow_resumed", workflow_id, reason.strip())

    def preview_rerun(
        self, scope: Scope, workflow_id: UUID, *, phase: str
    ) -> RerunPreview:
        """Return what running a finished workflow again from ``phase`` would replace.

        Raises:
            NotPermittedError: The role may not run workflows again.
            ConflictError: It is not finished, or has not reached ``phase``.
            UnknownPhaseError: There is no such phase.
        """
        seen = self._states.rerun_preview(scope, workflow_id, phase=phase)
        if not seen.published:
            return seen
        inventory = WorkflowUndoService(self._session).preview(scope, workflow_id)
        return replace(seen, inventory=inventory)

    def rerun_from(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        phase: str,
        reason: str,
        version: int,
        options: OptionsChange = _NO_CHANGE,
    ) -> int:
        """Run a finished workflow again from ``phase``, under a new run number.

        Raises:
            NotPermittedError: The role may not run workflows again.
            InvalidInputError: There is no reason, or an option is out of range.
            ConflictError: It is not finished, or moved on since ``version``.
            UnknownPhaseError: There is no such phase.
        """
        why = require_reason(reason)
        self._states.rerun_from(
            scope,
            workflow_id,
            phase=phase,
            reason=why,
            version=version,
            options=options,
        )
        told = dict(options.told())
        return self._record(
            scope, "workflow_rerun", workflow_id, why, phase=phase, options=told
        )

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
        why = require_reason(reason)
        self._states.reopen_mapping(scope, workflow_id, reason=why, version=version)
        return self._record(scope, "mapping_reopened", workflow_id, why)

    def read_again(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Queue a workflow from its first phase, because its files are read anew.

        Raises:
            NotPermittedError: The role may not import files.
            InvalidInputError: There is no reason.
            ConflictError: It is in work, or moved on since ``version``.
        """
        why = require_reason(reason)
        self._states.read_again(scope, workflow_id, reason=why, version=version)
        return self._record(scope, "reading_corrected", workflow_id, why)

    def change_options(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        options: OptionsChange,
        reason: str,
        version: int | None,
    ) -> int:
        """Change what the next phases go by, while no worker runs the workflow.

        Raises:
            NotPermittedError: The role may not change them.
            InvalidInputError: There is no reason or no change, or one out of range.
            ConflictError: A worker runs it, it moved on since ``version``, or a phase
                that is done stands on what would change.
        """
        why = require_reason(reason)
        self._states.change_options(
            scope, workflow_id, options=options, reason=why, version=version
        )
        told = dict(options.told())
        return self._record(
            scope, "workflow_options_changed", workflow_id, why, options=told
        )

    def accept(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> int:
        """Go on without what the failed phase would have left.

        Raises:
            NotPermittedError: The role may not accept phases.
            InvalidInputError: There is no reason.
            ConflictError: It has not failed, moved on since ``version``, or later
                phases cannot do without the phase that failed.
        """
        why = require_reason(reason)
        before = self._states.get_workflow_state(scope, workflow_id)
        result = self._states.accept(
            scope,
            workflow_id,
            reason=why,
            version=version,
            store=self._store or object_store(),
        )
        phase = before.current_phase
        issues = ImportIssueService(self._session)
        issues.store(scope, before.session_id, phase, result.issues)
        return self._record(
            scope, "workflow_phase_accepted", workflow_id, why, phase=phase
        )

    def _record(
        self,
        scope: Scope,
        action: str,
        workflow_id: UUID,
        why: str,
        *,
        phase: str = "",
        options: Mapping[str, Any] | None = None,
    ) -> int:
        """Write the entry; return the version that the act made."""
        now = self._states.get_workflow_state(scope, workflow_id)
        details: dict[str, Any] = {
            "workflow_id": str(workflow_id),
            "phase": phase or now.current_phase,
            "version": now.version,
        }
        if options:
            details["options"] = options
        self._audit.record(scope, action, now.title, why, details=details)
        return now.version
