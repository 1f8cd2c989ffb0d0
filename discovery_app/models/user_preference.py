"""The ``user_preferences`` table."""

from uuid import UUID

from sqlmodel import Field

from discovery_app.models.base import Table


class UserPreference(Table, table=True):
    """What a person last chose; it follows them from tab to tab."""

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    engagement_id: UUID | None = Field(
        default=None, foreign_key="engagements.id", ondelete="SET NULL"
    )
