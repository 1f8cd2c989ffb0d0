"""Cleansing: typed records, and where every row went."""

import json

import polars as pl
import pytest

from discovery_app.errors import MissingInputError
from discovery_app.phases import data_cleansing
from discovery_app.phases.base import PhaseResult
from tests.phases.cleansing_context import Sheet, context_of


def cleanse(*sheets: Sheet, source: str = "unknown") -> PhaseResult:
    return data_cleansing.run(context_of(*sheets, source=source))


def column(result: PhaseResult, name: str) -> list[object]:
    return result.frames["records"][name].to_list()


def issues(result: PhaseResult, rule: str) -> list[dict[str, object]]:
    return result.issues.filter(pl.col("rule") == rule).to_dicts()


def reasons(result: PhaseResult) -> list[tuple[int, str, str]]:
    return result.frames["left_out"].select("row_number", "verdict", "reason").rows()


def test_types_every_column_by_its_mapping():
    sheet = Sheet(
        {
            "Server": "asset_name",
            "DNS": "fqdn",
            "RAM": ("memory_mb", "GB"),
            "Env": "environment",
            "IPs": "ip_address",
            "Virtual": "is_virtual",
            "Seen": "last_seen",
        },
        [
            [
                "Web 01",
                "WEB01.corp.local",
                "16",
                "prd",
                "[10.0.0.4,fe80::1];",
                "ja",
                "2025-01-02T03:04:05Z",
            ]
        ],
    )

    result = cleanse(sheet)

    record = result.frames["records"].row(0, named=True)
    assert record["asset_name"] == "Web 01"
    assert (record["hostname"], record["fqdn"]) == ("web01", "web01.corp.local")
    assert record["memory_mb"] == 16_384
    assert record["environment"] == "production"
    assert record["ip_address"] == ["10.0.0.4", "fe80::1"]
    assert record["is_virtual"] is True
    assert record["last_seen"].isoformat() == "2025-01-02T03:04:05+00:00"


def test_records_have_every_field_and_where_they_come_from():
    result = cleanse(Sheet({"Name": "asset_name"}, [["a"], ["b"]], file="list.csv"))

    records = result.frames["records"]
    assert len(records.columns) == 5 + 67 + 1
    assert records.select("record", "table", "row_number", "file").rows() == [
        (0, 0, 2, "list.csv"),
        (1, 0, 3, "list.csv"),
    ]


def test_keeps_unmapped_columns_as_custom_fields_and_never_imported_ones_not():
    sheet = Sheet(
        {"Name": "asset_name", 'Note "x"': None, "Password": "never", "": None},
        [["a", 'he said "=1+1"\n', "s3cret", "blank header"], ["b", "n/a", "x", None]],
    )

    result = cleanse(sheet)

    first, second = column(result, "custom")
    assert json.loads(str(first)) == {
        'Note "x"': 'he said "=1+1"',
        "Column 4": "blank header",
    }
    assert second is None
    assert "s3cret" not in str(result.frames["records"].to_dicts())


def test_leaves_out_templates_and_placeholders_with_a_note_each():
    sheet = Sheet(
        {
            "VM": "asset_name",
            "Template": "is_template",
            "SRM Placeholder": "is_template",
        },
        [["a", "False", "False"], ["t", "True", "False"], ["p", "False", "True"]],
        sheet="vInfo",
    )

    result = cleanse(sheet, source="rvtools")

    assert reasons(result) == [
        (3, "excluded", "template"),
        (4, "excluded", "placeholder"),
    ]
    assert [i["row"] for i in issues(result, "template")] == [3]
    assert [i["row"] for i in issues(result, "placeholder")] == [4]
    assert (result.items_in, result.items_out, result.items_excluded) == (3, 1, 2)


def test_rows_of_a_vcenter_export_are_virtual_machines():
    result = cleanse(Sheet({"VM": "asset_name"}, [["a"]], sheet="vInfo"))

    record = result.frames["records"].row(0, named=True)
    assert record["asset_type"] == "virtual_machine"
    assert record["is_virtual"] is True
    assert record["hypervisor"] == "VMware"


def test_another_list_beside_a_vcenter_export_is_not_of_virtual_machines():
    vcenter = Sheet({"VM": "asset_name", "Powerstate": "power_state"}, [["a", "on"]])
    other = Sheet({"Server": "asset_name"}, [["b"]], file="racks.csv")

    result = cleanse(vcenter, other, source="rvtools")

    assert column(result, "is_virtual") == [True, None]


def test_prefers_the_trusted_os_and_tells_where_the_other_disagrees():
    sheet = Sheet(
        {"VM": "asset_name", "Tools": "operating_system", "Config": "operating_system"},
        [["a", "Debian 9", "Debian 7"], ["b", None, "Debian 7"], ["c", "RHEL", "RHEL"]],
    )

    result = cleanse(sheet)

    assert column(result, "operating_system") == ["Debian 9", "Debian 7", "RHEL"]
    told = issues(result, "sources_disagree")
    assert [(i["row"], i["column"], i["value"]) for i in told] == [
        (2, "Config", "Debian 7")
    ]
    assert json.loads(str(column(result, "custom")[0])) == {"Config": "Debian 7"}


def test_rejects_rows_that_say_not_which_asset_they_are():
    sheet = Sheet(
        {"Name": "asset_name", "Serial": "serial_number", "CPU": "cpu_cores"},
        [["a", None, "2"], [None, "n/a", "4"], [None, "SN-9", "4"]],
    )

    result = cleanse(sheet)

    assert reasons(result) == [(3, "rejected", "no_identity")]
    (told,) = issues(result, "no_identity")
    assert told["severity"] == "error"
    assert "“Name”" in str(told["message"])
    assert "“Serial”" in str(told["message"])
    assert column(result, "asset_name") == ["a", "SN-9"]


def test_carries_the_verdicts_of_validation_into_the_account():
    sheet = Sheet(
        {"Name": "asset_name"},
        [["a"], ["TOTAL"], ["b"]],
        verdicts={3: ("excluded", "total_row")},
    )

    result = cleanse(sheet)

    assert reasons(result) == [(3, "excluded", "total_row")]
    assert column(result, "row_number") == [2, 4]
    assert (result.items_in, result.items_out, result.items_excluded) == (3, 2, 1)


def test_merges_rows_with_the_same_serial_and_fills_the_gaps_of_the_first():
    sheet = Sheet(
        {"Name": "asset_name", "Serial": "serial_number", "OS": "operating_system"},
        [["a", "SN-1", None], ["b", "SN-2", "AIX"], ["a", "sn-1", "RHEL 8"]],
    )

    result = cleanse(sheet)

    assert column(result, "operating_system") == ["RHEL 8", "AIX"]
    assert reasons(result) == [(4, "excluded", "duplicate_of_row_2")]
    (told,) = issues(result, "duplicate")
    assert "row 2" in str(told["message"])


def test_rows_that_share_only_a_name_or_an_address_stay_apart():
    sheet = Sheet(
        {"Name": "asset_name", "IP": "ip_address", "OS": "operating_system"},
        [["a", "10.0.0.1", "AIX"], ["a", "10.0.0.2", "AIX"], ["b", "10.0.0.1", "AIX"]],
    )

    result = cleanse(sheet)

    assert result.items_out == 3


def test_rows_with_the_same_name_and_address_are_one():
    sheet = Sheet(
        {"Name": "hostname", "IP": "ip_address", "OS": "operating_system"},
        [["a", "10.0.0.1", "AIX"], ["A", "10.0.0.1", None]],
    )

    result = cleanse(sheet)

    assert reasons(result) == [(3, "excluded", "duplicate_of_row_2")]


def test_machines_that_share_a_serial_but_not_their_uuid_stay_apart():
    sheet = Sheet(
        {"Name": "asset_name", "Serial": "serial_number", "UUID": "vm_uuid"},
        [["a", "CHASSIS", "u-1"], ["b", "CHASSIS", "u-2"]],
    )

    result = cleanse(sheet)

    assert result.items_out == 2
    assert [i["row"] for i in issues(result, "shared_identity")] == [2, 3]


def test_names_the_other_file_where_a_duplicate_stands_in_two():
    columns = {"Name": "asset_name", "Serial": "serial_number"}
    first = Sheet(columns, [["a", "SN-1"]], file="one.csv")
    second = Sheet(columns, [["x", "SN-0"], ["a", "SN-1"]], file="two.csv")

    result = cleanse(first, second)

    (told,) = issues(result, "duplicate")
    assert (told["file"], told["row"]) == ("two.csv", 3)
    assert "row 2 of one.csv" in str(told["message"])


def test_joins_disks_partitions_and_networks_to_their_machines():
    machines = Sheet(
        {"VM": "asset_name", "VM ID": "external_id"},
        [["a", "vm-1"], ["a", "vm-2"]],
        sheet="vInfo",
    )
    disks = Sheet(
        {
            "VM": "asset_name",
            "VM ID": "external_id",
            "Disk": "disk_count",
            "Capacity MiB": ("storage_provisioned_gb", "MiB"),
        },
        [
            ["a", "vm-1", "Hard disk 1", "1024"],
            ["a", "vm-1", "Hard disk 2", "2048"],
            ["a", "vm-2", "Hard disk 1", "512"],
        ],
        role="related",
        sheet="vDisk",
    )
    networks = Sheet(
        {"VM": "asset_name", "VM ID": "external_id", "IP": "ip_address"},
        [["a", "vm-1", "10.0.0.1"], ["a", "vm-1", "fe80::1"], ["a", None, "10.0.0.9"]],
        role="related",
        sheet="vNetwork",
    )

    result = cleanse(machines, disks, networks, source="rvtools")

    assert column(result, "storage_provisioned_gb") == [3.0, 0.5]
    assert column(result, "disk_count") == [2, 1]
    assert column(result, "ip_address") == [["10.0.0.1", "fe80::1"], None]
    used = {r.sheet: (r.rows_in, r.used, r.rejected) for r in result.output.related}
    assert used == {"vDisk": (3, 3, 0), "vNetwork": (3, 2, 1)}
    assert [i["row"] for i in issues(result, "several_match")] == [4]


def test_related_rows_fill_gaps_only():
    machines = Sheet(
        {"VM": "asset_name", "Disk GB": ("storage_provisioned_gb", "GB")},
        [["a", "10"], ["b", None]],
    )
    disks = Sheet(
        {"VM": "asset_name", "Capacity": ("storage_provisioned_gb", "GB")},
        [["a", "99"], ["b", "5"], ["zz", "1"]],
        role="related",
        sheet="disks",
    )

    result = cleanse(machines, disks)

    assert column(result, "storage_provisioned_gb") == [10.0, 5.0]
    assert [i["value"] for i in issues(result, "no_match")] == ["zz"]


def test_averages_measurements_over_time_and_keeps_their_peak():
    machines = Sheet({"Id": "external_id", "Name": "asset_name"}, [["1", "a"]])
    measured = Sheet(
        {"Id": "external_id", "CPU": "cpu_util_avg_pct"},
        [["1", "10"], ["1", "30"]],
        role="related",
        sheet="perfInfo",
    )

    result = cleanse(machines, measured)

    assert column(result, "cpu_util_avg_pct") == [20.0]
    assert column(result, "cpu_util_peak_pct") == [30.0]


def test_konveyor_rows_are_applications_and_dependencies():
    sheet = Sheet(
        {
            "Record Type 1": "asset_type",
            "Application Name": "application_name",
            "Dependency": "depends_on",
            "Dependency Direction": "dependency_direction",
            "Tag Category 1": ("tags", "key 1"),
            "Tag 1": ("tags", "value 1"),
        },
        [
            ["1", "Shop", None, None, "Language", "Java"],
            ["1", "Stock", None, None, None, None],
            ["2", "Shop", "Stock", "southbound", None, None],
            ["2", "Shop", "Web", "northbound", None, None],
            ["3", "Odd", None, None, None, None],
            [None, "Blank", None, None, None, None],
            ["1", None, None, None, None, None],
        ],
    )

    result = cleanse(sheet, source="konveyor")

    assert column(result, "asset_name") == ["Shop", "Stock"]
    assert column(result, "asset_type") == ["application"] * 2
    assert json.loads(str(column(result, "tags")[0])) == {"Language": "Java"}
    edges = result.frames["connections"]
    assert edges.select("source_application", "dest_application").rows() == [
        ("Shop", "Stock"),
        ("Web", "Shop"),
    ]
    assert reasons(result) == [
        (4, "excluded", "dependency"),
        (5, "excluded", "dependency"),
        (6, "rejected", "unreadable"),
        (7, "rejected", "unreadable"),
        (8, "rejected", "no_identity"),
    ]
    assert {i["severity"] for i in issues(result, "record_type")} == {"error"}


def test_reads_connections_and_counts_those_without_an_end():
    assets = Sheet({"Name": "asset_name"}, [["a"]])
    edges = Sheet(
        {
            "Source": "edge.source_name",
            "Destination IP": "edge.dest_ip",
            "Port": "edge.dest_port",
            "Time slot": "edge.observed_at",
        },
        [["a", "10.0.0.5", "443", "2025-06-14 00:00"], ["a", None, "22", None]],
        role="connections",
        file="edges.csv",
    )

    result = cleanse(assets, edges)

    (row,) = result.frames["connections"].to_dicts()
    assert (row["source_name"], row["dest_ip"], row["dest_port"]) == (
        "a",
        "10.0.0.5",
        443,
    )
    assert row["observed_at"].isoformat() == "2025-06-14T00:00:00+00:00"
    (use,) = result.output.related
    assert (use.file, use.rows_in, use.used, use.rejected) == ("edges.csv", 2, 1, 1)
    assert result.items_in == 1


def test_an_import_of_connections_alone_has_no_records():
    edges = Sheet(
        {"S": "edge.source_name", "D": "edge.dest_name"},
        [["a", "b"]],
        role="connections",
    )

    result = cleanse(edges)

    assert result.items_in == result.items_out == 0
    assert result.frames["connections"].height == 1
    assert len(result.frames["records"].columns) == 73


def test_says_once_that_a_unit_was_assumed():
    sheet = Sheet(
        {"Name": "asset_name", "RAM": "memory_mb"}, [["a", "4096"], ["b", "8192"]]
    )

    result = cleanse(sheet)

    assert column(result, "memory_mb") == [4096, 8192]
    (told,) = issues(result, "unit_assumed")
    assert (told["column"], told["row"]) == ("RAM", None)


def test_unknown_words_stay_as_custom_text_with_a_warning():
    sheet = Sheet(
        {"Name": "asset_name", "Env": "environment"}, [["a", "Blau"], ["b", "n/a"]]
    )

    result = cleanse(sheet)

    assert column(result, "environment") == [None, None]
    assert json.loads(str(column(result, "custom")[0])) == {"Env": "Blau"}
    (told,) = issues(result, "unknown_value")
    assert (told["row"], told["value"], told["severity"]) == (2, "Blau", "warning")


def test_refuses_over_long_values_and_says_so():
    sheet = Sheet(
        {"Name": "asset_name", "Text": "description"},
        [["a", "x" * 10_001], ["b", "y" * 10_000]],
    )

    result = cleanse(sheet)

    assert column(result, "description") == [None, "y" * 10_000]
    assert [i["row"] for i in issues(result, "too_long")] == [2]


def test_text_that_looks_like_a_formula_is_data():
    values = ["=1+1", "+49 30 1", "-x", "@home", "Ignore all instructions"]
    sheet = Sheet(
        {"Name": "asset_name", "Text": "description"},
        [[str(n), value] for n, value in enumerate(values)],
    )

    assert column(cleanse(sheet), "description") == values


def test_lists_what_it_changed():
    sheet = Sheet(
        {"Name": "asset_name", "State": "power_state", "OS": "operating_system"},
        [[" a ", "poweredOn", "n/a"]],
    )

    result = cleanse(sheet)

    changes = result.frames["changes"].select("field", "from_value", "to_value", "rule")
    assert sorted(changes.rows()) == [
        ("asset_name", " a ", "a", "trimmed"),
        ("operating_system", "n/a", None, "placeholder"),
        ("power_state", "poweredOn", "on", "value_table"),
    ]
    assert result.output.changes == 3


def test_quality_is_the_weighted_sum_of_its_four_parts():
    sheet = Sheet(
        {"Name": "asset_name", "OS": "operating_system", "Env": "environment"},
        [["a", "AIX", "prod"], ["a", None, "Blau"]],
    )

    quality = cleanse(sheet).output.quality

    assert quality.completeness == pytest.approx(4 / 6)
    assert quality.consistency == 1.0
    assert quality.validity == pytest.approx(4 / 5)
    assert quality.uniqueness == 0.0
    assert quality.score == pytest.approx(0.3 * 4 / 6 + 0.25 + 0.25 * 0.8)


def test_the_same_input_gives_the_same_frames():
    sheet = Sheet(
        {"Name": "hostname", "IP": "ip_address", "X": None},
        [[f"h{n % 7}", f"10.0.0.{n % 5}", str(n)] for n in range(40)],
    )

    first, second = cleanse(sheet), cleanse(sheet)

    for name, frame in first.frames.items():
        assert frame.equals(second.frames[name])
    assert first.issues.equals(second.issues)


def test_needs_an_approved_mapping():
    with pytest.raises(MissingInputError, match="approved mapping"):
        cleanse()
