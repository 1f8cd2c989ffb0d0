"""Exports of an engagement: what it holds, for people's own tools."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.errors import InvalidInputError
from discovery_app.services.audit import AuditService
from discovery_app.services.export_formats import (
    XLSX_ROWS,
    Row,
    csv_chunks,
    json_chunks,
    xlsx_chunks,
)
from discovery_app.services.export_rows import ExportTable, ExportWhat, export_table

ROWS_A_FETCH: Final = 2_000


class ExportFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.XLSX: (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
}


class ExportService:
    """Writes exports. Each is audited.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def export(
        self, scope: Scope, what: ExportWhat | str, form: ExportFormat | str
    ) -> Iterator[bytes]:
        """Return the file in pieces; read them inside the unit of work.

        What is wrong with the request is raised at once, before the first piece.

        Raises:
            NotPermittedError: The role may not export.
            InvalidInputError: There is no such export or format, or a sheet cannot
                hold as many rows.
        """
        scope.require(Permission.EXPORT)
        wanted, written = _what(what), _form(form)
        table = export_table(scope, wanted)
        if written is ExportFormat.XLSX:
            self._check_fits(table)
        AuditService(self._session).record(
            scope, "exported", wanted.value, details={"format": written.value}
        )
        return self._pieces(table, wanted, written)

    def _pieces(
        self, table: ExportTable, what: ExportWhat, form: ExportFormat
    ) -> Iterator[bytes]:
        rows = self._rows(table)
        match form:
            case ExportFormat.CSV:
                return csv_chunks(table.columns, rows)
            case ExportFormat.JSON:
                return json_chunks(table.columns, rows)
            case ExportFormat.XLSX:
                return xlsx_chunks(table.columns, rows, what.value)

    def _rows(self, table: ExportTable) -> Iterator[Row]:
        """Yield the rows from a cursor on the server, so that memory stays flat."""
        found = self._session.execute(
            table.rows, execution_options={"yield_per": ROWS_A_FETCH}
        )
        for part in found.partitions():
            yield from map(table.worked_out, part)

    def _check_fits(self, table: ExportTable) -> None:
        counted = sa.select(sa.func.count()).select_from(
            table.rows.order_by(None).subquery()
        )
        rows = self._session.scalar(counted) or 0
        if rows >= XLSX_ROWS:
            raise InvalidInputError(
                f"A sheet holds {XLSX_ROWS - 1:,} rows and this export has {rows:,}; "
                "export it as CSV or JSON."
            )


def file_name(what: ExportWhat, form: ExportFormat) -> str:
    """Return the name under which a browser saves the export."""
    return f"{what.value}.{form.value}"


def _what(what: ExportWhat | str) -> ExportWhat:
    if what not in list(ExportWhat):
        raise InvalidInputError(
            f"There is no export of {what}; choose one of {', '.join(ExportWhat)}."
        )
    return ExportWhat(what)


def _form(form: ExportFormat | str) -> ExportFormat:
    if form not in list(ExportFormat):
        raise InvalidInputError(
            f"There is no export as {form}; choose one of {', '.join(ExportFormat)}."
        )
    return ExportFormat(form)
