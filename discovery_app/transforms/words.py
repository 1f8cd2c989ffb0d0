"""Columns of words: yes/no, enumerations, lists and tags."""

import json
from functools import partial

import polars as pl

from discovery_app.knowledge.fields import AssetField
from discovery_app.knowledge.values import boolean, enumeration, split_list, tag_map
from discovery_app.transforms.converted import Converted, failed_where, none_failed
from discovery_app.transforms.distinct import by_distinct

INVERTED = "inverted"
"""The unit of a yes/no column whose yes means the field's no."""


def convert_booleans(text: pl.Series, field: AssetField, unit: str | None) -> Converted:
    """Return what a column of yes/no words says."""
    values = by_distinct(text, partial(boolean, field=field.name), pl.Boolean())
    same = text.str.to_lowercase() == values.cast(pl.String)
    if unit == INVERTED:
        values, same = ~values, same & False
    failed = failed_where(text.is_not_null() & values.is_null(), "not_a_boolean")
    changed = values.is_not_null() & ~same.fill_null(False)
    return Converted(values, failed, changed, "boolean_read")


def convert_enumeration(text: pl.Series, field: AssetField) -> Converted:
    """Return the schema's words for a column of the source's words."""
    values = by_distinct(text, partial(enumeration, field.name), pl.String())
    failed = failed_where(text.is_not_null() & values.is_null(), "unknown_value")
    changed = values.is_not_null() & (text.str.to_lowercase() != values)
    return Converted(values, failed, changed.fill_null(False), "value_table")


def convert_names(text: pl.Series) -> Converted:
    """Return the lists of names in a column's cells."""
    values = by_distinct(text, _names, pl.List(pl.String))
    changed = values.is_not_null() & (values.list.join(";") != text)
    return Converted(values, none_failed(len(text)), changed, "list_split")


def convert_tags(text: pl.Series) -> Converted:
    """Return the tags in a column's cells, as JSON objects."""
    values = by_distinct(text, _tags, pl.String())
    changed = values.is_not_null() & (values != text)
    return Converted(values, none_failed(len(text)), changed, "tags_read")


def _names(text: str) -> list[str] | None:
    return list(split_list(text)) or None


def _tags(text: str) -> str | None:
    tags = tag_map(text)
    return json.dumps(tags, ensure_ascii=False) if tags else None
