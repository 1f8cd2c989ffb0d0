"""Rows that are the same asset."""

import polars as pl
import pytest

from discovery_app.transforms.convert import with_all_fields
from discovery_app.transforms.duplicates import merge_duplicates


def records(*rows: dict[str, object]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [{"table": 0, "custom": None, "applications": False, **row} for row in rows],
        schema_overrides={"custom": pl.String, "ip_address": pl.List(pl.String)},
    )
    return with_all_fields(frame.with_row_index("at"))


def merged(*rows: dict[str, object]) -> list[tuple[int, int]]:
    return merge_duplicates(records(*rows)).merged.rows()


@pytest.mark.parametrize("key", ["external_id", "serial_number", "vm_uuid"])
def test_the_same_key_in_any_case_is_the_same_asset(key):
    rows = [{"asset_name": "a", key: "K-1"}, {"asset_name": "b", key: "k-1"}]

    assert merged(*rows) == [(1, 0)]


def test_keys_chain_rows_together():
    rows = [
        {"asset_name": "a", "serial_number": "S", "description": "1"},
        {"asset_name": "a", "vm_uuid": "U", "description": "2"},
        {"asset_name": "a", "serial_number": "S", "vm_uuid": "U", "description": "3"},
    ]

    assert merged(*rows) == [(1, 0), (2, 0)]


def test_a_row_that_contradicts_stays_apart_and_others_still_merge():
    rows = [
        {"asset_name": "a", "serial_number": "S", "vm_uuid": "U1"},
        {"asset_name": "b", "serial_number": "S", "vm_uuid": "U2"},
        {"asset_name": "b", "serial_number": "S", "vm_uuid": "U2"},
    ]

    assert merged(*rows) == [(2, 1)]


def test_counting_ids_of_two_lists_are_not_the_same_asset():
    rows = [
        {"table": 0, "asset_name": "a", "external_id": "1"},
        {"table": 1, "asset_name": "b", "external_id": "1"},
        {"table": 1, "asset_name": "A", "external_id": "1"},
    ]

    assert (1, 0) not in merged(*rows)
    assert merged(rows[0], rows[2]) == [(1, 0)]


def test_the_same_serial_under_other_ids_and_names_of_one_list_stays_apart():
    rows = [
        {"asset_name": "a", "external_id": "1", "serial_number": "S"},
        {"asset_name": "b", "external_id": "2", "serial_number": "S"},
    ]

    assert merged(*rows) == []


def test_the_order_of_addresses_does_not_count():
    rows = [
        {"hostname": "a", "ip_address": ["10.0.0.1", "10.0.0.2"], "description": "1"},
        {"hostname": "a", "ip_address": ["10.0.0.2", "10.0.0.1"], "description": "2"},
    ]

    assert merged(*rows) == [(1, 0)]


def test_names_count_only_in_lists_of_applications():
    rows = [
        {"application_name": "Shop", "asset_name": "Shop", "description": "1"},
        {"application_name": "shop", "asset_name": "shop", "description": "2"},
    ]

    assert merged(*rows) == []
    assert merged(*({**row, "applications": True} for row in rows)) == [(1, 0)]


def test_the_first_row_wins_and_the_others_fill_its_gaps_in_order():
    found = merge_duplicates(
        records(
            {"serial_number": "S", "model": None, "cluster": "c1"},
            {"serial_number": "S", "model": "m2", "cluster": "c2"},
            {"serial_number": "S", "model": "m3", "location": "l3"},
            {"serial_number": "T", "model": None},
        )
    )

    rows = found.records.select("at", "model", "cluster", "location").rows()
    assert rows == [(0, "m2", "c1", "l3"), (3, None, None, None)]


def test_rows_without_any_repeat_are_left_as_they_are():
    frame = records({"asset_name": "a"}, {"asset_name": "b"})

    found = merge_duplicates(frame)

    assert found.records.equals(frame)
    assert found.merged.is_empty()
