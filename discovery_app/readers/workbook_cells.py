"""How far the cells of a workbook's sheet reach, told from its bytes as they come.

Each class takes the unpacked bytes of one sheet piece by piece and knows at the end
how many cells the library that reads workbooks would lay out. None keeps the bytes.
"""

import re
from dataclasses import dataclass
from typing import Final, Protocol

from discovery_app.readers.workbook_errors import column_number


@dataclass
class Reach:
    """The last row and column that hold something, both from 1; 0 for none."""

    rows: int = 0
    columns: int = 0

    @property
    def cells(self) -> int:
        """Cells of the rectangle up to there."""
        return self.rows * self.columns


class SheetMeter(Protocol):
    """Measures the sheets in one part of a workbook.

    Attributes:
        largest: Of its largest sheet.
        unstored: Formulas without the value that they gave last, if it can tell.
        has_errors: Whether formulas that failed were seen, if it can tell.
    """

    largest: Reach
    unstored: int
    has_errors: bool

    @property
    def total_cells(self) -> int:
        """Cells that the library lays out for them."""
        ...

    def take(self, chunk: bytes) -> None:
        """Look at the next bytes."""

    def end(self) -> None:
        """Look at what is left."""


class XmlSheetMeter:
    """A sheet of an XLSX or XLSM file.

    Attributes:
        unstored: Formulas without the value that they gave last.
        has_errors: Whether some formula failed.
    """

    _CELL: Final = re.compile(rb"""[\s]r=["']([A-Za-z]{1,3})(\d{1,7})["']""")
    # As nearly every writer puts it; looking for one group at a time is far faster.
    _USUAL_COLUMN: Final = re.compile(rb'<c r="([A-Z]{1,3})\d')
    _USUAL_ROW: Final = re.compile(rb'<c r="[A-Z]{1,3}(\d{1,7})"')
    # A text that a formula left empty (t="str") is a value.
    _UNSTORED: Final = re.compile(
        rb"""<c\b(?![^>]*\bt=["']str)[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)"""
        rb"""\s*(?:<v\s*/>|<v></v>)?\s*</c>"""
    )
    _CELL_TAGS: Final = (b"<c ", b"<c>", b"<c/>")
    _LONGEST_CELL: Final = 65_536

    def __init__(self) -> None:
        self.largest = Reach()
        self.unstored = 0
        self.has_errors = False
        self._rest = b""
        self._bare_rows = 0

    @property
    def total_cells(self) -> int:
        """Cells of the sheet."""
        return self.largest.cells

    def take(self, chunk: bytes) -> None:
        """Look at the next bytes; what a piece cuts in two is seen with the next."""
        chunk = self._rest + chunk
        if not self._take_usual(chunk):
            self._take_any(chunk)
        self.has_errors = self.has_errors or b' t="e"' in chunk
        if b"<f" in chunk:
            self.unstored += len(self._UNSTORED.findall(chunk))
        end = chunk.rfind(b"</c>")
        whole = end + 4 if end >= 0 else 0
        self._rest = chunk[max(whole, len(chunk) - self._LONGEST_CELL) :]

    def _take_usual(self, chunk: bytes) -> bool:
        """Look at cells as they usually are; return whether all of them were."""
        rows = self._USUAL_ROW.findall(chunk)
        # Other tags begin so too (cols, conditionalFormatting); those cells would not.
        cells = chunk.count(b"<c") - chunk.count(b"<co")
        if len(rows) != cells or b":c" in chunk:
            return False
        columns = set(self._USUAL_COLUMN.findall(chunk))
        self._reached(
            max(map(int, set(rows)), default=0),
            max(map(column_number, columns), default=0),
        )
        return True

    def _take_any(self, chunk: bytes) -> None:
        named = self._CELL.findall(chunk)
        for letters, digits in set(named):
            self._reached(int(digits), column_number(letters))
        if sum(map(chunk.count, self._CELL_TAGS)) > len(named):
            self._count_bare(chunk)

    def end(self) -> None:
        """Do nothing: a cell that is cut off is for the library to refuse."""

    def _reached(self, row: int, column: int) -> None:
        self.largest.rows = max(self.largest.rows, row)
        self.largest.columns = max(self.largest.columns, column)

    def _count_bare(self, chunk: bytes) -> None:
        """Count cells that do not say where they stand, as some writers leave them."""
        first, *rows = chunk.split(b"<row")
        self._bare_rows += len(rows)
        widest = max(sum(map(row.count, self._CELL_TAGS)) for row in (first, *rows))
        self._reached(self._bare_rows, widest)


class BinarySheetMeter:
    """A sheet of an XLSB file: records of a type, a length and their bytes.

    From ``[MS-XLSB]``, 2.1.4: both numbers take seven bits a byte. A row begins with
    record 0 and its number; records 2 to 11 are cells and begin with their column.
    """

    _ROW: Final = 0
    _CELLS: Final = range(2, 12)
    _LONGEST_HEAD: Final = 6
    _NUMBER: Final = 4

    def __init__(self) -> None:
        self.largest = Reach()
        self.unstored = 0
        self.has_errors = False
        self._rest = b""
        self._skip = 0
        self._row = 0

    @property
    def total_cells(self) -> int:
        """Cells of the sheet."""
        return self.largest.cells

    def take(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        data = self._rest + chunk
        place = self._skip
        while place + self._LONGEST_HEAD + self._NUMBER <= len(data):
            place = self._record(data, place)
        self._rest = data[place:]
        self._skip = max(0, place - len(data))

    def end(self) -> None:
        """Look at the last records, which may be shorter than the longest."""
        self.take(bytes(self._LONGEST_HEAD + self._NUMBER))

    def _record(self, data: bytes, place: int) -> int:
        """Look at the record at ``place`` and return where the next one begins."""
        kind, place = self._packed(data, place, 2)
        length, place = self._packed(data, place, 4)
        number = int.from_bytes(data[place : place + self._NUMBER], "little")
        if kind == self._ROW:
            self._row = number + 1
        elif kind in self._CELLS and length >= self._NUMBER:
            self.largest.rows = max(self.largest.rows, self._row)
            self.largest.columns = max(self.largest.columns, number + 1)
        return place + length

    @staticmethod
    def _packed(data: bytes, place: int, most: int) -> tuple[int, int]:
        number = 0
        for count in range(most):
            byte = data[place]
            number |= (byte & 0x7F) << (7 * count)
            place += 1
            # The eighth bit says that more follows.
            if not byte & 0x80:
                break
        return number, place


class OpenDocumentMeter:
    """The sheets of an ODS file, where a few bytes repeat a cell or a row.

    Attributes:
        total_cells: Of all sheets; the library lays them out together.
    """

    _TAG: Final = re.compile(
        rb"<(/?)[\w.-]*:?(table|table-row|table-cell|covered-table-cell)(\s[^<>]*?)?(/?)>"
    )
    _TIMES: Final = re.compile(
        rb"""number-(?:rows|columns)-repeated=["'](\d{1,12})["']"""
    )
    _VALUE: Final = re.compile(rb"""(?:value|formula)[\w-]*=["']""")
    _LONGEST_TAG: Final = 65_536

    def __init__(self) -> None:
        self.largest = Reach()
        self.unstored = 0
        self.has_errors = False
        self._rest = b""
        self._whole = 0
        self._sheet = Reach()
        self._rows, self._times, self._cells, self._filled = 0, 1, 0, 0

    @property
    def total_cells(self) -> int:
        """Cells of every sheet so far."""
        return self._whole + self._sheet.cells

    def take(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        data = self._rest + chunk
        last = 0
        for found in self._TAG.finditer(data):
            last = found.end()
            self._tag(found)
        kept = max(last, len(data) - self._LONGEST_TAG)
        self._rest = data[kept:]

    def end(self) -> None:
        """Count the sheet that was not closed."""
        self._close_sheet()

    def _tag(self, found: re.Match[bytes]) -> None:
        closes, name = bool(found[1]), found[2]
        attributes, alone = found[3] or b"", bool(found[4])
        if name == b"table":
            self._close_sheet()
        elif name == b"table-row":
            if not closes:
                self._times, self._cells, self._filled = self._repeats(attributes), 0, 0
            if closes or alone:
                self._close_row()
        elif not closes:
            self._cells += self._repeats(attributes)
            if not alone or self._VALUE.search(attributes):
                self._filled = self._cells

    def _repeats(self, attributes: bytes) -> int:
        found = self._TIMES.search(attributes)
        return int(found[1]) if found else 1

    def _close_row(self) -> None:
        self._rows += self._times
        if self._filled:
            self._sheet.rows = self._rows
            self._sheet.columns = max(self._sheet.columns, self._filled)
            if self._sheet.cells > self.largest.cells:
                self.largest = Reach(self._sheet.rows, self._sheet.columns)

    def _close_sheet(self) -> None:
        self._whole += self._sheet.cells
        self._sheet, self._rows = Reach(), 0
