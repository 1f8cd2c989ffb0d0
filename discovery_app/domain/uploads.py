"""Files that were uploaded but not started, and how each would be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class StagedFile(BaseModel):
    """One uploaded file whose discovery has not been started: its manifest.

    Attributes:
        name: The person's name for it; a label, never a path.
        corrections: What they corrected: ``sheet``, ``header_row``, ``delimiter``,
            ``encoding``, ``source``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_id: UUID
    name: str
    size_bytes: int
    sha256: str
    storage_key: str
    uploaded_at: datetime
    detected: str = ""
    corrections: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class ReadAs:
    """What a person corrected in how a file is read; empty words leave it to us."""

    sheet: str = ""
    header_row: str = ""
    delimiter: str = ""
    encoding: str = ""
    source: str = ""


@dataclass(frozen=True)
class ReadFile:
    """A file of an import, and what was corrected in how it is read."""

    file_id: str
    name: str
    read_as: ReadAs


@dataclass(frozen=True)
class Reading:
    """How the files of a workflow are read.

    Attributes:
        restartable: Whether it may start over now.
    """

    workflow_id: str = ""
    title: str = ""
    status: str = ""
    version: int = 0
    restartable: bool = False
    files: tuple[ReadFile, ...] = ()


@dataclass(frozen=True)
class EarlierImport:
    """An import of this engagement that had a file of the same bytes."""

    sha256: str
    title: str
    started_by: str
    started_at: datetime


@dataclass(frozen=True)
class SheetGuess:
    """One table of a file and what it is for.

    Attributes:
        role: ``assets``, ``related``, ``connections`` or ``ignored``.
        reason: Why, in one sentence.
    """

    sheet: str
    role: str
    reason: str
    columns: int


@dataclass(frozen=True)
class PreviewRow:
    """One of the first rows; ``number`` is as the spreadsheet numbers it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PreviewNote:
    """Something a person should know about how a file was read."""

    severity: str
    message: str
    fix: str


@dataclass(frozen=True)
class FilePreview:
    """How a file is read, on its first rows.

    Attributes:
        source: The tool it comes from, for people.
        evidence: By what the source was known.
        sheets: Every table of the file, in file order.
        sheet: The one that is shown; empty for a text file.
        header_row: As the spreadsheet numbers it; 0 if the file has no headers.
        delimiter: What separates cells; empty for a workbook.
        encoding: Empty for a workbook.
        columns: The first headers; ``column_count`` says how many there are.
        rows: The first rows, with as many cells as ``columns``.
        corrects: The import whose rejected rows the file says to bring; unchecked.
    """

    file_id: str = ""
    name: str = ""
    corrects: str = ""
    source: str = ""
    evidence: str = ""
    sheets: tuple[SheetGuess, ...] = ()
    sheet: str = ""
    header_row: int = 0
    delimiter: str = ""
    encoding: str = ""
    column_count: int = 0
    columns: tuple[str, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    notes: tuple[PreviewNote, ...] = ()

    @property
    def is_workbook(self) -> bool:
        """Whether the file has sheets instead of a delimiter and an encoding."""
        return not self.encoding

    @property
    def summary(self) -> str:
        """What the file holds, in a few words."""
        if not self.is_workbook:
            return f"{self.source} · {self.column_count:,} columns"
        used = sum(1 for one in self.sheets if one.role != "ignored")
        number = len(self.sheets)
        return f"{self.source} · {used} of {number} sheet{'s' * (number != 1)} used"


@dataclass(frozen=True)
class ImportFileRow:
    """A file of the import page: waiting for its start, under way, or refused.

    Attributes:
        status: A word of ``components.upload.FILE_LOOKS``.
        note: What was detected, how fast it goes, or why it was refused.
        percent: 0-100, while uploading.
    """

    file_id: str
    name: str
    size: str = ""
    status: str = "ready"
    note: str = ""
    percent: int = 0


@dataclass(frozen=True)
class RecentImport:
    """An earlier import of the engagement, with where its workflow stands."""

    title: str
    status: str
    note: str
    href: str
    at: str
    ago: str
