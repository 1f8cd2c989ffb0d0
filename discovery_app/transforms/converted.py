"""What turning a column of text into typed values gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class ColumnNote:
    """Something to say of a whole column, once.

    Attributes:
        rule: A rule of ``knowledge.cleansing``.
        value: What decided, or an example.
    """

    rule: str
    value: str = ""


@dataclass(frozen=True)
class Converted:
    """A column of typed values.

    Attributes:
        failed: Where a text could not be read: the rule it broke; null elsewhere.
        changed: Whether the value says something else than its text did.
        rule: Stable word for what changed the values.
        aside: Values of other fields that stood in the same cells.
    """

    values: pl.Series
    failed: pl.Series
    changed: pl.Series
    rule: str
    notes: tuple[ColumnNote, ...] = ()
    aside: Mapping[str, pl.Series] = field(default_factory=dict)


def none_failed(length: int) -> pl.Series:
    """Return the ``failed`` of a column in which everything could be read."""
    return pl.Series("failed", [None], dtype=pl.String).new_from_index(0, length)


def failed_where(mask: pl.Series, rule: str) -> pl.Series:
    """Return the ``failed`` of a column in which ``mask`` broke ``rule``."""
    return pl.select(
        pl.when(mask.fill_null(False)).then(pl.lit(rule)).otherwise(None)
    ).to_series()


def shown(values: pl.Series) -> pl.Series:
    """Return typed values as text, as the list of changes shows them."""
    if isinstance(values.dtype, pl.List):
        return values.list.join(";")
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return values.cast(pl.String)
