"""The ``memberships`` table."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.domain.access import Role
from discovery_app.models.base import GlobalTable, Moment, text_enum, time_field


class Membership(GlobalTable, table=True):
    """What a person is for a client account, or for one engagement of it.

    Attributes:
        engagement_id: ``None`` means every engagement of the client account.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["client_account_id", "engagement_id"],
            ["engagements.client_account_id", "engagements.id"],
        ),
        sa.UniqueConstraint(
            "user_id",
            "client_account_id",
            "engagement_id",
            postgresql_nulls_not_distinct=True,
        ),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    role: Role = Field(sa_type=text_enum(Role))
    client_account_id: UUID = Field(foreign_key="client_accounts.id")
    engagement_id: UUID | None = None
    created_at: Moment = time_field(now=True)
