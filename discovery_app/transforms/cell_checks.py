"""What is wrong with the text of cells, whatever their column means."""

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl


@dataclass(frozen=True)
class CellCheck:
    """A check of a cell's text.

    Attributes:
        rule: Stable word for it.
        pattern: Regular expression that finds it.
        severity: How much it matters.
        message: What was found.
        fix: What to do.
        each: Whether every cell is named; else the first of a column speaks for all.
    """

    rule: str
    pattern: str
    severity: Literal["error", "warning", "info"]
    message: str
    fix: str
    each: bool = True


CELL_CHECKS: Final[tuple[CellCheck, ...]] = (
    CellCheck(
        rule="formula_error",
        pattern=r"^#(REF|DIV/0|NAME|VALUE|NUM|NULL|N/A|SPILL|CALC|BEZUG|WERT|NV)!?\??$",
        severity="warning",
        message="The cell holds the error of a spreadsheet formula.",
        fix="Repair the formula and export again; the cell counts as empty.",
    ),
    CellCheck(
        rule="unreadable_characters",
        pattern="\ufffd",
        severity="warning",
        message="Letters of this cell were lost before or while it was read.",
        fix="Export the file again as “CSV UTF-8” or correct its encoding.",
    ),
    CellCheck(
        rule="control_characters",
        pattern=r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]",
        severity="warning",
        message="The cell holds characters that cannot be seen.",
        fix="Delete them in the source; the value may not match others.",
    ),
    CellCheck(
        rule="value_too_long",
        pattern=r"(?s)^.{10001}",
        severity="warning",
        message="The cell holds more than 10,000 characters.",
        fix="Shorten the text or leave the column out.",
    ),
    CellCheck(
        rule="letters_garbled",
        pattern="Ã[\u0080-\u00bf€™œžŸ]|â€[™œ“”¦\u009d]|Â[°§ ]",
        severity="warning",
        message="Special letters look garbled, as text that was read in the wrong "
        "encoding once.",
        fix="Export the source again as “CSV UTF-8”.",
        each=False,
    ),
    CellCheck(
        rule="digits_lost",
        pattern=r"^\d[.,]\d+[eE]\+(0[7-9]|[1-9]\d)$",
        severity="warning",
        message="A long number stands in scientific notation, so digits were lost "
        "before the upload.",
        fix="Format the column as text in the spreadsheet and export again.",
        each=False,
    ),
    CellCheck(
        rule="formula_like",
        pattern=r"^[=@]|^[+-][^\d\s.,+-]",
        severity="info",
        message="Text begins like a formula; it stays text and is escaped in exports.",
        fix="",
        each=False,
    ),
)

_NAMED: Final = 1_000
"""Cells of one check and column that are named one by one; the next issue counts the
rest. Chosen, because a broken column would bury everything else."""

_SHOWN: Final = 80


def cell_findings(rows: pl.DataFrame, column: str, check: CellCheck) -> pl.DataFrame:
    """Return the cells of a column that a check finds.

    Args:
        rows: ``row_number`` and ``c0`` … of a table.
        column: The frame's column.
        check: What to look for.

    Returns:
        ``row`` (null where it speaks for several), ``value`` (shortened) and
        ``message``, in row order.
    """
    found = rows.filter(pl.col(column).str.contains(check.pattern)).select(
        pl.col("row_number").alias("row"),
        pl.col(column).str.slice(0, _SHOWN).alias("value"),
        pl.lit(check.message).alias("message"),
    )
    kept = found.head(_NAMED if check.each else 1)
    more = found.height - kept.height
    if not more:
        return kept
    text = f"{check.message} So do {more:,} other cells of the column."
    if not check.each:
        return kept.with_columns(pl.lit(text).alias("message"))
    return kept.with_columns(
        pl.when(pl.int_range(pl.len()) == kept.height - 1)
        .then(pl.lit(text))
        .otherwise("message")
        .alias("message")
    )


def any_findings(rows: pl.DataFrame) -> dict[str, list[CellCheck]]:
    """Return for each column the checks that find something, in one pass over it."""
    names = [name for name in rows.columns if name != "row_number"]
    if not names or rows.is_empty():
        return {}
    hits = rows.select(
        pl.col(name).str.contains(check.pattern).any().alias(f"{name}|{number}")
        for name in names
        for number, check in enumerate(CELL_CHECKS)
    ).row(0, named=True)
    return {
        name: found
        for name in names
        if (
            found := [
                check
                for number, check in enumerate(CELL_CHECKS)
                if hits[f"{name}|{number}"]
            ]
        )
    }
