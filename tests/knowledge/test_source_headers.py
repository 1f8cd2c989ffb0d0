import pytest

from discovery_app.knowledge.fields import ASSET_FIELDS, asset_spellings
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.source_headers import (
    ASIDE,
    SOURCE_BOUND,
    SURE_WITHOUT_PROOF,
    preset_meaning,
    related_meaning,
)


@pytest.mark.parametrize(
    ("source", "header", "field", "unit"),
    [
        ("rvtools", "Memory", "memory_mb", "MiB"),
        ("rvtools", "Host", "hypervisor_host", None),
        ("rvtools", "VM ID", "external_id", None),
        ("servicenow", "RAM (MB)", "memory_mb", "MiB"),
        ("servicenow", "CPU count", "cpu_cores", "sockets"),
        ("aws_ads", "DiskReadsPerSecondInKB.Avg", "disk_read_mbps", "KB/s"),
        ("gcp_mc", "IsPhysical", "is_virtual", "inverted"),
        ("netbox", "disk", "storage_provisioned_gb", "MB"),
    ],
)
def test_a_source_fixes_what_its_headers_mean(source, header, field, unit):
    meaning = preset_meaning(source, header)
    assert (meaning.field, meaning.unit) == (field, unit)


def test_another_source_fixes_nothing():
    assert preset_meaning("unknown", "Host") is None
    assert preset_meaning("rvtools", "Environment") is None


def test_tools_come_before_the_configuration_file():
    tools = preset_meaning("rvtools", "OS according to the VMware Tools")
    configured = preset_meaning("rvtools", "OS according to the configuration file")
    assert tools.field == configured.field == "operating_system"
    assert tools.order < configured.order


def test_a_related_table_gives_its_keys_and_what_it_adds():
    headers = ["VM", "Disk", "Capacity MiB", "VM ID", "Annotation"]
    found = [
        related_meaning("rvtools", "vDisk", "rv.xlsx", headers, header)
        for header in headers
    ]
    assert [meaning and meaning.field for meaning in found] == [
        "asset_name",
        "disk_count",
        "storage_provisioned_gb",
        "external_id",
        None,
    ]


def test_a_related_table_is_known_by_its_columns_if_its_name_says_nothing():
    headers = ["MachineId", "DiskLabel", "SizeInGib"]
    meaning = related_meaning("gcp_mc", "", "export_3.csv", headers, "SizeInGib")
    assert meaning.field == "storage_provisioned_gb"


def test_what_is_set_aside_is_a_spelling_of_its_source():
    for (_, header), field in ASIDE.items():
        assert field in {spelling.field for spelling in asset_spellings()[header]}


def test_bound_headers_are_normalised_spellings():
    known = set(asset_spellings())
    assert [h for h in SOURCE_BOUND if h != normalise_header(h)] == []
    assert SURE_WITHOUT_PROOF <= SOURCE_BOUND
    assert len(SOURCE_BOUND & known) > 40
    assert set(ASIDE.values()) <= set(ASSET_FIELDS)
