"""From the bytes of an upload to tables of text.

``read_tables`` raises ``FileRefusedError`` and nothing else, whatever the bytes.
Cells stay text; what they mean is for the phases to say.
"""

from pathlib import Path

from discovery_app.errors import FileRefusedError
from discovery_app.readers.delimited import PREVIEW_BYTES, head_of, read_delimited
from discovery_app.readers.refusals import FileKind, check_file, suffix_fits
from discovery_app.readers.tables import (
    ROW_NUMBER,
    Corrections,
    Limits,
    Note,
    SourceTable,
    TablePreview,
    cell_column,
    column_label,
)
from discovery_app.readers.workbooks import read_workbook

__all__ = [
    "ROW_NUMBER",
    "Corrections",
    "FileKind",
    "Limits",
    "Note",
    "SourceTable",
    "TablePreview",
    "cell_column",
    "check_file",
    "column_label",
    "preview",
    "read_tables",
]

_NO_CORRECTIONS = Corrections()
_LIMITS = Limits()


def read_tables(
    path: Path,
    file_name: str,
    corrections: Corrections = _NO_CORRECTIONS,
    limits: Limits = _LIMITS,
) -> list[SourceTable]:
    """Return every table of a file: one for a text file, one a sheet for a workbook.

    Args:
        path: Where the bytes lie.
        file_name: The name the person gave the file; a label, never a path.
        corrections: What the consultant corrected about how it is read.
        limits: How large it may be.

    Raises:
        FileRefusedError: No table can be read; the sentence says what to do.
    """
    kind = check_file(path, file_name, limits)
    if kind is FileKind.TEXT:
        tables = read_delimited(_bytes(path, file_name), file_name, corrections, limits)
    else:
        tables = read_workbook(path, file_name, kind, corrections, limits)
    return _described(tables, file_name, kind)


def preview(
    path: Path,
    file_name: str,
    corrections: Corrections = _NO_CORRECTIONS,
    rows: int = 20,
    limits: Limits = _LIMITS,
) -> list[TablePreview]:
    """Return the first rows of every table; of a text file only the head is read.

    Raises:
        FileRefusedError: As ``read_tables``.
    """
    kind = check_file(path, file_name, limits)
    if kind is FileKind.TEXT:
        head = head_of(_bytes(path, file_name, first_only=True))
        tables = read_delimited(head, file_name, corrections, limits)
    else:
        first = rows + max(100, corrections.header_row or 0)
        tables = read_workbook(path, file_name, kind, corrections, limits, first)
    return [_preview(table, rows) for table in _described(tables, file_name, kind)]


def _bytes(path: Path, file_name: str, *, first_only: bool = False) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(PREVIEW_BYTES if first_only else -1)
    except OSError:
        raise FileRefusedError(
            file_name, "unreadable", "The file cannot be read; upload it again."
        ) from None


def _described(
    tables: list[SourceTable], file_name: str, kind: FileKind
) -> list[SourceTable]:
    if not tables:
        raise FileRefusedError(
            file_name,
            "no_table",
            "The file holds no table; upload one with a row of headers.",
        )
    if suffix_fits(file_name, kind):
        return tables
    note = Note(
        rule="suffix_does_not_fit",
        severity="info",
        message=f"The file is named like another type and was read as "
        f"{'text' if kind is FileKind.TEXT else 'a workbook'}.",
        fix="Rename the file if other tools refuse it.",
    )
    return [tables[0].with_notes((note,)), *tables[1:]]


def _preview(table: SourceTable, rows: int) -> TablePreview:
    head = table.rows.head(rows)
    return TablePreview(
        file_name=table.file_name,
        sheet=table.sheet,
        headers=table.headers,
        header_row=table.header_row,
        delimiter=table.delimiter,
        encoding=table.encoding,
        rows=tuple(head.drop(ROW_NUMBER).iter_rows()),
        row_numbers=tuple(head[ROW_NUMBER]),
        hidden=table.hidden,
        notes=table.notes,
    )
