"""The ``agent_spendings`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import Moment, TenantTable, tenant_keys, time_field


class AgentSpending(TenantTable, table=True):
    """What agents were asked for one workflow, or for a person without one.

    Attributes:
        subject_id: The workflow's id, or the engagement's where a person asked.
        tokens: Of questions and answers, estimated before each question.
    """

    __table_args__ = (
        *tenant_keys(),
        sa.UniqueConstraint("engagement_id", "subject_id"),
    )

    subject_id: UUID
    questions: int = 0
    tokens: int = Field(default=0, sa_type=sa.BigInteger)
    seconds: float = 0.0
    changed_at: Moment = time_field(now=True)
