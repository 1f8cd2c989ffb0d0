"""Cells that people correct in place: look, correct, take back, apply."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from discovery_app.api.places import WorkflowScope
from discovery_app.database import unit_of_work
from discovery_app.domain.corrections import (
    CorrectionView,
    RowContent,
    RowOutcome,
    RowPlace,
)
from discovery_app.domain.inventory import MOST_ROWS, PAGE_SIZE
from discovery_app.services.row_corrections import RowCorrectionService
from discovery_app.services.workflow_reports import (
    WorkflowDetail,
    WorkflowReportService,
)

router = APIRouter(tags=["Corrections"])

_QUEUED: Final = 202


class Correction(BaseModel):
    """What cells of one row should say, by the column's position from 0."""

    model_config = ConfigDict(extra="forbid")

    file: str
    sheet: str = ""
    row: int = Field(ge=1)
    cells: dict[int, str] = Field(default_factory=dict)


class Apply(BaseModel):
    """Which version of the workflow the caller saw."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None


@router.get("/workflows/{workflow_id}/rows")
def row(
    workflow_id: UUID,
    scope: WorkflowScope,
    file: Annotated[str, Query(max_length=400)],
    row: Annotated[int, Query(ge=1)],
    sheet: Annotated[str, Query(max_length=400)] = "",
) -> RowContent:
    """Return a row as it is read now, and what is wrong with it."""
    with unit_of_work(scope) as session:
        place = RowPlace(file, sheet, row)
        return RowCorrectionService(session).row(scope, workflow_id, place)


@router.post("/workflows/{workflow_id}/corrections")
def correct(workflow_id: UUID, scope: WorkflowScope, body: Correction) -> RowOutcome:
    """Keep what cells of a row should say, and check that row again at once.

    The inventory does not change before the corrections are applied.
    """
    with unit_of_work(scope) as session:
        return RowCorrectionService(session).correct(
            scope, workflow_id, RowPlace(body.file, body.sheet, body.row), body.cells
        )


@router.get("/workflows/{workflow_id}/corrections")
def corrections(
    workflow_id: UUID,
    scope: WorkflowScope,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = PAGE_SIZE,
) -> list[CorrectionView]:
    """Return every correction ever made to an import, the newest first."""
    with unit_of_work(scope) as session:
        found = RowCorrectionService(session).listed(
            scope, workflow_id, offset=offset, limit=limit
        )
    return list(found)


@router.delete("/workflows/{workflow_id}/corrections/{correction_id}")
def undo(
    workflow_id: UUID, correction_id: UUID, scope: WorkflowScope
) -> CorrectionView:
    """Take a correction back; the next run reads what the file says."""
    with unit_of_work(scope) as session:
        return RowCorrectionService(session).undo(scope, workflow_id, correction_id)


@router.post("/workflows/{workflow_id}/corrections/apply", status_code=_QUEUED)
def apply(workflow_id: UUID, scope: WorkflowScope, body: Apply) -> WorkflowDetail:
    """Run the workflow again from its validation with the corrections."""
    with unit_of_work(scope) as session:
        RowCorrectionService(session).apply(scope, workflow_id, version=body.version)
    with unit_of_work(scope) as session:
        return WorkflowReportService(session).detail(scope, workflow_id)
