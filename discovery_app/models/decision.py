"""The ``decisions`` table."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    Moment,
    TenantTable,
    TextList,
    json_field,
    tenant_keys,
    text_field,
    time_field,
)


class Decision(TenantTable, table=True):
    """What to do with one asset: the rules' advice, and a person's word over it.

    Attributes:
        treatment: What the rules advise now.
        inputs: Field to value, threshold and source.
        override: What a person decided instead; survives later runs.
    """

    __table_args__ = (
        *tenant_keys(("asset_id", "assets")),
        sa.UniqueConstraint("asset_id", "engagement_id"),
        sa.Index("ix_decisions_treatment", "engagement_id", "treatment"),
    )

    asset_id: UUID
    session_id: UUID
    treatment: str = Field(max_length=40)
    rule: str = Field(max_length=10)
    confidence: float = 0.0
    inputs: dict[str, Any] = json_field()
    also_matched: list[str] = Field(default_factory=list, sa_type=TextList)
    reason: str = text_field()
    as_of: date
    override: str | None = Field(default=None, max_length=40)
    override_reason: str | None = text_field(None)
    override_by: str | None = Field(default=None, max_length=200)
    override_at: Moment = time_field()
