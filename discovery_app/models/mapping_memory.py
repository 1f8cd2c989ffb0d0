"""The ``mapping_memory`` table."""

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import Moment, TenantTable, tenant_keys, time_field


class MappingMemory(TenantTable, table=True):
    """What this engagement's people confirmed for a header before.

    Attributes:
        source: Slug of the source the header came in.
        header: Normalised.
        target: ``None`` means: keep as a custom field.
        unit: Of the column's numbers, where a person said it.
    """

    __tablename__ = "mapping_memory"  # pyright: ignore
    __table_args__ = (
        *tenant_keys(),
        sa.UniqueConstraint("engagement_id", "source", "header"),
    )

    source: str = Field(max_length=50)
    header: str = Field(max_length=300)
    target: str | None = Field(default=None, max_length=60)
    unit: str | None = Field(default=None, max_length=30)
    confirmed_by: str = Field(max_length=200)
    confirmed_at: Moment = time_field(now=True)
