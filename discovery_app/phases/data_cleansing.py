"""Turns mapped columns into typed records, and accounts for every row."""

from collections import Counter, defaultdict
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
from discovery_app.transforms import assets, quality
from discovery_app.transforms.columns import RECORD_TYPES, SourceColumn, clean_table
from discovery_app.transforms.connections import (
    CONNECTION_SCHEMA,
    clean_connections,
    has_ends,
)
from discovery_app.transforms.convert import RECORD_FIELDS, empty_records, filled_fields
from discovery_app.transforms.duplicates import (
    SHARED_FIELDS,
    Merged,
    merge_duplicates,
    shared_values,
)
from discovery_app.transforms.enrich import enrich, log_fills
from discovery_app.transforms.ledger import Ledger, Place

TITLE: Final = "Data cleansing"
WEIGHT: Final = 20.0
ITEM_KIND: Final = "rows"

LEFT_OUT_SCHEMA: Final = {
    "table": pl.UInt16(),
    "row_number": pl.UInt32(),
    "verdict": pl.String(),
    "reason": pl.String(),
    "record": pl.UInt32(),
}
"""``record`` is the record that a duplicate was merged into."""

RULES_OF_REASONS: Final[Mapping[str, str]] = {
    "placeholder": "placeholder",
    "template": "template",
    "dependency": "dependency",
    "unreadable": "record_type",
    "no_identity": "no_identity",
}
"""The rule under which an issue tells each reason that cleansing itself finds."""

_REJECTED: Final = ("unreadable", "no_identity")
_MACHINE_FIELDS: Final = frozenset(
    {
        "asset_name",
        "hostname",
        "fqdn",
        "serial_number",
        "vm_uuid",
        "ip_address",
        "mac_address",
    }
)
_WEIGHTS: Final = (0.3, 0.25, 0.25, 0.2)
"""FIELD.md, "Data quality"."""


@dataclass
class _Work:
    """What one cleansing gathers on its way."""

    context: PhaseContext
    columns: Mapping[int, Sequence[SourceColumn]]
    verdicts: pl.DataFrame
    ledger: Ledger = field(default_factory=Ledger)
    rows_in: int = 0
    left_out: list[pl.DataFrame] = field(default_factory=list)
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
        verdicts = self.verdicts.filter(pl.col("table") == table.table)
        kept = frame.join(verdicts, on="row_number", how="anti", maintain_order="left")
        return kept, verdicts

    def leave_out(self, rows: pl.DataFrame, verdict: str) -> None:
        """Note rows (with ``table``, ``row_number``, ``reason``) as no records."""
        record = [] if "record" in rows.columns else [pl.lit(None).alias("record")]
        noted = rows.with_columns(*record, verdict=pl.lit(verdict))
        self.left_out.append(noted.select(*LEFT_OUT_SCHEMA).cast(LEFT_OUT_SCHEMA))


def run(context: PhaseContext) -> PhaseResult:
    """Turn mapped columns into typed records.

    Reads:
        data_source_analysis: ``tables``, and their cells in frames ``table_<n>``.
        data_validation.verdicts: Rows that go no further.
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
    parts = [_marked(empty_records(), Place(0, "", ""), applications=False)]
    for table in work.tables("assets"):
        cells, verdicts = work.cells(table)
        work.rows_in += cells.height + verdicts.height
        for verdict in ("excluded", "rejected"):
            work.leave_out(verdicts.filter(pl.col("verdict") == verdict), verdict)
        is_vcenter = _is_vcenter(work, table)
        columns = work.columns.get(table.table, [])
        if is_vcenter:
            columns = [
                _as_custom(c) if c.target == "hypervisor" else c for c in columns
            ]
        cleaned = clean_table(cells, columns, _place(table), work.ledger)
        types = cleaned.record_types
        part = _marked(
            cleaned.records,
            _place(table),
            applications=_lists_applications(columns),
        )
        part = part.with_columns(placeholder=cleaned.placeholders)
        if types is not None:
            part = part.with_columns(record_type=types.fill_null(""))
        parts.append(assets.mark_virtual_machines(part) if is_vcenter else part)
    filled = [part for part in parts if part.height] or parts
    return pl.concat(filled).with_row_index("at")


def _marked(records: pl.DataFrame, place: Place, applications: bool) -> pl.DataFrame:
    """Return ``records`` with where they come from and what their table is."""
    return records.with_columns(
        pl.lit(place.table, dtype=pl.UInt16).alias("table"),
        pl.lit(place.file).alias("file"),
        pl.lit(place.sheet).alias("sheet"),
        pl.lit(applications).alias("applications"),
        pl.lit(False).alias("placeholder"),
        pl.lit(assets.APPLICATION).alias("record_type"),
    )


def _as_custom(column: SourceColumn) -> SourceColumn:
    return SourceColumn(column.position, column.header)


def _lists_applications(columns: Sequence[SourceColumn]) -> bool:
    """Tell whether rows are applications: they have a name only as such."""
    if any(normalise_header(column.header) in RECORD_TYPES for column in columns):
        return True
    targets = {column.target for column in columns}
    return "application_name" in targets and not targets & _MACHINE_FIELDS


def _is_vcenter(work: _Work, table: TableSummary) -> bool:
    """Tell whether a table is RVTools' list of virtual machines."""
    if normalise_header(table.sheet) == "vinfo":
        return True
    analysis = work.context.state.data_source_analysis
    from_rvtools = analysis is not None and analysis.source == "rvtools"
    named = "vinfo" in normalise_header(table.file)
    return not table.sheet and (named or from_rvtools)


def _enrich(work: _Work, records: pl.DataFrame) -> pl.DataFrame:
    for table in sorted(work.tables("related"), key=_disks_first):
        cells, verdicts = work.cells(table)
        rejected = verdicts.filter(pl.col("verdict") == "rejected").height
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
    kind = pl.col("record_type")
    reason = (
        pl.when("placeholder")
        .then(pl.lit("placeholder"))
        .when(pl.col("is_template").fill_null(False))
        .then(pl.lit("template"))
        .when(kind == assets.DEPENDENCY)
        .then(pl.lit("dependency"))
        .when(kind != assets.APPLICATION)
        .then(pl.lit("unreadable"))
        .when(assets.without_identity(records))
        .then(pl.lit("no_identity"))
    )
    judged = records.with_columns(reason=reason)
    out = judged.filter(pl.col("reason").is_not_null())
    for (word,), rows in out.group_by("reason", maintain_order=True):
        work.leave_out(rows, "rejected" if word in _REJECTED else "excluded")
        _tell(work, rows, str(word))
    rows = out.filter(pl.col("reason") == "dependency")
    if rows.height:
        work.connections.append(assets.application_connections(rows))
    return judged.filter(pl.col("reason").is_null()).drop("reason")


def _tell(work: _Work, rows: pl.DataFrame, reason: str) -> None:
    for table in work.tables("assets"):
        mine = rows.filter(pl.col("table") == table.table)
        value = mine["asset_name"]
        columns = work.columns.get(table.table, [])
        if reason == "unreadable":
            value = mine["record_type"]
        elif reason == "no_identity":
            value = pl.repeat(_identity_columns(columns), mine.height, eager=True)
        rule = RULES_OF_REASONS[reason]
        work.ledger.say(_place(table), mine["row_number"], "", "", value, rule)


def _identity_columns(columns: Sequence[SourceColumn]) -> str:
    """Return which columns of a table could have named a row."""
    naming = {*assets.IDENTITY}
    if _lists_applications(columns):
        naming = {"asset_name", "application_name", "external_id"}
    headers = [f"“{c.header}”" for c in columns if c.target in naming]
    return (
        f"here {', '.join(headers)}" if headers else "no column here is mapped to one"
    )


def _number(work: _Work, before: pl.DataFrame, merged: Merged) -> pl.DataFrame:
    """Number the records, and tell which rows were merged into which."""
    records = merged.records.with_row_index("record")
    if merged.merged.height:
        led = before.filter(pl.col("at").is_in(records["at"].implode()))
        log_fills(led, records, "filled_from_duplicate", work.ledger)
    kept = records.select("record", at="at", kept_row="row_number", kept_table="table")
    pairs = merged.merged.join(kept, left_on="into", right_on="at").join(
        before.select("at", "table", "row_number"), on="at"
    )
    said = pl.concat_str(pl.lit("duplicate_of_row_"), "kept_row")
    work.leave_out(pairs.with_columns(reason=said), "excluded")
    tables = {table.table: table for table in work.tables("assets")}
    for (mine, other), rows in pairs.sort("at").group_by(
        "table", "kept_table", maintain_order=True
    ):
        where = "" if mine == other else f" of {_label(tables[other])}"
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
        rejected = verdicts.filter(pl.col("verdict") == "rejected").height
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
    none = pl.DataFrame(schema=LEFT_OUT_SCHEMA)
    left_out = pl.concat([none, *work.left_out]).sort("table", "row_number")
    blank = pl.DataFrame(schema=CONNECTION_SCHEMA)
    connections = pl.concat([blank, *work.connections]).with_row_index("connection")
    reasons = Counter(
        "duplicate" if str(reason).startswith("duplicate") else str(reason)
        for reason in left_out.filter(pl.col("verdict") == "excluded")["reason"]
    )
    rejected = left_out.filter(pl.col("verdict") == "rejected").height
    return PhaseResult(
        summary=_summary(work.rows_in, records.height, reasons, rejected),
        output=Cleansing(
            rows_in=work.rows_in,
            records=records.height,
            rejected=rejected,
            excluded=dict(sorted(reasons.items())),
            changes=work.ledger.changed,
            connections=connections.height,
            related=work.related,
            quality=_quality(work, records, merged),
        ),
        items_in=work.rows_in,
        items_out=records.height,
        items_rejected=rejected,
        items_excluded=reasons.total(),
        frames={
            "records": records.select(
                "record",
                "table",
                "row_number",
                "file",
                "sheet",
                *RECORD_FIELDS,
                "custom",
            ),
            "left_out": left_out,
            "changes": work.ledger.changes(),
            "connections": connections,
        },
        issues=work.ledger.issues().select(*ISSUE_SCHEMA),
    )


def _summary(rows: int, records: int, reasons: Counter[str], rejected: int) -> str:
    words = [
        f"{count:,} {reason.replace('_', ' ')}" for reason, count in reasons.items()
    ]
    told = f"; excluded: {', '.join(words)}" if words else ""
    lost = f"; {rejected:,} rejected" if rejected else ""
    became = f"{rows:,} row{'s'[: rows != 1]} became {records:,} record"
    return f"{became}{'s'[: records != 1]}{told}{lost}."


def _quality(work: _Work, records: pl.DataFrame, merged: int) -> Quality:
    tables = [table.table for table in work.tables("assets")]
    mapped = {c.target for n in tables for c in work.columns.get(n, []) if c.target}
    parts = (
        quality.completeness(records, mapped),
        quality.consistency(records),
        quality.validity(work.ledger.read, work.ledger.failed),
        quality.uniqueness(records, merged),
    )
    score = sum(w * part for w, part in zip(_WEIGHTS, parts, strict=True))
    return Quality(
        completeness=parts[0],
        consistency=parts[1],
        validity=parts[2],
        uniqueness=parts[3],
        score=min(1.0, score),
    )
