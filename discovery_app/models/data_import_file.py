"""The ``data_import_files`` table."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    Moment,
    TenantTable,
    json_field,
    tenant_keys,
    time_field,
)


class DataImportFile(TenantTable, table=True):
    """One file of an upload.

    Attributes:
        position: Its place in the upload, from 0.
        name: The person's name for it; a label, never a path.
        corrections: What the consultant corrected: ``sheet``, ``header_row``,
            ``delimiter``, ``encoding``.
    """

    __table_args__ = (
        *tenant_keys(("session_id", "data_import_sessions")),
        sa.UniqueConstraint("session_id", "position"),
    )

    session_id: UUID
    position: int
    name: str = Field(max_length=400)
    size_bytes: int = Field(sa_type=sa.BigInteger)
    sha256: str = Field(max_length=64)
    storage_key: str = Field(max_length=400)
    detected_source: str = Field(default="", max_length=50)
    corrections: dict[str, Any] = json_field()
    created_at: Moment = time_field(now=True)
