"""Keyset paging: a cursor names the last row that was seen, not a row number."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar
from uuid import UUID

from discovery_app.errors import InvalidInputError

PAGE_LIMIT: Final = 500
"""CONTRACTS.md, "API": the most rows one answer holds."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some rows of a list, in its order.

    Attributes:
        next_cursor: Asks for the rows after these; empty at the end.
    """

    items: tuple[Item, ...] = ()
    next_cursor: str = ""


@dataclass(frozen=True)
class TimeCursor:
    """The last row seen of a list in order of time, then id."""

    at: datetime
    row_id: UUID

    def encode(self) -> str:
        """Return the cursor as one opaque word for URLs."""
        plain = f"{self.at.isoformat()}|{self.row_id}".encode()
        return base64.urlsafe_b64encode(plain).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str) -> "TimeCursor":
        """Return the row that ``cursor`` names.

        Raises:
            InvalidInputError: It was not made by ``encode``.
        """
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            plain = base64.urlsafe_b64decode(padded.encode()).decode()
            at, _, row_id = plain.partition("|")
            seen = cls(datetime.fromisoformat(at), UUID(row_id))
        except (ValueError, binascii.Error) as error:
            raise InvalidInputError(
                "This link to the next page is not complete; start the list again."
            ) from error
        if seen.at.tzinfo is None:
            raise InvalidInputError(
                "This link to the next page names no time zone; start the list again."
            )
        return seen


def check_limit(limit: int) -> int:
    """Return ``limit`` if one answer may hold as many rows.

    Raises:
        InvalidInputError: It is not between 1 and ``PAGE_LIMIT``.
    """
    if not 1 <= limit <= PAGE_LIMIT:
        raise InvalidInputError(f"Ask for 1 to {PAGE_LIMIT} rows at a time.")
    return limit
