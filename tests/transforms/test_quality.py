"""The four parts of data quality."""

import polars as pl
import pytest

from discovery_app.transforms.convert import with_all_fields
from discovery_app.transforms.quality import (
    WEIGHTS,
    completeness,
    consistency,
    uniqueness,
    validity,
)


def records(**columns: list[object]) -> pl.DataFrame:
    return with_all_fields(pl.DataFrame(columns))


def test_completeness_counts_what_the_source_could_know():
    frame = records(asset_name=["a", "b"], environment=["test", None])

    assert completeness(frame, {"asset_name", "environment"}) == 0.75
    assert completeness(frame, {"asset_name", "environment", "memory_mb"}) == 0.5


def test_consistency_is_the_share_of_checks_that_hold():
    frame = records(
        storage_used_gb=[5.0, 50.0, None],
        storage_provisioned_gb=[10.0, 10.0, 10.0],
        cpu_cores=[8, None, None],
        cpu_sockets=[2, None, None],
        cores_per_socket=[4, None, None],
    )

    assert consistency(frame) == pytest.approx(2 / 3)


def test_consistency_is_whole_where_nothing_can_be_checked():
    assert consistency(records(asset_name=["a"])) == 1.0


def test_validity_is_the_share_of_cells_that_could_be_read():
    assert validity(read=10, failed=3) == pytest.approx(0.7)
    assert validity(read=0, failed=0) == 1.0


def test_uniqueness_counts_merged_rows_and_shared_names():
    frame = records(asset_name=["a", "A", "b", "c"])

    assert uniqueness(frame, merged=0) == 0.5
    assert uniqueness(frame, merged=4) == 0.25


def test_the_weights_are_those_of_the_field_notes():
    assert WEIGHTS == {
        "completeness": 0.3,
        "consistency": 0.25,
        "validity": 0.25,
        "uniqueness": 0.2,
    }
