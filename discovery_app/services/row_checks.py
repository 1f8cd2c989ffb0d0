"""Checks single rows of an import again, as the phases would.

The phases are pure functions, so a row is checked by running validation and cleansing
on it: with a sample of its table around it, because units, orders of dates and totals
are told by the other rows, but without the rest. What needs the whole import, such as
another row that says the same, is seen when the corrections are applied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import polars as pl
from sqlmodel import Session

from discovery_app.agents.rules import RulesAssistant
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
from discovery_app.domain.mapping import ApprovedMapping, Outcome
from discovery_app.errors import ConflictError, MissingInputError, NotFoundError
from discovery_app.knowledge.fields import IDENTITY_FIELDS, target_label
from discovery_app.knowledge.headers import is_never_imported
from discovery_app.phases import load_phase
from discovery_app.phases.base import PhaseContext, PhaseResult, Recorded
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.import_issues import ImportIssueService, IssueFilter
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import ObjectStore, object_store

READ_PHASE: Final = "data_source_analysis"
_CHECKED: Final = ("data_validation", "data_cleansing")
_AROUND_ROWS: Final = 200
_LAST_ROWS: Final = 10
"""Rows of the sample, and the last ones, among which reports have their notes. Chosen;
the last as in ``transforms.row_checks``."""

_TRUST: Final = {
    "table": pl.UInt16(),
    "position": pl.UInt16(),
    "confidence": pl.Float64(),
}


@dataclass(frozen=True)
class FoundRow:
    """A row of an import with what is needed to check it.

    Attributes:
        headers: Of its table, in file order.
        rows: The row, and a sample of its table around it.
        cells: The row's own text by position, empty where the cell is.
        mappings: Of its table's columns, by position; empty before the mapping.
    """

    session_id: UUID
    place: RowPlace
    state: DiscoveryFlowState
    table: TableSummary
    headers: tuple[str, ...]
    rows: pl.DataFrame
    cells: tuple[str, ...]
    mappings: Mapping[int, ApprovedMapping]

    def is_closed(self, position: int) -> bool:
        """Return whether a column holds credentials, which nobody sees or corrects."""
        mapping = self.mappings.get(position)
        never = mapping is not None and mapping.outcome is Outcome.NEVER_IMPORTED
        return never or is_never_imported(self.headers[position])


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
        issues, verdict = _Narrowed(found, corrections, self._store).run()
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


class _Narrowed:
    """The import as if its one table had only some rows."""

    def __init__(
        self,
        found: FoundRow,
        corrections: Sequence[CellCorrection],
        store: ObjectStore,
    ) -> None:
        self._found = found
        self._corrections = corrections
        self._store = store
        name = f"table_{found.table.table}"
        self._frames: dict[tuple[str, str], pl.DataFrame] = {
            (READ_PHASE, name): found.rows
        }

    def run(self) -> tuple[list[dict[str, str]], str]:
        """Return the row's issues, and its verdict if the mapping is known."""
        validated = self._run("data_validation")
        for name, frame in validated.frames.items():
            self._frames["data_validation", name] = frame
        issues = self._mine(validated.issues)
        if not self._found.mappings:
            return issues, ""
        self._frames["field_mapping", "mappings"] = self._trust()
        cleansed = self._run("data_cleansing")
        issues += self._mine(cleansed.issues)
        return issues, self._verdict(cleansed.frames["left_out"])

    def _run(self, phase: str) -> PhaseResult:
        return load_phase(phase).run(
            PhaseContext(
                phase=phase,
                state=self._state(),
                files=(),
                recorded=Recorded(
                    as_of=self._found.state.as_of,
                    mappings=tuple(self._found.mappings.values()),
                    corrections=self._corrections,
                ),
                frame=self._frame,
                assistant=RulesAssistant(),
                report=_unheard,
            )
        )

    def _state(self) -> DiscoveryFlowState:
        state, table = self._found.state, self._found.table
        analysis = state.data_source_analysis
        if analysis is None:
            raise MissingInputError("data_validation", READ_PHASE)
        height = self._found.rows.height if table.role == "assets" else 0
        narrowed = analysis.model_copy(update={"tables": [table], "rows_in": height})
        frames = {**state.frames, "data_validation": {"corrected": ""}}
        return state.model_copy(
            update={"data_source_analysis": narrowed, "frames": frames}
        )

    def _frame(self, phase: str, name: str) -> pl.DataFrame:
        if (phase, name) not in self._frames:
            key = self._found.state.frames.get(phase, {}).get(name)
            if key is None:
                raise MissingInputError(phase, name)
            self._frames[phase, name] = self._store.read_frame(key)
        return self._frames[phase, name]

    def _trust(self) -> pl.DataFrame:
        """Return how sure each mapping is; the retention may have taken that away."""
        key = self._found.state.frames.get("field_mapping", {}).get("mappings")
        if key is None or not self._store.has(key):
            return pl.DataFrame(schema=_TRUST)
        return self._store.read_frame(key).select(*_TRUST)

    def _mine(self, issues: pl.DataFrame) -> list[dict[str, str]]:
        place = self._found.place
        own = issues.filter(
            pl.col("row") == place.row,
            pl.col("file") == place.file,
            pl.col("sheet") == place.sheet,
        )
        return own.to_dicts()

    def _verdict(self, left_out: pl.DataFrame) -> str:
        if self._found.table.role != "assets":
            return ""
        mine = left_out.filter(pl.col("row_number") == self._found.place.row)
        return str(mine["verdict"][0]) if mine.height else "accepted"


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


def _unheard(fraction: float, message: str) -> None:
    """Nobody waits for the progress of a row."""
