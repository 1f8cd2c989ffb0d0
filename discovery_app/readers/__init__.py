"""From the bytes of an upload to tables of text.

``read_tables`` raises ``FileRefusedError`` and nothing else, whatever the bytes.
Cells stay text; what they mean is for the phases to say.
"""

from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from discovery_app.errors import FileRefusedError
from discovery_app.readers.archives import left_out, unpacked_gzip, unpacked_zip
from discovery_app.readers.delimited import PREVIEW_BYTES, head_of, read_delimited
from discovery_app.readers.json_records import read_json
from discovery_app.readers.reasons import without_our_own
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

_ARCHIVES: Final = frozenset({FileKind.GZIP, FileKind.ZIP})
_NO_CORRECTIONS = Corrections()
_LIMITS = Limits()
_READ_AS: Final = {
    FileKind.TEXT: "text",
    FileKind.JSON: "JSON",
    FileKind.GZIP: "a gzip file",
    FileKind.ZIP: "a ZIP file",
}


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
    if kind in _ARCHIVES:
        tables = _read_archive(path, file_name, kind, corrections, limits)
    else:
        tables = _read_plain(path, file_name, kind, corrections, limits)
    return _described(tables, file_name, kind)


def _read_plain(
    path: Path,
    file_name: str,
    kind: FileKind,
    corrections: Corrections,
    limits: Limits,
) -> list[SourceTable]:
    if kind is FileKind.TEXT:
        return read_delimited(_bytes(path, file_name), file_name, corrections, limits)
    if kind is FileKind.JSON:
        return read_json(path, file_name, corrections, limits)
    return read_workbook(path, file_name, kind, corrections, limits)


def _read_archive(
    path: Path,
    file_name: str,
    kind: FileKind,
    corrections: Corrections,
    limits: Limits,
) -> list[SourceTable]:
    inner = replace(corrections, sheet=None)
    if kind is FileKind.GZIP:
        with unpacked_gzip(path, file_name, limits) as unpacked:
            tables = _read_member(unpacked, file_name, inner, limits)
    else:
        tables = _read_zip(path, file_name, inner, limits)
    if corrections.sheet is None:
        return tables
    chosen = [table for table in tables if table.sheet == corrections.sheet]
    if not chosen:
        raise FileRefusedError(
            file_name,
            "sheet_missing",
            "The archive has no table of the corrected name; choose one of "
            f"{', '.join(table.sheet for table in tables)}.",
        )
    return chosen


def _read_zip(
    path: Path, file_name: str, corrections: Corrections, limits: Limits
) -> list[SourceTable]:
    """Read every table inside; each bears the archive's name and that of its file."""
    tables: list[SourceTable] = []
    passed_over = left_out(path, file_name)
    with unpacked_zip(path, file_name, limits) as parts:
        for name, part in parts:
            try:
                found = _read_member(part, name, corrections, limits)
            except FileRefusedError as refusal:
                # Tools write a file for each of their tables, filled or not.
                if refusal.rule != "empty_file" or len(parts) == 1:
                    raise
                found = []
            if not found:
                passed_over.append(name)
            tables += [_of_archive(table, file_name, name) for table in found]
    if not tables or not passed_over:
        return tables
    return [tables[0].with_notes((_passed_over_note(passed_over),)), *tables[1:]]


def _passed_over_note(names: list[str]) -> Note:
    listed = ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
    return Note(
        rule="archive_files_left_out",
        severity="warning",
        message=f"Files of the archive that hold no table are not read: {listed}.",
        fix="If one of them holds machines or applications, upload it as CSV or XLSX.",
        of_file=True,
    )


def _read_member(
    path: Path, file_name: str, corrections: Corrections, limits: Limits
) -> list[SourceTable]:
    kind = check_file(path, file_name.removesuffix(".gz"), limits)
    if kind in _ARCHIVES:
        raise FileRefusedError(
            file_name,
            "archive_in_archive",
            "It is an archive inside an archive; upload what is inside.",
        )
    return _read_plain(path, file_name, kind, corrections, limits)


def _of_archive(table: SourceTable, file_name: str, member: str) -> SourceTable:
    """A text file's table is called like the file, as our detectors expect it."""
    sheet = table.sheet or PurePath(member).stem
    return replace(table, file_name=file_name, sheet=sheet)


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
    if kind in _ARCHIVES:
        tables = _read_archive(path, file_name, kind, corrections, limits)
    elif kind is FileKind.JSON:
        tables = read_json(path, file_name, corrections, limits)
    elif kind is FileKind.TEXT:
        head = head_of(_bytes(path, file_name, first_only=True))
        tables = read_delimited(head, file_name, corrections, limits)
    else:
        first = rows + max(100, corrections.header_row or 0)
        tables = read_workbook(path, file_name, kind, corrections, limits, first)
    return [_preview(table, rows) for table in _described(tables, file_name, kind)]


def corrected_import(path: Path, file_name: str, limits: Limits = _LIMITS) -> str:
    """Return the import whose rejected rows a file says to bring; empty if it is none.

    Only its head is read. What cannot be read says nothing here; reading it does.
    """
    try:
        if check_file(path, file_name, limits) in (*_ARCHIVES, FileKind.JSON):
            return ""
        found = preview(path, file_name, rows=1, limits=limits)
    except FileRefusedError:
        return ""
    told = {table.corrects for table in found if table.corrects}
    return told.pop() if len(told) == 1 else ""


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
    tables = [without_our_own(table) for table in tables]
    if suffix_fits(file_name, kind):
        return tables
    note = Note(
        rule="suffix_does_not_fit",
        severity="info",
        message=f"The file is named like another type and was read as "
        f"{_READ_AS.get(kind, 'a workbook')}.",
        fix="Rename the file if other tools refuse it.",
        of_file=True,
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
        corrects=table.corrects,
    )
