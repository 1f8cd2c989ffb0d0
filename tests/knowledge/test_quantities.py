"""Numbers, decimal marks and units."""

import pytest

from discovery_app.knowledge.quantities import (
    DecimalMark,
    decide_mark,
    parse_product,
    parse_quantity,
)
from discovery_app.knowledge.units import Dimension, factor


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1.234,5"], DecimalMark.COMMA),
        (["1,234.5"], DecimalMark.POINT),
        (["12,5", "1.024"], DecimalMark.COMMA),
        (["0.125"], DecimalMark.POINT),
        (["0,125"], DecimalMark.COMMA),
        (["1.234.567"], DecimalMark.COMMA),
        (["16", "32"], DecimalMark.POINT),
    ],
)
def test_a_value_that_reads_one_way_only_decides_for_its_column(values, mark):
    decision = decide_mark(values, whole_numbers=False)

    assert decision.mark is mark
    assert decision.certain


def test_says_when_nothing_decides():
    fraction = decide_mark(["1.024", "2.048"], whole_numbers=False)
    whole = decide_mark(["1.024", "2.048"], whole_numbers=True)

    assert not fraction.certain
    assert not whole.certain
    assert parse_quantity("1.024", fraction).number == 1.024
    assert parse_quantity("1.024", whole).number == 1024


def test_in_a_column_of_both_marks_open_values_are_no_numbers():
    decision = decide_mark(["1.5", "2,5", "1.024"], whole_numbers=False)

    assert decision.mixed
    assert parse_quantity("1.5", decision).number == 1.5
    assert parse_quantity("2,5", decision).number == 2.5
    assert parse_quantity("1.024", decision) is None


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("16 GB", 16, "GB"),
        ("16GiB", 16, "GiB"),
        ("45 %", 45, "%"),
        ("1 024", 1024, ""),
        ("1’024.5", 1024.5, ""),
        ("-3", -3, ""),
        ("1.5E+3", 1500, ""),
        ("$ 1,200.50", 1200.5, ""),
        ("8 vCPU", 8, "vCPU"),
        (".5", 0.5, ""),
    ],
)
def test_reads_the_number_and_its_unit(text, number, unit):
    found = parse_quantity(text, decide_mark([text], whole_numbers=False))

    assert (found.number, found.unit) == (number, unit)


@pytest.mark.parametrize("text", ["", "abc", "GB 16", "10.0.0.1.2,3,4.5", "--", "1-2"])
def test_what_is_no_number_has_none_or_a_unit_that_fits_nothing(text):
    found = parse_quantity(text, decide_mark([text], whole_numbers=True))

    assert found is None or factor(Dimension.MEMORY, found.unit) is None


@pytest.mark.parametrize(
    ("dimension", "unit", "expected"),
    [
        (Dimension.MEMORY, "GB", 1024),
        (Dimension.MEMORY, "MiB", 1),
        (Dimension.MEMORY, "TB", 1024**2),
        (Dimension.MEMORY, "bytes", 1 / 1024**2),
        (Dimension.STORAGE, "MiB", 1 / 1024),
        (Dimension.STORAGE, "TB", 1024),
        (Dimension.STORAGE, "(In GB)", 1),
        (Dimension.RATE, "KB/s", 1 / 1024),
        (Dimension.RATE, "B/s", 1 / 1024**2),
        (Dimension.RATE, "Mbit/s", 1_000_000 / 8 / 1024**2),
        (Dimension.RATE, "Mbps", 1_000_000 / 8 / 1024**2),
        (Dimension.RATE, "MBps", 1),
        (Dimension.MEMORY, "GB RAM", 1024),
        (Dimension.STORAGE, "GB SSD", 1),
        (Dimension.HOURS, "jours", 24),
        (Dimension.HOURS, "días", 24),
        (Dimension.MINUTES, "Woche", 7 * 1440),
        (Dimension.COUNT, "virtual CPUs", 1),
        (Dimension.COUNT, "CPU(s)", 1),
        (Dimension.PERCENT, "fraction", 100),
        (Dimension.HOURS, "minutes", 1 / 60),
        (Dimension.MINUTES, "h", 60),
        (Dimension.MONEY, "EUR / month", 1),
        (Dimension.MONEY, "USD per year", 1 / 12),
        (Dimension.COUNT, "vCPUs", 1),
        (Dimension.COUNT, None, 1),
    ],
)
def test_converts_units_to_the_schemas(dimension, unit, expected):
    assert factor(dimension, unit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("dimension", "unit"),
    [
        (Dimension.MEMORY, "%"),
        (Dimension.MEMORY, "GHz"),
        (Dimension.PERCENT, "GB"),
        (Dimension.COUNT, "MB"),
        (Dimension.COUNT, "CPUs x 4 cores"),
        (Dimension.MEMORY, "GB / 32 GB"),
    ],
)
def test_a_unit_of_something_else_fits_not(dimension, unit):
    assert factor(dimension, unit) is None


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("2 x 8", 16, ""),
        ("2x8 cores", 16, "cores"),
        ("2 CPUs x 4 cores", 8, "cores"),
        ("4 × 500 GB", 2000, "GB"),
        ("2*1,5 TB", 3, "TB"),
    ],
)
def test_multiplies_what_is_written_as_a_product(text, number, unit):
    found = parse_product(text, decide_mark([text], whole_numbers=False))

    assert (found.number, found.unit) == (number, unit)


@pytest.mark.parametrize("text", ["0x1F", "16", "2 x", "x 8", "vmx-13", "8 GB x 2"])
def test_reads_nothing_else_as_a_product(text):
    assert parse_product(text, decide_mark([text], whole_numbers=False)) is None
