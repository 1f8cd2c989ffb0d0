"""Cells of an XLSX workbook that hold the error of a formula, such as ``#N/A``.

The library that reads workbooks leaves them blank. What a formula could not find is
not the same as what nobody filled in, so they are put back for validation to name.
"""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from posixpath import join, normpath
from typing import Final

import polars as pl

from discovery_app.readers.tables import cell_column

_CHUNK: Final = 4 * 1024 * 1024
_LONGEST_CELL: Final = 65_536
_MOST: Final = 1_000_000
"""Cells put back in one sheet; chosen, so that a made-up one cannot fill memory."""

_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE: Final = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FILLED: Final = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"[^>]*(?<!/)>')
_ERROR: Final = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*\bt="e"[^>]*>(?:<f\b[^<]*(?:</f>)?)?'
    rb"<v>([^<]{1,20})</v>"
)

Cell = tuple[int, int, str]
"""Row from 1, column from 0 and text."""


def with_errors(cells: pl.DataFrame, path: Path, sheet: str) -> pl.DataFrame:
    """Return a sheet's cells with its errors where they stand.

    Args:
        cells: As the library gives them: from the first row and the first column
            that holds anything.
        path: The workbook.
        sheet: Name of the sheet.
    """
    with zipfile.ZipFile(path) as package:
        part = _part_of(package, sheet)
        found = list(_errors(package, part)) if part else []
    by_column: dict[int, list[Cell]] = defaultdict(list)
    for cell in found:
        # A preview holds the first rows alone.
        if cell[0] <= cells.height and 0 <= cell[1] < cells.width:
            by_column[cell[1]].append(cell)
    filled = [
        cells[cell_column(column)].scatter(
            [row - 1 for row, _, _ in errors], [text for _, _, text in errors]
        )
        for column, errors in by_column.items()
    ]
    return cells.with_columns(filled)


def column_number(letters: bytes) -> int:
    """Return the number of a column from 1: ``A`` is 1 and ``AA`` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _errors(package: zipfile.ZipFile, part: str) -> Iterator[Cell]:
    first, found = 0, 0
    seen: list[tuple[bytes, bytes, bytes]] = []
    for chunk in _whole_cells(package, part):
        columns = map(column_number, set(_FILLED.findall(chunk)))
        first = min([first or 16_384, *columns])
        seen += _ERROR.findall(chunk)[: _MOST - found]
        found = len(seen)
    for letters, row, text in seen:
        yield (
            int(row),
            column_number(letters) - first,
            unescape(text.decode(errors="replace")),
        )


def _whole_cells(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a sheet in pieces that end where a cell ends."""
    rest = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            chunk = rest + chunk
            end = chunk.rfind(b"</c>") + 4
            yield chunk[: max(end, len(chunk) - _LONGEST_CELL)]
            rest = chunk[max(end, len(chunk) - _LONGEST_CELL) :]
    yield rest


def _part_of(package: zipfile.ZipFile, sheet: str) -> str | None:
    """Return which part of the package holds the sheet of a name."""
    names = package.namelist()
    book = next((n for n in names if re.fullmatch(r"xl/workbook\w*\.xml", n)), "")
    relations = join("xl/_rels", f"{book.removeprefix('xl/')}.rels")
    if not book or relations not in names:
        return None
    ids = {
        unescape(found.get("name", "")): found.get("r:id", found.get("id", ""))
        for found in _attributes(_SHEET, package.read(book))
    }
    parts = {
        found.get("Id", ""): normpath(join("/xl", found.get("Target", "")))[1:]
        for found in _attributes(_RELATION, package.read(relations))
    }
    part = parts.get(ids.get(sheet, ""))
    return part if part in names else None


def _attributes(tag: re.Pattern[str], xml: bytes) -> Iterator[dict[str, str]]:
    for found in tag.findall(xml.decode(errors="replace")):
        yield {name: one or other for name, one, other in _ATTRIBUTE.findall(found)}
