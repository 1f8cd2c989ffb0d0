"""The careful reader of text files: ragged rows, stray quotes, breaks in cells."""

import contextlib
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Final

import polars as pl

from discovery_app.readers.tables import ROW_NUMBER, Note, cell_column

_CHUNK: Final = 20_000
_EXTRA_CELLS: Final = 20
"""Cells that a row may have beyond the usual before the rest is kept as one cell, so
that one broken row does not make thousands of columns. Chosen."""
_NAMED: Final = 1_000
_HEAD_LINES: Final = 1_000


@dataclass(frozen=True)
class Records:
    """A whole text file.

    Attributes:
        cells: ``row_number`` and ``c0`` … as wide as the widest record.
        widths: How many cells each record had; 0 for a blank line.
        notes: Records that had to be mended.
    """

    cells: pl.DataFrame
    widths: pl.Series
    notes: tuple[Note, ...]


def read_records(text: str, delimiter: str, first_row: int = 1) -> Records:
    r"""Read every record of a text file, whatever its shape.

    Rows are numbered as a spreadsheet does: a blank line is one, a break inside a cell
    begins none.

    Args:
        text: The file's text, lines parted by ``\n``.
        delimiter: What parts the cells.
        first_row: Number of the text's first row in the file.
    """
    source = _RecordSource(text, delimiter)
    records = iter(source)
    frames: list[pl.DataFrame] = []
    widths: list[int] = []
    most = source.usual_width + _EXTRA_CELLS
    while chunk := list(islice(records, _CHUNK)):
        widths.extend(len(cells) for _, cells in chunk)
        rows = [_folded(cells, most, delimiter) for _, cells in chunk]
        columns = {
            cell_column(n): pl.Series(cell_column(n), column, pl.String)
            for n, column in enumerate(zip_longest(*rows))
        }
        numbers = pl.Series([row + first_row for row, _ in chunk], dtype=pl.UInt32)
        frames.append(pl.DataFrame({ROW_NUMBER: numbers, **columns}))
    cells = (
        pl.concat(frames, how="diagonal")
        if frames
        else pl.DataFrame(schema={ROW_NUMBER: pl.UInt32})
    )
    return Records(
        cells=empty_to_null(cells),
        widths=pl.Series(widths, dtype=pl.UInt32),
        notes=tuple(_stray_note(row + first_row) for row in source.strays[:_NAMED]),
    )


def empty_to_null(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with empty texts as nulls."""
    return cells.with_columns(
        pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep()
    )


def _folded(cells: list[str], most: int, delimiter: str) -> list[str]:
    if len(cells) <= most:
        return cells
    return [*cells[: most - 1], delimiter.join(cells[most - 1 :])]


def _stray_note(row: int) -> Note:
    return Note(
        rule="quote_not_closed",
        severity="warning",
        message="A quotation mark in this line is never closed; the line was read on "
        "its own, with the mark as part of the value.",
        fix="Correct the quotation marks of the line and upload the file again.",
        row=row,
    )


class _RecordSource:
    """Iterates over (row from 0, cells); mends a quote that swallows what follows.

    Attributes:
        strays: The rows that were read on their own because of such a quote.
    """

    def __init__(self, text: str, delimiter: str) -> None:
        self._lines = text.split("\n")
        if self._lines and not self._lines[-1]:
            self._lines.pop()
        self._delimiter = delimiter
        mark = re.escape(delimiter)
        # A cell ends at a quote before a delimiter or the line's end, not at any other.
        self._loose = re.compile(
            rf'(?:^|(?<={mark}))(?:"(.*?)"(?={mark}|$)|([^{mark}]*))'
        )
        self.usual_width = self._find_usual_width()
        self.strays: list[int] = []

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        start, row, total = 0, 0, len(self._lines)
        while start < total:
            for line, cells in self._run(start):
                if cells is None:
                    self.strays.append(row)
                    yield row, self._alone(line)
                    start, row = line + 1, row + 1
                    break
                yield row, cells
                row += 1
            else:
                return

    def _run(self, start: int) -> Iterator[tuple[int, list[str] | None]]:
        """Yield records from a line on; ``None`` for one that swallowed others."""
        lines = (f"{line}\n" for line in islice(self._lines, start, None))
        reader = csv.reader(lines, delimiter=self._delimiter)
        line = start
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                # Only a cell above 128 kB is an error here: a quote that stays open.
                yield line, None
                return
            after = start + reader.line_num
            if after - line > 1 and self._swallows(line, after, cells):
                yield line, None
                return
            yield line, self._mended(line, cells) if after - line == 1 else cells
            line = after

    def _mended(self, line: int, cells: list[str]) -> list[str]:
        """Return the cells of a line; quotes inside quoted ones stay in them."""
        text = self._lines[line]
        if '"' not in text or self._is_strict(text):
            return cells
        mended = [
            found[1].replace('""', '"') if found[1] is not None else found[2]
            for found in self._loose.finditer(text)
        ]
        return mended if len(mended) == self.usual_width else cells

    def _is_strict(self, text: str) -> bool:
        try:
            list(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return False
        return True

    def _swallows(self, line: int, after: int, cells: list[str]) -> bool:
        """Return whether a record over several lines is really several records."""
        span = [f"{text}\n" for text in self._lines[line:after]]
        strict = csv.reader(span, delimiter=self._delimiter, strict=True)
        try:
            for _ in strict:
                pass
        except csv.Error:
            return True
        if len(cells) == self.usual_width or self.usual_width < 3:
            return False
        # Whole records inside one cell: the quotes closed only by chance.
        inner = [text for cell in cells for text in cell.split("\n")[1:-1]]
        counts = [text.count(self._delimiter) for text in inner]
        return bool(counts) and min(counts) >= self.usual_width - 1

    def _alone(self, line: int) -> list[str]:
        text = self._lines[line]
        return next(
            csv.reader([text], delimiter=self._delimiter, quoting=csv.QUOTE_NONE), []
        )

    def _find_usual_width(self) -> int:
        """Return the most frequent width of the first records, or the header's."""
        head = (f"{line}\n" for line in self._lines[:_HEAD_LINES])
        widths: list[int] = []
        # Where a quote stays open, what was read before it has to do.
        with contextlib.suppress(csv.Error):
            widths.extend(
                len(cells) for cells in csv.reader(head, delimiter=self._delimiter)
            )
        widths = [width for width in widths if width]
        if not widths:
            return 1
        return max(widths[0], Counter(widths).most_common(1)[0][0])
