"""The ``users`` table."""

from sqlmodel import Field

from discovery_app.models.base import GlobalTable, Moment, time_field


class User(GlobalTable, table=True):
    """A person who signs in.

    Attributes:
        email: Lower case.
        password_hash: Argon2id; empty for a person who has not chosen one.
        failed_attempts: Wrong passwords since the last right one.
        locked_until: Before it no password is tried.
    """

    email: str = Field(max_length=320, unique=True)
    name: str = Field(max_length=200)
    password_hash: str = Field(default="", max_length=300)
    is_admin: bool = False
    is_active: bool = True
    failed_attempts: int = 0
    locked_until: Moment = time_field()
    created_at: Moment = time_field(now=True)
