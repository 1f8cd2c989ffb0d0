"""Candidates for the inventory, and the keys that find them again."""

import polars as pl
import pytest

from discovery_app.errors import MissingInputError
from discovery_app.phases import data_cleansing, database_integration
from discovery_app.phases.base import PhaseResult
from tests.phases.cleansing_context import Sheet, context_of, context_with

CLASSES = {
    "record": pl.UInt32,
    "asset_type": pl.String,
    "rule": pl.String,
    "reason": pl.String,
    "confidence": pl.Float64,
    "in_scope": pl.Boolean,
    "scope_reason": pl.String,
}
GROUPS = {"record": pl.UInt32, "move_group": pl.Int32, "wave": pl.Int32}


def integrate(sheet: Sheet, classes=(), groups=(), source="rvtools") -> PhaseResult:
    context = context_of(sheet, source=source)
    cleansed = data_cleansing.run(context)
    frames = {("data_cleansing", name): f for name, f in cleansed.frames.items()}
    frames["asset_classification", "classes"] = pl.DataFrame(
        list(classes), schema=CLASSES, orient="row"
    )
    frames["dependency_analysis", "groups"] = pl.DataFrame(
        list(groups), schema=GROUPS, orient="row"
    )
    analysis = context.state.data_source_analysis
    return database_integration.run(
        context_with(
            "database_integration",
            frames,
            [],
            analysis,
            data_cleansing=cleansed.output,
        )
    )


def test_every_row_that_came_in_is_accounted_for():
    sheet = Sheet(
        {"Name": "asset_name", "Serial": "serial_number", "Template": "is_template"},
        [["a", "S1", "no"], ["t", "S2", "yes"], [None, None, "no"], ["a", "S1", "no"]],
    )

    result = integrate(sheet)

    assert (result.items_in, result.items_out) == (4, 1)
    assert (result.items_excluded, result.items_rejected) == (2, 1)
    assert result.output.accounting is None


def test_candidates_carry_type_scope_group_and_source():
    sheet = Sheet({"Name": "asset_name"}, [["a"], ["b"]])
    classes = [
        (0, "server", "os", "It runs AIX.", 0.9, True, None),
        (1, "endpoint", "name", "It is a laptop.", 0.8, False, "workstation"),
    ]

    result = integrate(sheet, classes, [(0, 4, 2)])

    wanted = ("asset_type", "in_scope", "scope_reason", "type_rule", "move_group")
    rows = result.frames["candidates"].select(*wanted, "planned_wave", "source").rows()
    assert rows == [
        ("server", True, None, "os", 4, 2, "rvtools"),
        ("endpoint", False, "workstation", "name", None, None, "rvtools"),
    ]


def test_keys_are_normalised():
    sheet = Sheet(
        {
            "Id": "external_id",
            "Serial": "serial_number",
            "UUID": "vm_uuid",
            "DNS": "fqdn",
            "IP": "ip_address",
        },
        [
            [
                "VM-1",
                "VMware-42 0a",
                "{500B85C1-EF0D-37FB-6897-61C47157F858}",
                "Web01.Corp.Local.",
                "fe80::1; 10.0.0.9; 10.0.0.4",
            ]
        ],
    )

    (row,) = integrate(sheet).frames["candidates"].to_dicts()

    assert row["key_external_id"] == "vm-1"
    assert row["key_serial"] == "vmware420a"
    assert row["key_uuid"] == "500b85c1ef0d37fb689761c47157f858"
    assert row["key_fqdn"] == "web01.corp.local"
    assert row["key_host_ip"] == "web01|10.0.0.4"


def test_shared_values_and_placeholders_are_no_keys():
    sheet = Sheet(
        {"Name": "asset_name", "Serial": "serial_number", "UUID": "vm_uuid"},
        [["a", "CHASSIS", "u-1"], ["b", "CHASSIS", "u-2"], ["c", "0", None]],
    )

    candidates = integrate(sheet).frames["candidates"]

    assert candidates["key_serial"].to_list() == [None, None, None]
    assert candidates["key_uuid"].to_list() == ["u1", "u2", None]


def test_a_name_without_an_address_is_no_key():
    sheet = Sheet({"Name": "hostname"}, [["a"]])

    assert integrate(sheet).frames["candidates"]["key_host_ip"].to_list() == [None]


def test_tells_which_rows_were_merged_into_a_candidate():
    sheet = Sheet(
        {"Name": "asset_name", "Serial": "serial_number"},
        [["a", "S1"], ["b", "S2"], ["a", "S1"]],
        sheet="Servers",
        file="cmdb.xlsx",
    )

    candidates = integrate(sheet).frames["candidates"]

    assert candidates["duplicates"].to_list() == [["cmdb.xlsx (Servers) row 4"], []]


def test_needs_the_cleansed_records():
    context = context_of(Sheet({"Name": "asset_name"}, [["a"]]))

    with pytest.raises(MissingInputError, match="cleansed records"):
        database_integration.run(context)
