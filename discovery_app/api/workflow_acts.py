"""What a person may do with workflows: one at a time, or many after a count."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from discovery_app.api.dependencies import SignedIn, scope_on
from discovery_app.api.places import WorkflowScope
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Permission, Scope, require
from discovery_app.domain.board import BoardFilter
from discovery_app.domain.discovery_flow_state import ApproveMode
from discovery_app.domain.workflow_repair import (
    BulkAct,
    BulkFilter,
    BulkOutcome,
    BulkRefusal,
    OptionsChange,
    RerunPreview,
)
from discovery_app.services.engagements import EngagementService
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.services.workflow_bulk import WorkflowBulkService
from discovery_app.services.workflow_reports import (
    WorkflowDetail,
    WorkflowReportService,
)

router = APIRouter(tags=["Workflows"])

_QUEUED: Final = 202


class Act(BaseModel):
    """Why, and which version of the workflow the caller saw."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=1_000)
    version: int | None = None


class Options(BaseModel):
    """New options; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    approve: ApproveMode | None = None
    as_of: date | None = None
    phase_timeout_seconds: float | None = Field(default=None, gt=0)
    max_attempts: int | None = Field(default=None, ge=1)

    def change(self) -> OptionsChange:
        """Return them as the services take them."""
        return OptionsChange(
            approve=self.approve,
            as_of=self.as_of,
            phase_timeout_seconds=self.phase_timeout_seconds,
            max_attempts=self.max_attempts,
        )


class Retry(Act):
    """A retry, with options to change before it."""

    options: Options = Field(default_factory=Options)


class Rerun(BaseModel):
    """From which phase, seen at which version, as the preview says."""

    model_config = ConfigDict(extra="forbid")

    phase: str = Field(max_length=100)
    reason: str = Field(default="", max_length=1_000)
    version: int
    options: Options = Field(default_factory=Options)


class OptionsAct(Act):
    """The options to change."""

    options: Options


class Bulk(BaseModel):
    """What to do to which workflows.

    Attributes:
        statuses: Empty means every status that the action fits.
        error_type: Of the last failure, e.g. ``Timeout``; empty means any.
        dry_run: Only count; send it again without, and with the count as ``expected``.
        expected: Refuse if another number matches now.
    """

    model_config = ConfigDict(extra="forbid")

    action: BulkAct
    statuses: list[str] = Field(default_factory=list, max_length=20)
    error_type: str = Field(default="", max_length=100)
    engagement_id: UUID | None = None
    dry_run: bool = True
    expected: int | None = Field(default=None, ge=0)
    reason: str = Field(default="", max_length=1_000)


class BulkReport(BaseModel):
    """How many workflows match, how many were changed, and which were not.

    Attributes:
        left: Matched beyond what one call reaches; call again.
        refused: At most 100, each with the reason.
    """

    action: BulkAct
    dry_run: bool
    matched: int
    done: int
    left: int
    refused: list[BulkRefusal]


@router.post("/workflows/bulk")
def bulk(body: Bulk, person: SignedIn) -> BulkReport:
    """Retry or cancel many workflows of any client; admins only.

    Without ``dry_run: false`` nothing is changed and only the count is told. 409 if
    another number of workflows matches than ``expected``.
    """
    with unit_of_work(AccountScope()) as session:
        engagements = EngagementService(session)
        require(engagements.widest_role(person), Permission.RETRY_WORKFLOWS)
        why = body.reason.strip() or "counts workflows for a bulk action"
        platform = engagements.platform_scope(person, why)
    service = WorkflowBulkService(platform, lambda place: scope_on(person, place))
    listed = BoardFilter(
        statuses=tuple(body.statuses), engagement_id=body.engagement_id
    )
    chosen = BulkFilter(listed, body.error_type)
    if body.dry_run:
        return _bulk_report(body, service.count(body.action, chosen))
    outcome = service.run(
        body.action, chosen, reason=body.reason, expected=body.expected
    )
    return _bulk_report(body, outcome)


@router.post("/workflows/{workflow_id}/retry", status_code=_QUEUED)
def retry(workflow_id: UUID, scope: WorkflowScope, body: Retry) -> WorkflowDetail:
    """Queue a failed workflow again at the phase that failed."""
    with unit_of_work(scope) as session:
        WorkflowActionService(session).retry(
            scope,
            workflow_id,
            reason=body.reason,
            version=body.version,
            options=body.options.change(),
        )
    return _detail(scope, workflow_id)


@router.post("/workflows/{workflow_id}/cancel", status_code=_QUEUED)
def cancel(workflow_id: UUID, scope: WorkflowScope, body: Act) -> WorkflowDetail:
    """Stop a workflow: at once, or at the next report of the phase that runs."""
    with unit_of_work(scope) as session:
        WorkflowActionService(session).cancel(
            scope, workflow_id, reason=body.reason, version=body.version
        )
    return _detail(scope, workflow_id)


@router.post("/workflows/{workflow_id}/pause", status_code=_QUEUED)
def pause(workflow_id: UUID, scope: WorkflowScope, body: Act) -> WorkflowDetail:
    """Stop a workflow after the phase that runs, or at once if none does."""
    with unit_of_work(scope) as session:
        WorkflowActionService(session).pause(
            scope, workflow_id, reason=body.reason, version=body.version
        )
    return _detail(scope, workflow_id)


@router.post("/workflows/{workflow_id}/resume", status_code=_QUEUED)
def resume(workflow_id: UUID, scope: WorkflowScope, body: Act) -> WorkflowDetail:
    """Let a paused workflow go on, or take back a pause that has not come."""
    with unit_of_work(scope) as session:
        WorkflowActionService(session).resume(
            scope, workflow_id, reason=body.reason, version=body.version
        )
    return _detail(scope, workflow_id)


@router.get("/workflows/{workflow_id}/rerun")
def preview_rerun(
    workflow_id: UUID,
    scope: WorkflowScope,
    phase: Annotated[str, Query(max_length=100)],
) -> RerunPreview:
    """Say what running a finished workflow again from ``phase`` would replace."""
    with unit_of_work(scope) as session:
        return WorkflowActionService(session).preview_rerun(
            scope, workflow_id, phase=phase
        )


@router.post("/workflows/{workflow_id}/rerun", status_code=_QUEUED)
def rerun(workflow_id: UUID, scope: WorkflowScope, body: Rerun) -> WorkflowDetail:
    """Run a finished workflow again from a phase, under a new run number.

    The results of that phase and of those after it are kept as superseded.
    """
    with unit_of_work(scope) as session:
        WorkflowActionService(session).rerun_from(
            scope,
            workflow_id,
            phase=body.phase,
            reason=body.reason,
            version=body.version,
            options=body.options.change(),
        )
    return _detail(scope, workflow_id)


@router.post("/workflows/{workflow_id}/accept", status_code=_QUEUED)
def accept(workflow_id: UUID, scope: WorkflowScope, body: Act) -> WorkflowDetail:
    """Go on without what the failed phase would have left.

    409 if later phases cannot do without it.
    """
    with unit_of_work(scope) as session:
        WorkflowActionService(session).accept(
            scope, workflow_id, reason=body.reason, version=body.version
        )
    return _detail(scope, workflow_id)


@router.post("/workflows/{workflow_id}/options")
def change_options(
    workflow_id: UUID, scope: WorkflowScope, body: OptionsAct
) -> WorkflowDetail:
    """Change what the next phases go by, while no worker runs the workflow."""
    with unit_of_work(scope) as session:
        WorkflowActionService(session).change_options(
            scope,
            workflow_id,
            options=body.options.change(),
            reason=body.reason,
            version=body.version,
        )
    return _detail(scope, workflow_id)


def _detail(scope: Scope, workflow_id: UUID) -> WorkflowDetail:
    with unit_of_work(scope) as session:
        return WorkflowReportService(session).detail(scope, workflow_id)


def _bulk_report(body: Bulk, outcome: BulkOutcome) -> BulkReport:
    return BulkReport(
        action=body.action,
        dry_run=body.dry_run,
        matched=outcome.matched,
        done=outcome.done,
        left=outcome.left,
        refused=list(outcome.refused),
    )
