"""Which unit the numbers of a column are in, as far as the column tells."""

import statistics
from typing import Final

from discovery_app.domain.mapping import ColumnProfile
from discovery_app.knowledge.fields import AssetField
from discovery_app.knowledge.header_units import DIMENSIONS
from discovery_app.knowledge.quantities import decide_mark, parse_quantity
from discovery_app.knowledge.unit_choices import same_unit, units_of
from discovery_app.knowledge.units import DIMENSIONS as DIMENSION_OF
from discovery_app.knowledge.units import factor
from discovery_app.knowledge.value_support import numbers

_SMALLEST_BYTES: Final = 1024**2
"""Chosen, not measured."""

NEEDS_UNIT: Final = frozenset(
    {
        "memory_mb",
        "storage_provisioned_gb",
        "storage_used_gb",
        "database_size_gb",
        "rto_hours",
        "rpo_minutes",
        "disk_read_mbps",
        "disk_write_mbps",
        "net_in_mbps",
        "net_out_mbps",
    }
)
"""Fields whose numbers mean nothing without a unit (FIELD.md, trap 1)."""


def has_unit(target: str, unit: str | None, profile: ColumnProfile) -> bool:
    """Return whether the header or every cell says the unit."""
    known = unit in DIMENSIONS or unit in units_of(target)
    in_cells = profile.kind in {"size", "empty"} or _carries_units(target, profile)
    return known or in_cells


def _carries_units(target: str, profile: ColumnProfile) -> bool:
    """Return whether a unit that suits ``target`` stands in every cell."""
    dimension = DIMENSION_OF.get(target)
    mark = decide_mark(profile.samples, whole_numbers=False)
    found = [parse_quantity(sample, mark) for sample in profile.samples]
    return dimension is not None and all(
        read is not None and read.unit and factor(dimension, read.unit) is not None
        for read in found
    )


def likely_unit(profile: ColumnProfile, field: AssetField) -> tuple[str, str]:
    """Return the unit that the magnitudes of the samples speak for, and why.

    The limits are chosen, not measured: no server has 512 GB or more as its typical
    memory, nor 20,000 GB of disk.
    """
    values = [value for value in numbers(profile) if value > 0]
    standard = field.unit or ""
    if not values:
        return standard, f"the schema's {standard} is assumed."
    middle = statistics.median(values)
    unit = _unit_of_magnitude(field.name, middle) or standard
    return unit, f"values around {middle:,.0f} look like {unit}."


def unlike_unit(profile: ColumnProfile, target: str, unit: str) -> str:
    """Return what speaks against ``unit``: magnitudes of another; empty if nothing."""
    values = [value for value in numbers(profile) if value > 0]
    if not values or profile.kind == "size":
        return ""
    middle = statistics.median(values)
    likely = _unit_of_magnitude(target, middle)
    if likely is None or likely == same_unit(unit):
        return ""
    return f"But values around {middle:,.0f} look like {likely} and not {unit}."


def are_bytes(profile: ColumnProfile) -> bool:
    """Return whether the numbers may count bytes: no machine has less than a MB."""
    values = [value for value in numbers(profile) if value > 0]
    return not values or statistics.median(values) >= _SMALLEST_BYTES


def _small(middle: float) -> str:
    """Return the unit of a memory size in the millions; 1 TB is 1e9 KB."""
    return "KB" if middle < 1e9 else "B"


def _unit_of_magnitude(name: str, middle: float) -> str | None:
    if name == "memory_mb":
        return "GB" if middle < 512 else "MB" if middle < 1e6 else _small(middle)
    if name in {"storage_provisioned_gb", "storage_used_gb"}:
        return "GB" if middle < 20_000 else "MB" if middle < 1e8 else "B"
    if name == "rpo_minutes":
        return "hours" if middle < 5 else "minutes"
    return None
