"""Workbooks: one table a sheet, read by the Rust library calamine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import fastexcel
import polars as pl

from discovery_app.errors import FileRefusedError
from discovery_app.readers.folded import unfolded
from discovery_app.readers.refusals import FileKind, damaged_refused
from discovery_app.readers.several_tables import is_part_of, parts_of
from discovery_app.readers.shaping import RawSheet, shape_table
from discovery_app.readers.tables import (
    ROW_NUMBER,
    Corrections,
    Limits,
    SourceTable,
    cell_column,
)
from discovery_app.readers.workbook_errors import with_errors
from discovery_app.readers.workbook_extent import check_extent
from discovery_app.readers.workbook_notes import hidden_notes, left_out_notes

_DATE_TIME: Final = r"^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d+)?$"
_NO_DATE: Final = ("1899-12-31 ", "1899-12-30 ")
"""Days on which a time of day without a date falls in the two date systems."""


def read_workbook(
    path: Path,
    file_name: str,
    kind: FileKind,
    corrections: Corrections,
    limits: Limits,
    first_rows: int | None = None,
) -> list[SourceTable]:
    """Return the tables of a workbook's sheets, in order; sheets without cells none.

    Args:
        path: Where the bytes lie.
        file_name: The name the person gave the file.
        kind: Which kind of workbook it is.
        corrections: What the consultant corrected.
        limits: How large a sheet may be.
        first_rows: Stop after so many rows of each sheet, for a preview.

    Raises:
        FileRefusedError: The workbook is damaged, protected or too large, or a
            correction names a sheet or row that it does not have.
    """
    extent = check_extent(path, file_name, kind, limits)
    try:
        with panics_as_errors():
            reader = fastexcel.read_excel(path)
    except (fastexcel.FastExcelError, ValueError) as error:
        raise _not_opened(file_name, error) from None
    names = _chosen(reader.sheet_names, file_name, corrections)
    source = path if extent.has_errors else None
    sheets, unread = _read_sheets(reader, names, file_name, first_rows, source)
    if len(unread) > extent.charts:
        raise _damaged_sheet(file_name, unread[0])
    header_row = corrections.header_row
    tables: list[SourceTable] = []
    empty: list[str] = []
    for name, sheet in zip(names, sheets, strict=True):
        own = header_row if _reaches(sheet, header_row, corrections, names) else None
        found = _tables(sheet, own, limits) if sheet is not None else []
        tables += found
        if not found and name not in unread:
            empty.append(name)
    if corrections.sheet is not None and corrections.sheet not in names:
        # One of several tables on a sheet.
        tables = [table for table in tables if table.sheet == corrections.sheet]
    if tables:
        tables[0] = tables[0].with_notes(left_out_notes(empty, unread, extent.unstored))
    return tables


def _tables(
    sheet: RawSheet, header_row: int | None, limits: Limits
) -> list[SourceTable]:
    """Return the tables of one sheet: none if no cell of it holds anything."""
    sheet = unfolded(sheet)
    parts = parts_of(sheet) if header_row is None else [sheet]
    found = (shape_table(part, header_row, limits) for part in parts)
    return [table for table in found if table is not None]


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Turn a panic of the library, which no ``except Exception`` sees, into an error.

    Raises:
        ValueError: The library gave up on bytes that nobody expected.
    """
    try:
        yield
    except BaseException as error:
        # Its class is made at run time and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from None


def _read_sheets(
    reader: fastexcel.ExcelReader,
    names: list[str],
    file_name: str,
    first_rows: int | None,
    source: Path | None,
) -> tuple[list[RawSheet | None], list[str]]:
    """Return the sheets in order, and the names of those that cannot be read."""
    sheets: list[RawSheet | None] = []
    unread: list[str] = []
    for name in names:
        try:
            sheets.append(_read_sheet(reader, name, file_name, first_rows, source))
        except FileRefusedError:
            unread.append(name)
            sheets.append(None)
    return sheets, unread


def _not_opened(file_name: str, error: Exception) -> FileRefusedError:
    if "password" in str(error).lower():
        return FileRefusedError(
            file_name,
            "password_protected",
            "The workbook is protected by a password; remove it in Excel and upload it "
            "again.",
        )
    return damaged_refused(file_name)


def _chosen(names: list[str], file_name: str, corrections: Corrections) -> list[str]:
    if corrections.sheet is None:
        return names
    sheet = corrections.sheet
    chosen = [name for name in names if name == sheet or is_part_of(sheet, name)]
    if chosen:
        return [sheet] if sheet in chosen else chosen
    listed = ", ".join(names[:20])
    raise FileRefusedError(
        file_name,
        "sheet_missing",
        f"There is no sheet called {corrections.sheet[:40]}; the workbook has "
        f"{listed}.",
    )


def _reaches(
    sheet: RawSheet | None,
    header_row: int | None,
    corrections: Corrections,
    names: list[str],
) -> bool:
    """Return whether a header row said for all sheets is meant for this one too."""
    if header_row is None or sheet is None:
        return False
    one = corrections.sheet is not None or len(names) == 1
    return one or header_row <= sheet.cells.height


def _read_sheet(
    reader: fastexcel.ExcelReader,
    name: str,
    file_name: str,
    first_rows: int | None,
    source: Path | None,
) -> RawSheet | None:
    """Return a sheet's cells; errors of formulas are looked for in ``source``."""
    try:
        with panics_as_errors():
            # Without skip_rows=0 blank rows at the top would shift every row's number.
            sheet = reader.load_sheet(
                name, header_row=None, skip_rows=0, n_rows=first_rows, dtypes="string"
            )
            cells = sheet.to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError):
        raise _damaged_sheet(file_name, name) from None
    if cells.is_empty() or not cells.width:
        return None
    cells.columns = [cell_column(n) for n in range(cells.width)]
    cells = _as_text(cells)
    if source is not None:
        cells = with_errors(cells, source, name)
    return RawSheet(
        file_name=file_name,
        sheet=name,
        cells=cells.select(
            pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias(ROW_NUMBER), pl.all()
        ),
        hidden=sheet.visible != "visible",
        notes=hidden_notes(name) if sheet.visible != "visible" else (),
    )


def _damaged_sheet(file_name: str, name: str) -> FileRefusedError:
    return FileRefusedError(
        file_name,
        "damaged_sheet",
        f"Sheet {name[:40]} cannot be read; open the workbook in Excel, save it again "
        "and upload it.",
    )


def _as_text(cells: pl.DataFrame) -> pl.DataFrame:
    """Write dates as ISO 8601 and truth values as Excel's exports write them."""
    dated = cells.select(pl.all().str.contains(_DATE_TIME).any()).row(0)
    stated = cells.select(pl.all().is_in(["true", "false"]).any()).row(0)
    dates = [name for name, found in zip(cells.columns, dated, strict=True) if found]
    words = [name for name, found in zip(cells.columns, stated, strict=True) if found]
    cells = cells.with_columns(_iso(pl.col(name)) for name in dates)
    cells = cells.with_columns(_truth(pl.col(name)) for name in words)
    # Some writers leave zero bytes in texts; no database takes them.
    cells = cells.with_columns(pl.all().str.replace_all("\x00", "", literal=True))
    return _empty_to_null(cells)


def _empty_to_null(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep())


def _truth(column: pl.Expr) -> pl.Expr:
    return (
        pl.when(column == "true")
        .then(pl.lit("True"))
        .when(column == "false")
        .then(pl.lit("False"))
        .otherwise(column)
        .name.keep()
    )


def _iso(column: pl.Expr) -> pl.Expr:
    times = pl.any_horizontal(column.str.starts_with(day) for day in _NO_DATE)
    return (
        pl.when(times)
        .then(column.str.slice(11))
        .when(column.str.ends_with(" 00:00:00"))
        .then(column.str.replace(_DATE_TIME, "$1"))
        .otherwise(column.str.replace(_DATE_TIME, "${1}T${2}${3}"))
        .name.keep()
    )
