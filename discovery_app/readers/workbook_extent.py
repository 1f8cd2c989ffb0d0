"""How far a workbook's sheets reach, before anything lays them out in memory.

A few bytes can name cell XFD1048576. The library that reads workbooks makes room for
every cell up to the last one, so a sheet is measured first, part by part.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from discovery_app.errors import FileRefusedError
from discovery_app.readers.refusals import bomb_refused, damaged_refused
from discovery_app.readers.tables import Limits

_CHUNK: Final = 4 * 1024 * 1024
_OVERLAP: Final = 64
_SHEET: Final = re.compile(r"(?i)^/?xl/(worksheets|chartsheets|dialogsheets)/.*\.xml$")
_CELL: Final = re.compile(rb"""[\s]r=["']([A-Za-z]{1,3})(\d{1,7})["']""")


def check_extent(path: Path, file_name: str, limits: Limits) -> None:
    """Refuse a workbook whose parts or sheets are larger than they say or may be.

    Raises:
        FileRefusedError: A part unpacks to more than allowed, or a sheet reaches
            further than can be laid out.
    """
    try:
        with zipfile.ZipFile(path) as package:
            unpacked = 0
            for part in package.infolist():
                unpacked += _check_part(package, part, file_name, limits)
                if unpacked > limits.workbook_bytes:
                    raise bomb_refused(file_name, unpacked)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
        raise damaged_refused(file_name) from None


def _check_part(
    package: zipfile.ZipFile, part: zipfile.ZipInfo, file_name: str, limits: Limits
) -> int:
    """Unpack one part without keeping it; return its size."""
    is_sheet = _SHEET.match(part.filename) is not None
    size, rows, columns = 0, 0, 0
    for chunk in _chunks(package, part):
        size += len(chunk)
        if is_sheet:
            rows, columns = _reach(chunk, rows, columns)
    if rows * columns > limits.cells:
        raise FileRefusedError(
            file_name,
            "sheet_too_large",
            f"A sheet reaches to row {rows:,} and column {columns:,}, most of it "
            "likely blank; delete the blank rows and columns, or export it as CSV.",
        )
    return size


def _chunks(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _reach(chunk: bytes, rows: int, columns: int) -> tuple[int, int]:
    for letters, digits in set(_CELL.findall(chunk)):
        rows = max(rows, int(digits))
        columns = max(columns, _column_number(letters))
    return rows, columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
