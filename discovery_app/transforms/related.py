"""Rows that enrich assets: disks, partitions, networks, performance, tags."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.knowledge.headers import normalise_header
from discovery_app.transforms.combine import merge_tag_texts
from discovery_app.transforms.convert import RECORD_FIELDS, filled_fields

JOIN_KEYS: Final = (
    "vm_uuid",
    "external_id",
    "vmware_moref",
    "serial_number",
    "fqdn",
    "hostname",
    "asset_name",
)
"""Fields that tell which asset a row belongs to, the strongest first."""

HOST_KEY: Final = "hypervisor_host"
"""Rows that name no asset but a host speak of all assets on it."""

COUNTS: Final = ("disk_count", "nic_count")
"""Fields for which rows are counted; a column that names the disk is not read."""

_SUMS: Final = frozenset({"storage_provisioned_gb", "storage_used_gb"})
_RATES: Final = frozenset(
    {
        "disk_read_iops",
        "disk_write_iops",
        "disk_read_mbps",
        "disk_write_mbps",
        "net_in_mbps",
        "net_out_mbps",
    }
)
_PEAKS: Final = {
    "cpu_util_avg_pct": "cpu_util_peak_pct",
    "mem_util_avg_pct": "mem_util_peak_pct",
}
_BOTH_HOST_AND_NAME: Final = "asset_name and hypervisor_host"


@dataclass(frozen=True)
class Matched:
    """Which asset each row of a table belongs to.

    Attributes:
        at: Number of the asset's record; null where none or several fit.
        several: Where several fit.
        label: What the row goes by.
    """

    at: pl.Series
    several: pl.Series
    label: pl.Series


def match_rows(assets: pl.DataFrame, related: pl.DataFrame) -> Matched:
    """Return the asset of each row of ``related``, by the strongest key it has.

    A value that several assets share is no key; a name that several machines have
    is tried together with their host.

    Args:
        assets: Records with their number in ``at``.
    """
    rows = related.select(*JOIN_KEYS, HOST_KEY).with_row_index("n")
    found = pl.DataFrame(schema={"n": pl.UInt32, "at": pl.UInt32})
    several = pl.repeat(False, related.height, eager=True)
    for key in (*JOIN_KEYS, _BOTH_HOST_AND_NAME):
        known = _keyed(assets, key).drop_nulls("key")
        if known.is_empty():
            continue
        asked = _keyed(rows, key).join(found, on="n", how="anti").drop_nulls("key")
        counted = known.group_by("key").agg(pl.col("at").first(), pl.len())
        hits = asked.join(counted, on="key", how="inner").select("n", "at", "len")
        found = pl.concat([found, hits.filter(pl.col("len") == 1).select("n", "at")])
        doubtful = rows["n"].is_in(hits.filter(pl.col("len") > 1)["n"].implode())
        several |= doubtful
    at = rows.join(found, on="n", how="left", maintain_order="left")["at"]
    label = related.select(
        pl.coalesce(
            "asset_name", "hostname", "fqdn", "external_id", "vm_uuid", HOST_KEY
        )
    ).to_series()
    return Matched(at, several & at.is_null(), label)


def _keyed(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the rows' numbers and their values of ``key``."""
    number = "at" if "at" in frame.columns else "n"
    if key == _BOTH_HOST_AND_NAME:
        value = pl.col("asset_name") + pl.lit("\x1f") + pl.col(HOST_KEY)
    else:
        value = pl.col(key)
    return frame.select(number, value.str.to_lowercase().alias("key"))


def gather(
    related: pl.DataFrame, at: pl.Series, sheet: str, counts: Collection[str] = ()
) -> pl.DataFrame:
    """Return one row an asset (``at``) with what the rows of a table say of it.

    Sizes of disks are added up, lists united, shares of time averaged; of all else the
    first value stands. Rows of a sheet of disks or network cards are counted.

    Args:
        sheet: Its name, or the file's.
        counts: Fields of ``COUNTS`` that the mapping says are the number of rows.
    """
    used = [
        name
        for name in filled_fields(related)
        if name not in (*JOIN_KEYS, HOST_KEY, *COUNTS)
    ]
    frame = related.select("row_number", *used).with_columns(at=at).drop_nulls("at")
    of_disks = bool(_SUMS & set(used))
    told = [_gathered(name, of_disks) for name in used] + _peaks(used)
    counted = _counted(normalise_header(sheet), used, counts)
    if not (told or counted):
        return frame.select("at").clear()
    result = frame.group_by("at", maintain_order=True).agg(*told, *counted)
    if "tags" in used:
        result = result.with_columns(tags=merge_tag_texts(result["tags"]))
    return result


def _gathered(name: str, of_disks: bool) -> pl.Expr:
    column = pl.col(name)
    if isinstance(RECORD_FIELDS[name], pl.List):
        return (
            column.drop_nulls().list.explode().unique(maintain_order=True).alias(name)
        )
    if name == "tags":
        return column.drop_nulls().alias(name)
    if name in _SUMS or (name in _RATES and of_disks):
        return pl.when(column.count() > 0).then(column.sum()).alias(name)
    if name in _RATES or name.endswith("_avg_pct"):
        return column.mean().alias(name)
    if name.endswith("_peak_pct") or name == "last_seen":
        return column.max().alias(name)
    if name == "first_seen":
        return column.min().alias(name)
    return column.drop_nulls().first().alias(name)


def _peaks(used: list[str]) -> list[pl.Expr]:
    """Return the peaks of measurements over time, where no column has them."""
    return [
        pl.when(pl.col(average).count() > 1).then(pl.col(average).max()).alias(peak)
        for average, peak in _PEAKS.items()
        if average in used and peak not in used
    ]


def _counted(sheet: str, used: list[str], counts: Collection[str]) -> list[pl.Expr]:
    """Return the counts that a sheet with one row a disk or card stands for."""
    wanted = set(counts)
    if "disk" in sheet and _SUMS & set(used):
        wanted.add("disk_count")
    if ("network" in sheet or "nic" in sheet) and {"mac_address", "ip_address"} & {
        *used
    }:
        wanted.add("nic_count")
    return [pl.len().cast(pl.Int64).alias(name) for name in COUNTS if name in wanted]


def by_host(
    assets: pl.DataFrame, related: pl.DataFrame
) -> tuple[pl.DataFrame, pl.Series]:
    """Return what rows of hosts say of the assets on them, and which rows were used.

    Only the place of a host is passed on to its assets, not its sizes.
    """
    told = related.select(
        pl.col(HOST_KEY).str.to_lowercase().alias("key"), "location", "cluster"
    ).unique("key", keep="first", maintain_order=True)
    asked = assets.select("at", pl.col(HOST_KEY).str.to_lowercase().alias("key"))
    joined = asked.join(told, on="key", how="inner").select("at", "location", "cluster")
    known = asked["key"].drop_nulls().unique()
    used = related[HOST_KEY].str.to_lowercase().is_in(known.implode()).fill_null(False)
    return joined.sort("at"), used


def fill(assets: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return ``assets`` with gaps filled from ``told``; lists are united."""
    wanted = assets.select("at").join(told, on="at", how="left", maintain_order="left")
    columns = []
    for name in (n for n in told.columns if n != "at"):
        own, other = assets[name], wanted[name].cast(RECORD_FIELDS[name])
        if isinstance(RECORD_FIELDS[name], pl.List):
            columns.append(_united(own, other).alias(name))
        else:
            columns.append(pl.select(pl.coalesce(own, other)).to_series().alias(name))
    return assets.with_columns(columns)


def _united(own: pl.Series, other: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"own": own, "other": other}).select(
        both=pl.concat_list(
            pl.col("own").fill_null([]), pl.col("other").fill_null([])
        ).list.unique(maintain_order=True)
    )
    return frame.select(pl.when(pl.col("both").list.len() > 0).then("both"))["both"]
