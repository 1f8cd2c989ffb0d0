"""The ``api_tokens`` table."""

from uuid import UUID

from sqlmodel import Field

from discovery_app.models.base import GlobalTable, Moment, time_field


class ApiToken(GlobalTable, table=True):
    """A token with which a program acts for a person."""

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=100)
    token_sha256: str = Field(max_length=64, unique=True)
    created_at: Moment = time_field(now=True)
    expires_at: Moment = time_field()
    last_used_at: Moment = time_field()
    revoked_at: Moment = time_field()
