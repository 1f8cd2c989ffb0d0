"""Collects what cleansing changed and what it has to say, in row order."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.knowledge.cleansing import RULES
from discovery_app.transforms.converted import ColumnNote

CHANGES_KEPT: Final = 100_000
_LONGEST_SHOWN: Final = 200

_ISSUES: Final = {
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.UInt32(),
    "column": pl.String(),
    "value": pl.String(),
    "rule": pl.String(),
    "severity": pl.String(),
    "message": pl.String(),
    "fix": pl.String(),
}
_CHANGES: Final = pl.Schema(
    {
        "table": pl.UInt16(),
        "row_number": pl.UInt32(),
        "field": pl.String(),
        "from_value": pl.String(),
        "to_value": pl.String(),
        "rule": pl.String(),
    }
)


@dataclass(frozen=True)
class Place:
    """The table that rows come from."""

    table: int
    file: str
    sheet: str


class Ledger:
    """The changes and issues of one cleansing.

    Attributes:
        changed: How many cells were changed.
        read: How many cells with a value were to be read as a field's value.
        failed: How many of these could not be read.
    """

    def __init__(self) -> None:
        self.changed = 0
        self.read = 0
        self.failed = 0
        self._issues: list[pl.DataFrame] = []
        self._changes: list[pl.DataFrame] = []

    def note(self, place: Place, header: str, field: str, note: ColumnNote) -> None:
        """Say something of a whole column."""
        rows = pl.DataFrame({"row": [None], "value": [note.value]})
        self._say(rows, place, header, field, note.rule)

    def say(
        self,
        place: Place,
        rows: pl.Series,
        header: str,
        field: str,
        values: pl.Series,
        rule: str,
    ) -> None:
        """Say something of each of ``rows``."""
        if len(rows):
            frame = pl.DataFrame({"row": rows, "value": values})
            self._say(frame, place, header, field, rule)

    def failures(
        self,
        place: Place,
        rows: pl.Series,
        header: str,
        field: str,
        text: pl.Series,
        failed: pl.Series,
    ) -> None:
        """Say which cells broke which rule; ``failed`` is null where none did."""
        broken = failed.is_not_null()
        self.failed += int(broken.sum())
        for rule in failed.drop_nulls().unique().sort().to_list():
            at = (failed == rule).fill_null(False)
            self.say(place, rows.filter(at), header, field, text.filter(at), rule)

    def change(
        self,
        place: Place,
        rows: pl.Series,
        field: str,
        before: pl.Series,
        after: pl.Series,
        rule: str,
    ) -> None:
        """Record that cells were changed; all of the same length."""
        self.changed += len(rows)
        if len(rows) == 0:
            return
        frame = pl.DataFrame(
            {"row_number": rows, "from_value": before, "to_value": after}
        ).head(CHANGES_KEPT)
        self._changes.append(
            frame.select(
                pl.lit(place.table).alias("table"),
                "row_number",
                pl.lit(field).alias("field"),
                "from_value",
                "to_value",
                pl.lit(rule).alias("rule"),
            ).cast(_CHANGES)
        )

    def issues(self) -> pl.DataFrame:
        """Return all issues by file, sheet and row; those of whole columns first."""
        frames = [pl.DataFrame(schema=_ISSUES), *self._issues]
        return pl.concat(frames).sort("file", "sheet", "row", maintain_order=True)

    def changes(self) -> pl.DataFrame:
        """Return the first changes in row order, at most ``CHANGES_KEPT``."""
        frames = [pl.DataFrame(schema=_CHANGES), *self._changes]
        ordered = pl.concat(frames).sort("table", "row_number", maintain_order=True)
        return ordered.head(CHANGES_KEPT)

    def _say(
        self, rows: pl.DataFrame, place: Place, header: str, field: str, rule: str
    ) -> None:
        told = RULES[rule]
        sentence = told.message.replace("{column}", f"“{header}”")
        before, _, after = sentence.replace("{field}", field).partition("{value}")
        value = pl.col("value").cast(pl.String).str.slice(0, _LONGEST_SHOWN)
        value = value.fill_null("")
        sought = value if "{value}" in told.message else pl.lit("")
        self._issues.append(
            rows.select(
                pl.lit(place.file).alias("file"),
                pl.lit(place.sheet).alias("sheet"),
                pl.col("row").cast(pl.UInt32),
                pl.lit(header).alias("column"),
                value.alias("value"),
                pl.lit(rule).alias("rule"),
                pl.lit(str(told.severity)).alias("severity"),
                pl.concat_str(pl.lit(before), sought, pl.lit(after)).alias("message"),
                pl.lit(told.fix).alias("fix"),
            )
        )
