"""JSON and JSON lines: one table a list of objects, every cell as text.

The values of a list are decoded one after the other, so that memory holds the columns
and not the document. Objects inside objects become columns with a dot in their name,
lists of plain values are joined by ``;``.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final, TextIO

import polars as pl

from discovery_app.errors import FileRefusedError
from discovery_app.readers.encodings import encoding_by_mark
from discovery_app.readers.json_shapes import Json, Record, lists_of, named_rows
from discovery_app.readers.tables import (
    ROW_NUMBER,
    Corrections,
    Limits,
    SourceTable,
    cell_column,
)

_CHUNK: Final = 1_048_576
LONGEST_VALUE: Final = 64 * 1024**2
"""Characters of one value, which has to be in memory whole. Chosen: a list of objects
may be of any length, an object around lists may not."""

_DEEPEST: Final = 8
_LONGEST_WORD: Final = 16
"""Characters that a number, word or escape may need beyond what was read."""

_BETWEEN: Final = re.compile(r"[\s,]*")
_DECODER: Final = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=lambda word: None
)
"""Numbers stay as they are written."""


def read_json(
    path: Path, file_name: str, corrections: Corrections, limits: Limits
) -> list[SourceTable]:
    """Return a table for each list of objects in a JSON file.

    Raises:
        FileRefusedError: The text breaks off, is no JSON or holds no objects.
    """
    with path.open("rb") as stream:
        mark = encoding_by_mark(stream.read(4))
    encoding = corrections.encoding or mark or "utf-8-sig"
    try:
        with path.open(encoding=encoding) as text:
            return _tables(text, file_name, encoding, limits)
    except (UnicodeError, LookupError):
        raise FileRefusedError(
            file_name,
            "encoding_unknown",
            f"The JSON is no text in {encoding}; save it as UTF-8 and upload it again.",
        ) from None
    except RecursionError:
        raise _broken(file_name) from None


def _tables(
    text: TextIO, file_name: str, encoding: str, limits: Limits
) -> list[SourceTable]:
    values = _values(text, file_name)
    first = next(values, None)
    second = next(values, None)
    lists = lists_of(first) if second is None and isinstance(first, dict) else {}
    if not lists:
        rest = (value for value in (first, second) if value is not None)
        lists = {"": named_rows(chain(rest, values))}
    found = [
        _table(records, file_name, sheet, encoding, limits)
        for sheet, records in lists.items()
    ]
    return [table for table in found if table.headers and table.rows.height]


def _values(text: TextIO, file_name: str) -> Iterator[Json]:
    """Yield the values of the outermost list, or those that follow each other."""
    buffer = text.read(_CHUNK).removeprefix("\ufeff")
    lines = 0
    place = _end_of(_BETWEEN, buffer, 0)
    listed = buffer.startswith("[", place)
    place += listed
    while True:
        place = _end_of(_BETWEEN, buffer, place)
        if listed and buffer.startswith("]", place):
            return
        try:
            value, after = _DECODER.raw_decode(buffer, place)
        except json.JSONDecodeError as error:
            if _is_broken(error, len(buffer)):
                raise _broken(file_name, lines + error.lineno) from None
            after, value = len(buffer), None
        if after < len(buffer):
            yield value
            place = after
            continue
        more = text.read(max(_CHUNK, len(buffer) - place))
        if more:
            lines += buffer.count("\n", 0, place)
            buffer, place = buffer[place:] + more, 0
            if len(buffer) > LONGEST_VALUE:
                raise _too_long(file_name)
        else:
            yield from _last(buffer[place:], file_name, listed=listed)
            return


def _is_broken(error: json.JSONDecodeError, length: int) -> bool:
    """Return whether more text could not mend a value; near the end it could."""
    return error.pos < length - _LONGEST_WORD and "Unterminated" not in error.msg


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _last(rest: str, file_name: str, *, listed: bool) -> Iterator[Json]:
    """Yield the value that the text ends with; a list has to be closed."""
    if listed:
        raise _broken(file_name)
    if rest.strip():
        try:
            yield _DECODER.decode(rest)
        except json.JSONDecodeError:
            raise _broken(file_name) from None


def _table(
    records: Iterable[Json], file_name: str, sheet: str, encoding: str, limits: Limits
) -> SourceTable:
    columns: dict[str, list[str | None]] = {}
    count = 0
    for record in records:
        if not isinstance(record, dict):
            raise FileRefusedError(
                file_name,
                "json_without_records",
                "The JSON is no list of objects, so it has no named columns; export "
                "one object a machine, or CSV.",
            )
        for name, cell in _cells(record, "", 0):
            column = columns.setdefault(name, [])
            if len(column) <= count:
                column.extend([None] * (count - len(column)))
                column.append(cell)
        count += 1
        if count > limits.rows or count * len(columns) > limits.cells:
            raise _too_large(file_name, limits)
        if len(columns) > limits.columns:
            raise _too_large(file_name, limits)
    rows = pl.DataFrame(
        {ROW_NUMBER: pl.int_range(1, count + 1, dtype=pl.UInt32, eager=True)}
    ).with_columns(
        pl.Series(cell_column(n), cells + [None] * (count - len(cells)), pl.String)
        for n, cells in enumerate(columns.values())
    )
    return SourceTable(file_name, sheet, tuple(columns), 0, "", encoding, rows)


def _cells(record: Record, before: str, depth: int) -> Iterator[tuple[str, str | None]]:
    """Yield the plain values of an object with their names."""
    for name, value in record.items():
        whole = f"{before}{name}"
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _cells(value, f"{whole}.", depth + 1)
        else:
            yield whole, _cell(value)


def _cell(value: Json) -> str | None:
    if value is None or value == "" or value == [] or value == {}:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.replace("\x00", "").encode(errors="replace").decode()
    if isinstance(value, list) and not any(isinstance(v, (dict, list)) for v in value):
        return ";".join(cell for part in value if (cell := _cell(part)))
    return json.dumps(value, ensure_ascii=True)


def _broken(file_name: str, line: int = 0) -> FileRefusedError:
    where = f"Line {line} of the text is no JSON" if line else "The text breaks off"
    return FileRefusedError(
        file_name,
        "damaged_json",
        f"{where}; export it again and upload the new file.",
    )


def _too_long(file_name: str) -> FileRefusedError:
    return FileRefusedError(
        file_name,
        "json_too_large",
        f"One JSON value is longer than {LONGEST_VALUE // 1024**2} MB; export a plain "
        "list of objects or JSON lines.",
    )


def _too_large(file_name: str, limits: Limits) -> FileRefusedError:
    return FileRefusedError(
        file_name,
        "table_too_large",
        f"The list is larger than {limits.rows:,} objects, {limits.columns:,} columns "
        f"or {limits.cells:,} cells; split the file into parts.",
    )
