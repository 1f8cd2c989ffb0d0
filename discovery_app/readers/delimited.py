"""Text files: one table of cells between delimiters."""

import csv
import io
import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.errors import FileRefusedError
from discovery_app.readers.delimiters import (
    declared_delimiter,
    delimiter_named,
    detect_delimiter,
)
from discovery_app.readers.encodings import decode
from discovery_app.readers.folded import unfolded
from discovery_app.readers.quotes import with_usual_quotes
from discovery_app.readers.records import empty_to_null, read_records
from discovery_app.readers.several_tables import parts_of
from discovery_app.readers.shaping import RawSheet, shape_table
from discovery_app.readers.tables import (
    ROW_NUMBER,
    Corrections,
    Limits,
    Note,
    SourceTable,
    cell_column,
)
from discovery_app.readers.zeek import (
    ZeekLog,
    rows_of_log,
    values_of_log,
    zeek_log,
)

_HEAD_BYTES: Final = 262_144
PREVIEW_BYTES: Final = 1_048_576
_NULS: Final = re.compile(rb"\x00+")
_BLANK_LINES: Final = re.compile(rb"(?m)^\n")


@dataclass(frozen=True)
class _Text:
    """A decoded file and how its cells are parted."""

    content: bytes
    encoding: str
    delimiter: str
    first_row: int
    notes: tuple[Note, ...]
    log: ZeekLog | None = None


def read_delimited(
    raw: bytes, file_name: str, corrections: Corrections, limits: Limits
) -> list[SourceTable]:
    """Return the tables of a text file, mostly one; none if it holds no value.

    Raises:
        FileRefusedError: A correction does not fit, or the table is too large.
    """
    text = _decode(raw, file_name, corrections)
    sheet = _read_sheet(text, file_name)
    if not corrections.delimiter:
        sheet = unfolded(sheet)
    header_row = corrections.header_row
    if text.log is not None and header_row is None:
        header_row = text.log.header_row
    parts = parts_of(sheet) if header_row is None else [sheet]
    found = (shape_table(part, header_row, limits) for part in parts)
    tables = [table for table in found if table is not None]
    chosen = [table for table in tables if table.sheet == corrections.sheet]
    return chosen or tables


def head_of(raw: bytes) -> bytes:
    """Return whole lines from the first megabyte of a text file."""
    head = raw[:PREVIEW_BYTES]
    if len(head) < PREVIEW_BYTES or b"\x00" in head[:4]:
        return head[: len(head) // 4 * 4] if len(head) == PREVIEW_BYTES else head
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: end + 1] if end > 0 else head


def _decode(raw: bytes, file_name: str, corrections: Corrections) -> _Text:
    decoded = decode(raw, file_name, corrections.encoding)
    content, notes = decoded.content, list(decoded.notes)
    if b"\x00" in content:
        content = _NULS.sub(b"", content)
        notes.append(_nul_note())
    if b"\r" in content:
        # Lines of old Macintosh files end in CR alone; inside cells CR is a break too.
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    content = with_usual_quotes(content)
    log = zeek_log(content)
    if log is not None:
        delimiter = _delimiter(corrections, log.delimiter, "", file_name)
        return _Text(log.content, decoded.encoding, delimiter, 1, tuple(notes), log)
    head = content[:_HEAD_BYTES].decode("utf-8", errors="replace")
    declared = declared_delimiter(head)
    first_row = 1
    if declared is not None:
        content, first_row = content[content.find(b"\n") + 1 :], 2
    delimiter = _delimiter(corrections, declared, head, file_name)
    return _Text(content, decoded.encoding, delimiter, first_row, tuple(notes))


def _nul_note() -> Note:
    return Note(
        rule="nul_removed",
        severity="warning",
        message="The file holds zero bytes, which are no text; they were left out.",
        fix="Export the file again if values look cut off.",
    )


def _delimiter(
    corrections: Corrections, declared: str | None, head: str, file_name: str
) -> str:
    if not corrections.delimiter:
        return declared or detect_delimiter(head)
    chosen = delimiter_named(corrections.delimiter)
    fits = len(chosen) == 1 and chosen.isascii() and chosen != '"'
    if not fits or not (chosen.isprintable() or chosen == "\t"):
        raise FileRefusedError(
            file_name,
            "delimiter_unknown",
            "The delimiter has to be one character, such as a comma, a semicolon, a "
            "tab or a bar.",
        )
    return chosen


def _read_sheet(text: _Text, file_name: str) -> RawSheet:
    cells, widths, notes = _read_even(text), None, ()
    if cells is None:
        whole = text.content.decode("utf-8", errors="replace")
        records = read_records(whole, text.delimiter, text.first_row)
        cells, widths, notes = records.cells, records.widths, records.notes
    if text.log is not None:
        kept = rows_of_log(cells)
        cells = values_of_log(cells.filter(kept))
        widths = widths.filter(kept) if widths is not None else None
    return RawSheet(
        file_name=file_name,
        sheet="",
        cells=cells,
        widths=widths,
        delimiter=text.delimiter,
        encoding=text.encoding,
        notes=text.notes + notes,
    )


def _read_even(text: _Text) -> pl.DataFrame | None:
    """Read a file whose records all have the same width; ``None`` for any other.

    Whether every record is whole follows from the count of delimiters: as many as
    width times records need, those inside quoted cells aside.
    """
    quoted = b'"' in text.content
    if quoted and not _quotes_are_regular(text):
        return None
    width = _first_width(text)
    columns = [cell_column(n) for n in range(width)]
    try:
        cells = pl.read_csv(
            io.BytesIO(text.content),
            has_header=False,
            schema=dict.fromkeys(columns, pl.String),
            separator=text.delimiter,
            quote_char='"' if quoted else None,
            infer_schema=False,
            raise_if_empty=False,
        )
    except (pl.exceptions.PolarsError, OverflowError):
        # Longer records or odd quotes: the careful reader says which.
        return None
    if cells.width != width or not _is_even(cells, text, width, quoted=quoted):
        return None
    return _number_rows(cells, text, quoted=quoted)


def _quotes_are_regular(text: _Text) -> bool:
    """Return whether every quote opens or closes a cell and none stands inside one.

    A quote in any other place counts for neither side, one between two delimiters for
    both, so that the sums differ; such files are for the careful reader.
    """
    content, mark = text.content, text.delimiter.encode()
    opening = content.count(mark + b'"') + content.count(b'\n"')
    opening += content.startswith(b'"')
    closing = content.count(b'"' + mark) + content.count(b'"\n')
    closing += content.endswith(b'"')
    return opening == closing and opening + closing == content.count(b'"')


def _first_width(text: _Text) -> int:
    head = text.content[:_HEAD_BYTES].decode("utf-8", errors="replace")
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=text.delimiter)
    try:
        return max(1, len(next((record for record in reader if record), [])))
    except csv.Error:
        return 1


def _is_even(cells: pl.DataFrame, text: _Text, width: int, *, quoted: bool) -> bool:
    mark, rows = text.delimiter, cells.height
    inside = 0
    if quoted:
        found = cells.select(
            pl.all().str.count_matches(mark, literal=True).sum().name.prefix("d"),
            pl.all().str.contains('"', literal=True).any().name.prefix("q"),
            pl.all().str.contains("\n", literal=True).any().name.prefix("n"),
        ).row(0, named=True)
        if any(value for name, value in found.items() if name.startswith("q")):
            return False
        inside = sum(value or 0 for key, value in found.items() if key[0] == "d")
        if any(value for name, value in found.items() if name.startswith("n")):
            # Blank lines inside cells look like blank rows; there must be neither.
            return b"\n\n" not in text.content and (
                text.content.count(mark.encode()) - inside == (width - 1) * rows
            )
    rows -= len(_BLANK_LINES.findall(text.content))
    return text.content.count(mark.encode()) - inside == (width - 1) * rows


def _number_rows(cells: pl.DataFrame, text: _Text, *, quoted: bool) -> pl.DataFrame:
    """Put before each record its number, as a spreadsheet counts: not by lines."""
    numbers = pl.int_range(pl.len(), dtype=pl.UInt32) + text.first_row
    numbered = cells.select(numbers.cast(pl.UInt32).alias(ROW_NUMBER), pl.all())
    return empty_to_null(numbered) if quoted else numbered
