"""Dates in several orders."""

from datetime import UTC, datetime

import pytest

from discovery_app.knowledge.dates import (
    DateOrder,
    decide_order,
    is_open,
    parse_datetime,
)


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["03/04/2024", "31/12/2024"], DateOrder.DAY_FIRST),
        (["03/04/2024", "12/31/2024"], DateOrder.MONTH_FIRST),
        (["03.04.2024"], DateOrder.DAY_FIRST),
        (["03/04/2024"], DateOrder.UNKNOWN),
        (["2024-03-04"], DateOrder.UNKNOWN),
        (["31/12/2024", "12/31/2024"], DateOrder.MIXED),
    ],
)
def test_a_number_above_twelve_decides_the_order(values, order):
    assert decide_order(values).order is order


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024/3/5",
        "20240305",
        "5-Mar-2024",
        "5. März 2024",
        "March 5, 2024",
        "Tuesday, March 5, 2024",
        "05.03.2024",
        "45356",
        "1709596800",
        "1709596800000",
        "2024-03-05T02:00:00+02:00",
        "20240305T00:00:00Z",
        "20240305010000.000000+060",
        "5 mars 2024",
        "mardi 5 mars 2024",
        "5 de marzo de 2024",
        "Mar-05-2024",
        "Tue Mar  5 00:00:00 2024",
        "2024-03-05 12:00:00 AM",
    ],
)
def test_reads_a_day_however_it_is_written(text):
    assert parse_datetime(text, DateOrder.UNKNOWN) == datetime(2024, 3, 5, tzinfo=UTC)


def test_reads_times_of_day():
    found = parse_datetime("06/14/2025 3:15:30.25 PM", DateOrder.MONTH_FIRST)

    assert found == datetime(2025, 6, 14, 15, 15, 30, 250_000, tzinfo=UTC)


def test_a_date_that_reads_two_ways_is_not_read():
    assert is_open("03/04/2024", DateOrder.UNKNOWN)
    assert parse_datetime("03/04/2024", DateOrder.UNKNOWN) is None
    assert parse_datetime("03/04/2024", DateOrder.MIXED) is None
    assert parse_datetime("03/03/2024", DateOrder.UNKNOWN) is not None


@pytest.mark.parametrize("text", ["31/02/2024", "2024-13-01", "soon", "99", "", "1/2"])
def test_what_is_no_date_is_none(text):
    assert parse_datetime(text, DateOrder.DAY_FIRST) is None
