"""The ``applications`` table."""

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


class Application(TenantTable, table=True):
    """A business application that assets belong to.

    Attributes:
        key: The name, folded for comparison.
    """

    __table_args__ = (*tenant_keys(), sa.UniqueConstraint("engagement_id", "key"))

    key: str = Field(max_length=300)
    name: str = Field(max_length=300)
    business_owner: str | None = text_field(None)
    business_criticality: str | None = Field(default=None, max_length=30)
    session_id: UUID | None = None
    updated_at: Moment = time_field(now=True)
