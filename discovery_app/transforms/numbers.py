"""Columns of numbers: decimal marks, units and ranges."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_app.knowledge.fields import AssetField
from discovery_app.knowledge.quantities import (
    DecimalMark,
    MarkDecision,
    Quantity,
    decide_mark,
    parse_product,
    parse_quantity,
)
from discovery_app.knowledge.units import DIMENSIONS, NEEDS_UNIT, Dimension, factor
from discovery_app.transforms.converted import ColumnNote, Converted, failed_where
from discovery_app.transforms.distinct import choose, shapes

_WHOLE: Final = r"^[+-]?\d{1,15}$"
_POINT: Final = r"^[+-]?\d+\.\d+$"
_COMMA: Final = r"^[+-]?\d+,\d+$"
_BARE_NUMBER: Final = r"^\s*[+-]?[\d.,'’\s]*[1-9][\d.,'’\s]*$"
_NEVER_ZERO: Final = frozenset(
    {"cpu_cores", "cpu_sockets", "cores_per_socket", "memory_mb"}
)
"""Fields of which every machine has some: 0 stands for "not known"."""
_MULTIPLIED: Final = "cpu_cores"
"""The count that is written as a product: ``2 x 8`` are 16 cores. Sizes are too."""

_DECIMALS: Final = 9
"""Kept of a share; no tool measures closer. Chosen."""

_LONGEST_NUMBER: Final = 64
_LARGEST: Final = 1e15
"""Up to here every whole number is exact as a float; no inventory holds more."""

_PARSED: Final = {
    "text": pl.String(),
    "number": pl.Float64(),
    "rule": pl.String(),
}


def convert_numbers(text: pl.Series, field: AssetField, unit: str | None) -> Converted:
    """Return the numbers of a column in the unit of ``field``.

    Args:
        unit: The unit of the column; a unit in a cell is stronger.
    """
    dimension = DIMENSIONS.get(field.name, Dimension.COUNT)
    column_factor, notes = _column_factor(dimension, unit)
    if not unit and not _lacks_unit(text):
        notes = ()
    whole = field.type == "int"
    plain = text.str.contains(_WHOLE)
    decision = decide_mark(shapes(text.filter(~plain)), whole and column_factor == 1.0)
    simple = plain | text.str.contains(_decimal_form(decision))
    numbers = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    products = dimension in NEEDS_UNIT or field.name == _MULTIPLIED
    read = _read_product if products else parse_quantity
    rest = _parse_rest(text.filter(~simple), decision, dimension, column_factor, read)
    joined = pl.DataFrame({"text": text}).join(
        rest, on="text", how="left", maintain_order="left"
    )
    values = choose(simple, numbers * column_factor, joined["number"])
    if dimension is Dimension.PERCENT:
        # 0.55 · 100 is 55.00000000000001 and means 55.
        values = values.round(_DECIMALS)
    found = _checked(text, values, joined["rule"], field)
    rule = f"converted_from_{unit}" if column_factor != 1.0 else found.rule
    return replace(found, rule=rule, notes=(*notes, *_mark_notes(decision)))


def _column_factor(
    dimension: Dimension, unit: str | None
) -> tuple[float, tuple[ColumnNote, ...]]:
    """Return the factor of the column's unit, and what to say of it."""
    if not unit:
        missing = ColumnNote("unit_assumed", dimension.value.upper())
        return 1.0, (missing,) if dimension in NEEDS_UNIT else ()
    found = factor(dimension, unit)
    if found is None:
        return 1.0, (ColumnNote("unit_unknown", unit),)
    return found, ()


def _lacks_unit(text: pl.Series) -> bool:
    """Tell whether some number of the column stands alone."""
    return bool(text.str.contains(_BARE_NUMBER).any())


def _decimal_form(decision: MarkDecision) -> str:
    """Return the pattern of decimals that need no closer look."""
    if decision.mixed:
        return _WHOLE
    return _POINT if decision.mark is DecimalMark.POINT else _COMMA


def _read_product(text: str, decision: MarkDecision) -> Quantity | None:
    return parse_product(text, decision) or parse_quantity(text, decision)


def _parse_rest(
    text: pl.Series,
    decision: MarkDecision,
    dimension: Dimension,
    usual: float,
    read: Callable[[str, MarkDecision], Quantity | None],
) -> pl.DataFrame:
    rows: list[tuple[str, float | None, str | None]] = []
    for value in text.drop_nulls().unique().to_list():
        short = len(value) <= _LONGEST_NUMBER
        quantity = read(value, decision) if short else None
        if quantity is None:
            rows.append((value, None, "not_a_number"))
            continue
        own = factor(dimension, quantity.unit) if quantity.unit else usual
        if own is None:
            rows.append((value, None, "unknown_unit"))
        else:
            rows.append((value, quantity.number * own, None))
    return pl.DataFrame(rows, schema=_PARSED, orient="row")


def _mark_notes(decision: MarkDecision) -> tuple[ColumnNote, ...]:
    if decision.mixed:
        return (ColumnNote("decimal_mark_mixed", decision.evidence),)
    if not decision.certain:
        return (ColumnNote("decimal_mark_assumed", decision.evidence),)
    if decision.mark is DecimalMark.COMMA:
        return (ColumnNote("decimal_comma", decision.evidence),)
    return ()


def _checked(
    text: pl.Series,
    values: pl.Series,
    rules: pl.Series,
    field: AssetField,
) -> Converted:
    """Check the range of ``values`` and give them the field's type."""
    whole = field.type == "int"
    wrong = (values < 0) | ~values.is_finite() | (values > _LARGEST)
    if DIMENSIONS.get(field.name) is Dimension.PERCENT:
        wrong |= values > 100
    if field.name in _NEVER_ZERO:
        wrong |= (values.round() if whole else values) == 0
    failed = choose(wrong, failed_where(wrong, "out_of_range"), rules)
    if whole and field.name not in DIMENSIONS:
        broken = (values - values.round()).abs() > 1e-9
        failed = choose(broken, failed_where(broken, "not_whole"), failed)
    good = choose(failed.is_null(), values, pl.Series([None], dtype=pl.Float64))
    same = text.cast(pl.Float64, strict=False) == good
    changed = good.is_not_null() & ~same.fill_null(False)
    if whole:
        good = good.round().cast(pl.Int64, strict=False)
    return Converted(good, failed, changed, "number_read")
