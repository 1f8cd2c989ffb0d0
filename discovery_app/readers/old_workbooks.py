"""How far the sheets of an old workbook (XLS) reach.

Nothing is packed in such a file, but a few cells far apart make the library lay out a
whole sheet, and one sheet can be listed many times. From ``[MS-CFB]`` (a file system
in a file: sectors, a table of which follows which, a directory) and ``[MS-XLS]`` 2.4
(records of a type, a length and their bytes).
"""

import mmap
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from discovery_app.readers.workbook_cells import Reach

_LAST: Final = 0xFFFFFFFA
"""Numbers from here on are no sectors but marks, such as the end of a chain."""

_ENTRY: Final = 128
_STREAM, _ROOT = 2, 5
_SMALL: Final = 4096
_NAMES: Final = frozenset({"workbook", "book"})

_BEGIN: Final = 0x0809
_SHEET: Final = 0x0085
_ENCRYPTED: Final = 0x002F
_CELLS: Final = frozenset(
    {0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0203, 0x0204, 0x0205, 0x0206}
    | {0x00BD, 0x00D6, 0x00FD, 0x027E, 0x0406}
)
"""Records that begin with the row and the column of a cell."""

_EXTENT: Final = 0x0200
"""What a sheet says of itself; the library makes room for that much at once."""

_WIDEST: Final = 256
_SEVERAL: Final = 0x00BD
"""Cells beside each other; ends with the last column."""


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class _Container:
    """The files in a file; chains that turn in circles end."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        self._size, self._small_size = 1 << shift, 1 << small_shift
        first, _, _, small_first = struct.unpack_from("<IIII", content, 48)
        self._table = self._numbers(self._table_sectors())
        self._entries = list(self._directory(first))
        self._small_table = self._numbers(self._chain(small_first, self._table))

    def workbook(self) -> bytes | None:
        """Return the stream of the sheets."""
        found = [e for e in self._entries if e.kind == _STREAM and e.name in _NAMES]
        if not found:
            return None
        entry = found[0]
        if entry.size >= _SMALL:
            parts = self._parts(entry.start)
            return b"".join(parts)[: entry.size]
        root = next((e for e in self._entries if e.kind == _ROOT), None)
        inside = b"".join(self._parts(root.start)) if root else b""
        numbers = self._chain(entry.start, self._small_table)
        size = self._small_size
        return b"".join(inside[n * size : (n + 1) * size] for n in numbers)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._content[start : start + self._size]

    def _parts(self, start: int) -> Iterator[bytes]:
        return (self._sector(number) for number in self._chain(start, self._table))

    def _table_sectors(self) -> Iterator[int]:
        """Yield the sectors of the table: some are in the head, the rest in a chain."""
        yield from struct.unpack_from("<109I", self._content, 76)
        following, count = struct.unpack_from("<II", self._content, 68)
        while following < _LAST and count > 0:
            *numbers, following = array("I", self._sector(following))
            yield from numbers
            count -= 1

    def _numbers(self, sectors: Iterator[int]) -> array:
        numbers = array("I")
        for sector in islice(sectors, len(self._content) // self._size + 1):
            if sector < _LAST:
                part = self._sector(sector)
                numbers.frombytes(part[: len(part) // 4 * 4])
        return numbers

    def _chain(self, start: int, table: array) -> Iterator[int]:
        for _ in range(len(table) + 1):
            if start >= len(table):
                return
            yield start
            start = table[start]

    def _directory(self, first: int) -> Iterator[_Entry]:
        for part in self._parts(first):
            for place in range(0, len(part) - _ENTRY + 1, _ENTRY):
                length, kind = struct.unpack_from("<HB", part, place + 64)
                start, size = struct.unpack_from("<II", part, place + 116)
                name = part[place : place + max(0, min(length, 64) - 2)]
                text = name.decode("utf-16-le", errors="replace").casefold()
                yield _Entry(text, kind, start, size)


def cells_of_old_workbook(path: Path) -> tuple[int, Reach]:
    """Return how many cells the library lays out, and the reach of the largest sheet.

    Raises:
        ValueError: The file is no such workbook, or is damaged.
    """
    try:
        with (
            path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            workbook = _Container(content).workbook()
    except (struct.error, IndexError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if workbook is None:
        return 0, Reach()
    listed, reached = _measure(workbook)
    sheets = [reached.get(place, Reach()) for place in listed]
    largest = max(sheets, key=lambda sheet: sheet.cells, default=Reach())
    return sum(sheet.cells for sheet in sheets), largest


def _measure(content: bytes) -> tuple[list[int], dict[int, Reach]]:
    """Return where the listed sheets begin, and how far each beginning reaches."""
    listed: list[int] = []
    reached: dict[int, Reach] = {}
    current = Reach()
    place = 0
    while place + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, place)
        if kind == _ENCRYPTED:
            return [], {}  # The library asks for the password and reads no further.
        if kind == _BEGIN:
            current = reached.setdefault(place, Reach())
        elif kind == _SHEET and length >= 4:
            listed.append(*struct.unpack_from("<I", content, place + 4))
        elif kind in _CELLS and length >= 4:
            _take(current, content[place + 4 : place + 4 + length], kind)
        elif kind == _EXTENT:
            _take_extent(current, content[place + 4 : place + 4 + length])
        place += 4 + length
    return listed, reached


def _take_extent(reach: Reach, extent: bytes) -> None:
    form = {10: "<HHHH", 14: "<IIHH"}.get(len(extent))
    if form is None:
        return
    first_row, rows, first_column, columns = struct.unpack_from(form, extent)
    if first_column >= _WIDEST or columns < first_column:
        first_column = 0
    reach.rows = max(reach.rows, rows - first_row)
    reach.columns = max(reach.columns, columns - first_column)


def _take(reach: Reach, cell: bytes, kind: int) -> None:
    row, column = struct.unpack_from("<HH", cell)
    if kind == _SEVERAL and len(cell) >= 6:
        column = max(column, *struct.unpack_from("<H", cell, len(cell) - 2))
    reach.rows = max(reach.rows, row + 1)
    reach.columns = max(reach.columns, column + 1)
