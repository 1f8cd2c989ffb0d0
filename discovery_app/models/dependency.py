"""The ``dependencies`` table."""

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


class Dependency(TenantTable, table=True):
    """That one asset needs another, as observed or as said.

    Attributes:
        source_asset_id: ``None`` if the endpoint is no known asset.
        noise: Left out of groups and waves, with ``noise_reason``.
        backup: It speaks of backup, whether or not that is noise.
        source_application: As the connection itself names it, like the destination's.
        key: Source, destination, port, protocol and kind, folded; one row each.
    """

    __tablename__ = "dependencies"  # pyright: ignore
    __table_args__ = (
        *tenant_keys(("source_asset_id", "assets"), ("destination_asset_id", "assets")),
        sa.UniqueConstraint("engagement_id", "key"),
        sa.Index("ix_dependencies_source", "source_asset_id", "engagement_id"),
        sa.Index(
            "ix_dependencies_destination", "destination_asset_id", "engagement_id"
        ),
        sa.Index("ix_dependencies_session", "session_id"),
    )

    key: str = Field(max_length=64)
    source_asset_id: UUID | None = None
    source: str = text_field()
    destination_asset_id: UUID | None = None
    destination: str = text_field()
    port: int | None = None
    protocol: str | None = Field(default=None, max_length=30)
    kind: str = Field(max_length=20)
    noise: bool = False
    noise_reason: str | None = text_field(None)
    backup: bool = False
    source_application: str | None = text_field(None)
    destination_application: str | None = text_field(None)
    shared_service: bool = False
    cross_environment: bool = False
    connection_count: int = Field(default=1, sa_type=sa.BigInteger)
    bytes_total: int | None = Field(default=None, sa_type=sa.BigInteger)
    first_observed: Moment = time_field()
    last_observed: Moment = time_field()
    evidence: str = text_field()
    session_id: UUID
