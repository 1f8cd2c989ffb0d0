"""Workflows: how they stand, and what a person may do with them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from discovery_app.api.dependencies import Cursor, EngagementScope, Limit
from discovery_app.api.places import WorkflowScope
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.domain.mapping import Outcome
from discovery_app.domain.paging import TimeCursor
from discovery_app.domain.workflow import WorkflowStatus, WorkflowView
from discovery_app.errors import InvalidInputError
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.mapping_decisions import decisions_of
from discovery_app.services.workflow_reports import (
    ErrorReport,
    WorkflowDetail,
    WorkflowReportService,
    detail,
)
from discovery_app.services.workflow_state import WorkflowStateService

router = APIRouter(tags=["Workflows"])


class WorkflowItem(BaseModel):
    """A workflow in a list; ``GET /workflows/{workflow_id}`` has the rest."""

    workflow_id: UUID
    session_id: UUID
    engagement_id: UUID
    title: str
    started_by: str
    status: str
    current_phase: str
    progress_percentage: int
    version: int
    run_number: int
    attempt: int
    stuck: bool
    error: ErrorReport | None
    created_at: datetime
    updated_at: datetime


class WorkflowPage(BaseModel):
    """Some workflows; ``next_cursor`` asks for more and is null at the end."""

    items: list[WorkflowItem]
    next_cursor: str | None


class Approval(BaseModel):
    """What to do with the columns of an import that waits.

    Attributes:
        mappings: Field by column; null keeps a column as a custom field.
        units: Unit by column, of columns among ``mappings``, as ``GB`` or ``sockets``.
        accept_confident: Take the confident suggestions for what is not named;
            without it every such column must be named, too.
        version: Refuse if the workflow moved on since.
    """

    model_config = ConfigDict(extra="forbid")

    mappings: dict[str, str | None] = Field(default_factory=dict, max_length=5_000)
    units: dict[str, str] = Field(default_factory=dict, max_length=5_000)
    accept_confident: bool = True
    version: int | None = None


@router.get("/engagements/{engagement_id}/workflows")
def list_workflows(
    scope: EngagementScope,
    limit: Limit = 100,
    cursor: Cursor = "",
    status: WorkflowStatus | None = None,
    current_phase: Annotated[str, Query(max_length=100)] = "",
) -> WorkflowPage:
    """List the engagement's workflows, newest first."""
    seen = TimeCursor.decode(cursor) if cursor else None
    with unit_of_work(scope) as session:
        views = WorkflowStateService(session).list_workflow_states_for_engagement(
            scope,
            status=status or "",
            phase=current_phase,
            before=(seen.at, seen.row_id) if seen else None,
            limit=limit,
        )
    # A full page may be the last; asking on then finds nothing more.
    last = views[-1] if len(views) == limit else None
    return WorkflowPage(
        items=[_item(view) for view in views],
        next_cursor=TimeCursor(last.created_at, last.workflow_id).encode()
        if last
        else None,
    )


@router.get("/workflows/{workflow_id}")
def get_workflow(workflow_id: UUID, scope: WorkflowScope) -> WorkflowDetail:
    """Return everything about a workflow."""
    return _detail(scope, workflow_id)


@router.post("/workflows/{workflow_id}/approve")
def approve(workflow_id: UUID, scope: WorkflowScope, body: Approval) -> WorkflowDetail:
    """Decide the columns in review; the workflow goes on at once.

    422 names the columns that are still undecided; 409 if the workflow does not wait.
    """
    with unit_of_work(scope) as session:
        if not body.accept_confident:
            _require_all_named(session, scope, workflow_id, body)
        FieldMappingService(session).approve(
            scope,
            workflow_id,
            decisions_of(body.mappings, body.units),
            version=body.version,
        )
    return _detail(scope, workflow_id)


def _detail(scope: Scope, workflow_id: UUID) -> WorkflowDetail:
    with unit_of_work(scope) as session:
        return WorkflowReportService(session).detail(scope, workflow_id)


def _require_all_named(
    session: Session, scope: Scope, workflow_id: UUID, body: Approval
) -> None:
    """Refuse an approval that leaves a confident suggestion unsaid.

    Raises:
        InvalidInputError: It does.
    """
    view = WorkflowStateService(session).get_workflow_state(scope, workflow_id)
    columns = FieldMappingService(session).listed(scope, view.session_id)
    unnamed = [
        one.header
        for one in columns
        if one.outcome == Outcome.CONFIDENT
        and not body.mappings.keys()
        & {one.header, f"{one.sheet}!{one.header}", one.mapping_id}
    ]
    if unnamed:
        raise InvalidInputError(
            f"Name these columns, too, or send accept_confident: "
            f"{', '.join(unnamed[:10])}."
        )


def _item(view: WorkflowView) -> WorkflowItem:
    return WorkflowItem.model_validate(detail(view, ()).model_dump())
