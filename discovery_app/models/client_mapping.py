"""The ``client_mappings`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import GlobalTable, Moment, time_field


class ClientMapping(GlobalTable, table=True):
    """What the people of any engagement of a client confirmed last for a header.

    It belongs to a client account and not to an engagement, and so do its policies.

    Attributes:
        source: Slug of the source the header came in.
        header: Normalised.
        target: ``None`` means: keep as a custom field.
        unit: Of the column's numbers, where a person said it.
    """

    __table_args__ = (sa.UniqueConstraint("client_account_id", "source", "header"),)

    client_account_id: UUID = Field(foreign_key="client_accounts.id")
    source: str = Field(max_length=50)
    header: str = Field(max_length=300)
    target: str | None = Field(default=None, max_length=60)
    unit: str | None = Field(default=None, max_length=30)
    confirmed_by: str = Field(max_length=200)
    confirmed_at: Moment = time_field(now=True)
