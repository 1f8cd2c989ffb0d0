"""How far a workbook's sheets reach, before anything lays them out in memory.

A few bytes can name cell XFD1048576, or say that a cell stands in a million rows. The
library that reads workbooks makes room for every cell up to the last one, so what is
in the package is measured first, as it unpacks and not as it says of itself.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from discovery_app.errors import FileRefusedError
from discovery_app.readers.old_workbooks import cells_of_old_workbook
from discovery_app.readers.refusals import FileKind, bomb_refused, damaged_refused
from discovery_app.readers.tables import Limits
from discovery_app.readers.workbook_cells import (
    BinarySheetMeter,
    OpenDocumentMeter,
    Reach,
    SheetMeter,
    XmlSheetMeter,
)

_CHUNK: Final = 4 * 1024 * 1024
_CHART: Final = re.compile(r"(?i)^/?xl/chartsheets/[^/]+\.(xml|bin)$")
_PARTS: Final[Mapping[FileKind, tuple[re.Pattern[str], Callable[[], SheetMeter]]]] = {
    FileKind.WORKBOOK: (
        re.compile(r"(?i)^/?xl/(worksheets|chartsheets|dialogsheets)/.*\.xml$"),
        XmlSheetMeter,
    ),
    FileKind.WORKBOOK_BINARY: (
        re.compile(r"(?i)^/?xl/worksheets/.*\.bin$"),
        BinarySheetMeter,
    ),
    FileKind.WORKBOOK_OPEN_DOCUMENT: (re.compile(r"^content\.xml$"), OpenDocumentMeter),
}
"""Which parts hold sheets, by kind of workbook, and what measures them."""


@dataclass
class Extent:
    """What was seen in a workbook's parts.

    Attributes:
        unpacked: Bytes of all parts.
        unstored: Formulas without the value that they gave last, in an XLSX file.
        charts: Sheets that hold a chart and no cells.
        has_errors: Whether formulas that failed were seen, in an XLSX file.
    """

    unpacked: int = 0
    unstored: int = 0
    charts: int = 0
    has_errors: bool = False


def check_extent(path: Path, file_name: str, kind: FileKind, limits: Limits) -> Extent:
    """Refuse a workbook whose parts or sheets are larger than they say or may be.

    Raises:
        FileRefusedError: A part unpacks to more than allowed, or a sheet reaches
            further than can be laid out.
    """
    seen = Extent()
    if kind not in _PARTS:
        _check_old(path, file_name, limits)
        return seen
    try:
        with zipfile.ZipFile(path) as package:
            for part in package.infolist():
                seen.charts += _CHART.match(part.filename) is not None
                meter = _meter(kind, part.filename)
                for chunk in _chunks(package, part):
                    seen.unpacked += len(chunk)
                    if seen.unpacked > limits.workbook_bytes:
                        raise bomb_refused(file_name, seen.unpacked)
                    _measure(meter, chunk, file_name, limits)
                if meter is not None:
                    _end(meter, seen, file_name, limits)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
        raise damaged_refused(file_name) from None
    return seen


def _check_old(path: Path, file_name: str, limits: Limits) -> None:
    try:
        cells, largest = cells_of_old_workbook(path)
    except ValueError:
        raise damaged_refused(file_name) from None
    if cells > limits.cells:
        raise _too_far(file_name, largest)


def _meter(kind: FileKind, part: str) -> SheetMeter | None:
    pattern, meter = _PARTS[kind]
    return meter() if pattern.match(part) else None


def _chunks(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _measure(
    meter: SheetMeter | None, chunk: bytes, file_name: str, limits: Limits
) -> None:
    if meter is not None:
        meter.take(chunk)
        _check(meter, file_name, limits)


def _end(meter: SheetMeter, seen: Extent, file_name: str, limits: Limits) -> None:
    meter.end()
    _check(meter, file_name, limits)
    seen.unstored += meter.unstored
    seen.has_errors = seen.has_errors or meter.has_errors


def _check(meter: SheetMeter, file_name: str, limits: Limits) -> None:
    if meter.total_cells > limits.cells:
        raise _too_far(file_name, meter.largest)


def _too_far(file_name: str, reach: Reach) -> FileRefusedError:
    return FileRefusedError(
        file_name,
        "sheet_too_large",
        f"A sheet reaches to row {reach.rows:,} and column {reach.columns:,}, most of "
        "it likely blank; delete the blank rows and columns, or export it as CSV.",
    )
