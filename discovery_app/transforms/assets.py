"""Which rows of asset tables become records, and what they are called."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from discovery_app.knowledge.headers import normalise_header
from discovery_app.transforms.columns import RECORD_TYPES, CleanTable, SourceColumn
from discovery_app.transforms.connections import CONNECTION_SCHEMA
from discovery_app.transforms.ledger import Place

APPLICATION: Final = "1"
DEPENDENCY: Final = "2"
"""Konveyor's record types."""

REJECTED_REASONS: Final = ("unreadable", "no_identity")
"""Rows that should have become records; all other reasons are on purpose."""

RULE_OF_REASON: Final[Mapping[str, str]] = {
    "placeholder": "placeholder",
    "template": "template",
    "dependency": "dependency",
    "unreadable": "record_type",
    "no_identity": "no_identity",
}
"""The rule under which an issue tells a reason."""

_MACHINE_NAMES: Final = frozenset(
    {"asset_name", "hostname", "fqdn", "serial_number", "vm_uuid"}
)
_MACHINE_FIELDS: Final = _MACHINE_NAMES | {"ip_address", "mac_address"}
_APPLICATION_NAMES: Final = frozenset({"asset_name", "application_name"})


def lists_applications(columns: Sequence[SourceColumn]) -> bool:
    """Tell whether rows are applications: they have a name only as such."""
    if any(normalise_header(column.header) in RECORD_TYPES for column in columns):
        return True
    targets = {column.target for column in columns}
    return "application_name" in targets and not targets & _MACHINE_FIELDS


def naming_columns(columns: Sequence[SourceColumn]) -> str:
    """Return which columns could have named a row, in words."""
    listed = lists_applications(columns)
    naming = (_APPLICATION_NAMES if listed else _MACHINE_NAMES) | {"external_id"}
    headers = [f"“{c.header}”" for c in columns if c.target in naming]
    return (
        f"here {', '.join(headers)}" if headers else "no column here is mapped to one"
    )


def placed(table: CleanTable, place: Place, applications: bool) -> pl.DataFrame:
    """Return a table's records with where they come from and what the table says.

    Besides the place: ``applications``, ``placeholder`` and ``record_type``.
    """
    types = table.record_types
    return table.records.with_columns(
        pl.lit(place.table, dtype=pl.UInt16).alias("table"),
        pl.lit(place.file).alias("file"),
        pl.lit(place.sheet).alias("sheet"),
        pl.lit(applications).alias("applications"),
        placeholder=table.placeholders,
        record_type=pl.lit(APPLICATION) if types is None else types.fill_null(""),
    )


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


def judge(records: pl.DataFrame) -> pl.DataFrame:
    """Return ``records`` with the ``reason`` of each that is no asset, else null.

    Args:
        records: After ``placed`` and ``name_assets``.
    """
    kind = pl.col("record_type")
    reason = (
        pl.when("placeholder")
        .then(pl.lit("placeholder"))
        .when(pl.col("is_template").fill_null(False))
        .then(pl.lit("template"))
        .when(kind == DEPENDENCY)
        .then(pl.lit("dependency"))
        .when(kind != APPLICATION)
        .then(pl.lit("unreadable"))
        .when(pl.col("asset_name").is_null())
        .then(pl.lit("no_identity"))
    )
    return records.with_columns(reason=reason)


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
