"""Reads rows as people corrected them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.domain.corrections import CellCorrection

CORRECTED_SCHEMA: Final = pl.Schema(
    {
        "correction_id": pl.String(),
        "table": pl.UInt16(),
        "row_number": pl.UInt32(),
        "column": pl.String(),
        "value": pl.String(),
    }
)
"""One cell a row; ``column`` is the frame's (``c0`` …), an empty ``value`` no value."""


@dataclass(frozen=True)
class Misfit:
    """A correction that does not hold any more.

    Attributes:
        found: What stands in the cell now; ``None`` if row or column are gone.
    """

    correction: CellCorrection
    found: str | None


def fitting(
    rows: pl.DataFrame,
    headers: Sequence[str],
    table: int,
    corrections: Sequence[CellCorrection],
) -> tuple[pl.DataFrame, tuple[Misfit, ...]]:
    """Return the corrections whose cell still says what was corrected, and the rest.

    Args:
        rows: ``row_number`` and ``c0`` … of a table.
        headers: Its headers, in file order.
        table: Its number.
        corrections: Those of this table.
    """
    held: list[tuple[str, int, int, str, str]] = []
    misfits: list[Misfit] = []
    numbers = [one.row for one in corrections]
    touched = rows.filter(pl.col("row_number").is_in(numbers))
    by_row = {row["row_number"]: row for row in touched.iter_rows(named=True)}
    for one in corrections:
        found = _cell(by_row.get(one.row), headers, one)
        if found == one.before:
            cell = f"c{one.position}"
            held.append((str(one.correction_id), table, one.row, cell, one.after))
        else:
            misfits.append(Misfit(one, found))
    return pl.DataFrame(held, schema=CORRECTED_SCHEMA, orient="row"), tuple(misfits)


def with_corrections(rows: pl.DataFrame, corrected: pl.DataFrame) -> pl.DataFrame:
    """Return ``rows`` with the cells of ``corrected``, one table's, in their places."""
    for (column,), cells in corrected.group_by("column"):
        name = str(column)
        now = pl.when(pl.col("new") == "").then(None).otherwise("new")
        rows = (
            rows.join(
                cells.select("row_number", pl.col("value").alias("new")),
                on="row_number",
                how="left",
                maintain_order="left",
            )
            .with_columns(
                pl.when(pl.col("new").is_null()).then(name).otherwise(now).alias(name)
            )
            .drop("new")
        )
    return rows


def _cell(
    row: dict[str, str | None] | None, headers: Sequence[str], one: CellCorrection
) -> str | None:
    if row is None or one.position >= len(headers):
        return None
    if headers[one.position] != one.header:
        return None
    return row[f"c{one.position}"] or ""
