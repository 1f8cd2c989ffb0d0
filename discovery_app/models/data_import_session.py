"""The ``data_import_sessions`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import Moment, TenantTable, tenant_keys, time_field


class DataImportSession(TenantTable, table=True):
    """One upload of one to many files that belong together.

    Attributes:
        title: The first file's name, and how many more there are.
        request_key: Makes a repeated request the same upload.
        content_sha256: Hash over the files' hashes; equal means the same bytes.
        corrects_session_id: The import whose rejected rows this one brings again.
    """

    __table_args__ = (
        *tenant_keys(),
        sa.ForeignKeyConstraint(
            ["corrects_session_id", "engagement_id"],
            ["data_import_sessions.id", "data_import_sessions.engagement_id"],
        ),
        sa.UniqueConstraint("engagement_id", "request_key"),
        sa.Index(
            "ix_data_import_sessions_corrects",
            "corrects_session_id",
            postgresql_where=sa.text("corrects_session_id is not null"),
        ),
        sa.Index("ix_data_import_sessions_content", "engagement_id", "content_sha256"),
        sa.Index("ix_data_import_sessions_recent", "engagement_id", "created_at"),
    )

    title: str = Field(max_length=400)
    request_key: str = Field(max_length=200)
    content_sha256: str = Field(max_length=64)
    started_by: str = Field(max_length=200)
    user_id: UUID | None = None
    corrects_session_id: UUID | None = None
    created_at: Moment = time_field(now=True)
