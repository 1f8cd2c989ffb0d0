"""The ``engagements`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import GlobalTable, Moment, time_field


class Engagement(GlobalTable, table=True):
    """One piece of work for a client account."""

    __table_args__ = (
        sa.UniqueConstraint("client_account_id", "id"),
        sa.UniqueConstraint("client_account_id", "name"),
    )

    client_account_id: UUID = Field(foreign_key="client_accounts.id")
    name: str = Field(max_length=200)
    created_at: Moment = time_field(now=True)
    archived_at: Moment = time_field()
