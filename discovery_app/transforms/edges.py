"""Turns connection rows and references into edges between assets.

An edge goes from the asset that needs something to the one that it needs. Equal
edges are one, with their counts added up.
"""

from typing import Final

import polars as pl

from discovery_app.transforms.endpoints import endpoint_keys, resolve

LINK_SCHEMA: Final = {
    "source_record": pl.UInt32(),
    "source": pl.String(),
    "destination_record": pl.UInt32(),
    "destination": pl.String(),
    "port": pl.Int32(),
    "protocol": pl.String(),
    "kind": pl.String(),
    "backup": pl.Boolean(),
    "source_application": pl.String(),
    "destination_application": pl.String(),
}
"""What an edge connects, and as what."""

OBSERVED_SCHEMA: Final = {
    "connection_count": pl.Int64(),
    "bytes_total": pl.Int64(),
    "first_observed": pl.Datetime("us", "UTC"),
    "last_observed": pl.Datetime("us", "UTC"),
    "evidence": pl.String(),
}
"""How often, how much and when an edge was seen, and who says so."""

_SAME: Final = (
    "source_record",
    "source",
    "destination_record",
    "destination",
    "port",
    "protocol",
    "kind",
)


def links(records: pl.DataFrame, connections: pl.DataFrame) -> pl.DataFrame:
    """Return every connection row and every reference as one link each.

    Columns: table, row_number, kind, the names, addresses, applications and processes
    of both ends, port, protocol, the counts and observed_at. References that say
    ``northbound`` are turned: there the one named needs this asset.
    """
    return pl.concat(
        [_connection_links(connections), _reference_links(records)], how="diagonal"
    ).with_row_index("link")


def _connection_links(connections: pl.DataFrame) -> pl.DataFrame:
    is_application = pl.all_horizontal(
        pl.col(c).is_null()
        for c in ("source_name", "source_ip", "dest_name", "dest_ip")
    )
    return connections.select(
        "table",
        "row_number",
        kind=pl.when(is_application)
        .then(pl.lit("application"))
        .otherwise(pl.lit("connection")),
        source_name=_named("source"),
        source_ip="source_ip",
        dest_name=_named("dest"),
        dest_ip="dest_ip",
        source_application="source_application",
        dest_application="dest_application",
        source_process="source_process",
        dest_process="dest_process",
        port=pl.col("dest_port").cast(pl.Int32),
        protocol=pl.col("protocol").str.to_lowercase(),
        connection_count=pl.col("connection_count").fill_null(1),
        bytes_total="bytes_total",
        observed_at="observed_at",
    )


def _named(prefix: str) -> pl.Expr:
    """Return the end's name; its application's where the row names no host."""
    application = pl.when(pl.col(f"{prefix}_ip").is_null()).then(
        f"{prefix}_application"
    )
    return pl.coalesce(f"{prefix}_name", application)


def _reference_links(records: pl.DataFrame) -> pl.DataFrame:
    named = (
        records.select(
            "table",
            "row_number",
            "dependency_direction",
            own=pl.coalesce("asset_name", "hostname", "fqdn"),
            own_record="record",
            other="depends_on",
        )
        .filter(pl.col("other").list.len() > 0)
        .explode("other")
        .with_columns(pl.col("other").str.strip_chars())
    )
    turned = (pl.col("dependency_direction") == "northbound").fill_null(False)
    return named.select(
        "table",
        "row_number",
        kind=pl.lit("depends_on"),
        source_name=pl.when(turned).then("other").otherwise("own"),
        dest_name=pl.when(turned).then("own").otherwise("other"),
        known_source=pl.when(~turned).then("own_record"),
        known_destination=pl.when(turned).then("own_record"),
        connection_count=pl.lit(1, dtype=pl.Int64),
    )


def with_ends(every: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return the links with the records and display names of both ends.

    Adds source_record, source, destination_record, destination (the names are null
    where the row names no such end) and ambiguous (an end is shared by several).
    """
    keys = endpoint_keys(records if len(every) else records.clear())
    names = records.select(
        "record", label=pl.coalesce("asset_name", "hostname", "fqdn", "external_id")
    )
    placed = _end(every, keys, names, "source", "source", "known_source")
    placed = _end(placed, keys, names, "dest", "destination", "known_destination")
    return placed.with_columns(
        ambiguous=pl.col("source_ambiguous") | pl.col("destination_ambiguous")
    )


def _end(
    every: pl.DataFrame,
    keys: pl.DataFrame,
    names: pl.DataFrame,
    prefix: str,
    end: str,
    known: str,
) -> pl.DataFrame:
    name, address = f"{prefix}_name", f"{prefix}_ip"
    found = resolve(every.select(name=name, ip=address), keys)
    joined = every.join(
        found.rename({"record": "found", "ambiguous": f"{end}_ambiguous"}),
        left_on=[name, address],
        right_on=["name", "ip"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).with_columns(pl.coalesce(known, "found").alias(f"{end}_record"))
    labelled = joined.join(
        names,
        left_on=f"{end}_record",
        right_on="record",
        how="left",
        maintain_order="left",
    )
    return labelled.with_columns(
        pl.coalesce("label", name, address).alias(end),
        pl.col(f"{end}_ambiguous") & pl.col(f"{end}_record").is_null(),
    ).drop("label", "found", known)


def aggregate(placed: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return one edge for all equal links that have both ends.

    Args:
        placed: From ``with_ends``, with backup, noise and noise_reason.
        files: Columns table and file.

    Returns:
        Sorted by source, destination, port, protocol and kind, numbered ``edge``.
    """
    merged = (
        placed.sort("link")
        .group_by(*_SAME, maintain_order=True)
        .agg(
            noise=pl.col("noise").all(),
            noise_reason=pl.col("noise_reason").drop_nulls().first(),
            backup=pl.col("backup").all(),
            source_application=pl.col("source_application").drop_nulls().first(),
            destination_application=pl.col("dest_application").drop_nulls().first(),
            connection_count=pl.col("connection_count").sum(),
            bytes_total=pl.when(pl.col("bytes_total").is_not_null().any()).then(
                pl.col("bytes_total").sum()
            ),
            first_observed=pl.col("observed_at").min(),
            last_observed=pl.col("observed_at").max(),
            rows=pl.len(),
            table=pl.col("table").first(),
            row_number=pl.col("row_number").first(),
        )
        .join(files, on="table", how="left", maintain_order="left")
    )
    return (
        merged.with_columns(
            noise_reason=pl.when("noise").then("noise_reason"),
            evidence=pl.format(
                "{}, row {}{}",
                pl.col("file").fill_null("an import table"),
                "row_number",
                pl.when(pl.col("rows") > 1)
                .then(pl.format(" and {} more", pl.col("rows") - 1))
                .otherwise(pl.lit("")),
            ),
        )
        .sort(
            "source",
            "destination",
            "port",
            "protocol",
            "kind",
            "source_record",
            "destination_record",
        )
        .with_row_index("edge")
    )
