"""A problem in a file, with where it is and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad an issue is: an error keeps a row or value out, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Issue:
    """One problem.

    Attributes:
        row: As the spreadsheet numbers it; ``None`` if it is about the whole sheet.
        rule: Stable word for the check, e.g. ``ragged_row``.
        message: One sentence that says what is wrong.
        fix: One sentence that says what to do.
    """

    file: str
    sheet: str
    row: int | None
    column: str
    value: str
    rule: str
    severity: Severity
    message: str
    fix: str
