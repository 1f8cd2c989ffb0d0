"""Files of ours that come back: what we wrote beside the rows is not read again."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from discovery_app.domain.corrections import IMPORT_COLUMN, REASON_COLUMNS
from discovery_app.knowledge.own_exports import is_own_export, is_worked_out
from discovery_app.readers.tables import ROW_NUMBER, Note, SourceTable, cell_column

_LEFT_OUT = Note(
    rule="reasons_left_out",
    severity="info",
    message="The columns that say why these rows were rejected are not read.",
    fix="",
)


_WORKED_OUT = Note(
    rule="worked_out_left_out",
    severity="info",
    message="This is an export of the inventory: its rows are found again by their "
    "asset_id, and the columns for scope and custom values are not read.",
    fix="",
)


def without_our_own(table: SourceTable) -> SourceTable:
    """Return ``table`` without the columns that an export of ours added to it."""
    table = without_reasons(table)
    if not is_own_export(table.headers):
        return table
    kept = [at for at, name in enumerate(table.headers) if not is_worked_out(name)]
    return _with_columns(table, kept, _WORKED_OUT)


def without_reasons(table: SourceTable) -> SourceTable:
    """Return ``table`` without the reasons that a download of rejected rows adds.

    Only where all of them stand: one alone may be the client's own column.
    """
    headers = [header.strip() for header in table.headers]
    if not set(REASON_COLUMNS) <= set(headers):
        return table
    added = (*REASON_COLUMNS, IMPORT_COLUMN)
    kept = [at for at, header in enumerate(headers) if header not in added]
    found = _import_of(table, headers)
    return replace(_with_columns(table, kept, _LEFT_OUT), corrects=found)


def _with_columns(table: SourceTable, kept: list[int], note: Note) -> SourceTable:
    cells = [
        pl.col(cell_column(at)).alias(cell_column(place))
        for place, at in enumerate(kept)
    ]
    return replace(
        table,
        headers=tuple(table.headers[at] for at in kept),
        rows=table.rows.select(ROW_NUMBER, *cells),
        notes=(*table.notes, note),
    )


def _import_of(table: SourceTable, headers: Sequence[str]) -> str:
    """Return which import the rows say they come from, if they say one."""
    if IMPORT_COLUMN not in headers:
        return ""
    told = table.rows[cell_column(headers.index(IMPORT_COLUMN))].drop_nulls().unique()
    return told[0].strip() if len(told) == 1 else ""
