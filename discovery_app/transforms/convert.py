"""Text to typed values, by field."""

from dataclasses import replace
from typing import Final

import polars as pl

from discovery_app.knowledge.fields import ASSET_FIELDS, AssetField
from discovery_app.transforms.converted import Converted, none_failed
from discovery_app.transforms.dates import MOMENT, convert_dates
from discovery_app.transforms.hosts import (
    convert_addresses,
    convert_fqdn,
    convert_hostname,
    convert_identity,
)
from discovery_app.transforms.numbers import convert_numbers
from discovery_app.transforms.words import (
    convert_booleans,
    convert_enumeration,
    convert_names,
    convert_tags,
)

POLARS_TYPES: Final = {
    "string": pl.String(),
    "int": pl.Int64(),
    "float": pl.Float64(),
    "money": pl.Float64(),
    "bool": pl.Boolean(),
    "date": pl.Date(),
    "datetime": MOMENT,
    "list": pl.List(pl.String()),
    "enum": pl.String(),
    "map": pl.String(),
}
_IDENTITIES: Final = frozenset({"external_id", "serial_number", "vm_uuid"})

RECORD_FIELDS: Final = {
    name: POLARS_TYPES[field.type] for name, field in ASSET_FIELDS.items()
}
"""The asset fields of ``data_cleansing.records``, in schema order."""


def with_all_fields(frame: pl.DataFrame) -> pl.DataFrame:
    """Return ``frame`` with every field of ``RECORD_FIELDS``, null where it has none.

    Literal nulls take no room, while a column of nulls takes as much as any other.
    """
    absent = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in RECORD_FIELDS.items()
        if name not in frame.columns
    ]
    others = [name for name in frame.columns if name not in RECORD_FIELDS]
    return frame.with_columns(absent).select(*others, *RECORD_FIELDS)


def empty_records() -> pl.DataFrame:
    """Return the records of a table without rows, as ``clean_table`` gives them."""
    schema = {"row_number": pl.UInt32(), **RECORD_FIELDS, "custom": pl.String()}
    return pl.DataFrame(schema=schema)


def filled_fields(frame: pl.DataFrame) -> list[str]:
    """Return the fields that some row of ``frame`` has, in schema order."""
    nulls = frame.select(*RECORD_FIELDS).null_count().row(0, named=True)
    return [name for name, count in nulls.items() if count < frame.height]


def convert(text: pl.Series, field: AssetField, unit: str | None) -> Converted:
    """Return a column's texts as values of ``field``.

    Args:
        text: Trimmed, with null for placeholders.
        unit: The unit of the column, if known.
    """
    if field.type in ("int", "float", "money"):
        return _convert_used_of_whole(text, field, unit)
    if field.type in ("date", "datetime"):
        return convert_dates(text, field)
    if field.type == "bool":
        return convert_booleans(text, field, unit)
    if field.type == "enum":
        return convert_enumeration(text, field)
    if field.type == "map":
        return convert_tags(text)
    return _convert_text(text, field)


_USED_OF_WHOLE: Final = r"(?i)^\s*(\d[^/]*?)\s*(?:/|\bof\b|\bvon\b|\bsur\b)\s*(\d.*)$"
_USED_OF: Final = {"storage_provisioned_gb": "storage_used_gb"}
"""Where cells say how much of the whole is used, the field of that part."""


def _convert_used_of_whole(
    text: pl.Series, field: AssetField, unit: str | None
) -> Converted:
    """Read ``61.2 GiB / 127 GiB``, as consoles show disks, as two values."""
    used = _USED_OF.get(field.name)
    if used is None or not text.str.contains(_USED_OF_WHOLE).any():
        return convert_numbers(text, field, unit)
    whole = convert_numbers(text.str.replace(_USED_OF_WHOLE, "${2}"), field, unit)
    part = text.str.extract(_USED_OF_WHOLE, 1)
    found = convert_numbers(part, ASSET_FIELDS[used], unit).values
    return replace(whole, aside={**whole.aside, used: found})


def _convert_text(text: pl.Series, field: AssetField) -> Converted:
    if field.type == "list":
        listed = field.items in ("ip", "mac")
        return convert_addresses(text, field) if listed else convert_names(text)
    if field.name == "hostname":
        return convert_hostname(text)
    if field.name == "fqdn":
        return convert_fqdn(text)
    if field.name in _IDENTITIES:
        return convert_identity(text, field)
    unchanged = pl.repeat(False, len(text), eager=True)
    return Converted(text, none_failed(len(text)), unchanged, "text")
