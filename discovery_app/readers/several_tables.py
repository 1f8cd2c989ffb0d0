"""Sheets that hold several tables, one below the other."""

from dataclasses import replace
from pathlib import PurePath
from typing import Final

import polars as pl

from discovery_app.knowledge.table_shapes import inventory_score, is_connection_list
from discovery_app.readers.header_rows import (
    HEAD_ROWS,
    find_header,
    is_name,
    known_share,
)
from discovery_app.readers.shaping import RawSheet
from discovery_app.readers.tables import ROW_NUMBER, Note

_KNOWN_SHARE: Final = 0.6
_SAME_SHARE: Final = 0.7
"""Of the first table's headers that a row repeats to be one of its own; chosen."""

_MOST_BLOCKS: Final = 1_000
"""Blank rows after which a sheet is no arrangement of tables any more; chosen."""


def parts_of(raw: RawSheet) -> list[RawSheet]:
    """Return a sheet's tables, each with its title: most often the sheet itself.

    A table begins after a blank row, perhaps with a title of one cell, and with a row
    that names things and facts about them as headers do and repeats no headers.
    """
    starts = _starts(raw.cells)
    if not starts:
        return [raw]
    ends = [*starts[1:], raw.cells.height]
    first = _slice(raw, 0, starts[0])
    row = int(raw.cells[ROW_NUMBER][starts[0]])
    first = replace(first, notes=(*raw.notes, _note(len(starts) + 1, row)))
    others = [
        replace(_slice(raw, at, end), sheet=part_name(raw, number), notes=())
        for number, (at, end) in enumerate(zip(starts, ends, strict=True), start=2)
    ]
    return [first, *others]


def part_name(raw: RawSheet, number: int) -> str:
    """Return what the table of a number is called, as a sheet of its own."""
    return f"{raw.sheet or PurePath(raw.file_name).stem} (table {number})"


def is_part_of(name: str, sheet: str) -> bool:
    """Return whether ``name`` is what a further table of ``sheet`` is called."""
    return name.startswith(f"{sheet} (table ")


def _slice(raw: RawSheet, start: int, end: int) -> RawSheet:
    widths = raw.widths.slice(start, end - start) if raw.widths is not None else None
    return replace(raw, cells=raw.cells.slice(start, end - start), widths=widths)


def _starts(cells: pl.DataFrame) -> list[int]:
    """Return the positions where tables after the first begin."""
    texts = cells.drop(ROW_NUMBER)
    if not texts.width:
        return []
    blank = texts.select(pl.all_horizontal(pl.all().is_null())).to_series()
    gaps = blank.arg_true().to_list()
    if not gaps or len(gaps) > _MOST_BLOCKS:
        return []
    header = find_header(texts.head(HEAD_ROWS).rows())
    if header.position is None or not header.sure:
        return []
    own = _filled(texts, header.position)
    return [
        gap + 1
        for gap in gaps
        if gap > header.position + 1 and _begins(texts, gap + 1, own)
    ]


def _begins(texts: pl.DataFrame, at: int, own: list[str]) -> bool:
    """Return whether a table begins at a position: its headers, or a title first."""
    row = _filled(texts, at)
    if len(row) == 1:
        row, at = _filled(texts, at + 1), at + 1
    if len(row) < 2 or len(_filled(texts, at + 1)) < 2:
        return False
    same = sum(1 for cell in row if cell in own)
    if same >= _SAME_SHARE * len(row) or not all(map(is_name, row)):
        return False
    score = inventory_score(row)
    names_things = score.names > 0 and score.facts > 0
    return known_share(row) >= _KNOWN_SHARE and (
        names_things or is_connection_list(row)
    )


def _filled(texts: pl.DataFrame, at: int) -> list[str]:
    if at >= texts.height:
        return []
    return [cell.strip() for cell in texts.row(at) if cell and cell.strip()]


def _note(count: int, row: int) -> Note:
    return Note(
        rule="several_tables",
        severity="info",
        message=f"{count} tables stand below each other, the second from row {row} "
        "on; each is read with its own headers.",
        fix="If they are one table, correct the header row.",
        row=row,
    )
