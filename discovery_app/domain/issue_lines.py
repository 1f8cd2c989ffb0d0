"""The data issues of an import, as the page shows them: finished words."""

from dataclasses import dataclass, replace
from typing import Self

from discovery_app.domain.display import Choice
from discovery_app.domain.inventory import IssueGroup, IssueView
from discovery_app.domain.issues import Severity
from discovery_app.domain.list_query import ListQuery
from discovery_app.domain.words import count

SEVERITY_WORDS = {
    Severity.ERROR.value: "Errors",
    Severity.WARNING.value: "Warnings",
    Severity.INFO.value: "Notes",
}


@dataclass(frozen=True)
class IssueQuery(ListQuery):
    """What the address of the page asks for; empty words let all through."""

    severity: str = ""
    rule: str = ""
    column: str = ""

    def cleaned(self) -> Self:
        """Return this without what makes no sense."""
        known = self.severity in SEVERITY_WORDS
        return super().cleaned() if known else replace(super().cleaned(), severity="")


@dataclass(frozen=True)
class IssueLine:
    """One issue.

    Attributes:
        row: As the spreadsheet numbers it; empty if it is about the whole sheet.
        is_cell: It is about one cell, so that an empty value means an empty cell.
        number: The row as a number; 0 if it is about the whole sheet.
    """

    issue_id: str
    severity: str
    file: str
    sheet: str
    row: str
    column: str
    value: str
    message: str
    fix: str
    is_cell: bool
    number: int


@dataclass(frozen=True)
class IssueGroupLine:
    """One rule with how often it was broken, and its first issue."""

    rule: str
    title: str
    severity: str
    count: str
    example: str
    fix: str


@dataclass(frozen=True)
class IssuePage:
    """Everything the page shows of an import's issues.

    Attributes:
        total: All issues, whatever the filters; ``found`` those that they leave.
        rejected: Rows that could not become assets.
        again: Where their corrected file is imported; empty for who may not.
    """

    workflow_id: str = ""
    again: str = ""
    title: str = ""
    status: str = ""
    total: str = ""
    errors: str = ""
    warnings: str = ""
    notes: str = ""
    rejected: str = ""
    has_rejected: bool = False
    found: str = ""
    shown: str = ""
    has_previous: bool = False
    has_next: bool = False
    groups: tuple[IssueGroupLine, ...] = ()
    lines: tuple[IssueLine, ...] = ()
    rules: tuple[Choice, ...] = ()
    columns: tuple[Choice, ...] = ()


def issue_line(issue: IssueView) -> IssueLine:
    """Return ``issue`` in words."""
    return IssueLine(
        issue_id=str(issue.issue_id),
        severity=issue.severity,
        file=issue.file,
        sheet=issue.sheet,
        row="" if issue.row is None else count(issue.row),
        column=issue.column,
        value=issue.value,
        message=issue.message,
        fix=issue.fix,
        is_cell=issue.row is not None and bool(issue.column),
        number=issue.row or 0,
    )


def group_line(group: IssueGroup) -> IssueGroupLine:
    """Return ``group`` in words."""
    return IssueGroupLine(
        rule=group.rule,
        title=rule_title(group.rule),
        severity=group.severity,
        count=count(group.count),
        example=group.example.message,
        fix=group.example.fix,
    )


def rule_title(rule: str) -> str:
    """Return the stable word ``rule`` as people read it."""
    return rule.replace("_", " ").capitalize()
