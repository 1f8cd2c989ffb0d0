"""Rows that enrich assets."""

import polars as pl

from discovery_app.transforms.convert import with_all_fields
from discovery_app.transforms.related import by_host, fill, gather, match_rows


def assets(**columns: list[object]) -> pl.DataFrame:
    return with_all_fields(pl.DataFrame(columns)).with_row_index("at")


def rows(**columns: list[object]) -> pl.DataFrame:
    frame = with_all_fields(pl.DataFrame(columns))
    return frame.with_row_index("row_number", offset=2)


def test_the_strongest_key_of_a_row_decides():
    known = assets(asset_name=["a", "b"], vm_uuid=["u1", "u2"])

    found = match_rows(known, rows(asset_name=["b", "b"], vm_uuid=["U1", None]))

    assert found.at.to_list() == [0, 1]


def test_a_name_that_two_machines_have_matches_none_of_them():
    known = assets(asset_name=["a", "a", "b"])

    found = match_rows(known, rows(asset_name=["A", "b", "c"]))

    assert found.at.to_list() == [None, 2, None]
    assert found.several.to_list() == [True, False, False]


def test_a_shared_name_is_told_apart_by_its_host():
    known = assets(asset_name=["a", "a"], hypervisor_host=["h1", "h2"])

    found = match_rows(known, rows(asset_name=["a", "a"], hypervisor_host=["h2", "h9"]))

    assert found.at.to_list() == [1, None]


def test_disks_are_added_up_and_counted():
    told = gather(
        rows(asset_name=["a"] * 3, storage_provisioned_gb=[1.0, 2.0, None]),
        pl.Series([0, 0, 1], dtype=pl.UInt32),
        "vDisk",
    )

    assert told.select("at", "storage_provisioned_gb", "disk_count").rows() == [
        (0, 3.0, 2),
        (1, None, 1),
    ]


def test_partitions_are_no_disks():
    told = gather(
        rows(storage_used_gb=[1.0, 2.0]),
        pl.Series([0, 0], dtype=pl.UInt32),
        "vPartition",
    )

    assert told.columns == ["at", "storage_used_gb"]


def test_rows_that_say_nothing_new_leave_nothing():
    told = gather(rows(asset_name=["a"]), pl.Series([0], dtype=pl.UInt32), "vTools")

    assert told.is_empty()


def test_the_place_of_a_host_is_that_of_its_machines():
    known = assets(hypervisor_host=["h1", "H1", "h2", None])
    hosts = rows(hypervisor_host=["h1", "h9"], location=["d", "x"], cluster=["c", "y"])

    told, used = by_host(known, hosts)

    assert told.rows() == [(0, "d", "c"), (1, "d", "c")]
    assert used.to_list() == [True, False]


def test_filling_keeps_what_is_there_and_unites_lists():
    known = assets(model=["m", None], ip_address=[["10.0.0.1"], None])
    told = pl.DataFrame(
        {"at": [0, 1], "model": ["x", "y"], "ip_address": [["10.0.0.2"], ["10.0.0.3"]]},
        schema_overrides={"at": pl.UInt32},
    )

    filled = fill(known, told)

    assert filled["model"].to_list() == ["m", "y"]
    assert filled["ip_address"].to_list() == [["10.0.0.1", "10.0.0.2"], ["10.0.0.3"]]
