"""Checks single rows of an import again, as the phases would.

The phases are pure functions, so a row is checked by running validation and cleansing
on it: with a sample of its table around it, because units, orders of dates and totals
are told by the other rows, but without the rest. What needs the whole import, such as
another row that says the same, is seen when the corrections are applied.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import polars as pl
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.corrections import (
    CellCorrection,
    RowCell,
    RowContent,
    RowOutcome,
    RowPlace,
    RowProblem,
)
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState, TableSummary
from discovery_app.domain.inventory import MOST_ROWS, IssueView
from discovery_app.errors import ConflictError, NotFoundError
from discovery_app.knowledge.fields import IDENTITY_FIELDS, target_label
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.import_issues import ImportIssueService, IssueFilter
from discovery_app.services.narrowed_imports import (
    READ_PHASE,
    FoundRow,
    NarrowedImport,
)
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import ObjectStore, object_store

_CHECKED: Final = ("data_validation", "data_cleansing")
_AROUND_ROWS: Final = 200
_LAST_ROWS: Final = 10
"""Rows of the sample, and the last ones, among which reports have their notes. Chosen;
the last as in ``transforms.row_checks``."""


class RowCheckService:
    """Finds rows by what issues say of them, and checks them again.

    One instance serves one unit of work. It only reads.
    """

    def __init__(self, session: Session, store: ObjectStore | None = None) -> None:
        self._session = session
        self._store = store or object_store()

    def find(self, scope: Scope, workflow_id: UUID, place: RowPlace) -> FoundRow:
        """Return the row that issues call ``place``.

        Raises:
            NotFoundError: There is no such workflow or row in this engagement.
            ConflictError: Two tables of the import are called the same.
            UnavailableError: What was read of the file is not stored any more.
        """
        scope.require(Permission.VIEW)
        states = WorkflowStateService(self._session)
        view = states.get_workflow_state(scope, workflow_id)
        state = DiscoveryFlowState.load(view.state_data)
        table, rows = self._table(state, place)
        number = pl.col("row_number") == place.row
        own = rows.filter(number).row(0)
        columns = self._store.read_frame(state.frames[READ_PHASE]["columns"])
        headers = columns.filter(pl.col("table") == table.table).sort("position")
        approved = FieldMappingService(self._session).approved(scope, view.session_id)
        return FoundRow(
            session_id=view.session_id,
            place=place,
            state=state,
            table=table,
            headers=tuple(headers["header"]),
            rows=_around(rows, number),
            cells=tuple(text or "" for text in own[1:]),
            mappings={m.position: m for m in approved if m.table == table.table},
        )

    def content(
        self, scope: Scope, found: FoundRow, corrections: Sequence[CellCorrection]
    ) -> RowContent:
        """Return the row's cells, and what is known to be wrong with them."""
        issues = self._issues(scope, found)
        corrected = {one.position: one.after for one in corrections}
        cells = tuple(
            _cell(found, position, corrected, issues)
            for position in range(len(found.headers))
            if not found.is_closed(position)
        )
        known = tuple(_problem(one, "left") for one in issues)
        return RowContent(found.place, cells, known)

    def check(
        self, scope: Scope, found: FoundRow, corrections: Sequence[CellCorrection]
    ) -> RowOutcome:
        """Return what is wrong with the row once ``corrections``, its own, are read."""
        before = self._issues(scope, found)
        issues, verdict = NarrowedImport(found, corrections, self._store).run()
        kept = [_problem(one, "kept") for one in before if one.phase == READ_PHASE]
        checked = [one for one in before if one.phase in _CHECKED]
        return RowOutcome(found.place, verdict, (*_compared(checked, issues), *kept))

    def _issues(self, scope: Scope, found: FoundRow) -> list[IssueView]:
        place = found.place
        chosen = IssueFilter(file=place.file, row=place.row)
        service = ImportIssueService(self._session)
        issues = service.page(scope, found.session_id, chosen, limit=MOST_ROWS)
        return [one for one in issues if one.sheet == place.sheet]

    def _table(
        self, state: DiscoveryFlowState, place: RowPlace
    ) -> tuple[TableSummary, pl.DataFrame]:
        tables = state.data_source_analysis.tables if state.data_source_analysis else []
        frames = state.frames.get(READ_PHASE, {})
        found: list[tuple[TableSummary, pl.DataFrame]] = []
        for table in tables:
            key = frames.get(f"table_{table.table}")
            if key is None or (table.file, table.sheet) != (place.file, place.sheet):
                continue
            rows = self._store.read_frame(key)
            if place.row in rows["row_number"]:
                found.append((table, rows))
        if not found:
            raise NotFoundError("row", f"{place.row} of {place.file}")
        if len(found) > 1:
            raise ConflictError(
                f"Several tables of this import are called {place.file}; upload one of "
                "them under another name to correct its rows."
            )
        return found[0]


def _around(rows: pl.DataFrame, number: pl.Expr) -> pl.DataFrame:
    """Return the row, a sample of all rows, and the last ones, in their order."""
    step = max(1, rows.height // _AROUND_ROWS)
    parts = [rows.filter(number), rows.gather_every(step), rows.tail(_LAST_ROWS)]
    return pl.concat(parts).unique("row_number").sort("row_number")


def _cell(
    found: FoundRow,
    position: int,
    corrected: Mapping[int, str],
    issues: Sequence[IssueView],
) -> RowCell:
    header, original = found.headers[position], found.cells[position]
    mapping = found.mappings.get(position)
    target = (mapping.target if mapping else None) or ""
    return RowCell(
        position=position,
        column=header,
        field=target_label(target) if target else "",
        original=original,
        value=corrected.get(position, original),
        names=target in IDENTITY_FIELDS,
        problems=tuple(one.message for one in issues if one.column == header),
    )


def _compared(
    before: Sequence[IssueView], after: Sequence[Mapping[str, str]]
) -> list[RowProblem]:
    """Return what is fixed, what is left and what is new, each with its sentence."""
    known = {(one.rule, one.column) for one in before}
    still = {(one["rule"], one["column"]) for one in after}
    fixed = [
        _problem(one, "fixed") for one in before if (one.rule, one.column) not in still
    ]
    found = [
        RowProblem(
            state="left" if (one["rule"], one["column"]) in known else "new",
            severity=one["severity"],
            rule=one["rule"],
            column=one["column"],
            message=one["message"],
            fix=one["fix"],
        )
        for one in after
    ]
    return [*fixed, *found]


def _problem(issue: IssueView, state: str) -> RowProblem:
    return RowProblem(
        state, issue.severity, issue.rule, issue.column, issue.message, issue.fix
    )
