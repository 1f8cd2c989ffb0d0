"""How an uploaded file would be read, on its first rows."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from discovery_app.domain.display import Choice
from discovery_app.domain.uploads import (
    FilePreview,
    PreviewNote,
    PreviewRow,
    SheetGuess,
    StagedFile,
)
from discovery_app.knowledge.headers import is_never_imported
from discovery_app.knowledge.sources import (
    TableRole,
    chosen_source,
    detect_source,
    judge_tables,
    source_choices,
)
from discovery_app.readers import Corrections, TablePreview, column_label, preview
from discovery_app.services.intake import reading_limits
from discovery_app.storage import ObjectStore, object_store

ROWS: Final = 10
"""Rows of a preview; chosen: enough to see what the columns hold."""

COLUMNS: Final = 40
"""Columns of a preview; the others are only counted."""

_CELL_LENGTH: Final = 120
_WITHHELD: Final = "not shown"
_HIDDEN: Final = "The sheet is hidden; choose it to import it."


class PreviewService:
    """Reads the first rows of staged files; it touches no database."""

    def __init__(self, store: ObjectStore | None = None) -> None:
        self._store = store or object_store()

    def preview(self, file: StagedFile, sheet: str = "") -> FilePreview:
        """Return how ``file`` is read with the corrections it has.

        Args:
            file: The file; the caller has checked whose it is.
            sheet: The sheet to show; by default the first that carries assets.

        Raises:
            FileRefusedError: It cannot be read, or not with these corrections.
            UnavailableError: The storage is away.
        """
        corrections = Corrections.of(file.name, file.corrections)
        chosen = file.corrections.get("source", "")
        with self._store.local_path(file.storage_key) as path:
            tables = preview(path, file.name, corrections, ROWS, reading_limits())
        sheets = _guesses(tables, file.corrections.get("sheet", ""), chosen)
        shown = _shown(tables, sheets, sheet)
        used = [one for one, guess in zip(tables, sheets, strict=True) if _used(guess)]
        named = [_named(one) for one in used]
        source = chosen_source(chosen) or detect_source(named)
        return FilePreview(
            file_id=str(file.file_id),
            name=file.name,
            corrects=shown.corrects,
            source=source.title,
            evidence=source.evidence,
            sheets=sheets,
            sheet=shown.sheet,
            header_row=shown.header_row,
            delimiter=shown.delimiter,
            encoding=shown.encoding,
            column_count=len(shown.headers),
            columns=_columns(shown),
            rows=_rows(shown),
            notes=_notes(shown),
        )


def source_options() -> tuple[Choice, ...]:
    """Return the sources that a person may choose, for picking."""
    return tuple(Choice(*one) for one in source_choices())


def _guesses(
    tables: Sequence[TablePreview], sheet: str, source: str
) -> tuple[SheetGuess, ...]:
    # As the first phase does: a hidden sheet counts only if a person chose it.
    left = [table.hidden and table.sheet != sheet for table in tables]
    judged = judge_tables(
        [
            (table.sheet, ()) if hidden else _named(table)
            for table, hidden in zip(tables, left, strict=True)
        ],
        source,
    )
    return tuple(
        SheetGuess(table.sheet, TableRole.IGNORED.value, _HIDDEN, len(table.headers))
        if hidden
        else SheetGuess(table.sheet, guess.role.value, guess.reason, len(table.headers))
        for table, guess, hidden in zip(tables, judged, left, strict=True)
    )


def _shown(
    tables: Sequence[TablePreview], sheets: Sequence[SheetGuess], wanted: str
) -> TablePreview:
    for table in tables:
        if wanted and table.sheet == wanted:
            return table
    for table, guess in zip(tables, sheets, strict=True):
        if guess.role == TableRole.ASSETS:
            return table
    return tables[0]


def _used(guess: SheetGuess) -> bool:
    return guess.role != TableRole.IGNORED


def _named(table: TablePreview) -> tuple[str, Sequence[str]]:
    return table.sheet or PurePath(table.file_name).stem, table.headers


def _columns(table: TablePreview) -> tuple[str, ...]:
    shown = range(min(len(table.headers), COLUMNS))
    return tuple(column_label(table.headers, position) for position in shown)


def _rows(table: TablePreview) -> tuple[PreviewRow, ...]:
    secret = {
        position
        for position, header in enumerate(table.headers)
        if is_never_imported(header)
    }
    return tuple(
        PreviewRow(number, _cells(cells, secret))
        for number, cells in zip(table.row_numbers, table.rows, strict=True)
    )


def _cells(cells: Sequence[str | None], secret: set[int]) -> tuple[str, ...]:
    shown = enumerate(cells[:COLUMNS])
    return tuple(
        _WITHHELD if at in secret and cell else _cell(cell) for at, cell in shown
    )


def _cell(cell: str | None) -> str:
    words = cell or ""
    return words if len(words) <= _CELL_LENGTH else f"{words[:_CELL_LENGTH]}…"


def _notes(table: TablePreview) -> tuple[PreviewNote, ...]:
    return tuple(
        PreviewNote(note.severity, note.message, note.fix) for note in table.notes
    )
