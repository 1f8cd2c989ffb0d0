"""The audit log as a file."""

from collections.abc import Iterator
from typing import Final

from sqlmodel import Session

from discovery_app.domain.access import PlatformScope
from discovery_app.domain.audit import AuditFilter, AuditView
from discovery_app.domain.paging import PAGE_LIMIT
from discovery_app.services.audit import AuditService
from discovery_app.services.export_formats import (
    Row,
    csv_chunks,
    json_chunks,
    xlsx_chunks,
)
from discovery_app.services.exports import ExportFormat

COLUMNS: Final = (
    "at",
    "actor",
    "action",
    "subject",
    "reason",
    "client",
    "engagement",
    "details",
)


class AuditExportService:
    """Writes the audit log. That, too, is audited.

    Works in units of work of a ``PlatformScope``. One instance serves one unit of
    work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def export(
        self, scope: PlatformScope, chosen: AuditFilter, form: ExportFormat
    ) -> Iterator[bytes]:
        """Return the file in pieces, newest first; read them in the unit of work."""
        audit = AuditService(self._session)
        audit.record(scope, "exported", "audit log", details={"format": form.value})
        rows = self._rows(audit, chosen)
        match form:
            case ExportFormat.CSV:
                return csv_chunks(COLUMNS, rows)
            case ExportFormat.JSON:
                return json_chunks(COLUMNS, rows)
            case ExportFormat.XLSX:
                return xlsx_chunks(COLUMNS, rows, "audit")

    def _rows(self, audit: AuditService, chosen: AuditFilter) -> Iterator[Row]:
        cursor = ""
        while True:
            page = audit.entries(chosen, cursor=cursor, limit=PAGE_LIMIT)
            yield from map(_row, page.items)
            cursor = page.next_cursor
            if not cursor:
                return


def _row(one: AuditView) -> Row:
    return (
        one.at,
        one.actor,
        one.action,
        one.subject,
        one.reason,
        one.client,
        one.engagement,
        dict(one.details or {}),
    )
