"""The ``import_changes`` table."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import TenantTable, json_field, tenant_keys


class ImportChange(TenantTable, table=True):
    """What one import changed in one asset; one it created names it itself.

    Attributes:
        change: ``updated``.
        before: The changed fields' values before it.
    """

    __table_args__ = (
        *tenant_keys(("asset_id", "assets"), ("session_id", "data_import_sessions")),
        sa.Index(
            "ix_import_changes_session",
            "session_id",
            "asset_id",
            postgresql_include=["engagement_id", "client_account_id"],
        ),
        sa.Index("ix_import_changes_asset", "asset_id", "engagement_id"),
    )

    session_id: UUID
    asset_id: UUID
    change: str = Field(max_length=20)
    before: dict[str, Any] = json_field()
