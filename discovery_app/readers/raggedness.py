"""What to say about rows with more or fewer cells than the headers."""

from typing import Final

import polars as pl

from discovery_app.readers.tables import ROW_NUMBER, Note, cell_column

_NAMED: Final = 1_000
"""Rows that are named one by one; above it one note gives the number. Chosen."""

_SHOWN: Final = 80


def ragged_notes(rows: pl.DataFrame, widths: pl.Series, own: int) -> list[Note]:
    """Return a note for each row that is wider or narrower than the headers.

    Blank rows are none. Where most rows are short, which is how some tools leave out
    empty cells at the end, one note says so for all.

    Args:
        rows: The table's rows, as wide as the widest.
        widths: How many cells each of them had in the file.
        own: How many cells the headers had.
    """
    numbers = rows[ROW_NUMBER]
    return [
        *_long_notes(rows, own),
        # A header row of no cell leaves nothing to be short of.
        *_short_notes(
            numbers.filter(widths.is_between(1, max(own - 1, 0))), rows.height, own
        ),
    ]


def _long_notes(rows: pl.DataFrame, own: int) -> list[Note]:
    extra = [cell_column(n) for n in range(own, rows.width - 1)]
    if not extra:
        return []
    long = rows.filter(pl.any_horizontal(pl.col(extra).is_not_null()))
    named = long.head(_NAMED).select(
        ROW_NUMBER, pl.concat_str(extra, separator=" | ", ignore_nulls=True)
    )
    notes = [
        Note(
            rule="row_too_long",
            severity="warning",
            message=f"The row has more cells than the {own} headers; the extra ones "
            f"were kept from Column {own + 1} on.",
            fix="Look for a delimiter inside a value that is not quoted, correct the "
            "row and upload the file again.",
            row=number,
            column=f"Column {own + 1}",
            value=value[:_SHOWN],
        )
        for number, value in named.iter_rows()
    ]
    if long.height > _NAMED:
        notes.append(_count_note("row_too_long", "warning", long.height, "more", own))
    return notes


def _short_notes(short: pl.Series, rows: int, own: int) -> list[Note]:
    if short.is_empty():
        return []
    notes: list[Note] = []
    if short.len() <= _NAMED and (2 * short.len() <= rows or short.len() <= 20):
        notes = [
            Note(
                rule="row_too_short",
                severity="info",
                message=f"The row has fewer cells than the {own} headers; the missing "
                "ones count as empty.",
                fix="If values stand under the wrong header, correct the row.",
                row=number,
            )
            for number in short
        ]
    return notes or [
        _count_note("row_too_short", "info", short.len(), "fewer", own, int(short[0]))
    ]


def _count_note(
    rule: str, severity: str, count: int, than: str, own: int, row: int | None = None
) -> Note:
    return Note(
        rule=rule,
        severity="warning" if severity == "warning" else "info",
        message=f"{count:,} rows have {than} cells than the {own} headers.",
        fix="Check that the delimiter is right; then correct the rows or leave them.",
        row=row,
    )
