"""Columns of text to columns of values."""

import polars as pl
import pytest

from discovery_app.knowledge.addresses import ip_addresses
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.transforms.convert import RECORD_FIELDS, convert, with_all_fields
from discovery_app.transforms.converted import Converted, shown

NULL = None


def converted(field: str, *texts: str | None, unit: str | None = None) -> Converted:
    text = pl.Series("text", texts, dtype=pl.String)
    return convert(text, ASSET_FIELDS[field], unit)


@pytest.mark.parametrize("field", sorted(ASSET_FIELDS))
def test_every_field_survives_any_text(field):
    nasty = [
        "",
        "=1+1",
        "💥",
        "1,2,3",
        "99999999999999999999",
        "1e999",
        "\x00",
        "-",
        "%",
    ]

    found = converted(field, *nasty, NULL, "x" * 5000)

    assert (
        len(found.values) == len(found.failed) == len(found.changed) == len(nasty) + 2
    )
    assert found.values.cast(RECORD_FIELDS[field]).len() == len(nasty) + 2
    assert found.failed.to_list()[len(nasty)] is NULL
    assert not found.changed.to_list()[len(nasty)]


@pytest.mark.parametrize("field", sorted(ASSET_FIELDS))
def test_a_column_without_values_stays_without(field):
    found = converted(field, NULL, NULL)

    assert found.values.null_count() == 2
    assert found.failed.null_count() == 2
    assert found.changed.to_list() == [False, False]


def test_a_unit_in_the_cell_is_stronger_than_the_columns():
    found = converted("memory_mb", "2048", "16 GB", "1 TB", "8 apples", unit="MB")

    assert found.values.to_list() == [2048, 16_384, 1_048_576, NULL]
    assert found.failed.to_list() == [NULL, NULL, NULL, "unknown_unit"]
    assert found.changed.to_list() == [False, True, True, False]


def test_fractions_of_a_unit_become_whole_megabytes():
    assert converted("memory_mb", "7.5", "0,5", unit="GB").values.to_list() == [
        7680,
        512,
    ]


def test_megabytes_become_gigabytes_without_rounding():
    found = converted("storage_provisioned_gb", "86201", unit="MiB")

    assert found.values.to_list() == [86_201 / 1024]
    assert found.rule == "converted_from_MiB"


def test_a_column_without_its_unit_is_told_once():
    found = converted("storage_used_gb", "10", "20")

    assert found.values.to_list() == [10.0, 20.0]
    assert [note.rule for note in found.notes] == ["unit_assumed"]


def test_a_decimal_comma_is_decided_for_the_whole_column():
    found = converted("monthly_cost", "1.234,50", "1.000", "7")

    assert found.values.to_list() == [1234.5, 1000.0, 7.0]
    assert [note.rule for note in found.notes] == ["decimal_comma"]


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        ("cpu_util_avg_pct", "101", "out_of_range"),
        ("cpu_util_avg_pct", "-1", "out_of_range"),
        ("cpu_cores", "2.5", "not_whole"),
        ("cpu_cores", "0", "out_of_range"),
        ("memory_mb", "0", "out_of_range"),
        ("disk_count", "-1", "out_of_range"),
        ("cpu_cores", "two", "not_a_number"),
        ("cpu_cores", "99999999999999999999", "out_of_range"),
        ("environment", "Blau", "unknown_value"),
        ("is_virtual", "perhaps", "not_a_boolean"),
        ("installed_date", "soon", "not_a_date"),
        ("installed_date", "03/04/2024", "ambiguous_date"),
        ("ip_address", "10.0.0.300", "not_an_address"),
        ("mac_address", "00:00:00:00:00:00", "not_an_address"),
        ("hostname", "10.0.0.1", "hostname_is_address"),
        ("serial_number", "To Be Filled By O.E.M.", "identifies_nothing"),
        ("vm_uuid", "00000000-0000-0000-0000-000000000000", "identifies_nothing"),
    ],
)
def test_what_cannot_be_read_is_no_value_and_says_why(field, text, rule):
    found = converted(field, text)

    assert found.values.to_list() == [NULL]
    assert found.failed.to_list() == [rule]


def test_boundaries_of_percent_are_inside():
    assert converted("cpu_util_avg_pct", "0", "100", "45 %").values.to_list() == [
        0,
        100,
        45,
    ]


def test_zero_disks_and_zero_gigabytes_are_measurements():
    assert converted("disk_count", "0").values.to_list() == [0]
    assert converted("storage_used_gb", "0", unit="GB").values.to_list() == [0.0]


def test_dates_are_read_in_the_order_the_column_proves():
    found = converted("installed_date", "03/04/2024", "31/12/2024", "2024-05-06")

    assert [str(day) for day in found.values] == [
        "2024-04-03",
        "2024-12-31",
        "2024-05-06",
    ]
    assert [note.rule for note in found.notes] == ["date_order"]
    assert found.changed.to_list() == [True, True, False]


def test_moments_are_kept_in_utc():
    found = converted(
        "last_seen", "2023-07-25T06:12:34.1674501Z", "2024-01-01T02:00:00+02:00"
    )

    assert shown(found.values).to_list() == [
        "2023-07-25T06:12:34Z",
        "2024-01-01T00:00:00Z",
    ]


def test_an_inverted_column_says_the_opposite():
    assert converted("is_virtual", "yes", "no", unit="inverted").values.to_list() == [
        False,
        True,
    ]


def test_a_host_name_loses_its_domain_which_is_kept_as_fqdn():
    found = converted("hostname", "WEB01.Corp.local", "CORP\\db01", "app-v1.2", "a_b")

    assert found.values.to_list() == ["web01", "db01", "app-v1.2", "a_b"]
    assert found.aside["fqdn"].to_list() == ["web01.corp.local", NULL, NULL, NULL]


def test_a_full_name_without_a_domain_is_a_host_name():
    found = converted("fqdn", "Web01.corp.local.", "web02")

    assert found.values.to_list() == ["web01.corp.local", NULL]
    assert found.aside["hostname"].to_list() == ["web01", "web02"]


def test_all_good_addresses_of_a_cell_are_kept_beside_a_wrong_one():
    found = converted("ip_address", "10.0.0.1;dhcp", "10.0.0.2")

    assert found.values.to_list() == [["10.0.0.1"], ["10.0.0.2"]]
    assert found.failed.to_list() == ["not_an_address", NULL]


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        "[10.0.0.1, 10.0.0.2];",
        "10.0.0.1 10.0.0.1|192.168.255.254",
        "127.0.0.1",
        "129.0.0.1,0.0.0.1",
        "10.0.0.01",
        "1.2.3.4.5",
        "10.0.0.1/24",
        "fe80::1",
    ],
)
def test_lists_that_are_split_at_once_read_as_those_read_one_by_one(text):
    slowly = ip_addresses(text)

    found = converted("ip_address", text)

    assert found.values.to_list() == [list(slowly.good) or NULL]
    assert found.failed.is_not_null().to_list() == [bool(slowly.wrong)]


def test_mac_addresses_are_written_one_way():
    found = converted(
        "mac_address", "00-50-56-AA-00-01;0050.56aa.0002", "00:50:56:aa:00:03"
    )

    assert found.values.to_list() == [
        ["00:50:56:aa:00:01", "00:50:56:aa:00:02"],
        ["00:50:56:aa:00:03"],
    ]


def test_absent_fields_are_added_in_schema_order():
    frame = with_all_fields(pl.DataFrame({"row_number": [2], "hostname": ["a"]}))

    assert frame.columns == ["row_number", *RECORD_FIELDS]
    assert dict(frame.schema)["memory_mb"] == pl.Int64()


def test_memory_that_rounds_to_nothing_is_not_known():
    found = converted("memory_mb", "0.1", "0", "1", unit="MB")

    assert found.values.to_list() == [NULL, NULL, 1]
    assert found.failed.to_list() == ["out_of_range", "out_of_range", NULL]


def test_used_of_whole_in_one_cell_is_two_values():
    texts = ["61.2 GiB / 127 GiB", "600 GB of 1.5 TB", "80", None]

    found = convert(
        pl.Series("text", texts), ASSET_FIELDS["storage_provisioned_gb"], "GB"
    )

    assert found.values.to_list() == [127.0, 1536.0, 80.0, None]
    assert found.aside["storage_used_gb"].to_list() == [61.2, 600.0, None, None]


def test_a_fraction_of_one_is_an_exact_percentage():
    field = ASSET_FIELDS["cpu_util_avg_pct"]

    found = convert(pl.Series("text", ["0.55", "0.07", "1"]), field, "fraction")

    assert found.values.to_list() == [55.0, 7.0, 100.0]


def test_a_unit_in_every_cell_is_no_assumption():
    found = convert(
        pl.Series("text", ["16 GB", "512 MB", "0"]), ASSET_FIELDS["memory_mb"], None
    )

    assert [note.rule for note in found.notes] == []
