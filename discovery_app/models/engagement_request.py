"""The ``engagement_requests`` table."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    Moment,
    TenantTable,
    tenant_keys,
    text_field,
    time_field,
)


class EngagementRequest(TenantTable, table=True):
    """That a runner should do something for an engagement, and what came of it.

    Workers see ids and times across tenants; reason, subject and outcome are seen
    by the tenant alone.

    Attributes:
        kind: A ``RequestKind``.
        subject: What of the engagement it is about; empty for all of it.
        workflow_id: Whose limits are spent; ``None`` if a person asked.
        as_of: The day to judge as of; ``None`` is the day it is done.
        fence: Grows with each asking and taking, so that an old taker's end fails.
        attempt: How often it was taken since it was asked.
        outcome: One sentence, once it is done; ``problem`` if it could not be.
    """

    __table_args__ = (
        *tenant_keys(),
        sa.UniqueConstraint("engagement_id", "kind", "subject"),
        sa.Index(
            "ix_engagement_requests_open",
            "asked_at",
            postgresql_where=sa.text("finished_at is null"),
        ),
    )

    kind: str = Field(max_length=20)
    subject: str = Field(default="", max_length=300)
    workflow_id: UUID | None = None
    as_of: date | None = None
    reason: str = text_field()
    asked_by: str = Field(default="", max_length=200)
    asked_at: Moment = time_field(now=True)
    owner: str = Field(default="", max_length=200)
    lease_until: Moment = time_field()
    fence: int = Field(default=0, sa_type=sa.BigInteger)
    attempt: int = 0
    finished_at: Moment = time_field()
    outcome: str = text_field()
    problem: str = text_field()
