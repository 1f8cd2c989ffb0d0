"""The ``workflow_states`` table."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.domain.workflow import WORKFLOW_TYPE, WorkflowStatus
from discovery_app.models.base import (
    Moment,
    TenantTable,
    json_field,
    tenant_keys,
    text_enum,
    time_field,
)


class WorkflowState(TenantTable, table=True):
    """Where one discovery of one upload stands; the single source of truth.

    Only ``services.workflow_state`` writes this table.

    Attributes:
        current_phase: The phase that runs or comes next, or the one that ended it.
        state_data: A serialised ``DiscoveryFlowState``. Replace it whole: a change
            inside it is not saved.
        version: Grows with every committed change; pages wait for it.
        run_number: Grows when phases that had completed are run again.
        progress_percentage: 0–100; never goes down within a run number.
        event_seq: ``seq`` of the newest event, so that the history has no gaps.
        started_by: Who started it, in words.
    """

    __table_args__ = (
        *tenant_keys(("session_id", "data_import_sessions")),
        sa.UniqueConstraint("session_id", "workflow_type"),
        sa.Index("ix_workflow_states_recent", "engagement_id", "created_at", "id"),
        sa.Index("ix_workflow_states_status", "status", "updated_at"),
    )

    session_id: UUID
    workflow_type: str = Field(default=WORKFLOW_TYPE, max_length=50)
    current_phase: str = Field(max_length=50)
    status: WorkflowStatus = Field(
        default=WorkflowStatus.QUEUED, sa_type=text_enum(WorkflowStatus)
    )
    state_data: dict[str, Any] = json_field()
    version: int = 1
    run_number: int = 1
    progress_percentage: int = 0
    event_seq: int = 0
    started_by: str = Field(default="", max_length=200)
    created_at: Moment = time_field(now=True)
    updated_at: Moment = time_field(now=True)
