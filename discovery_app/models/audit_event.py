"""The ``audit_events`` table."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    GlobalTable,
    Moment,
    json_field,
    text_field,
    time_field,
)


class AuditEvent(GlobalTable, table=True):
    """Who did what, when and why; rows are only ever added.

    Attributes:
        client_account_id: Filled where the act concerned a tenant.
    """

    __table_args__ = (sa.Index("ix_audit_events_recent", "created_at", "id"),)

    actor: str = Field(max_length=200)
    user_id: UUID | None = None
    action: str = Field(max_length=60)
    subject: str = text_field()
    reason: str = text_field()
    client_account_id: UUID | None = None
    engagement_id: UUID | None = None
    data: dict[str, Any] = json_field()
    created_at: Moment = time_field(now=True)
