"""Turns mapped columns into typed records, and accounts for every row."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from discovery_app.domain.discovery_flow_state import (
    Cleansing,
    Quality,
    RelatedUse,
    TableSummary,
)
from discovery_app.domain.mapping import Outcome
from discovery_app.errors import MissingInputError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.headers import normalise_header
from discovery_app.phases.base import ISSUE_SCHEMA, PhaseContext, PhaseResult
from discovery_app.transforms import assets
from discovery_app.transforms.columns import CleanTable, SourceColumn, clean_table
from discovery_app.transforms.connections import (
    CONNECTION_SCHEMA,
    clean_connections,
    has_ends,
)
from discovery_app.transforms.convert import RECORD_FIELDS, empty_records, filled_fields
from discovery_app.transforms.corrected import with_corrections
from discovery_app.transforms.duplicates import (
    SHARED_FIELDS,
    Merged,
    merge_duplicates,
    merged_rows,
    shared_values,
)
from discovery_app.transforms.enrich import enrich, log_fills
from discovery_app.transforms.ledger import Ledger, Place
from discovery_app.transforms.left_out import (
    EXCLUDED,
    REJECTED,
    LeftOut,
    excluded_by_reason,
)
from discovery_app.transforms.quality import measure

TITLE: Final = "Data cleansing"
WEIGHT: Final = 14.0
ITEM_KIND: Final = "rows"

_CORRECTED: Final = "corrected"

_RECORD_COLUMNS: Final = (
    "record",
    "table",
    "row_number",
    "file",
    "sheet",
    *RECORD_FIELDS,
    "custom",
)


@dataclass
class _Work:
    """What one cleansing gathers on its way."""

    context: PhaseContext
    columns: Mapping[int, Sequence[SourceColumn]]
    verdicts: pl.DataFrame
    ledger: Ledger = field(default_factory=Ledger)
    rows_in: int = 0
    left_out: LeftOut = field(default_factory=LeftOut)
    connections: list[pl.DataFrame] = field(default_factory=list)
    related: list[RelatedUse] = field(default_factory=list)

    def tables(self, role: str) -> list[TableSummary]:
        """Return the tables of ``role``, in the order of their numbers."""
        analysis = self.context.state.data_source_analysis
        found = analysis.tables if analysis else []
        return sorted((t for t in found if t.role == role), key=lambda t: t.table)

    def cells(self, table: TableSummary) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the rows that validation let through, and its verdicts on the rest."""
        name = f"table_{table.table}"
        frame = self.context.frame("data_source_analysis", name)
        if _CORRECTED in self.context.state.frames.get("data_validation", {}):
            corrected = self.context.frame("data_validation", _CORRECTED)
            mine = corrected.filter(pl.col("table") == table.table)
            frame = with_corrections(frame, mine)
        verdicts = self.verdicts.filter(pl.col("table") == table.table)
        kept = frame.join(verdicts, on="row_number", how="anti", maintain_order="left")
        return kept, verdicts


def run(context: PhaseContext) -> PhaseResult:
    """Turn mapped columns into typed records.

    Reads:
        data_source_analysis: ``tables``, and their cells in frames ``table_<n>``.
        data_validation.verdicts: Rows that go no further.
        data_validation.corrected: Cells that people corrected; a run that began
            with an older version has none.
        field_mapping.mappings: ``confidence`` ranks several columns of one target.
        context.recorded.mappings: What each column means.

    Leaves:
        records: One row an asset, with all fields of the schema.
        left_out: Every other row of the asset tables, with its reason.
        changes: Cells that were changed, the first 100,000.
        connections: Rows of connection tables, and dependencies of applications.

    Raises:
        MissingInputError: An earlier phase left no tables, verdicts or mapping.
    """
    context.require(context.state.data_source_analysis, "the tables found")
    verdicts = context.frame("data_validation", "verdicts")
    work = _Work(context, _columns(context), verdicts)
    records = _read_assets(work)
    context.report(0.5, f"{records.height:,} rows read")
    records = _enrich(work, records)
    context.report(0.65, "Related sheets joined")
    records = _leave_out(work, assets.name_assets(records))
    merged = merge_duplicates(records)
    records = _number(work, records, merged)
    context.report(0.85, f"{records.height:,} records")
    _read_connections(work)
    return _result(work, records, merged.merged.height)


def _columns(context: PhaseContext) -> dict[int, list[SourceColumn]]:
    """Return the columns to read by table, the most trusted of a target first."""
    if not context.recorded.mappings:
        raise MissingInputError(context.phase, "the approved mapping")
    mappings = context.frame("field_mapping", "mappings")
    trust = {
        (table, position): confidence
        for table, position, confidence in mappings.select(
            "table", "position", "confidence"
        ).iter_rows()
    }
    columns: dict[int, list[SourceColumn]] = defaultdict(list)
    for m in context.recorded.mappings:
        if m.outcome is Outcome.NEVER_IMPORTED:
            continue
        rank = round(1000 * (1.0 - (trust.get((m.table, m.position)) or 0.0)))
        column = SourceColumn(m.position, m.header, m.target, m.unit, rank)
        columns[m.table].append(column)
    return {n: sorted(c, key=lambda c: c.position) for n, c in columns.items()}


def _place(table: TableSummary) -> Place:
    return Place(table.table, table.file, table.sheet)


def _read_assets(work: _Work) -> pl.DataFrame:
    """Return the rows of all asset tables, numbered in ``at`` in their order."""
    parts = []
    for table in work.tables("assets"):
        cells, verdicts = work.cells(table)
        work.rows_in += cells.height + verdicts.height
        for verdict in (EXCLUDED, REJECTED):
            work.left_out.add(verdicts.filter(pl.col("verdict") == verdict), verdict)
        columns = work.columns.get(table.table, [])
        is_vcenter = _is_vcenter(table, columns)
        if is_vcenter:
            columns = [
                _as_custom(c) if c.target == "hypervisor" else c for c in columns
            ]
        place = _place(table)
        cleaned = clean_table(cells, columns, place, work.ledger)
        part = assets.placed(cleaned, place, assets.lists_applications(columns))
        parts.append(assets.mark_virtual_machines(part) if is_vcenter else part)
    none = CleanTable(empty_records(), pl.Series([], dtype=pl.Boolean))
    filled = [part for part in parts if part.height]
    filled = filled or [assets.placed(none, Place(0, "", ""), applications=False)]
    return pl.concat(filled).with_row_index("at")


def _as_custom(column: SourceColumn) -> SourceColumn:
    return SourceColumn(column.position, column.header)


def _is_vcenter(table: TableSummary, columns: Sequence[SourceColumn]) -> bool:
    """Tell whether a table is RVTools' list of virtual machines."""
    if "vinfo" in normalise_header(table.sheet or table.file):
        return True
    headers = {normalise_header(column.header) for column in columns}
    return {"vm", "powerstate"} <= headers


def _enrich(work: _Work, records: pl.DataFrame) -> pl.DataFrame:
    for table in sorted(work.tables("related"), key=_disks_first):
        cells, verdicts = work.cells(table)
        rejected = verdicts.filter(pl.col("verdict") == REJECTED).height
        columns = work.columns.get(table.table, [])
        enriched = enrich(records, cells, columns, _place(table), work.ledger)
        records, used = enriched.records, enriched.used
        work.related.append(
            RelatedUse(
                file=table.file,
                sheet=table.sheet,
                rows_in=cells.height + rejected,
                used=used,
                rejected=cells.height - used + rejected,
            )
        )
    return records


def _disks_first(table: TableSummary) -> bool:
    """Sort partitions last: their capacity is less than that of their disks."""
    return "partition" in (table.sheet or table.file).lower()


def _leave_out(work: _Work, records: pl.DataFrame) -> pl.DataFrame:
    """Take out rows that are no asset, each with its reason."""
    judged = assets.judge(records)
    out = judged.filter(pl.col("reason").is_not_null())
    for (word,), rows in out.group_by("reason", maintain_order=True):
        rejected = word in assets.REJECTED_REASONS
        work.left_out.add(rows, REJECTED if rejected else EXCLUDED)
        _tell(work, rows, str(word))
    rows = out.filter(pl.col("reason") == "dependency")
    if rows.height:
        work.connections.append(assets.application_connections(rows))
    return judged.filter(pl.col("reason").is_null()).drop("reason")


def _tell(work: _Work, rows: pl.DataFrame, reason: str) -> None:
    for table in work.tables("assets"):
        mine = rows.filter(pl.col("table") == table.table)
        value = mine["asset_name"]
        if reason == "unreadable":
            value = mine["record_type"]
        elif reason == "no_identity":
            named = assets.naming_columns(work.columns.get(table.table, []))
            value = pl.repeat(named, mine.height, eager=True)
        rule = assets.RULE_OF_REASON[reason]
        work.ledger.say(_place(table), mine["row_number"], "", "", value, rule)


def _number(work: _Work, before: pl.DataFrame, merged: Merged) -> pl.DataFrame:
    """Number the records, and tell which rows were merged into which."""
    records = merged.records.with_row_index("record")
    if merged.merged.height:
        led = before.filter(pl.col("at").is_in(records["at"].implode()))
        log_fills(led, records, "filled_from_duplicate", work.ledger)
    gone = merged_rows(before, records, merged)
    work.left_out.add(gone, EXCLUDED)
    tables = {table.table: table for table in work.tables("assets")}
    for (mine, kept), rows in gone.group_by("table", "kept_table", maintain_order=True):
        where = "" if mine == kept else f" of {_label(tables[kept])}"
        value = rows.select(
            pl.format("row {}{}", "kept_row", pl.lit(where))
        ).to_series()
        place = _place(tables[mine])
        work.ledger.say(place, rows["row_number"], "", "", value, "duplicate")
    _tell_shared(work, records)
    return records


def _label(table: TableSummary) -> str:
    return f"{table.file} ({table.sheet})" if table.sheet else table.file


def _tell_shared(work: _Work, records: pl.DataFrame) -> None:
    for name in [n for n in filled_fields(records) if n in SHARED_FIELDS]:
        shared = records.filter(shared_values(records, name))
        label = ASSET_FIELDS[name].label or name
        for table in work.tables("assets"):
            rows = shared.filter(pl.col("table") == table.table)
            place = _place(table)
            work.ledger.say(
                place, rows["row_number"], "", label, rows[name], "shared_identity"
            )


def _read_connections(work: _Work) -> None:
    for table in work.tables("connections"):
        cells, verdicts = work.cells(table)
        rejected = verdicts.filter(pl.col("verdict") == REJECTED).height
        columns = work.columns.get(table.table, [])
        place = _place(table)
        found = clean_connections(cells, columns, place, work.ledger)
        usable = has_ends(found)
        lost = found["row_number"].filter(~usable)
        blank = pl.repeat("", len(lost), eager=True)
        work.ledger.say(place, lost, "", "", blank, "no_endpoint")
        work.connections.append(found.filter(usable))
        work.related.append(
            RelatedUse(
                file=table.file,
                sheet=table.sheet,
                rows_in=cells.height + rejected,
                used=int(usable.sum()),
                rejected=len(lost) + rejected,
            )
        )


def _result(work: _Work, records: pl.DataFrame, merged: int) -> PhaseResult:
    left_out = work.left_out.frame()
    blank = pl.DataFrame(schema=CONNECTION_SCHEMA)
    connections = pl.concat([blank, *work.connections]).with_row_index("connection")
    excluded = excluded_by_reason(left_out)
    rejected = left_out.filter(pl.col("verdict") == REJECTED).height
    tables = [table.table for table in work.tables("assets")]
    mapped = {c.target for n in tables for c in work.columns.get(n, []) if c.target}
    return PhaseResult(
        summary=_summary(work.rows_in, records.height, excluded, rejected),
        output=Cleansing(
            rows_in=work.rows_in,
            records=records.height,
            rejected=rejected,
            excluded=excluded,
            changes=work.ledger.changed,
            connections=connections.height,
            related=work.related,
            quality=Quality(**measure(records, mapped, work.ledger, merged)),
        ),
        items_in=work.rows_in,
        items_out=records.height,
        items_rejected=rejected,
        items_excluded=sum(excluded.values()),
        frames={
            "records": records.select(*_RECORD_COLUMNS),
            "left_out": left_out,
            "changes": work.ledger.changes(),
            "connections": connections,
        },
        issues=work.ledger.issues().select(*ISSUE_SCHEMA),
    )


def _summary(rows: int, records: int, excluded: Mapping[str, int], lost: int) -> str:
    words = [
        f"{count:,} {reason.replace('_', ' ')}" for reason, count in excluded.items()
    ]
    told = f"; excluded: {', '.join(words)}" if words else ""
    told += f"; {lost:,} rejected" if lost else ""
    became = f"{rows:,} row{'s'[: rows != 1]} became {records:,} record"
    return f"{became}{'s'[: records != 1]}{told}."
