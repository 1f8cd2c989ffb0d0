"""The rows of asset tables that become no record, with their reasons."""

from typing import Final

import polars as pl

EXCLUDED: Final = "excluded"
REJECTED: Final = "rejected"

LEFT_OUT_SCHEMA: Final = pl.Schema(
    {
        "table": pl.UInt16(),
        "row_number": pl.UInt32(),
        "verdict": pl.String(),
        "reason": pl.String(),
        "record": pl.UInt32(),
    }
)
"""``record`` is the record that a duplicate was merged into."""

_DUPLICATE: Final = "duplicate"


class LeftOut:
    """Collects the rows that are left out."""

    def __init__(self) -> None:
        self._frames = [pl.DataFrame(schema=LEFT_OUT_SCHEMA)]

    def add(self, rows: pl.DataFrame, verdict: str) -> None:
        """Leave out ``rows``, which have ``table``, ``row_number`` and ``reason``."""
        record = [] if "record" in rows.columns else [pl.lit(None).alias("record")]
        noted = rows.with_columns(*record, verdict=pl.lit(verdict))
        self._frames.append(noted.select(*LEFT_OUT_SCHEMA).cast(LEFT_OUT_SCHEMA))

    def frame(self) -> pl.DataFrame:
        """Return all rows that were left out, in order."""
        return pl.concat(self._frames).sort("table", "row_number")


def excluded_by_reason(left_out: pl.DataFrame) -> dict[str, int]:
    """Return how many rows were excluded for which reason; duplicates are one."""
    reason = (
        pl.when(pl.col("reason").str.starts_with(_DUPLICATE))
        .then(pl.lit(_DUPLICATE))
        .otherwise("reason")
        .alias("reason")
    )
    excluded = left_out.filter(pl.col("verdict") == EXCLUDED)
    return dict(excluded.group_by(reason).len().sort("reason").iter_rows())
