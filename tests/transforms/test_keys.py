"""Identity keys."""

import polars as pl

from discovery_app.transforms.convert import with_all_fields
from discovery_app.transforms.keys import KEYS, identity_keys


def keys(**columns: list[object]) -> dict[str, list[str | None]]:
    found = identity_keys(with_all_fields(pl.DataFrame(columns)))
    return {series.name: series.to_list() for series in found}


def test_there_is_a_column_for_every_key():
    assert tuple(keys(asset_name=["a"])) == KEYS


def test_host_and_address_do_not_depend_on_the_order_in_the_source():
    one = keys(hostname=["a"], ip_address=[["10.0.0.9", "10.0.0.1"]])
    other = keys(asset_name=["A.corp.local"], ip_address=[["10.0.0.1", "10.0.0.9"]])

    assert one["key_host_ip"] == other["key_host_ip"] == ["a|10.0.0.1"]


def test_version_six_counts_only_without_version_four():
    found = keys(hostname=["a", "b"], ip_address=[["::2", "10.0.0.1"], ["fe80::2"]])

    assert found["key_host_ip"] == ["a|10.0.0.1", "b|fe80::2"]


def test_values_that_two_records_share_are_no_keys():
    found = keys(external_id=["X", "x", "y"])

    assert found["key_external_id"] == [None, None, "y"]


def test_an_external_id_may_be_zero_and_a_serial_may_not():
    found = keys(external_id=["0", "1"], serial_number=["0", "1"])

    assert found["key_external_id"] == ["0", "1"]
    assert found["key_serial"] == [None, "1"]


def test_placeholders_are_no_keys():
    found = keys(
        serial_number=["Not Specified", "VMware-1"],
        vm_uuid=["00000000-0000-0000-0000-000000000000", "u"],
    )

    assert found["key_serial"] == [None, "vmware1"]
    assert found["key_uuid"] == [None, "u"]
