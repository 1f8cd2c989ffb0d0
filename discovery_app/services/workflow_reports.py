"""The one JSON form of a workflow, for the API and the command line (CONTRACTS.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.discovery_flow_state import (
    Accounting,
    DiscoveryFlowState,
    InventoryTotals,
    RelatedUse,
)
from discovery_app.domain.inventory import IssueView
from discovery_app.domain.workflow import PhaseRunView, WorkflowView
from discovery_app.services.import_issues import ImportIssueService
from discovery_app.services.workflow_state import WorkflowStateService

ISSUES_LIMIT = 1000
"""CONTRACTS.md: ``issues`` holds at most 1,000; the export has all."""
ISSUES_PAGE = 500


class PhaseReport(BaseModel):
    """One phase, in order."""

    name: str
    status: str
    item_kind: str
    items_in: int
    items_out: int
    items_rejected: int
    items_excluded: int
    seconds: float


class IssueReport(BaseModel):
    """One problem in a file."""

    file: str
    sheet: str
    row: int | None
    column: str
    value: str
    rule: str
    severity: str
    message: str
    fix: str


class ErrorReport(BaseModel):
    """Why a workflow failed."""

    phase: str
    error_type: str
    message: str
    retryable: bool


class WorkflowReport(BaseModel):
    """What became of an upload.

    Attributes:
        accounting: What was published; all zero before it is.
        inventory: Sums over the assets of this import; likewise.
    """

    workflow_id: UUID | None = None
    session_id: UUID | None = None
    status: str
    current_phase: str | None = None
    progress_percentage: int = 0
    phases: list[PhaseReport] = Field(default_factory=list)
    accounting: Accounting = Field(default_factory=Accounting)
    related: list[RelatedUse] = Field(default_factory=list)
    inventory: InventoryTotals = Field(default_factory=InventoryTotals)
    issues: list[IssueReport] = Field(default_factory=list)


class WorkflowDetail(WorkflowReport):
    """The report, and everything else that is known of the workflow."""

    client_account_id: UUID
    engagement_id: UUID
    workflow_type: str
    title: str
    started_by: str
    state_data: dict[str, Any]
    version: int
    run_number: int
    attempt: int
    stuck: bool
    error: ErrorReport | None
    created_at: datetime
    updated_at: datetime


class WorkflowReportService:
    """Builds reports of workflows.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def detail(self, scope: Scope, workflow_id: UUID) -> WorkflowDetail:
        """Return everything about a workflow.

        Raises:
            NotFoundError: There is none in this engagement.
        """
        view = WorkflowStateService(self._session).get_workflow_state(
            scope, workflow_id
        )
        listed = ImportIssueService(self._session)
        pages = (
            listed.page(scope, view.session_id, offset=offset, limit=ISSUES_PAGE)
            for offset in range(0, ISSUES_LIMIT, ISSUES_PAGE)
        )
        return detail(view, [issue for page in pages for issue in page])


def detail(view: WorkflowView, issues: Sequence[IssueView]) -> WorkflowDetail:
    """Return ``view`` and ``issues`` in their JSON form."""
    state = DiscoveryFlowState.load(view.state_data)
    published, cleansing = state.database_integration, state.data_cleansing
    failure = view.failure
    return WorkflowDetail(
        workflow_id=view.workflow_id,
        session_id=view.session_id,
        status=view.status,
        current_phase=view.current_phase,
        progress_percentage=view.progress_percentage,
        phases=[_phase(one) for one in view.phases],
        accounting=(published and published.accounting) or Accounting(),
        related=list(cleansing.related) if cleansing else [],
        inventory=(published and published.inventory) or InventoryTotals(),
        issues=issue_reports(issues),
        client_account_id=view.client_account_id,
        engagement_id=view.engagement_id,
        workflow_type=view.workflow_type,
        title=view.title,
        started_by=view.started_by,
        state_data=dict(view.state_data),
        version=view.version,
        run_number=view.run_number,
        attempt=view.attempt,
        stuck=view.stuck,
        error=ErrorReport(
            phase=failure.phase,
            error_type=failure.error_type,
            message=failure.message,
            retryable=failure.retryable,
        )
        if failure
        else None,
        created_at=view.created_at,
        updated_at=view.updated_at,
    )


def issue_reports(issues: Sequence[IssueView]) -> list[IssueReport]:
    """Return ``issues`` in their JSON form, in order."""
    fields = IssueReport.model_fields
    return [
        IssueReport(**{name: getattr(issue, name) for name in fields})
        for issue in issues
    ]


def refusal(message: str, rule: str, file: str = "") -> WorkflowReport:
    """Return the report of an upload that was refused, or of a run that failed."""
    return WorkflowReport(
        status="failed",
        issues=[
            IssueReport(
                file=file,
                sheet="",
                row=None,
                column="",
                value="",
                rule=rule,
                severity="error",
                message=message,
                fix="Correct this and try again; nothing was published.",
            )
        ],
    )


def _phase(run: PhaseRunView) -> PhaseReport:
    return PhaseReport(
        name=run.phase,
        status=run.status,
        item_kind=run.item_kind,
        items_in=run.items_in,
        items_out=run.items_out,
        items_rejected=run.items_rejected,
        items_excluded=run.items_excluded,
        seconds=round(run.seconds or 0.0, 3),
    )
