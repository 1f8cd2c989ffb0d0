"""How a workflow's files are read; going back to correct that, or the mapping."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from discovery_app.api.places import WorkflowScope
from discovery_app.database import unit_of_work
from discovery_app.domain.uploads import Reading
from discovery_app.services.reading_corrections import ReadingCorrectionService
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.services.workflow_reports import (
    WorkflowDetail,
    WorkflowReportService,
)

router = APIRouter(tags=["Workflows"])

_QUEUED: Final = 202


class Reopening(BaseModel):
    """Why the mapping is opened again, and which version the caller saw."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=1_000)
    version: int | None = None


class StartOver(Reopening):
    """Corrections by file.

    Attributes:
        files: For each file that is read another way ``sheet``, ``header_row``,
            ``delimiter``, ``encoding`` or ``source``; what is left out is detected.
    """

    files: dict[UUID, dict[str, str]] = Field(min_length=1, max_length=200)


@router.get("/workflows/{workflow_id}/reading")
def get_reading(workflow_id: UUID, scope: WorkflowScope) -> Reading:
    """Return the workflow's files with what was corrected so far."""
    return ReadingCorrectionService().reading(scope, workflow_id)


@router.post("/workflows/{workflow_id}/reading", status_code=_QUEUED)
def start_over(
    workflow_id: UUID, scope: WorkflowScope, body: StartOver
) -> WorkflowDetail:
    """Read files another way; the workflow runs again from its first phase.

    409 while it is in work.
    """
    ReadingCorrectionService().start_over(
        scope, workflow_id, body.files, reason=body.reason, version=body.version
    )
    return _detail(scope, workflow_id)


@router.post("/workflows/{workflow_id}/mapping/reopen")
def reopen_mapping(
    workflow_id: UUID, scope: WorkflowScope, body: Reopening
) -> WorkflowDetail:
    """Let a workflow that went on wait for its mapping again; approve it anew."""
    with unit_of_work(scope) as session:
        WorkflowActionService(session).reopen_mapping(
            scope, workflow_id, reason=body.reason, version=body.version
        )
    return _detail(scope, workflow_id)


def _detail(scope: WorkflowScope, workflow_id: UUID) -> WorkflowDetail:
    with unit_of_work(scope) as session:
        return WorkflowReportService(session).detail(scope, workflow_id)
