"""From one page of the board to the next: rows after or before a known row."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from discovery_app.domain.board import BoardCursor
from discovery_app.errors import InvalidInputError

Keys = Sequence[sa.ColumnElement[Any]]
"""What the list is sorted by; the last one is the id."""


def beyond(keys: Keys, edge: BoardCursor, order: str) -> sa.ColumnElement[bool]:
    """Return that a row comes after ``edge``, or before it if that is asked for.

    Raises:
        InvalidInputError: ``edge`` belongs to another order.
    """
    values = (*edge.key, str(edge.row_id))
    if edge.sort != order or len(values) != len(keys):
        raise InvalidInputError(
            "This link to another page is of another order; start the list again."
        )
    seen = sa.tuple_(*_typed(keys, values))
    descending = order.startswith("-")
    row = sa.tuple_(*keys)
    return row < seen if descending != edge.backwards else row > seen


def ahead(keys: Keys, first: sa.RowMapping, descending: bool) -> sa.ColumnElement[bool]:
    """Return that a row comes before ``first``, a row that was read."""
    values = [first[f"key_{at}"] for at in range(len(keys))]
    row, seen = sa.tuple_(*keys), sa.tuple_(*_typed(keys, values))
    return row > seen if descending else row < seen


def _typed(keys: Keys, values: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """Return ``values`` as the types of ``keys``."""
    return [
        sa.cast(sa.literal(value, sa.Text), key.type)
        for key, value in zip(keys, values, strict=True)
    ]


def cursor(order: str, row: sa.RowMapping, length: int, backwards: bool = False) -> str:
    """Return the cursor of ``row``, a row that was read with ``length`` keys."""
    key = tuple(row[f"key_{at}"] for at in range(length - 1))
    return BoardCursor(order, key, row["id"], backwards).encode()
