"""The ``asset_sources`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    Moment,
    TenantTable,
    TextList,
    tenant_keys,
    text_field,
    time_field,
)


class AssetSource(TenantTable, table=True):
    """One row of one file that told something about an asset.

    Attributes:
        fields: The asset's fields that this row set last.
    """

    __table_args__ = (
        *tenant_keys(("asset_id", "assets")),
        sa.Index("ix_asset_sources_asset", "asset_id", "engagement_id"),
        sa.Index(
            "ix_asset_sources_session",
            "session_id",
            "asset_id",
            postgresql_include=["engagement_id", "client_account_id"],
        ),
    )

    asset_id: UUID
    session_id: UUID
    source: str = Field(default="", max_length=50)
    file: str = Field(default="", max_length=400)
    sheet: str = text_field()
    row: int | None = None
    fields: list[str] = Field(default_factory=list, sa_type=TextList)
    seen_at: Moment = time_field(now=True)
