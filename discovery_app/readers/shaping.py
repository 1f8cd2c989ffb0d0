"""From a sheet's raw cells to a table: headers, rows, and what was noticed."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from discovery_app.errors import FileRefusedError
from discovery_app.readers.header_rows import (
    HEAD_ROWS,
    find_header,
    known_share,
    reads_like_rows,
)
from discovery_app.readers.raggedness import ragged_notes
from discovery_app.readers.stacked_headers import (
    is_continued,
    under_groups,
    with_groups,
    with_units,
)
from discovery_app.readers.tables import (
    ROW_NUMBER,
    Limits,
    Note,
    SourceTable,
    cell_column,
)

_TAIL_ROWS: Final = 2_048
_SHOWN: Final = 80


@dataclass(frozen=True)
class RawSheet:
    """The cells of one sheet or text file, headers among them.

    Attributes:
        cells: ``row_number`` and ``c0`` … as in ``SourceTable.rows``, from the
            first row on.
        widths: How many cells each record of a text file had; ``None`` if all have
            the same number.
        notes: What was noticed so far.
    """

    file_name: str
    sheet: str
    cells: pl.DataFrame
    delimiter: str = ""
    encoding: str = ""
    hidden: bool = False
    widths: pl.Series | None = None
    notes: tuple[Note, ...] = ()


@dataclass
class _Shape:
    """A table while it is made."""

    header_row: int
    names: list[str]
    rows: pl.DataFrame
    notes: list[Note] = field(default_factory=list)


def shape_table(
    raw: RawSheet, header_row: int | None, limits: Limits
) -> SourceTable | None:
    """Return the table that a sheet holds, or ``None`` if it holds no value.

    Args:
        raw: The sheet's cells.
        header_row: Row number of the headers, if a person said it; 0 for none.
        limits: How many rows and columns a table may have.

    Raises:
        FileRefusedError: There is no such header row, or the table is too large.
    """
    if raw.cells.width > limits.columns + 1 or raw.cells.height > limits.rows + 1:
        raise FileRefusedError(
            raw.file_name,
            "table_too_large",
            f"The table{_of(raw)} is larger than {limits.rows:,} rows or "
            f"{limits.columns:,} columns; split the file into parts.",
        )
    shape = _split(raw, header_row)
    if shape is None:
        return None
    _drop_blank_tail(shape)
    _drop_blank_columns(shape)
    if raw.widths is not None:
        own, widths = _widths(raw, shape)
        shape.names[own:] = [f"Column {n + 1}" for n in range(own, len(shape.names))]
        shape.notes.extend(ragged_notes(shape.rows, widths, own))
    _note_headers(shape)
    return SourceTable(
        file_name=raw.file_name,
        sheet=raw.sheet,
        headers=tuple(shape.names),
        header_row=shape.header_row,
        delimiter=raw.delimiter,
        encoding=raw.encoding,
        rows=shape.rows,
        hidden=raw.hidden,
        notes=raw.notes + tuple(shape.notes),
    )


def _of(raw: RawSheet) -> str:
    return f" of sheet {raw.sheet}" if raw.sheet else ""


def _split(raw: RawSheet, header_row: int | None) -> _Shape | None:
    if header_row == 0:
        names = [f"Column {n}" for n in range(1, raw.cells.width)]
        return _Shape(0, names, raw.cells) if raw.cells.height else None
    if header_row is not None:
        return _split_at_row(raw, header_row)
    head = raw.cells.head(HEAD_ROWS).drop(ROW_NUMBER).rows()
    guess = find_header(head)
    if guess.position is None:
        return None if raw.cells.height <= HEAD_ROWS else _split_late(raw)
    if not guess.sure and reads_like_rows(head, guess.position):
        return _without_headers(raw, guess.position)
    shape = _split_at(raw, guess.position)
    if guess.position:
        shape.notes.append(_title_note(shape.header_row))
    if guess.sure:
        _join_rows(raw, shape, guess.position)
    else:
        shape.notes.append(_unsure_note(shape))
    return shape


def _without_headers(raw: RawSheet, position: int) -> _Shape:
    """Keep the first row as a row, where it would be lost as headers."""
    rows = raw.cells.slice(position)
    names = [f"Column {n}" for n in range(1, raw.cells.width)]
    note = Note(
        rule="header_missing",
        severity="warning",
        message="No row reads like headers and the first one reads like the others, so "
        "the columns were numbered.",
        fix="Add a row of headers to the file, or name the row that holds them.",
        row=int(rows[ROW_NUMBER][0]),
    )
    return _Shape(0, names, rows, [note])


def _join_rows(raw: RawSheet, shape: _Shape, position: int) -> None:
    """Read headers that stand in two rows as one."""
    above = _texts(raw.cells, position - 1) if position else []
    below = _texts(shape.rows, 0) if shape.rows.height > 1 else []
    if below and (named := with_units(shape.names, below)):
        shape.names, shape.rows = named, shape.rows.slice(1)
        shape.notes.append(_joined_note(shape, "the units of the row below"))
    elif below and is_continued(shape.names, below):
        shape.names, shape.rows = with_groups(shape.names, below), shape.rows.slice(1)
        shape.notes.append(_joined_note(shape, "those of the row below"))
    elif sum(1 for cell in above if cell.strip()) > 1:
        named = under_groups(above, shape.names)
        if named != shape.names:
            shape.names = named
            shape.notes.append(_joined_note(shape, "the groups of the row above"))


def _texts(cells: pl.DataFrame, position: int) -> list[str]:
    return [cell or "" for cell in cells.drop(ROW_NUMBER).row(position)]


def _joined_note(shape: _Shape, what: str) -> Note:
    return Note(
        rule="header_rows_joined",
        severity="info",
        message=f"The headers of row {shape.header_row} were joined with {what}.",
        fix="If that is wrong, correct the header row.",
        row=shape.header_row,
    )


def _split_late(raw: RawSheet) -> _Shape | None:
    """Find the headers of a sheet that begins with more blanks than are looked at."""
    filled = raw.cells.with_row_index("at").filter(
        pl.any_horizontal(pl.exclude("at", ROW_NUMBER).is_not_null())
    )
    if filled.is_empty():
        return None
    return _split_at(raw, int(filled["at"][0]))


def _split_at_row(raw: RawSheet, header_row: int) -> _Shape:
    found = raw.cells[ROW_NUMBER].index_of(header_row) if header_row > 0 else None
    if found is None:
        raise FileRefusedError(
            raw.file_name,
            "header_row_missing",
            f"There is no row {header_row}{_of(raw)} to take the headers from; choose "
            "the number that the spreadsheet shows beside the headers.",
        )
    return _split_at(raw, found)


def _split_at(raw: RawSheet, position: int) -> _Shape:
    number, *cells = raw.cells.row(position)
    names = [(cell or "").replace("\ufeff", "") for cell in cells]
    return _Shape(number, names, raw.cells.slice(position + 1))


def _widths(raw: RawSheet, shape: _Shape) -> tuple[int, pl.Series]:
    """Return the header's own number of cells, and that of each row."""
    widths = raw.widths if raw.widths is not None else pl.Series([0])
    if not shape.rows.height:
        at = raw.cells[ROW_NUMBER].index_of(shape.header_row) or 0
        return int(widths[at]), widths.clear()
    first = raw.cells[ROW_NUMBER].index_of(shape.rows[ROW_NUMBER][0]) or 0
    own = widths.slice(first, shape.rows.height)
    if shape.header_row == 0:
        return int(own.value_counts(sort=True).row(0)[0]), own
    at = raw.cells[ROW_NUMBER].index_of(shape.header_row) or 0
    return int(widths[at]), own


def _drop_blank_tail(shape: _Shape) -> None:
    """Cut off the wholly blank rows after the last row with a value."""
    rows, kept = shape.rows, shape.rows.height
    while kept:
        start = max(0, kept - _TAIL_ROWS)
        tail = rows.slice(start, kept - start).drop(ROW_NUMBER)
        filled = tail.select(
            pl.any_horizontal(pl.all().str.contains(r"\S").fill_null(value=False))
        ).to_series()
        if filled.any():
            kept = start + int(filled.arg_true()[-1]) + 1
            break
        kept = start
    shape.rows = rows.head(kept)


def _drop_blank_columns(shape: _Shape) -> None:
    """Cut off columns at the right that have neither header nor value."""
    width = len(shape.names)
    while width and not shape.names[width - 1].strip():
        column = shape.rows[cell_column(width - 1)]
        if column.null_count() < column.len():
            break
        width -= 1
    dropped = [cell_column(n) for n in range(width, len(shape.names))]
    shape.names = shape.names[:width]
    shape.rows = shape.rows.drop(dropped)


def _title_note(header_row: int) -> Note:
    return Note(
        rule="header_row_found",
        severity="info",
        message=f"The headers were found in row {header_row}; the rows above it are "
        "not read.",
        fix="If another row holds the headers, correct the header row.",
        row=header_row,
    )


def _unsure_note(shape: _Shape) -> Note:
    return Note(
        rule="header_unsure",
        severity="warning",
        message=f"No row reads like headers; row {shape.header_row} was taken.",
        fix="Name the row that holds the headers, or add a row of headers to the file.",
        row=shape.header_row,
        value=", ".join(shape.names)[:_SHOWN],
    )


def _note_headers(shape: _Shape) -> None:
    places: dict[str, list[int]] = defaultdict(list)
    for position, name in enumerate(shape.names):
        places[name.strip().casefold()].append(position)
    blank = places.pop("", [])
    filled = [n for n in blank if _has_value(shape.rows[cell_column(n)])]
    for position in filled:
        shape.notes.append(_blank_note(shape, position))
    for positions in places.values():
        if len(positions) > 1:
            shape.notes.append(_duplicate_note(shape, positions))
    if not shape.rows.height and known_share(shape.names) > 0:
        shape.notes.append(
            Note(
                rule="no_rows",
                severity="warning",
                message="The table has headers and no rows.",
                fix="If rows are missing, export the inventory again.",
                row=shape.header_row,
            )
        )


def _has_value(column: pl.Series) -> bool:
    return column.null_count() < column.len()


def _blank_note(shape: _Shape, position: int) -> Note:
    return Note(
        rule="header_blank",
        severity="warning",
        message=f"Column {position + 1} holds values and has no header.",
        fix="Give the column a header, or map it by its position.",
        row=shape.header_row,
        column=f"Column {position + 1}",
    )


def _duplicate_note(shape: _Shape, positions: list[int]) -> Note:
    name = shape.names[positions[0]].strip()
    listed = ", ".join(str(position + 1) for position in positions[:10])
    return Note(
        rule="header_duplicate",
        severity="warning",
        message=f"Columns {listed} have the same header.",
        fix="Each is kept by its position; rename them if they mean different things.",
        row=shape.header_row,
        column=name[:_SHOWN],
    )
