"""The ``workflow_phase_runs`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.domain.workflow import PhaseStatus
from discovery_app.models.base import (
    Moment,
    TenantTable,
    tenant_keys,
    text_enum,
    text_field,
    time_field,
)


class WorkflowPhaseRun(TenantTable, table=True):
    """One try of one phase of one workflow, and how it ended.

    Only ``services.workflow_state`` writes this table.

    Attributes:
        position: Order of the phase in its workflow, from 0.
        fraction: How far it is, 0.0 to 1.0.
        message: The last line the phase reported.
        reported_at: When it last reported.
        item_kind: What the counts count: rows, columns, assets …
    """

    __table_args__ = (
        *tenant_keys(("workflow_id", "workflow_states")),
        sa.Index(
            "uq_workflow_phase_runs_done",
            "workflow_id",
            "phase",
            "run_number",
            unique=True,
            postgresql_where=sa.text("status IN ('completed', 'accepted')"),
        ),
        sa.Index("ix_workflow_phase_runs_workflow", "workflow_id", "started_at"),
        # Tries end about in the order they lie in: a few bytes find the last hour.
        sa.Index(
            "ix_workflow_phase_runs_finished", "finished_at", postgresql_using="brin"
        ),
    )

    workflow_id: UUID
    phase: str = Field(max_length=50)
    position: int
    run_number: int = 1
    attempt: int = 0
    fence: int = Field(default=0, sa_type=sa.BigInteger)
    worker: str = Field(default="", max_length=200)
    status: PhaseStatus = Field(
        default=PhaseStatus.RUNNING, sa_type=text_enum(PhaseStatus)
    )
    fraction: float = 0.0
    message: str = text_field()
    item_kind: str = Field(default="", max_length=30)
    items_in: int = 0
    items_out: int = 0
    items_rejected: int = 0
    items_excluded: int = 0
    summary: str = text_field()
    error_type: str = Field(default="", max_length=100)
    error_message: str = text_field()
    traceback: str = text_field()
    retryable: bool = False
    started_at: Moment = time_field(now=True)
    reported_at: Moment = time_field(now=True)
    finished_at: Moment = time_field()
