"""The ``findings`` table."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    TenantTable,
    tenant_keys,
    text_field,
)


class Finding(TenantTable, table=True):
    """Whether one product on one asset is still supported.

    Attributes:
        data_version: The end-of-life data that says so; ``None`` for early findings.
    """

    __table_args__ = (
        *tenant_keys(("asset_id", "assets")),
        sa.Index("ix_findings_asset", "asset_id", "engagement_id"),
        sa.Index("ix_findings_state", "engagement_id", "state", "eol_date"),
    )

    asset_id: UUID
    session_id: UUID
    raw: str = text_field()
    product: str | None = Field(default=None, max_length=60)
    cycle: str | None = Field(default=None, max_length=60)
    state: str = Field(max_length=30)
    eol_date: date | None = None
    extended_until: date | None = None
    as_of: date
    evidence: str = text_field()
    confidence: float = 0.0
    data_version: str | None = text_field(None)
