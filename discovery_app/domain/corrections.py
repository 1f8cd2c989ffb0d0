"""What a person corrected in the cells of an import, and what that changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

LONGEST_VALUE: Final = 10_000
"""Characters of a corrected cell: what validation lets through without a word."""


REASON_COLUMNS: Final = ("Rejected because", "What to do", "From file", "From row")
"""What a download of rejected rows has after the file's own columns. A file with all
of them is imported again without them."""

IMPORT_COLUMN: Final = "From import"
"""The last of them: which import the rows come from. By it a corrected file is known,
whatever it is called; without it a file is still read without its reasons."""


@dataclass(frozen=True)
class TakenSource:
    """The source that an import of corrected rows takes over.

    Attributes:
        source: Slug of the tool.
        title: Its name for people.
        from_import: What people call the import whose rows come again.
    """

    source: str
    title: str
    from_import: str


@dataclass(frozen=True)
class CellCorrection:
    """A cell that the phases read differently than the file says.

    Attributes:
        sheet: Of the file; empty for a text file.
        row: As the spreadsheet numbers it.
        position: Of the column, from 0.
        header: Of the column; it must still stand there.
        before: What the file says; the correction holds for no other value.
        after: What is read instead; empty means an empty cell.
    """

    correction_id: UUID
    file_id: UUID
    sheet: str
    row: int
    position: int
    header: str
    before: str
    after: str


class CorrectionState(StrEnum):
    """Where a correction stands."""

    WAITS = "waits"
    """It was made, and no run has read it yet."""
    APPLIED = "applied"
    LEAVING = "leaving"
    """It was taken back, but the last run has read it."""
    UNDONE = "undone"


@dataclass(frozen=True)
class CorrectionView:
    """One correction as people see it."""

    correction_id: UUID
    file: str
    sheet: str
    row: int
    column: str
    before: str
    after: str
    state: CorrectionState
    made_by: str
    made_at: datetime
    undone_by: str = ""
    undone_at: datetime | None = None


@dataclass(frozen=True)
class RowPlace:
    """A row as issues name it."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True)
class RowCell:
    """One cell of a row that can be corrected.

    Attributes:
        position: Of the column, from 0.
        field: What the column means, in words; empty for a custom field.
        original: What the file says.
        value: What is read: the file's, or the correction.
        names: Whether the column can say which asset the row is.
        problems: What is wrong with this cell.
    """

    position: int
    column: str
    field: str
    original: str
    value: str
    names: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowProblem:
    """A problem of a row, before and after its cells were corrected.

    Attributes:
        state: ``fixed``, ``left``, ``new``, or ``kept`` for what is said of the file
            itself and no cell can change.
    """

    state: str
    severity: str
    rule: str
    column: str
    message: str
    fix: str


@dataclass(frozen=True)
class RowContent:
    """A row with its cells and what was found wrong with it."""

    place: RowPlace
    cells: tuple[RowCell, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True)
class RowOutcome:
    """What became of a row when it was checked again.

    Attributes:
        verdict: ``accepted``, ``excluded`` or ``rejected``; empty where only the
            cells could be checked, because nothing says yet what the columns mean.
    """

    place: RowPlace
    verdict: str
    problems: tuple[RowProblem, ...]

    @property
    def fixed(self) -> int:
        """Return how many problems are gone."""
        return sum(1 for one in self.problems if one.state == "fixed")
