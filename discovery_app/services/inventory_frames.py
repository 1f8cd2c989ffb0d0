"""Rows of the inventory as frames."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl
import sqlalchemy as sa
from sqlmodel import Session

_ROWS_A_FETCH: Final = 5_000


def fetched(
    session: Session, rows: sa.Select, schema: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    """Return what ``rows`` selects as a frame; the columns are ``schema``'s, in order.

    Fetched piece by piece: 300,000 rows as Python objects are many times the frame.
    """
    found = session.execute(rows, execution_options={"yield_per": _ROWS_A_FETCH})
    parts = [_part(list(some), schema) for some in found.partitions()]
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def _part(rows: Sequence[sa.Row], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
