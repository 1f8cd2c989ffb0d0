"""Columns that are no field of the schema, kept as one JSON object a row."""

import json
from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from discovery_app.transforms.distinct import choose

_ESCAPED: Final = r"[\"\\\x00-\x1f]"
_ESCAPES: Final = {
    letter: json.dumps(letter)[1:-1] for letter in ('"', "\\", *map(chr, range(32)))
}
"""What JSON does not allow in a string, and how it is written instead."""


class CustomFields:
    """The custom fields of one table, by name, in the order they were added."""

    def __init__(self) -> None:
        self._fields: dict[str, pl.Series] = {}

    def add(self, name: str, text: pl.Series) -> None:
        """Keep ``text`` under ``name``; what is there already stays."""
        if text.null_count() == len(text):
            return
        known = self._fields.get(name)
        self._fields[name] = (
            text if known is None else choose(known.is_not_null(), known, text)
        )

    def objects(self, length: int) -> pl.Series:
        """Return one JSON object a row, null where a row has no custom field."""
        return json_objects(self._fields, length)


def json_objects(fields: Mapping[str, pl.Series], length: int) -> pl.Series:
    """Return one JSON object a row of the texts that are not null."""
    if not fields:
        return pl.Series("custom", [None], dtype=pl.String).new_from_index(0, length)
    frame = pl.DataFrame(list(_members(fields)))
    joined = frame.select(
        pl.concat_str(pl.all(), separator=", ", ignore_nulls=True).alias("custom")
    )["custom"]
    return joined.to_frame().select(
        pl.when(pl.col("custom") != "")
        .then(pl.concat_str(pl.lit("{"), pl.col("custom"), pl.lit("}")))
        .alias("custom")
    )["custom"]


def _members(fields: Mapping[str, pl.Series]) -> Iterable[pl.Series]:
    for number, (name, text) in enumerate(fields.items()):
        key = json.dumps(name, ensure_ascii=False) + ": "
        quoted = _quoted(text)
        yield pl.select((pl.lit(key) + quoted).alias(f"m{number}")).to_series()


def _quoted(text: pl.Series) -> pl.Series:
    """Return texts as JSON strings."""
    special = text.str.contains(_ESCAPED).fill_null(False)
    if special.any():
        text = text.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    return pl.select(pl.lit('"') + text + pl.lit('"')).to_series()
