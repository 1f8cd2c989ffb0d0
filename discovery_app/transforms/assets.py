"""Which rows of asset tables become records, and what they are called."""

from typing import Final

import polars as pl

from discovery_app.transforms.connections import CONNECTION_SCHEMA

IDENTITY: Final = (
    "asset_name",
    "hostname",
    "fqdn",
    "external_id",
    "serial_number",
    "vm_uuid",
)
"""A row with none of these says not which asset it is."""

APPLICATION: Final = "1"
DEPENDENCY: Final = "2"
"""Konveyor's record types."""


def name_assets(records: pl.DataFrame) -> pl.DataFrame:
    """Fill missing names: from host name, FQDN, id, serial or UUID, in this order.

    In a list of applications the application's name, or else its id, is the asset's.
    """
    short = pl.col("fqdn").str.split(".").list.first()
    machine = pl.coalesce("hostname", "fqdn", "external_id", "serial_number", "vm_uuid")
    application = pl.coalesce("application_name", "external_id")
    listed = pl.col("applications")
    return records.with_columns(
        asset_name=pl.coalesce(
            "asset_name", pl.when(listed).then(application).otherwise(machine)
        ),
        hostname=pl.coalesce("hostname", short),
        asset_type=pl.coalesce(
            "asset_type", pl.when(listed).then(pl.lit("application"))
        ),
    )


def without_identity(records: pl.DataFrame) -> pl.Series:
    """Return which rows say not which asset they are, after ``name_assets``."""
    return records["asset_name"].is_null()


def mark_virtual_machines(records: pl.DataFrame) -> pl.DataFrame:
    """Say what every row of a vCenter export is: a virtual machine of VMware."""
    return records.with_columns(
        is_virtual=pl.col("is_virtual").fill_null(True),
        hypervisor=pl.lit("VMware"),
        asset_type=pl.col("asset_type").fill_null("virtual_machine"),
    )


def application_connections(rows: pl.DataFrame) -> pl.DataFrame:
    """Return dependency rows of an application list as connections.

    ``southbound``, or no direction: the application needs the other one;
    ``northbound``: the other one needs it.
    """
    other = pl.col("depends_on").list.first()
    own = pl.coalesce("application_name", "asset_name")
    northbound = (pl.col("dependency_direction") == "northbound").fill_null(False)
    connections = rows.select(
        "table",
        "row_number",
        source_application=pl.when(northbound).then(other).otherwise(own),
        dest_application=pl.when(northbound).then(own).otherwise(other),
    )
    blanks = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in CONNECTION_SCHEMA.items()
        if name not in connections.columns
    ]
    return connections.with_columns(blanks).select(*CONNECTION_SCHEMA)
