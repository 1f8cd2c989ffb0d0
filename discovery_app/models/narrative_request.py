"""The ``narrative_requests`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import Moment, TenantTable, tenant_keys, time_field


class NarrativeRequest(TenantTable, table=True):
    """That a runner should have an engagement's narrative written.

    Ids and times, no contents: workers see it across tenants.

    Attributes:
        workflow_id: Whose limits are spent; ``None`` if a person asked.
        taken_at: When a runner began; one that is silent for long lost it.
    """

    __table_args__ = (*tenant_keys(), sa.UniqueConstraint("engagement_id"))

    workflow_id: UUID | None = None
    asked_by: str = Field(default="", max_length=200)
    asked_at: Moment = time_field(now=True)
    taken_at: Moment = time_field()
