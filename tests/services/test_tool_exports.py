"""Files for other tools: our own presets read them back unchanged."""

import csv
import io
import json
import zipfile
from datetime import date

import pytest

from benchmarks.chain import run_phases
from discovery_app.knowledge.tool_formats import TOOL_FORMATS, ExportTool
from discovery_app.services.tool_exports import ToolExport, tool_export
from discovery_app.transforms.convert import RECORD_FIELDS

WEB = {
    "asset_name": "web01",
    "hostname": "web01",
    "fqdn": "web01.corp.example.com",
    "external_id": "ext-1",
    "vm_uuid": "4c4c4544-0058-4b10-8031-b7c04f505132",
    "vmware_moref": "vm-101",
    "vcenter_id": "vc-1",
    "ip_address": ["10.0.0.1", "fe80::1"],
    "mac_address": ["00:50:56:aa:bb:01"],
    "operating_system": "Microsoft Windows Server 2016",
    "os_version": "10.0.14393",
    "os_architecture": "x64",
    "is_virtual": True,
    "hypervisor": "VMware",
    "power_state": "on",
    "environment": "production",
    "server_role": "web",
    "cpu_cores": 4,
    "cpu_sockets": 2,
    "memory_mb": 8192,
    "storage_provisioned_gb": 108.5,
    "storage_used_gb": 61.25,
    "disk_count": 2,
    "nic_count": 1,
    "cpu_util_avg_pct": 12.5,
    "cpu_util_peak_pct": 90.0,
    "mem_util_avg_pct": 25.0,
    "mem_util_peak_pct": 50.0,
    "disk_read_iops": 40.0,
    "disk_write_iops": 20.0,
    "disk_read_mbps": 2.5,
    "disk_write_mbps": 1.5,
    "net_in_mbps": 3.0,
    "net_out_mbps": 0.5,
    "boot_type": "uefi",
    "application_name": "Shop",
    "wave": "1",
    "location": "eu-west-1",
    "six_r_source": "rehost",
    "tags": json.dumps({"cost": "7", "team": "red"}),
    "installed_date": date(2020, 2, 29),
}
DB = {
    "asset_name": "db01",
    "hostname": "db01",
    "external_id": "ext-2",
    "ip_address": ["10.0.0.2"],
    "operating_system": "Red Hat Enterprise Linux 8",
    "cpu_cores": 16,
    "memory_mb": 65_536,
    "power_state": "off",
    "storage_provisioned_gb": 900.0,
    "application_name": "Shop",
    "fqdn": "db01.corp.example.com",
    "location": "eu-west-1",
}
SHOP = {
    "application_name": "Shop",
    "description": "Sells things",
    "business_unit": "Retail",
    "business_owner": "Ann Lee <ann@example.com>",
}
PAY = {"application_name": "Payments", "description": "=1+1"}

COARSER = {
    # These tools take "windows" or "linux" and nothing finer.
    ExportTool.AWS_MGN: {"operating_system"},
    ExportTool.AWS_MIGRATION_FACTORY: {"operating_system"},
}


def saved(export: ToolExport, folder):
    path = folder / export.file_name
    path.write_bytes(export.content)
    return [path]


def same(name, value, again):
    if name == "tags" and value and again:
        return json.loads(value) == json.loads(again)
    return value == again


def read_again(export: ToolExport, folder):
    chain = run_phases(saved(export, folder))
    assert chain.state.data_source_analysis.source is not None
    return chain


@pytest.mark.parametrize(
    "tool", [tool for tool in ExportTool if tool is not ExportTool.KONVEYOR]
)
def test_importing_an_export_again_changes_nothing(tool, tmp_path):
    form = TOOL_FORMATS[tool]
    chain = read_again(tool_export(tool, [WEB, DB]), tmp_path)

    assert chain.state.data_source_analysis.source == form.source
    records = chain.frame("data_cleansing", "records")
    found = {row["asset_name"]: row for row in records.iter_rows(named=True)}
    for asset in (WEB, DB):
        again = found[asset["asset_name"]]
        told = {name for name in RECORD_FIELDS if again[name] is not None}
        told |= {column.field for column in form.columns if column.field}
        wrong = {
            name: (asset.get(name), again[name])
            for name in told - COARSER.get(tool, set())
            if not same(name, asset.get(name), again[name])
        }
        assert wrong == {}


def test_applications_and_their_dependencies_come_back(tmp_path):
    export = tool_export(ExportTool.KONVEYOR, [SHOP, PAY], [("Shop", "Payments")])

    chain = read_again(export, tmp_path)

    records = chain.frame("data_cleansing", "records")
    found = {row["application_name"]: row for row in records.iter_rows(named=True)}
    assert {name: found["Shop"][name] for name in SHOP} == SHOP
    edges = chain.frame("dependency_analysis", "edges")
    assert edges.select("source", "destination").rows() == [("Shop", "Payments")]


def test_a_formula_is_text_in_every_tool():
    for tool in ExportTool:
        name = {"asset_name": "=cmd", "application_name": "=cmd", "external_id": "=x"}
        export = tool_export(tool, [name], [("=cmd", "=cmd")])
        texts = [export.content]
        if tool is ExportTool.GOOGLE:
            with zipfile.ZipFile(io.BytesIO(export.content)) as package:
                texts = [package.read(file) for file in package.namelist()]
        for text in texts:
            cells = [c for row in csv.reader(io.StringIO(text.decode())) for c in row]
            assert not [c for c in cells if c.startswith(("=", "+", "-", "@"))]


def test_limits_are_named_before_the_tool_names_them():
    many = [{**DB, "asset_name": f"db{number}"} for number in range(10_001)]

    warnings = tool_export(ExportTool.AWS_ADS, many).warnings

    assert any("10,000 servers" in warning for warning in warnings)
    assert any("400 servers an application" in warning for warning in warnings)


def test_a_column_that_the_tool_needs_is_named_when_it_is_blank():
    warnings = tool_export(ExportTool.AZURE_MIGRATE, [{"asset_name": "a"}]).warnings

    assert any(warning.startswith("Azure Migrate: *Cores") for warning in warnings)


def test_namesakes_are_named_where_a_tool_knows_servers_by_name():
    twins = [{"asset_name": "a"}, {"asset_name": "a"}, {"asset_name": "b"}]

    warnings = tool_export(ExportTool.AWS_MIGRATION_FACTORY, twins).warnings

    assert any("2 share theirs with another" in warning for warning in warnings)


def test_a_place_that_is_no_region_is_not_given_out_as_one():
    export = tool_export(ExportTool.AWS_MGN, [{**DB, "location": "Frankfurt"}])

    assert b"Frankfurt" not in export.content
