"""Find out which assets need which, and what has to move together.

Connection rows and references become edges; management traffic and services that
everyone uses are set apart; what remains gives move groups and waves.
"""

from typing import Final

import polars as pl

from discovery_app.domain.discovery_flow_state import Dependencies, DiscoveryFlowState
from discovery_app.domain.issues import Issue, Severity
from discovery_app.phases.base import (
    ISSUE_SCHEMA,
    PhaseContext,
    PhaseResult,
    issue_frame,
)
from discovery_app.transforms.edges import (
    LINK_SCHEMA,
    OBSERVED_SCHEMA,
    aggregate,
    links,
    with_ends,
)
from discovery_app.transforms.graph import Grouping, group_assets
from discovery_app.transforms.grouped import flagged, grouped
from discovery_app.transforms.map_layout import PLACED
from discovery_app.transforms.noise import with_backup, with_noise

TITLE: Final = "Dependency analysis"
WEIGHT: Final = 10.0
ITEM_KIND: Final = "connections"

NO_INPUTS: Final = "No connections or depends_on columns in this import"
SHOWN_MEMBERS: Final = 20
"""Members of a cycle, and talkers of an endpoint, that are named; chosen."""

EDGE_SCHEMA: Final = {
    "edge": pl.UInt32(),
    **LINK_SCHEMA,
    "noise": pl.Boolean(),
    "noise_reason": pl.String(),
    "shared_service": pl.Boolean(),
    "cross_environment": pl.Boolean(),
    **OBSERVED_SCHEMA,
}


def run(context: PhaseContext) -> PhaseResult:
    """Connect the records.

    Reads:
        data_cleansing.records, data_cleansing.connections (frames); the noise ports
        as recorded for this run.

    Leaves:
        edges (frame): Equal links are one edge; noise and shared services are flagged.
        groups (frame): Move group, wave and place on the map of each asset with a
            real edge.
        unknown_endpoints (frame): Ends outside the inventory, with who talks to them.

    Raises:
        MissingInputError: ``data_cleansing`` left no records.
    """
    records = context.frame("data_cleansing", "records")
    connections = context.frame("data_cleansing", "connections")
    every = links(records, connections)
    context.report(0.1, f"Resolving the ends of {len(every):,} connections")
    linked = with_ends(every, records)
    whole = linked.filter(
        pl.col("source").is_not_null() & pl.col("destination").is_not_null()
    )
    whole = with_noise(with_backup(whole), records, context.recorded.noise_ports)
    context.report(0.4, "Setting noise and shared services apart")
    edges = _edges(whole, records, _files(context, records))
    context.report(0.7, "Grouping what moves together")
    grouping, groups = grouped(edges, records)
    unknown = _unknown_endpoints(edges.filter(~pl.col("noise")))
    output = _summary(edges, unknown, grouping)
    noisy = int(whole["noise"].sum())
    return PhaseResult(
        summary=_line(output, noisy) if len(every) else NO_INPUTS,
        output=output,
        items_in=len(every),
        items_out=len(whole) - noisy,
        items_rejected=len(every) - len(whole),
        items_excluded=noisy,
        frames={
            "edges": edges,
            "groups": groups,
            "unknown_endpoints": unknown,
        },
        issues=_issues(context, linked, records, grouping),
    )


def accepted(state: DiscoveryFlowState) -> PhaseResult:
    """Return what a failed run leaves that a person accepts: no dependency at all.

    Treatments are then advised without neighbours, and the import's assets stand in
    no move group and no wave.
    """
    edges = pl.DataFrame(schema=EDGE_SCHEMA)
    grouping = group_assets(edges)
    unknown = _unknown_endpoints(edges)
    return PhaseResult(
        summary="Accepted as failed: no dependencies, move groups or waves",
        output=_summary(edges, unknown, grouping),
        items_in=0,
        items_out=0,
        frames={
            "edges": edges,
            "groups": grouping.groups.with_columns(
                pl.lit(None, dtype=kind).alias(name) for name, kind in PLACED.items()
            ),
            "unknown_endpoints": unknown,
        },
    )


def _edges(
    whole: pl.DataFrame, records: pl.DataFrame, files: pl.DataFrame
) -> pl.DataFrame:
    edges = flagged(aggregate(whole, files), records)
    return edges.select(list(EDGE_SCHEMA)).cast(pl.Schema(EDGE_SCHEMA))


def _files(context: PhaseContext, records: pl.DataFrame) -> pl.DataFrame:
    """Return the file and sheet of each table, for evidence and issues."""
    analysis = context.state.data_source_analysis
    if analysis is None:
        known = records.select("table", "file", "sheet").unique().sort("table")
        return known.unique("table", maintain_order=True)
    return pl.DataFrame(
        [(one.table, one.file, one.sheet) for one in analysis.tables],
        schema={"table": pl.UInt16, "file": pl.String, "sheet": pl.String},
        orient="row",
    )


def _unknown_endpoints(edges: pl.DataFrame) -> pl.DataFrame:
    """Return the ends that are no record, with who talks to them."""
    sides = []
    for direction, other in (("source", "destination"), ("destination", "source")):
        sides.append(
            edges.filter(pl.col(f"{direction}_record").is_null())
            .group_by(endpoint=direction)
            .agg(
                direction=pl.lit(direction).first(),
                talkers=pl.col(other).unique().sort(),
                edges=pl.len().cast(pl.Int64),
            )
        )
    schema = {
        "endpoint": pl.String(),
        "direction": pl.String(),
        "talkers": pl.List(pl.String),
        "edges": pl.Int64(),
    }
    return (
        pl.concat([side.select(list(schema)).cast(schema) for side in sides])
        .with_columns(pl.col("talkers").list.head(SHOWN_MEMBERS))
        .sort(["edges", "endpoint", "direction"], descending=[True, False, False])
    )


def _summary(
    edges: pl.DataFrame, unknown: pl.DataFrame, grouping: Grouping
) -> Dependencies:
    shared = edges.filter("shared_service")["destination"].n_unique()
    return Dependencies(
        edges=len(edges),
        noise=int(edges["noise"].sum()),
        shared_services=shared,
        unknown_endpoints=unknown["endpoint"].n_unique(),
        cross_environment=int((edges["cross_environment"] & ~edges["noise"]).sum()),
        cycles=len(grouping.cycles),
        move_groups=grouping.size,
        waves=grouping.waves,
    )


def _line(output: Dependencies, noisy: int) -> str:
    return (
        f"{output.edges - output.noise:,} dependencies in {output.move_groups:,} move "
        f"groups and {output.waves:,} waves; {noisy:,} connections dropped as noise"
    )


def _issues(
    context: PhaseContext,
    linked: pl.DataFrame,
    records: pl.DataFrame,
    grouping: Grouping,
) -> pl.DataFrame:
    located = linked.join(
        _files(context, records), on="table", how="left", maintain_order="left"
    ).with_columns(pl.col("file", "sheet").fill_null(""))
    return pl.concat(
        [
            _incomplete(located),
            _ambiguous(located, "source"),
            _ambiguous(located, "destination"),
            issue_frame(_cycle_issues(records, grouping)),
        ]
    )


def _incomplete(located: pl.DataFrame) -> pl.DataFrame:
    lacking = located.filter(
        pl.col("source").is_null() | pl.col("destination").is_null()
    )
    end = pl.when(pl.col("source").is_null()).then(pl.lit("source"))
    end = end.otherwise(pl.lit("destination"))
    return lacking.select(
        file="file",
        sheet="sheet",
        row="row_number",
        column=end,
        value=pl.lit(""),
        rule=pl.lit("no_endpoint"),
        severity=pl.lit(str(Severity.ERROR)),
        message=pl.format("The connection names no {}.", end),
        fix=pl.lit("Add the name or the IP address of that end."),
    ).cast(pl.Schema(ISSUE_SCHEMA))


def _ambiguous(located: pl.DataFrame, end: str) -> pl.DataFrame:
    """Return one issue for each text that several assets share, at its first row."""
    shared = located.filter(f"{end}_ambiguous").unique(
        end, keep="first", maintain_order=True
    )
    return shared.select(
        file="file",
        sheet="sheet",
        row="row_number",
        column=pl.lit(end),
        value=end,
        rule=pl.lit("ambiguous_endpoint"),
        severity=pl.lit(str(Severity.WARNING)),
        message=pl.format("Several assets are called {}, so none is taken.", end),
        fix=pl.lit("Name the asset by a name or address that only it has."),
    ).cast(pl.Schema(ISSUE_SCHEMA))


def _cycle_issues(records: pl.DataFrame, grouping: Grouping) -> list[Issue]:
    wanted = sorted({member for cycle in grouping.cycles for member in cycle})
    rows = records.filter(pl.col("record").is_in(wanted)).select(
        "record", "file", "sheet", "row_number", "asset_name"
    )
    known = {row[0]: row[1:] for row in rows.rows()}
    issues = []
    for cycle in grouping.cycles:
        file, sheet, row, _ = known[cycle[0]]
        names = [str(known[member][3]) for member in cycle]
        more = len(names) - SHOWN_MEMBERS
        shown = ", ".join(names[:SHOWN_MEMBERS]) + (
            f" and {more} more" if more > 0 else ""
        )
        issues.append(
            Issue(
                file=file or "",
                sheet=sheet or "",
                row=row,
                column="depends_on",
                value=shown,
                rule="dependency_cycle",
                severity=Severity.INFO,
                message=f"{len(names)} assets need each other in a circle: {shown}.",
                fix="Plan to move them together; nothing has to be corrected.",
            )
        )
    return issues
