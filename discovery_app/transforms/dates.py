"""Columns of dates and moments."""

from functools import partial
from typing import Final

import polars as pl

from discovery_app.knowledge.dates import (
    DateOrder,
    OrderDecision,
    decide_order,
    is_open,
    parse_datetime,
)
from discovery_app.knowledge.fields import AssetField
from discovery_app.transforms.converted import ColumnNote, Converted
from discovery_app.transforms.distinct import by_distinct, choose

MOMENT: Final = pl.Datetime("us", "UTC")
_ISO_DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
_ISO_MOMENT: Final = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z?$"
_YEAR_LAST: Final = r"^\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"


def convert_dates(text: pl.Series, field: AssetField) -> Converted:
    """Return the dates (or moments, in UTC) of a column.

    The order of day and month is decided from all its values; where nothing
    decides, dates that may be read in two ways are not read.
    """
    iso = text.str.contains(_ISO_DAY) | text.str.contains(_ISO_MOMENT)
    quick = _iso(text)
    iso = iso & quick.is_not_null()
    rest = choose(~iso, text, pl.Series([None], dtype=pl.String))
    decision = _order(rest)
    slow = by_distinct(rest, partial(parse_datetime, order=decision.order), MOMENT)
    values = choose(iso, quick, slow)
    wrong = text.is_not_null() & values.is_null()
    failed = by_distinct(
        choose(wrong, text, pl.Series([None], dtype=pl.String)),
        partial(_failure, order=decision.order),
        pl.String(),
    )
    changed = values.is_not_null() & ~iso.fill_null(False)
    typed = values.dt.date() if field.type == "date" else values
    return Converted(typed, failed, changed, "date_read", _notes(decision))


def _iso(text: pl.Series) -> pl.Series:
    """Return the moments of texts in ISO 8601, without a loop."""
    moment = text.str.slice(0, 26).str.replace(" ", "T", literal=True)
    bare = moment.str.strip_suffix("Z")
    return (
        pl.select(
            pl.coalesce(
                bare.str.to_datetime(
                    "%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False
                ),
                bare.str.to_datetime("%Y-%m-%d", time_unit="us", strict=False),
            )
        )
        .to_series()
        .dt.replace_time_zone("UTC")
    )


def _order(text: pl.Series) -> OrderDecision:
    written = text.filter(text.str.contains(_YEAR_LAST).fill_null(False)).unique()
    return decide_order(written.sort().to_list())


def _failure(text: str, order: DateOrder) -> str:
    return "ambiguous_date" if is_open(text, order) else "not_a_date"


def _notes(decision: OrderDecision) -> tuple[ColumnNote, ...]:
    if decision.order is DateOrder.UNKNOWN:
        return ()
    if decision.order is DateOrder.MIXED:
        return (ColumnNote("date_order_mixed", decision.evidence),)
    return (ColumnNote("date_order", decision.evidence),)
