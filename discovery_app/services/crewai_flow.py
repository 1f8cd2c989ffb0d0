"""Starting a discovery: store the upload, persist the workflow, wake a runner."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.discovery_flow_state import (
    DiscoveryFlowState,
    FileReference,
    WorkflowOptions,
)
from discovery_app.domain.uploads import StagedFile
from discovery_app.domain.workflow import LeaseClaim
from discovery_app.errors import InvalidInputError
from discovery_app.readers import corrected_import
from discovery_app.services.corrected_imports import CorrectedImportService
from discovery_app.services.data_imports import DataImportService, NewFile
from discovery_app.services.intake import (
    UploadedFile,
    forget_folder,
    reading_limits,
    take_in,
)
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import ObjectStore, object_store

__all__ = [
    "CrewAIFlowService",
    "StartRequest",
    "StartedDiscovery",
    "UploadedFile",
]


@dataclass(frozen=True)
class StartRequest:
    """What a person asked for when they started a discovery.

    Attributes:
        key: Makes a repeated request, or a double click, the same workflow.
        as_of: The date of end-of-life verdicts; ``None`` means the database's.
        owner: A worker that takes the workflow at once; empty leaves it to any.
        corrects: The upload of this engagement whose rejected rows come again; a
            file that says so itself need not be asked.
    """

    key: str = field(default_factory=lambda: uuid4().hex)
    as_of: date | None = None
    options: WorkflowOptions = field(default_factory=WorkflowOptions)
    owner: str = ""
    corrects: UUID | None = None


@dataclass(frozen=True)
class StartedDiscovery:
    """A workflow that is persisted and will run.

    Attributes:
        lease: The lease of the request's ``owner``, if it named one.
        repeated: Whether the same request had started it before.
        same_content_as: An earlier upload of exactly the same bytes.
    """

    session_id: UUID
    workflow_id: UUID
    lease: LeaseClaim | None = None
    repeated: bool = False
    same_content_as: UUID | None = None


class CrewAIFlowService:
    """Turns an upload into a persisted workflow.

    It opens its own units of work, because bytes are stored between them.
    """

    def __init__(self, store: ObjectStore | None = None) -> None:
        self._store = store or object_store()

    def initiate_data_source_analysis(
        self,
        scope: Scope,
        files: Sequence[UploadedFile],
        request: StartRequest | None = None,
    ) -> StartedDiscovery:
        """Store ``files`` and persist their workflow before anything else happens.

        A runner is told in the same transaction. Nothing is left behind if any
        file is refused.

        Raises:
            NotPermittedError: The role may not import files.
            FileRefusedError: A file is empty, too large, damaged or no inventory.
            NotFoundError: The import to correct is not in this engagement.
            UnavailableError: The storage or the database is away.
        """
        scope.require(Permission.IMPORT_FILES)
        request = request or StartRequest()
        if known := self._known(scope, request.key):
            return known
        session_id = uuid4()
        try:
            stored = [take_in(self._store, scope, session_id, file) for file in files]
            request = self._recognised(scope, stored, request)
            return self._persist(scope, session_id, stored, request)
        except BaseException:
            forget_folder(self._store, scope, session_id)
            raise

    def start_staged(
        self,
        scope: Scope,
        files: Sequence[StagedFile],
        corrects: UUID | None = None,
    ) -> StartedDiscovery:
        """Persist the workflow of files that ``StagedUploadService`` holds.

        The same files again, or a double click, give the same workflow. Their bytes
        stay where they are, whatever happens.

        Args:
            scope: Whose files.
            files: In order.
            corrects: The upload whose rejected rows they bring again.

        Raises:
            NotPermittedError: The role may not import files.
            InvalidInputError: There are no files, or too many.
            UnavailableError: The database is away.
        """
        scope.require(Permission.IMPORT_FILES)
        if not files:
            raise InvalidInputError("Upload a file first; there is nothing to start.")
        ids = " ".join(sorted(str(file.file_id) for file in files))
        key = f"staged {sha256(ids.encode()).hexdigest()}"
        request = StartRequest(key=key, corrects=corrects)
        if known := self._known(scope, request.key):
            return known
        stored = [
            NewFile(
                file.file_id,
                file.name,
                file.size_bytes,
                file.sha256,
                file.storage_key,
                file.corrections,
            )
            for file in files
        ]
        return self._persist(scope, uuid4(), stored, request)

    def _recognised(
        self, scope: Scope, files: Sequence[NewFile], request: StartRequest
    ) -> StartRequest:
        """Return the request with the import that its only file says to correct."""
        if request.corrects is not None or len(files) != 1:
            return request
        with self._store.local_path(files[0].storage_key) as path:
            told = corrected_import(path, files[0].name, reading_limits())
        if not told:
            return request
        with unit_of_work(scope) as session:
            corrects = CorrectedImportService(session).recognised(scope, told)
        return replace(request, corrects=corrects)

    def _known(self, scope: Scope, key: str) -> StartedDiscovery | None:
        with unit_of_work(scope) as session:
            session_id = DataImportService(session).by_request_key(scope, key)
            if session_id is None:
                return None
            workflow = WorkflowStateService(session).get_workflow_state_by_session_id(
                scope, session_id
            )
            return StartedDiscovery(session_id, workflow.workflow_id, repeated=True)

    def _persist(
        self,
        scope: Scope,
        session_id: UUID,
        files: Sequence[NewFile],
        request: StartRequest,
    ) -> StartedDiscovery:
        try:
            with unit_of_work(scope) as session:
                imports = DataImportService(session)
                same = imports.same_content(scope, [file.sha256 for file in files])
                if request.corrects is not None:
                    CorrectedImportService(session).title(scope, request.corrects)
                imports.create(scope, session_id, files, request.key, request.corrects)
                state = _first_state(session, scope, session_id, files, request)
                workflow_id, lease = WorkflowStateService(
                    session
                ).create_workflow_state(scope, state, owner=request.owner)
        except IntegrityError:
            # The same request came twice at once; the other one won.
            if known := self._known(scope, request.key):
                forget_folder(self._store, scope, session_id)
                return known
            raise
        return StartedDiscovery(session_id, workflow_id, lease, same_content_as=same)


def _first_state(
    session: Session,
    scope: Scope,
    session_id: UUID,
    files: Sequence[NewFile],
    request: StartRequest,
) -> DiscoveryFlowState:
    today = session.execute(sa.select(sa.func.current_date())).scalar_one()
    return DiscoveryFlowState(
        session_id=session_id,
        client_account_id=scope.client_account_id,
        engagement_id=scope.engagement_id,
        as_of=request.as_of or today,
        options=request.options,
        files=[
            FileReference(
                file_id=file.file_id,
                name=file.name,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
                storage_key=file.storage_key,
            )
            for file in files
        ],
    )
