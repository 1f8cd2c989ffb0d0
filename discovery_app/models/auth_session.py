"""The ``auth_sessions`` table."""

from uuid import UUID

from sqlmodel import Field

from discovery_app.models.base import GlobalTable, Moment, time_field


class AuthSession(GlobalTable, table=True):
    """One sign-in of one person on one browser.

    Attributes:
        token_sha256: Hash of the cookie's 32 random bytes; the bytes are not kept.
    """

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    token_sha256: str = Field(max_length=64, unique=True)
    user_agent: str = Field(default="", max_length=300)
    created_at: Moment = time_field(now=True)
    expires_at: Moment = time_field()
    revoked_at: Moment = time_field()
