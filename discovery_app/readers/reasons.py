"""Files of rejected rows that come back corrected: their reasons are not read again."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from discovery_app.domain.corrections import IMPORT_COLUMN, REASON_COLUMNS
from discovery_app.readers.tables import ROW_NUMBER, Note, SourceTable, cell_column

_LEFT_OUT = Note(
    rule="reasons_left_out",
    severity="info",
    message="The columns that say why these rows were rejected are not read.",
    fix="",
)


def without_reasons(table: SourceTable) -> SourceTable:
    """Return ``table`` without the reasons that a download of rejected rows adds.

    Only where all of them stand: one alone may be the client's own column.
    """
    headers = [header.strip() for header in table.headers]
    if not set(REASON_COLUMNS) <= set(headers):
        return table
    added = (*REASON_COLUMNS, IMPORT_COLUMN)
    kept = [at for at, header in enumerate(headers) if header not in added]
    cells = [
        pl.col(cell_column(at)).alias(cell_column(place))
        for place, at in enumerate(kept)
    ]
    return replace(
        table,
        headers=tuple(table.headers[at] for at in kept),
        rows=table.rows.select(ROW_NUMBER, *cells),
        notes=(*table.notes, _LEFT_OUT),
        corrects=_import_of(table, headers),
    )


def _import_of(table: SourceTable, headers: Sequence[str]) -> str:
    """Return which import the rows say they come from, if they say one."""
    if IMPORT_COLUMN not in headers:
        return ""
    told = table.rows[cell_column(headers.index(IMPORT_COLUMN))].drop_nulls().unique()
    return told[0].strip() if len(told) == 1 else ""
