"""The ``workers`` table."""

from sqlmodel import Field

from discovery_app.models.base import GlobalTable, Moment, time_field


class Worker(GlobalTable, table=True):
    """One runner process.

    Attributes:
        boot_id: The machine's boot; with pid and start it names one process.
        process_started_at: Seconds since the epoch, as the machine tells it.
        cleaned_at: When it last began to clean away what is used up.
    """

    name: str = Field(max_length=200, unique=True)
    host: str = Field(max_length=200)
    pid: int
    process_started_at: float
    boot_id: str = Field(default="", max_length=64)
    version: str = Field(default="", max_length=50)
    slots: int = 1
    draining: bool = False
    started_at: Moment = time_field(now=True)
    heartbeat_at: Moment = time_field(now=True)
    stopped_at: Moment = time_field()
    cleaned_at: Moment = time_field()
