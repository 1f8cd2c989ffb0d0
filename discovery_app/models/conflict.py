"""The ``conflicts`` table."""

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


class Conflict(TenantTable, table=True):
    """Two sources that disagree about one field of one asset.

    Attributes:
        kept: What the inventory says now.
        offered: What the newer import said.
        rule: Why ``kept`` was kept.
    """

    __table_args__ = (
        *tenant_keys(("asset_id", "assets")),
        sa.Index("ix_conflicts_asset", "asset_id", "engagement_id"),
        sa.Index("ix_conflicts_open", "engagement_id", "resolved_at"),
    )

    asset_id: UUID
    session_id: UUID
    field: str = Field(max_length=60)
    kept: str = text_field()
    kept_source: str = text_field()
    offered: str = text_field()
    offered_source: str = text_field()
    rule: str = Field(default="", max_length=60)
    created_at: Moment = time_field(now=True)
    resolved_at: Moment = time_field()
    resolved_by: str | None = Field(default=None, max_length=200)
