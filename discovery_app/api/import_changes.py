"""What an import changed, and taking it back."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from discovery_app.api.exports import download, write_whole
from discovery_app.api.places import WorkflowScope
from discovery_app.database import unit_of_work
from discovery_app.domain.import_changes import (
    AssetChange,
    ChangeKind,
    ImportDiff,
    UndoPreview,
)
from discovery_app.domain.inventory import MOST_ROWS, PAGE_SIZE
from discovery_app.services.change_downloads import ChangeDownloadService
from discovery_app.services.exports import ExportFormat
from discovery_app.services.import_diffs import ImportDiffService
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.services.workflow_undo import WorkflowUndoService

router = APIRouter(tags=["Import changes"])

_LONGEST_SEARCH: Final = 200


class ImportChanges(BaseModel):
    """The counts of an import, and one page of its assets."""

    counts: ImportDiff
    total: int
    items: list[AssetChange]


class Undo(BaseModel):
    """Why an import is taken back, and which version of it the caller saw."""

    model_config = ConfigDict(extra="forbid")

    reason: str
    version: int | None = None


@router.get("/workflows/{workflow_id}/changes")
def changes(
    workflow_id: UUID,
    scope: WorkflowScope,
    kind: ChangeKind | None = None,
    q: Annotated[str, Query(max_length=_LONGEST_SEARCH)] = "",
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = PAGE_SIZE,
) -> ImportChanges:
    """Return what the import created, changed field by field, left and lost."""
    with unit_of_work(scope) as session:
        states = WorkflowStateService(session)
        session_id = states.get_workflow_state(scope, workflow_id).session_id
        service = ImportDiffService(session)
        page = service.changes(
            scope, session_id, kind, search=q, offset=offset, limit=limit
        )
        return ImportChanges(
            counts=service.diff(scope, session_id),
            total=service.count(scope, session_id, kind, q),
            items=list(page),
        )


@router.get("/workflows/{workflow_id}/changes.{form}")
def export_changes(
    workflow_id: UUID, scope: WorkflowScope, form: ExportFormat
) -> StreamingResponse:
    """Download what the import changed, one line a changed field; it is audited."""
    file = write_whole(
        scope,
        lambda session: ChangeDownloadService(session).changes(
            scope, workflow_id, form
        ),
    )
    return download(file, form, f"changes.{form.value}")


@router.get("/workflows/{workflow_id}/undo")
def preview_undo(workflow_id: UUID, scope: WorkflowScope) -> UndoPreview:
    """Say what taking the import back would do; nothing is changed."""
    with unit_of_work(scope) as session:
        return WorkflowUndoService(session).preview(scope, workflow_id)


@router.post("/workflows/{workflow_id}/undo")
def undo(workflow_id: UUID, scope: WorkflowScope, body: Undo) -> UndoPreview:
    """Take the import back, as far as no other import has touched its assets."""
    with unit_of_work(scope) as session:
        return WorkflowUndoService(session).undo(
            scope, workflow_id, reason=body.reason, version=body.version
        )
