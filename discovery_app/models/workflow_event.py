"""The ``workflow_events`` table."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.domain.workflow import EventType
from discovery_app.models.base import (
    Moment,
    TenantTable,
    json_field,
    tenant_keys,
    text_enum,
    text_field,
    time_field,
)


class WorkflowEvent(TenantTable, table=True):
    """One line of a workflow's history; rows are only ever added.

    Only ``services.workflow_state`` writes this table.

    Attributes:
        seq: From 1, without gaps, per workflow.
        actor: Who did it, in words.
        reason: Why, where a person said so.
    """

    __table_args__ = (
        *tenant_keys(("workflow_id", "workflow_states")),
        sa.UniqueConstraint("workflow_id", "seq"),
        sa.Index("ix_workflow_events_type", "engagement_id", "type", "created_at"),
    )

    workflow_id: UUID
    seq: int
    type: EventType = Field(sa_type=text_enum(EventType))
    phase: str = Field(default="", max_length=50)
    actor: str = Field(max_length=200)
    user_id: UUID | None = None
    reason: str = text_field()
    data: dict[str, Any] = json_field()
    created_at: Moment = time_field(now=True)
