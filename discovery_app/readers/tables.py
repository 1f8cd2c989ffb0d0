"""What reading a file gives: tables of text, and what was noticed on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from discovery_app.errors import FileRefusedError

Severity = Literal["error", "warning", "info"]

ROW_NUMBER: Final = "row_number"
"""The column that holds each row's number in the file."""


@dataclass(frozen=True)
class Corrections:
    """What a consultant corrected about how a file is read.

    Attributes:
        sheet: Read this sheet of a workbook and no other.
        header_row: Row of the headers as the spreadsheet numbers it, for text files
            the line; 0 says that the file has no headers. Without ``sheet`` it
            applies to every sheet.
        delimiter: One character that separates cells.
        encoding: Name of a character encoding, such as ``cp1252``.
    """

    sheet: str | None = None
    header_row: int | None = None
    delimiter: str | None = None
    encoding: str | None = None

    @classmethod
    def of(cls, file_name: str, given: Mapping[str, str]) -> "Corrections":
        """Return corrections as they are kept, in words; empty ones are none.

        Raises:
            FileRefusedError: The header row is no number.
        """
        row = given.get("header_row", "").strip()
        if row and not (row.isascii() and row.isdecimal()):
            raise FileRefusedError(
                file_name,
                "header_row_missing",
                "The corrected header row is no row number; correct it again.",
            )
        return cls(
            sheet=given.get("sheet") or None,
            header_row=int(row) if row else None,
            delimiter=given.get("delimiter") or None,
            encoding=given.get("encoding") or None,
        )


@dataclass(frozen=True)
class Limits:
    """How large a file may be; above it, it is refused before it is unpacked.

    The sizes are chosen: 16,384 columns and a little over a million rows are what
    Excel can hold, and a cell takes 32 bytes while a workbook is read.

    Attributes:
        workbook_bytes: Sum of a workbook's parts, unpacked.
        ratio: How many times smaller than its contents a large workbook may be;
            real ones reach about 60.
        rows: Rows of one table.
        columns: Columns of one table.
        cells: Rows times columns of one sheet, blanks included.
    """

    workbook_bytes: int = 2 * 1024**3
    ratio: int = 400
    rows: int = 5_000_000
    columns: int = 16_384
    cells: int = 60_000_000


@dataclass(frozen=True)
class Note:
    """Something a person should know about how a file was read.

    Attributes:
        rule: Stable word for the check.
        severity: How much it matters.
        message: One sentence that says what was found.
        fix: One sentence that says what to do; empty if there is nothing to do.
        row: Row as the spreadsheet numbers it, for text files the line.
        column: Header, or ``Column N``.
        value: The cell's text, shortened.
        of_file: Whether it speaks of the file and not of the table that carries it.
    """

    rule: str
    severity: Severity
    message: str
    fix: str
    row: int | None = None
    column: str = ""
    value: str = ""
    of_file: bool = False


@dataclass(frozen=True)
class SourceTable:
    """One table of a file, every cell as text.

    Attributes:
        file_name: The name the person gave the file.
        sheet: Name of the sheet; empty for a text file.
        headers: As they stand in the file, in file order; may repeat or be empty.
        header_row: Row number of the headers; 0 if the table has none.
        delimiter: What separates cells; empty for a workbook.
        encoding: Name of the text's encoding; empty for a workbook.
        rows: ``row_number`` (UInt32, as the spreadsheet numbers it; for a text file
            the line where the record starts) and ``c0``, ``c1``, … (String, null
            where the cell is empty), one for each header.
        hidden: Whether the sheet is hidden.
        notes: What was noticed, in no special order.
        corrects: The import whose rejected rows these are, as a download of them says;
            nobody has checked it.
    """

    file_name: str
    sheet: str
    headers: tuple[str, ...]
    header_row: int
    delimiter: str
    encoding: str
    rows: pl.DataFrame
    hidden: bool = False
    notes: tuple[Note, ...] = ()
    corrects: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the frame's cell columns, in file order."""
        return tuple(cell_column(position) for position in range(len(self.headers)))

    def label(self, position: int) -> str:
        """Return the header at a position, or ``Column N`` where it is empty."""
        return column_label(self.headers, position)

    def with_notes(self, notes: tuple[Note, ...]) -> "SourceTable":
        """Return the same table with more notes."""
        return replace(self, notes=self.notes + notes) if notes else self


@dataclass(frozen=True)
class TablePreview:
    """The first rows of a table, to check how a file is read.

    Attributes:
        file_name: The name the person gave the file.
        sheet: Name of the sheet; empty for a text file.
        headers: As they stand in the file, in file order.
        header_row: Row number of the headers; 0 if the table has none.
        delimiter: What separates cells; empty for a workbook.
        encoding: Name of the text's encoding; empty for a workbook.
        rows: Cells of the first rows in file order, ``None`` where empty.
        row_numbers: Row number of each of ``rows``.
        hidden: Whether the sheet is hidden.
        notes: What was noticed in the part that was read.
        corrects: As in ``SourceTable``.
    """

    file_name: str
    sheet: str
    headers: tuple[str, ...]
    header_row: int
    delimiter: str
    encoding: str
    rows: tuple[tuple[str | None, ...], ...]
    row_numbers: tuple[int, ...]
    hidden: bool = False
    notes: tuple[Note, ...] = ()
    corrects: str = ""


def cell_column(position: int) -> str:
    """Return the frame's name for the column at a position, from 0."""
    return f"c{position}"


def column_label(headers: tuple[str, ...], position: int) -> str:
    """Return the header at a position, or ``Column N`` (from 1) where it is empty."""
    header = headers[position].strip() if position < len(headers) else ""
    return header or f"Column {position + 1}"
