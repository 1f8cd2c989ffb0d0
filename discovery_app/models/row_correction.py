"""The ``row_corrections`` table."""

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


class RowCorrection(TenantTable, table=True):
    """One cell of an import that a person corrected; the file stays as it is.

    Attributes:
        position: Of the column, from 0; ``header`` must still stand there.
        before: What the file says.
        after: What is read instead.
        applied_at: When a validation read it; empty again once one did not.
    """

    __table_args__ = (
        *tenant_keys(
            ("session_id", "data_import_sessions"), ("file_id", "data_import_files")
        ),
        sa.Index(
            "uq_row_corrections_cell",
            "session_id",
            "file_id",
            "sheet",
            "row",
            "position",
            unique=True,
            postgresql_where=sa.text("undone_at is null"),
        ),
        sa.Index("ix_row_corrections_session", "session_id", "made_at"),
    )

    session_id: UUID
    file_id: UUID
    sheet: str = text_field()
    row: int
    position: int
    header: str = text_field()
    before: str = text_field()
    after: str = text_field()
    made_by: str = Field(max_length=200)
    made_at: Moment = time_field(now=True)
    applied_at: Moment = time_field()
    undone_by: str = Field(default="", max_length=200)
    undone_at: Moment = time_field()
