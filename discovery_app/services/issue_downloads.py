"""Downloads of one import: its issues, and its rejected rows as they came."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

import polars as pl
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.corrections import IMPORT_COLUMN, REASON_COLUMNS
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState, TableSummary
from discovery_app.domain.inventory import RejectedRow
from discovery_app.readers import ROW_NUMBER, cell_column
from discovery_app.services.audit import AuditService
from discovery_app.services.corrected_imports import named_columns
from discovery_app.services.export_formats import Row, csv_chunks
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.import_issues import ISSUE_COLUMNS, ImportIssueService
from discovery_app.services.workflow_restart import CORRECTED_PHASE
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import ObjectStore, object_store
from discovery_app.transforms.corrected import with_corrections

_PAGE_ROWS: Final = 500
_FIRST_PHASE: Final = "data_source_analysis"


class IssueDownloadService:
    """Writes CSV files about one import. Each is audited.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session, store: ObjectStore | None = None) -> None:
        self._session = session
        self._store = store or object_store()

    def issues(self, scope: Scope, workflow_id: UUID) -> Iterator[bytes]:
        """Return all issues of an import, the worst first.

        Raises:
            NotFoundError: There is no such workflow in this engagement.
            NotPermittedError: The role may not export.
        """
        session_id = self._begin(scope, workflow_id, "issues of an import").session_id
        return csv_chunks(ISSUE_COLUMNS, self._issue_rows(scope, session_id))

    def rejected_rows(self, scope: Scope, workflow_id: UUID) -> Iterator[bytes]:
        """Return the rows that were rejected, as they were read, with the reasons.

        Corrected, that file can be imported again as it is.

        Raises:
            NotFoundError: There is no such workflow in this engagement.
            NotPermittedError: The role may not export.
            UnavailableError: What was read of the file is not stored any more.
        """
        state = self._begin(scope, workflow_id, "rejected rows of an import")
        session_id = state.session_id
        rejected = ImportIssueService(self._session).rejected_rows(scope, session_id)
        headers = self._headers(scope, session_id)
        columns: dict[str, None] = {}
        rows: list[tuple[Mapping[str, str], RejectedRow]] = []
        for table, reasons in _by_table(state, rejected):
            named = headers[table.table]
            columns |= dict.fromkeys(named)
            rows += self._table_rows(state, table, named, reasons)
        own = tuple(columns)
        lines = ([*line, str(session_id)] for line in _lines(own, rows))
        return csv_chunks((*own, *REASON_COLUMNS, IMPORT_COLUMN), lines)

    def _begin(self, scope: Scope, workflow_id: UUID, what: str) -> DiscoveryFlowState:
        scope.require(Permission.EXPORT)
        states = WorkflowStateService(self._session)
        view = states.get_workflow_state(scope, workflow_id)
        AuditService(self._session).record(
            scope, "exported", what, details={"workflow_id": str(workflow_id)}
        )
        return DiscoveryFlowState.load(view.state_data)

    def _issue_rows(self, scope: Scope, session_id: UUID) -> Iterator[Row]:
        issues, offset = ImportIssueService(self._session), 0
        while page := issues.page(scope, session_id, offset=offset, limit=_PAGE_ROWS):
            for issue in page:
                yield [getattr(issue, name) for name in ISSUE_COLUMNS]
            offset += len(page)

    def _headers(self, scope: Scope, session_id: UUID) -> dict[int, list[str]]:
        """Return the headers by table, in file order; repeated ones are numbered."""
        approved = FieldMappingService(self._session).approved(scope, session_id)
        found: defaultdict[int, list[str]] = defaultdict(list)
        for header, column in named_columns(approved):
            found[column.table].append(header)
        return found

    def _table_rows(
        self,
        state: DiscoveryFlowState,
        table: TableSummary,
        headers: Sequence[str],
        reasons: Mapping[int, RejectedRow],
    ) -> Iterator[tuple[Mapping[str, str], RejectedRow]]:
        key = state.frames[_FIRST_PHASE][f"table_{table.table}"]
        frame = self._store.read_frame(key)
        kept = frame.filter(pl.col(ROW_NUMBER).is_in(list(reasons)))
        corrected = state.frames.get(CORRECTED_PHASE, {}).get("corrected")
        if corrected is not None and self._store.has(corrected):
            cells_of = self._store.read_frame(corrected)
            kept = with_corrections(kept, cells_of.filter(table=table.table))
        for row in kept.iter_rows(named=True):
            cells = {
                header: row.get(cell_column(position)) or ""
                for position, header in enumerate(headers)
            }
            yield cells, reasons[row[ROW_NUMBER]]


def _by_table(
    state: DiscoveryFlowState, rejected: Sequence[RejectedRow]
) -> Iterator[tuple[TableSummary, Mapping[int, RejectedRow]]]:
    tables = state.data_source_analysis.tables if state.data_source_analysis else []
    frames = state.frames.get(_FIRST_PHASE, {})
    for table in tables:
        own = {
            one.row: one
            for one in rejected
            if (one.file, one.sheet) == (table.file, table.sheet)
        }
        if own and f"table_{table.table}" in frames:
            yield table, own


def _lines(
    columns: Sequence[str], rows: Sequence[tuple[Mapping[str, str], RejectedRow]]
) -> Iterator[Row]:
    for cells, why in rows:
        place = f"{why.file} › {why.sheet}" if why.sheet else why.file
        own = [cells.get(column, "") for column in columns]
        yield [*own, " ".join(why.messages), " ".join(why.fixes), place, why.row]
