"""Tables whose cells were all put into their first column.

A CSV that a spreadsheet opened with the wrong separator and saved again, or whose
every line somebody quoted whole: each row is one cell that holds the others.
"""

import csv
from dataclasses import replace
from itertools import zip_longest
from typing import Final

import polars as pl

from discovery_app.readers.delimiters import detect_delimiter
from discovery_app.readers.header_rows import known_share
from discovery_app.readers.shaping import RawSheet
from discovery_app.readers.tables import ROW_NUMBER, Note, cell_column

_HEAD: Final = 200
_FEWEST: Final = 3
"""Cells that make a row; two may be a name with a comma in it. Chosen."""

_SHARE: Final = 0.9
"""Share of the first rows that have as many cells as the headers; chosen."""

_KNOWN: Final = 0.5


def unfolded(raw: RawSheet) -> RawSheet:
    """Return the sheet with the cells of its one column parted, if it is folded."""
    if not _has_one_column(raw.cells):
        return raw
    column = raw.cells[cell_column(0)]
    head = column.drop_nulls().head(_HEAD).to_list()
    delimiter = detect_delimiter("\n".join(head)) if head else " "
    if delimiter == " " or not _is_folded([_parted(t, delimiter) for t in head]):
        return raw
    rows = [_parted(text, delimiter) if text else [] for text in column]
    cells = {
        cell_column(n): pl.Series(values, dtype=pl.String)
        for n, values in enumerate(zip_longest(*rows))
    }
    table = pl.DataFrame({ROW_NUMBER: raw.cells[ROW_NUMBER], **cells})
    texts = pl.exclude(ROW_NUMBER)
    return replace(
        raw,
        cells=table.with_columns(pl.when(texts != "").then(texts).name.keep()),
        widths=pl.Series([len(row) for row in rows], dtype=pl.UInt32),
        notes=(*raw.notes, _note(delimiter)),
    )


def _has_one_column(cells: pl.DataFrame) -> bool:
    names = [name for name in cells.columns if name != ROW_NUMBER]
    # A look at the first rows spares a look at all of nearly every table.
    for part in (cells.head(_HEAD), cells):
        if any(part[name].null_count() < part.height for name in names[1:]):
            return False
    return bool(names)


def _parted(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text.replace("\n", " ")], delimiter=delimiter), [])


def _is_folded(rows: list[list[str]]) -> bool:
    """Return whether some row reads like headers and most after it are as wide."""
    for at, row in enumerate(rows):
        if len(row) >= _FEWEST:
            after = rows[at + 1 :]
            even = sum(1 for other in after if len(other) == len(row))
            known = known_share(row) >= _KNOWN
            return known and bool(after) and even >= _SHARE * len(after)
    return False


def _note(delimiter: str) -> Note:
    return Note(
        rule="cells_in_one_column",
        severity="info",
        message="All cells of a row stood in one; they were parted at "
        f"“{'tab' if delimiter == chr(9) else delimiter}”.",
        fix="",
    )
