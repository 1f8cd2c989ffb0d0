"""How good the records of an import are, from 0 to 1."""

from collections.abc import Iterable
from typing import Final

import polars as pl

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.transforms.convert import filled_fields
from discovery_app.transforms.ledger import Ledger

EXPECTED: Final = tuple(
    name
    for name, field in ASSET_FIELDS.items()
    if field.required.startswith("yes") or field.required == "recommended"
)
"""Fields that the schema requires of assets, or of servers, or recommends."""

WEIGHTS: Final = {
    "completeness": 0.3,
    "consistency": 0.25,
    "validity": 0.25,
    "uniqueness": 0.2,
}
"""FIELD.md, "Data quality"."""

_NAMES: Final = ("external_id", "serial_number", "vm_uuid", "fqdn", "asset_name")


def measure(
    records: pl.DataFrame, mapped: Iterable[str], ledger: Ledger, merged: int
) -> dict[str, float]:
    """Return the four parts of the quality and their weighted ``score``.

    Args:
        mapped: Fields that some column of an asset table was mapped to.
        ledger: Of the whole import.
        merged: How many rows were merged into others.
    """
    parts = {
        "completeness": completeness(records, mapped),
        "consistency": consistency(records),
        "validity": validity(ledger.read, ledger.failed),
        "uniqueness": uniqueness(records, merged),
    }
    score = sum(weight * parts[name] for name, weight in WEIGHTS.items())
    return {**parts, "score": min(1.0, score)}


def completeness(records: pl.DataFrame, mapped: Iterable[str]) -> float:
    """Return the share of expected values that are there.

    Expected are the required and recommended fields that the source could know:
    those that a column was mapped to, or that some record has.
    """
    known = set(mapped)
    nulls = records.select(*EXPECTED).null_count().row(0, named=True)
    fields = [n for n in EXPECTED if n in known or nulls[n] < records.height]
    if not fields or records.is_empty():
        return 0.0
    empty = sum(nulls[name] for name in fields)
    return 1.0 - empty / (len(fields) * records.height)


def consistency(records: pl.DataFrame) -> float:
    """Return the share of checks between fields that hold, of those that apply.

    Used storage ≤ provisioned; cores a multiple of sockets times cores per socket;
    averages ≤ peaks; first seen ≤ last seen; the FQDN begins with the host name.
    1.0 where no check applies.
    """
    checks = records.select(
        storage=pl.col("storage_used_gb") <= pl.col("storage_provisioned_gb") * 1.001,
        cores=pl.col("cpu_cores") % (pl.col("cpu_sockets") * pl.col("cores_per_socket"))
        == 0,
        cpu=pl.col("cpu_util_avg_pct") <= pl.col("cpu_util_peak_pct"),
        memory=pl.col("mem_util_avg_pct") <= pl.col("mem_util_peak_pct"),
        seen=pl.col("first_seen") <= pl.col("last_seen"),
        named=pl.col("fqdn").str.starts_with(pl.col("hostname")),
    )
    applied = sum(column.len() - column.null_count() for column in checks)
    held = sum(int(column.sum()) for column in checks)
    return held / applied if applied else 1.0


def validity(read: int, failed: int) -> float:
    """Return the share of cells with a value that could be read as their field."""
    return max(0.0, 1.0 - failed / read) if read else 1.0


def uniqueness(records: pl.DataFrame, merged: int) -> float:
    """Return the share of rows that are an asset of their own.

    Rows merged as duplicates are none, nor are records that share an external id,
    serial, VM UUID, FQDN or asset name with another record.
    """
    rows = records.height + merged
    if not rows:
        return 0.0
    shared = pl.repeat(False, records.height, eager=True)
    for name in [n for n in filled_fields(records) if n in _NAMES]:
        key = records[name].str.to_lowercase()
        shared |= key.is_not_null() & key.is_duplicated()
    return (records.height - int(shared.sum())) / rows
