"""Python rules applied to columns: once for each different value."""

from collections.abc import Callable
from typing import TypeVar

import polars as pl

T = TypeVar("T")


def by_distinct(
    text: pl.Series, rule: Callable[[str], T | None], dtype: pl.DataType
) -> pl.Series:
    """Return ``rule`` of every value of ``text``; nulls stay null."""
    values = text.drop_nulls().unique()
    if values.is_empty():
        return pl.Series(text.name, [None] * 0, dtype=dtype).extend_constant(
            None, len(text)
        )
    results = pl.Series("result", [rule(v) for v in values.to_list()], dtype=dtype)
    table = pl.DataFrame({"value": values, "result": results})
    joined = pl.DataFrame({"value": text}).join(
        table, on="value", how="left", maintain_order="left"
    )
    return joined["result"].alias(text.name)


def shapes(text: pl.Series) -> list[str]:
    """Return one value of each shape, in order: all of ``12.5`` and ``47.1`` are one.

    Digits from 1 to 9 are alike; zeros and everything else count.
    """
    values = text.drop_nulls()
    frame = pl.DataFrame({"value": values}).with_columns(
        shape=pl.col("value").str.replace_all(r"[1-9]", "9")
    )
    return frame.unique("shape", keep="first", maintain_order=True)["value"].to_list()


def choose(mask: pl.Series, then: pl.Series, otherwise: pl.Series) -> pl.Series:
    """Return ``then`` where ``mask`` is true and ``otherwise`` elsewhere."""
    return pl.select(
        pl.when(mask.fill_null(False)).then(then).otherwise(otherwise)
    ).to_series()
