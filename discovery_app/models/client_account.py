"""The ``client_accounts`` table."""

from sqlmodel import Field

from discovery_app.models.base import GlobalTable, Moment, time_field


class ClientAccount(GlobalTable, table=True):
    """A company whose estate is being discovered."""

    name: str = Field(max_length=200, unique=True)
    created_at: Moment = time_field(now=True)
