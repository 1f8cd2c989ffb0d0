"""The problems that imports showed: all of them, with where and what to do."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import (
    PAGE_SIZE,
    IssueGroup,
    IssueView,
    RejectedRow,
    WordCount,
)
from discovery_app.domain.issues import Issue, Severity
from discovery_app.services import earlier_runs, matching
from discovery_app.services.asset_queries import check_page
from discovery_app.services.staging import column_types, new_id, stage
from discovery_app.services.tables import ISSUES

ISSUE_COLUMNS: Final = (
    "file",
    "sheet",
    "row",
    "column",
    "value",
    "rule",
    "severity",
    "message",
    "fix",
)
"""Of ``phases.base.ISSUE_SCHEMA``, in its order."""

REJECTIONS: Final = ("no_identity", "record_type", "unreadable")
"""The rules whose errors keep a row out of the inventory."""

SEVERITY_ORDER: Final = sa.case(
    (ISSUES.c.severity == Severity.ERROR, 0),
    (ISSUES.c.severity == Severity.WARNING, 1),
    else_=2,
)
_SHOWN: Final = sa.select(
    ISSUES.c.id,
    ISSUES.c.phase,
    *(ISSUES.c[name] for name in ISSUE_COLUMNS),
)


@dataclass(frozen=True)
class IssueFilter:
    """Which issues to list; an empty field lets all through.

    Attributes:
        search: Part of a value or message.
        row: As the spreadsheet numbers it.
    """

    severities: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    file: str = ""
    row: int | None = None
    search: str = ""


class ImportIssueService:
    """Keeps and lists the issues of imports.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def store(
        self, scope: Scope, session_id: UUID, phase: str, issues: pl.DataFrame
    ) -> int:
        """Keep what a phase found, in the place of what its earlier run found.

        Args:
            scope: Whose import.
            session_id: The import.
            phase: The phase that found them.
            issues: Of ``ISSUE_SCHEMA``, in order.

        Returns:
            How many were kept.
        """
        self._session.execute(
            sa.delete(ISSUES).where(
                ISSUES.c.engagement_id == scope.engagement_id,
                ISSUES.c.session_id == session_id,
                ISSUES.c.phase == phase,
                # Publishing writes these itself, before or after.
                ISSUES.c.rule.not_in((*matching.RULES, *earlier_runs.RULES)),
            )
        )
        if issues.is_empty():
            return 0
        name = f"staged_issues_{phase}"
        staged = stage(
            self._session,
            name,
            {"position": sa.Integer(), **column_types(ISSUES, *ISSUE_COLUMNS)},
            issues.with_row_index("position"),
        )
        columns = {
            "id": new_id(self._session),
            "engagement_id": sa.literal(scope.engagement_id),
            "client_account_id": sa.literal(scope.client_account_id),
            "session_id": sa.literal(session_id),
            "phase": sa.cast(phase, sa.Text()),
            "position": staged.c.position,
            **{
                column: staged.c[column]
                if column in ("row", "severity")
                else sa.func.coalesce(staged.c[column], "")
                for column in ISSUE_COLUMNS
            },
        }
        self._session.execute(
            sa.insert(ISSUES).from_select(
                list(columns), sa.select(*columns.values()), include_defaults=False
            )
        )
        staged.drop(self._session.connection())
        return issues.height

    def page(
        self,
        scope: Scope,
        session_id: UUID,
        chosen: IssueFilter | None = None,
        *,
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[IssueView, ...]:
        """Return issues: errors first, then by rule, as they were found."""
        check_page(offset, limit)
        rows = self._session.execute(
            _SHOWN.where(*_conditions(scope, session_id, chosen))
            .order_by(SEVERITY_ORDER, ISSUES.c.rule, ISSUES.c.position, ISSUES.c.id)
            .offset(offset)
            .limit(limit)
        ).mappings()
        return tuple(_view(row) for row in rows)

    def first(self, scope: Scope, session_id: UUID, limit: int) -> list[Issue]:
        """Return the first ``limit`` issues in the order of ``page``, as found."""
        rows = self._session.execute(
            _SHOWN.where(*_conditions(scope, session_id, None))
            .order_by(SEVERITY_ORDER, ISSUES.c.rule, ISSUES.c.position, ISSUES.c.id)
            .limit(limit)
        ).mappings()
        return [Issue(**{name: row[name] for name in ISSUE_COLUMNS}) for row in rows]

    def count(
        self, scope: Scope, session_id: UUID, chosen: IssueFilter | None = None
    ) -> int:
        """Return how many issues the list has."""
        where = _conditions(scope, session_id, chosen)
        counted = sa.select(sa.func.count()).select_from(ISSUES).where(*where)
        return self._session.scalar(counted) or 0

    def groups(
        self, scope: Scope, session_id: UUID, chosen: IssueFilter | None = None
    ) -> tuple[IssueGroup, ...]:
        """Return the rules with how often each was broken and an example.

        Errors come first, then the most frequent.
        """
        where = _conditions(scope, session_id, chosen)
        by_rule = [ISSUES.c.rule, ISSUES.c.severity]
        numbered = (
            _SHOWN.add_columns(
                sa.func.count().over(partition_by=by_rule).label("number"),
                sa.func.row_number()
                .over(partition_by=by_rule, order_by=[ISSUES.c.position, ISSUES.c.id])
                .label("place"),
                SEVERITY_ORDER.label("weight"),
            )
            .where(*where)
            .subquery()
        )
        rows = self._session.execute(
            sa.select(numbered)
            .where(numbered.c.place == 1)
            .order_by(numbered.c.weight, numbered.c.number.desc(), numbered.c.rule)
        ).mappings()
        return tuple(
            IssueGroup(row["rule"], str(row["severity"]), row["number"], _view(row))
            for row in rows
        )

    def by_severity(self, scope: Scope, session_id: UUID) -> tuple[WordCount, ...]:
        """Return how many issues there are of each severity, the worst first."""
        number = sa.func.count()
        rows = self._session.execute(
            sa.select(ISSUES.c.severity, number)
            .where(*_conditions(scope, session_id, None))
            .group_by(ISSUES.c.severity)
            .order_by(SEVERITY_ORDER)
        )
        return tuple(WordCount(str(severity), count) for severity, count in rows)

    def columns(self, scope: Scope, session_id: UUID) -> tuple[str, ...]:
        """Return the headers that issues speak of, in alphabetical order."""
        rows = self._session.scalars(
            sa.select(ISSUES.c.column)
            .where(*_conditions(scope, session_id, None), ISSUES.c.column != "")
            .distinct()
            .order_by(ISSUES.c.column)
        )
        return tuple(rows)

    def rejected_rows(self, scope: Scope, session_id: UUID) -> tuple[RejectedRow, ...]:
        """Return the rows that could not become assets, with all their reasons."""
        issue = ISSUES.c
        order = {"order_by": [issue.position, issue.id]}
        lists = (
            sa.func.array_agg(
                aggregate_order_by(sa.cast(issue[name], sa.Text()), *order["order_by"]),
                type_=sa.ARRAY(sa.Text()),
            )
            for name in ("rule", "message", "fix")
        )
        kept_out = sa.func.bool_or(issue.rule.in_(REJECTIONS))
        rows = self._session.execute(
            sa.select(issue.file, issue.sheet, issue.row, *lists)
            .where(
                *_conditions(scope, session_id, IssueFilter(severities=("error",))),
                issue.row.is_not(None),
            )
            .group_by(issue.file, issue.sheet, issue.row)
            .having(kept_out)
            .order_by(issue.file, issue.sheet, issue.row)
        )
        return tuple(
            RejectedRow(
                file, sheet, row, *(tuple(dict.fromkeys(part)) for part in parts)
            )
            for file, sheet, row, *parts in rows
        )


def _conditions(
    scope: Scope, session_id: UUID, chosen: IssueFilter | None
) -> list[sa.ColumnElement]:
    scope.require(Permission.VIEW)
    wanted, issue = chosen or IssueFilter(), ISSUES.c
    where: list[sa.ColumnElement] = [
        issue.engagement_id == scope.engagement_id,
        issue.session_id == session_id,
    ]
    lists = {
        sa.cast(issue.severity, sa.Text()): wanted.severities,
        issue.rule: wanted.rules,
        issue.column: wanted.columns,
        issue.phase: wanted.phases,
    }
    where += [column.in_(words) for column, words in lists.items() if words]
    if wanted.file:
        where.append(issue.file == wanted.file)
    if wanted.row is not None:
        where.append(issue.row == wanted.row)
    if wanted.search:
        texts = (issue.value, issue.message)
        part = wanted.search
        where.append(sa.or_(*(t.icontains(part, autoescape=True) for t in texts)))
    return where


def _view(row: sa.RowMapping) -> IssueView:
    return IssueView(
        issue_id=row["id"],
        phase=row["phase"],
        severity=str(row["severity"]),
        **{name: row[name] for name in ISSUE_COLUMNS if name != "severity"},
    )
