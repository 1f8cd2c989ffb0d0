"""The ``import_issues`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.domain.issues import Severity
from discovery_app.models.base import (
    TenantTable,
    tenant_keys,
    text_enum,
    text_field,
)


class ImportIssue(TenantTable, table=True):
    """One problem found in an import.

    Attributes:
        position: Order within the phase that found it, from 0.
        row: As the spreadsheet numbers it; ``None`` if it is about the sheet.
    """

    __table_args__ = (
        *tenant_keys(("session_id", "data_import_sessions")),
        sa.Index(
            "ix_import_issues_session", "session_id", "severity", "rule", "position"
        ),
    )

    session_id: UUID
    phase: str = Field(max_length=50)
    position: int
    file: str = Field(default="", max_length=400)
    sheet: str = text_field()
    row: int | None = None
    column: str = text_field()
    value: str = text_field()
    rule: str = Field(max_length=60)
    severity: Severity = Field(sa_type=text_enum(Severity))
    message: str = text_field()
    fix: str = text_field()
