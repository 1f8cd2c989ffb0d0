"""Reading an import's files another way after its discovery was started."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.uploads import (
    FilePreview,
    ReadAs,
    ReadFile,
    Reading,
    StagedFile,
)
from discovery_app.domain.workflow import RESTARTABLE
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.services.data_imports import (
    DataImportService,
    ImportFile,
    checked_corrections,
)
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.previews import PreviewService
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import ObjectStore, object_store


class ReadingCorrectionService:
    """Shows how files were read, and starts over with a person's corrections."""

    def __init__(self, store: ObjectStore | None = None) -> None:
        self._previews = PreviewService(store or object_store())

    def reading(self, scope: Scope, workflow_id: UUID) -> Reading:
        """Return the workflow's files with what was corrected so far.

        Raises:
            NotFoundError: There is no such workflow in this engagement.
        """
        scope.require(Permission.VIEW)
        with unit_of_work(scope) as session:
            workflow = WorkflowStateService(session).get_workflow_state(
                scope, workflow_id
            )
            files = DataImportService(session).files(scope, workflow.session_id)
        return Reading(
            workflow_id=str(workflow_id),
            title=workflow.title,
            status=str(workflow.status),
            version=workflow.version,
            restartable=workflow.status in RESTARTABLE,
            files=tuple(_file(one) for one in files),
        )

    def preview(
        self,
        scope: Scope,
        workflow_id: UUID,
        file_id: UUID,
        corrections: Mapping[str, str],
        sheet: str = "",
    ) -> FilePreview:
        """Return how a file would be read with ``corrections``; nothing is kept.

        Raises:
            NotFoundError: There is no such workflow or file in this engagement.
            InvalidInputError: There is no such correction.
            FileRefusedError: The file cannot be read so.
        """
        scope.require(Permission.VIEW)
        with unit_of_work(scope) as session:
            found = _stored(session, scope, workflow_id, file_id)
        return self._previews.preview(_staged(found, corrections), sheet)

    def start_over(
        self,
        scope: Scope,
        workflow_id: UUID,
        corrections: Mapping[UUID, Mapping[str, str]],
        *,
        reason: str,
        version: int | None,
    ) -> int:
        """Keep corrections by file and run the workflow again from its first phase.

        What people decided of the columns is kept only where they were remembered,
        because the columns may be others now.

        Returns:
            The workflow's new version.

        Raises:
            NotFoundError: There is no such workflow or file in this engagement.
            InvalidInputError: Nothing is corrected, or there is no such correction.
            FileRefusedError: A file cannot be read so; nothing was changed.
            ConflictError: The workflow is in work, or moved on since ``version``.
        """
        if not corrections:
            raise InvalidInputError("Correct how at least one file is read.")
        for file_id, given in corrections.items():
            self.preview(scope, workflow_id, file_id, given)
        with unit_of_work(scope) as session:
            return _start_over(
                session, scope, workflow_id, corrections, reason, version
            )


def _start_over(
    session: Session,
    scope: Scope,
    workflow_id: UUID,
    corrections: Mapping[UUID, Mapping[str, str]],
    reason: str,
    version: int | None,
) -> int:
    workflow = WorkflowStateService(session).get_workflow_state(scope, workflow_id)
    actions = WorkflowActionService(session)
    now = actions.read_again(scope, workflow_id, reason=reason, version=version)
    imports = DataImportService(session)
    for file_id, given in corrections.items():
        kept = checked_corrections(given)
        imports.correct(scope, workflow.session_id, file_id, kept)
    FieldMappingService(session).forget(scope, workflow.session_id)
    return now


def _stored(
    session: Session, scope: Scope, workflow_id: UUID, file_id: UUID
) -> ImportFile:
    workflow = WorkflowStateService(session).get_workflow_state(scope, workflow_id)
    for one in DataImportService(session).files(scope, workflow.session_id):
        if one.reference.file_id == file_id:
            return one
    raise NotFoundError("file", file_id)


def _staged(file: ImportFile, corrections: Mapping[str, str]) -> StagedFile:
    given = file.reference
    return StagedFile(
        file_id=given.file_id,
        name=given.name,
        size_bytes=given.size_bytes,
        sha256=given.sha256,
        storage_key=given.storage_key,
        uploaded_at=datetime.now(UTC),
        corrections=checked_corrections(corrections),
    )


def _file(file: ImportFile) -> ReadFile:
    reference = file.reference
    return ReadFile(str(reference.file_id), reference.name, ReadAs(**file.corrections))
