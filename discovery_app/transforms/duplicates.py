"""Rows of one import that are the same asset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.transforms.convert import filled_fields

SHARED_FIELDS: Final = ("external_id", "serial_number", "vm_uuid", "fqdn")
"""Fields whose value should belong to one asset only."""

_PARTS: Final = ("external_id", "serial_number", "vm_uuid", "name")


@dataclass(frozen=True)
class Merged:
    """Records without repeats.

    Attributes:
        records: In row order; gaps of a kept row are filled from those merged into it.
        merged: ``at`` of every row that was merged and ``into``, the kept row's.
    """

    records: pl.DataFrame
    merged: pl.DataFrame


class _Sets:
    """Disjoint sets of rows; of each the first row leads.

    A row joins a set only if nothing it is known by contradicts the set: another
    serial or VM UUID, or both another id in the same table and another name. The same
    id in another table counts only with the same name: many lists count from 1.
    """

    def __init__(self, known: Mapping[int, Mapping[str, str | None]]) -> None:
        self._leader: dict[int, int] = {}
        self._known = {at: dict(parts) for at, parts in known.items()}

    def leader(self, at: int) -> int:
        """Return the first row of the set of ``at``."""
        while at in self._leader:
            at = self._leader[at]
        return at

    def join(self, one: int, other: int, by: str) -> None:
        """Join the sets of two rows that share the key ``by``, unless they differ."""
        first, second = sorted((self.leader(one), self.leader(other)))
        if first == second or self._differ(first, second, by):
            return
        self._leader[second] = first
        mine, theirs = self._known[first], self._known[second]
        self._known[first] = {part: mine[part] or theirs[part] for part in mine}

    def pairs(self) -> list[tuple[int, int]]:
        """Return every row that is no leader, with its leader."""
        return [(at, self.leader(at)) for at in sorted(self._leader)]

    def _differ(self, one: int, other: int, by: str) -> bool:
        mine, theirs = self._known[one], self._known[other]
        clash = {p for p in mine if mine[p] and theirs[p] and mine[p] != theirs[p]}
        if {"serial_number", "vm_uuid"} & clash:
            return True
        other_table = "table" in clash
        if by == "external_id":
            return other_table and "name" in clash
        if other_table or "external_id" not in clash:
            return False
        return "name" in clash or by == "host_ip"


def merge_duplicates(records: pl.DataFrame) -> Merged:
    """Merge rows with the same external id, serial, VM UUID, or host name and IPs.

    Rows that are the same in every cell are one too, and so are rows of an application
    list with the same name. A name or an IP address alone never merges.

    Args:
        records: With their number in ``at``, whether they stand in a list of
            ``applications``, and ``table``.
    """
    keys = _keys(records)
    groups = {name: _groups(records["at"], key) for name, key in keys.items()}
    involved = sorted({at for found in groups.values() for g in found for at in g})
    if not involved:
        none = pl.DataFrame(schema={"at": pl.UInt32, "into": pl.UInt32})
        return Merged(records, none)
    sets = _Sets(_known(records, involved))
    for name, found in groups.items():
        for group in found:
            _join_group(sets, group, name)
    merged = pl.DataFrame(
        sets.pairs(), schema={"at": pl.UInt32, "into": pl.UInt32}, orient="row"
    )
    return Merged(_folded(records, merged), merged)


def _join_group(sets: _Sets, group: list[int], by: str) -> None:
    """Join each row of a group to the first set of it that it does not contradict."""
    leaders: list[int] = []
    for at in group:
        for leader in leaders:
            sets.join(leader, at, by)
            if sets.leader(at) == sets.leader(leader):
                break
        else:
            leaders.append(at)


def _keys(records: pl.DataFrame) -> dict[str, pl.Series]:
    """Return the merge keys by name, null where a row has none."""
    lowered = {
        name: records[name].str.to_lowercase()
        for name in ("external_id", "serial_number", "vm_uuid")
    }
    listed = pl.col("ip_address").list.sort().list.join(",")
    named = pl.coalesce("hostname", pl.col("asset_name").str.to_lowercase())
    application = pl.col("application_name").str.to_lowercase()
    rest = records.select(
        host_ip=pl.when(pl.col("ip_address").list.len() > 0).then(
            named + pl.lit("|") + listed
        ),
        application=pl.when(pl.col("applications")).then(application),
    )
    filled = filled_fields(records)
    same = records.select(*filled, "custom").hash_rows(seed=0).cast(pl.String)
    return {**lowered, **rest.to_dict(), "same": same}


def _groups(at: pl.Series, key: pl.Series) -> list[list[int]]:
    frame = pl.DataFrame({"at": at, "key": key}).drop_nulls("key")
    repeated = frame.filter(pl.col("key").is_duplicated())
    return repeated.group_by("key", maintain_order=True).agg("at")["at"].to_list()


def _known(
    records: pl.DataFrame, involved: list[int]
) -> dict[int, dict[str, str | None]]:
    numbers = pl.Series("at", involved, dtype=pl.UInt32)
    rows = records.filter(pl.col("at").is_in(numbers.implode())).select(
        "at",
        pl.col("table").cast(pl.String),
        *(pl.col(name).str.to_lowercase() for name in _PARTS[:3]),
        name=pl.coalesce("hostname", pl.col("asset_name").str.to_lowercase()),
    )
    return {row.pop("at"): row for row in rows.to_dicts()}


def _folded(records: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """Return ``records`` with merged rows folded into those that stay."""
    led = records.select("at").join(merged, on="at", how="left", maintain_order="left")
    into = led.select(pl.coalesce("into", "at").alias("into"))["into"]
    parted = records.with_columns(into=into)
    several = merged["into"].unique().implode()
    single = parted.filter(~pl.col("into").is_in(several)).drop("into")
    groups = parted.filter(pl.col("into").is_in(several)).sort("into", "at")
    folded = groups.group_by("into", maintain_order=True).agg(
        pl.all().exclude("into").drop_nulls().first()
    )
    return pl.concat([single, folded.select(single.columns)]).sort("at")


def merged_rows(
    before: pl.DataFrame, after: pl.DataFrame, merged: Merged
) -> pl.DataFrame:
    """Return every merged row with the row and the record it was merged into.

    Args:
        before: The rows before merging.
        after: ``merged.records`` with their number in ``record``.
    """
    kept = after.select("record", into="at", kept_row="row_number", kept_table="table")
    rows = before.select("at", "table", "row_number")
    reason = pl.concat_str(pl.lit("duplicate_of_row_"), "kept_row")
    return (
        merged.merged.join(kept, on="into")
        .join(rows, on="at")
        .with_columns(reason=reason)
        .sort("at")
    )


def shared_values(records: pl.DataFrame, field: str) -> pl.Series:
    """Return which records have a value of ``field`` that another one has too."""
    key = records[field].str.to_lowercase()
    return key.is_not_null() & key.is_duplicated()
