"""What an import changed, as a file."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.import_changes import AssetChange
from discovery_app.domain.inventory import MOST_ROWS
from discovery_app.services.audit import AuditService
from discovery_app.services.export_formats import (
    Row,
    csv_chunks,
    json_chunks,
    xlsx_chunks,
)
from discovery_app.services.exports import ExportFormat
from discovery_app.services.import_diffs import ImportDiffService
from discovery_app.services.workflow_state import WorkflowStateService

COLUMNS: Final = (
    "asset_id",
    "asset_name",
    "change",
    "field",
    "before",
    "after",
    "before_from",
    "file",
    "sheet",
    "row",
)
"""One line a changed field; one for an asset that was created, unchanged or is gone."""


class ChangeDownloadService:
    """Writes what imports changed. That is audited.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def changes(
        self, scope: Scope, workflow_id: UUID, form: ExportFormat
    ) -> Iterator[bytes]:
        """Return the file in pieces, what changed first; read them in the unit of work.

        Raises:
            NotPermittedError: The role may not export.
            NotFoundError: There is no such workflow in this engagement.
        """
        scope.require(Permission.EXPORT)
        states = WorkflowStateService(self._session)
        session_id = states.get_workflow_state(scope, workflow_id).session_id
        AuditService(self._session).record(
            scope,
            "exported",
            "changes of an import",
            details={"workflow_id": str(workflow_id), "format": form.value},
        )
        rows = self._rows(scope, session_id)
        match form:
            case ExportFormat.CSV:
                return csv_chunks(COLUMNS, rows)
            case ExportFormat.JSON:
                return json_chunks(COLUMNS, rows)
            case ExportFormat.XLSX:
                return xlsx_chunks(COLUMNS, rows, "changes")

    def _rows(self, scope: Scope, session_id: UUID) -> Iterator[Row]:
        service, offset = ImportDiffService(self._session), 0
        while page := service.changes(
            scope, session_id, offset=offset, limit=MOST_ROWS
        ):
            for change in page:
                yield from _lines(change)
            offset += len(page)


def _lines(change: AssetChange) -> Iterator[Row]:
    named = [str(change.asset_id), change.asset_name, change.kind.value]
    place = [change.file, change.sheet, change.row]
    if not change.fields:
        yield [*named, "", None, None, "", *place]
    for one in change.fields:
        yield [*named, one.field, one.before, one.after, one.before_from, *place]
