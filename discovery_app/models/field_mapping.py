"""The ``field_mappings`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.domain.mapping import Outcome
from discovery_app.models.base import (
    Moment,
    TenantTable,
    TextList,
    tenant_keys,
    text_enum,
    text_field,
    time_field,
)


class FieldMapping(TenantTable, table=True):
    """What one column of an import means, who said so, and why.

    Attributes:
        table_number: Number of the table in the import.
        position: Number of the column in the table, from 0.
        target: A field's name; ``None`` keeps the column as a custom field.
        suggested_target: What the rules or an agent said first.
        approved_by: Who decided; empty while only rules have.
    """

    __table_args__ = (
        *tenant_keys(("session_id", "data_import_sessions")),
        sa.UniqueConstraint("session_id", "table_number", "position"),
    )

    session_id: UUID
    table_number: int
    position: int
    role: str = Field(default="assets", max_length=20)
    file: str = Field(max_length=400)
    sheet: str = text_field()
    header: str = text_field()
    target: str | None = Field(default=None, max_length=60)
    suggested_target: str | None = Field(default=None, max_length=60)
    outcome: Outcome = Field(sa_type=text_enum(Outcome))
    confidence: float = 0.0
    rule: str = Field(default="", max_length=60)
    reason: str = text_field()
    unit: str | None = Field(default=None, max_length=30)
    candidates: list[str] = Field(default_factory=list, sa_type=TextList)
    samples: list[str] = Field(default_factory=list, sa_type=TextList)
    filled: float = 0.0
    kind: str = Field(default="", max_length=30)
    source: str = Field(default="rules", max_length=20)
    approved_by: str = Field(default="", max_length=200)
    approved_at: Moment = time_field()
