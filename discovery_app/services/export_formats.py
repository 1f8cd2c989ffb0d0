"""Rows as CSV, JSON and XLSX, safe to open in a spreadsheet.

A text that begins with one of ``FORMULA_STARTS`` would be a formula for a
spreadsheet: in CSV and XLSX it gets an apostrophe in front. Numbers stay numbers.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""CONTRACTS.md, "Exports", and FIELD.md, trap 10."""

XLSX_ROWS: Final = 1_048_576
"""The most rows a sheet holds, its header included."""
XLSX_TEXT: Final = 32_767
"""The most characters a cell holds; longer texts are cut in XLSX only."""

LINES_A_CHUNK: Final = 2_000
_FILE_CHUNK: Final = 256 * 1024

Row = Sequence[Any]


def csv_chunks(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield UTF-8 CSV with a header; lists are joined by ``;``, objects are JSON."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow([flat(value) for value in row])
        if number % LINES_A_CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def json_chunks(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a JSON list of objects: numbers as numbers, lists as lists."""
    buffer = io.StringIO()
    buffer.write("[")
    for number, row in enumerate(rows):
        buffer.write(",\n" if number else "\n")
        json.dump(
            dict(zip(columns, row, strict=True)),
            buffer,
            ensure_ascii=False,
            default=_json_value,
        )
        if number % LINES_A_CHUNK == LINES_A_CHUNK - 1:
            yield _taken(buffer)
    buffer.write("\n]\n")
    yield _taken(buffer)


def xlsx_chunks(
    columns: Sequence[str], rows: Iterable[Row], title: str
) -> Iterator[bytes]:
    """Yield a workbook with one sheet called ``title``.

    Its rows are written to a temporary file one by one, so that memory stays flat.
    """
    with tempfile.TemporaryDirectory(prefix="discovery-export-") as folder:
        path = Path(folder) / "export.xlsx"
        _write_workbook(path, columns, rows, title, folder)
        with path.open("rb") as file:
            while chunk := file.read(_FILE_CHUNK):
                yield chunk


def flat(value: Any) -> Any:
    """Return ``value`` as one cell: lists and objects as text, texts safe."""
    if value is None or isinstance(value, (bool, int, float)):
        return _word(value)
    if isinstance(value, list):
        value = ";".join(str(part) for part in value)
    elif isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    else:
        value = str(_json_value(value)) if not isinstance(value, str) else value
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def _word(value: bool | float | None) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _json_value(value: Any) -> Any:
    """Return what JSON has no form for as text."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no form in an export.")


def _write_workbook(
    path: Path, columns: Sequence[str], rows: Iterable[Row], title: str, folder: str
) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
        "tmpdir": folder,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                _write_cell(sheet, number, place, value)


def _write_cell(sheet: Worksheet, row: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, place, value)
    elif text := flat(value):
        sheet.write_string(row, place, text[:XLSX_TEXT])


def _taken(buffer: io.StringIO) -> bytes:
    """Return what the buffer holds and empty it."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
