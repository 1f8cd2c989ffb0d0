"""Taking back what a workflow imported, with its line in the workflow's history."""

from uuid import UUID

from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.import_changes import UndoPreview
from discovery_app.services.audit import require_reason
from discovery_app.services.import_undo import ImportUndoService
from discovery_app.services.workflow_state import WorkflowStateService


class WorkflowUndoService:
    """Previews and does it; act, history and audit entry are one unit of work.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._states = WorkflowStateService(session)

    def preview(self, scope: Scope, workflow_id: UUID) -> UndoPreview:
        """Return what taking the import back would do; nothing is changed.

        Raises:
            NotPermittedError: The role may not import, and so not undo.
            NotFoundError: There is no such workflow in this engagement.
        """
        scope.require(Permission.IMPORT_FILES)
        view = self._states.get_workflow_state(scope, workflow_id)
        return ImportUndoService(self._session).preview(scope, view.session_id)

    def undo(
        self, scope: Scope, workflow_id: UUID, *, reason: str, version: int | None
    ) -> UndoPreview:
        """Take the import back as far as no other import has touched its assets.

        Raises:
            NotPermittedError: The role may not import, and so not undo.
            NotFoundError: There is no such workflow in this engagement.
            InvalidInputError: No reason is given.
            ConflictError: The workflow is not finished, or moved on since ``version``.
        """
        scope.require(Permission.IMPORT_FILES)
        why = require_reason(reason)
        view = self._states.get_workflow_state(scope, workflow_id)
        self._states.hold_finished(scope, workflow_id, version=version)
        done = ImportUndoService(self._session).undo(scope, view.session_id, why)
        self._states.note_undone(
            scope,
            workflow_id,
            reason=why,
            counts={
                "removed": done.removed,
                "restored": done.restored,
                "kept": done.kept,
            },
        )
        return done
