"""The ``agent_answers`` table."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    Moment,
    TenantTable,
    json_field,
    tenant_keys,
    time_field,
)


class AgentAnswer(TenantTable, table=True):
    """An agent's checked answer, so that a crash never pays for it twice."""

    __table_args__ = (
        *tenant_keys(),
        sa.UniqueConstraint("engagement_id", "prompt_sha256"),
    )

    prompt_sha256: str = Field(max_length=64)
    model: str = Field(max_length=200)
    answer: dict[str, Any] = json_field()
    tokens: int = 0
    created_at: Moment = time_field(now=True)
