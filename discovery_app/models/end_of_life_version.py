"""The ``end_of_life_versions`` table."""

from datetime import date
from typing import Any

from sqlmodel import Field

from discovery_app.models.base import (
    GlobalTable,
    Moment,
    json_field,
    text_field,
    time_field,
)


class EndOfLifeVersion(GlobalTable, table=True):
    """End-of-life data that an admin loaded over the app's own copy.

    Attributes:
        source: Who says so, e.g. ``endoflife.date``.
        data_date: The day the data was taken.
        content: In the form of the app's own copy.
        withdrawn_at: When it stopped to count; verdicts that stand on it stay.
    """

    source: str = Field(max_length=100)
    data_date: date
    file_name: str = Field(default="", max_length=255)
    content: dict[str, Any] = json_field()
    products: int
    cycles: int
    reason: str = text_field()
    loaded_by: str = Field(max_length=200)
    loaded_at: Moment = time_field(now=True)
    withdrawn_by: str | None = Field(default=None, max_length=200)
    withdrawn_at: Moment = time_field()
