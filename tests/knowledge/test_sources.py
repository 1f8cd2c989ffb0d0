import pytest

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.sources import (
    PRESETS,
    TableRole,
    chosen_source,
    detect_source,
    judge_tables,
    source_choices,
)

VINFO = ("VM", "Powerstate", "Template", "CPUs", "Memory", "Provisioned MiB", "Host")


@pytest.mark.parametrize(
    ("headers", "source"),
    [
        (VINFO, "rvtools"),
        (
            ("*Server name", "IP addresses", "*Cores", "*Memory (In MB)", "*OS name"),
            "azure_migrate",
        ),
        (("Machine Name", "Memory (in MB)", "Machine ID", "Cores"), "azure_report"),
        (("ExternalId", "HostName", "RAM.TotalSizeInMB"), "aws_ads"),
        (("wave_name", "app_name", "server_name", "r_type"), "aws_cmf"),
        (("mgn:server:user-provided-id", "mgn:app:name"), "aws_cmf"),
        (("MachineId", "MachineName", "OsName", "MemoryGiB"), "gcp_mc"),
        (("name", "sys_class_name", "sys_id"), "servicenow"),
        (("Name", "Class", "Most recent discovery"), "servicenow"),
        (("Record Type 1", "Application Name", "Description"), "konveyor"),
        (("Application", "CloudReady", "Software Resiliency"), "cast_highlight"),
        (("Name", "State", "CPUUsage", "MemoryAssigned", "Uptime"), "hyper_v"),
        (("VM Name", "Memory Capacity", "Controller Read IOPS"), "nutanix_prism"),
        (("vmid", "name", "maxcpu", "maxmem"), "proxmox"),
        (("name", "cpucount", "cpucore", "hddsize"), "device42"),
        (("Machine name", "Memory(in MB)", "Power status"), "azure_discovered"),
        (("Machine", "Azure VM readiness", "Cores"), "azure_assessment"),
        (("ts", "id.orig_h", "id.resp_h", "id.resp_p"), "zeek"),
        (("Name", "State", "Memory GB", "Owner"), "unknown"),
        (("name", "vcpus", "memory", "cluster"), "netbox"),
        (("name", "org_id", "move2production"), "itop"),
        (("Name", "Entity", "Operating System - Name"), "glpi"),
        (("Hostname", "IP", "OS", "RAM GB"), "unknown"),
        (("VM", "Owner", "Notes"), "unknown"),
    ],
)
def test_knows_a_source_by_its_headers(headers, source):
    assert detect_source([("Sheet1", headers)]).source == source


@pytest.mark.parametrize(
    "headers",
    [
        (
            "Time slot",
            "Source server name",
            "Destination server name",
            "Destination port",
        ),
        ("_time", "src", "dest", "dest_port", "transport", "bytes"),
        ("srcaddr", "dstaddr", "srcport", "dstport", "protocol"),
        ("Source IP", "Target IP", "Port"),
        ("Client Host", "Server Host", "Protocol"),
        ("parent", "child", "type"),
        ("From", "To", "Port"),
        ("Source Application", "Target Application", "Type"),
    ],
)
def test_knows_connections(headers):
    (guess,) = judge_tables([("connections", headers)])

    assert guess.role is TableRole.CONNECTIONS


def test_a_migration_plan_is_no_list_of_connections():
    plan = ("Source server", "Target server", "OS", "Environment", "Wave")

    (guess,) = judge_tables([("Plan", plan)])

    assert guess.role is TableRole.ASSETS


def test_rvtools_sheets_have_their_roles():
    tables = [
        ("vInfo", VINFO),
        ("vDisk", ("VM", "Disk", "Capacity MiB")),
        ("vHost", ("Host", "Datacenter", "# Cores")),
        ("vSnapshot", ("VM", "Powerstate", "Name")),
    ]

    guesses = judge_tables(tables)

    assert [guess.role.value for guess in guesses] == [
        "assets",
        "related",
        "related",
        "ignored",
    ]
    assert guesses[1].kind == "vdisk"


def test_rvtools_csv_files_are_known_by_their_names():
    tables = [
        ("RVTools_tabvInfo", VINFO),
        ("RVTools_tabvPartition", ("VM", "Disk", "Consumed MiB")),
    ]

    guesses = judge_tables(tables)

    assert [guess.kind for guess in guesses] == ["", "vpartition"]


def test_without_vinfo_another_sheet_stands_in_and_says_so():
    tables = [
        ("vDisk", ("VM", "Disk", "Capacity MiB")),
        ("vCPU", ("VM", "CPUs", "Sockets")),
    ]

    disk, cpu = judge_tables(tables)

    assert (disk.role, cpu.role) == (TableRole.RELATED, TableRole.ASSETS)
    assert "vCPU" in cpu.reason


def test_google_tables_are_known_by_their_headers():
    tables = [
        ("export1", ("MachineId", "MachineName", "OsName")),
        ("export2", ("MachineId", "DiskLabel", "SizeInGib")),
        ("export3", ("MachineId", "TimeStamp", "CpuUtilizationPercentage")),
        ("export4", ("MachineId", "Key", "Value")),
    ]

    guesses = judge_tables(tables)

    assert [guess.kind for guess in guesses] == ["", "diskinfo", "perfinfo", "taginfo"]


def test_sheets_beside_an_inventory_are_left_with_a_reason():
    tables = [
        ("Read me", ("How to use this file",)),
        ("Servers", ("Hostname", "IP", "OS", "RAM GB")),
        ("Summary", ("Environment", "Servers", "Cores")),
    ]

    guesses = judge_tables(tables)

    assert [guess.role.value for guess in guesses] == ["ignored", "assets", "ignored"]
    assert all(guess.reason for guess in guesses)


def test_the_only_table_carries_assets_whatever_it_is_called():
    (guess,) = judge_tables([("x", ("Foo", "Bar"))])

    assert guess.role is TableRole.ASSETS
    assert "nearest" in guess.reason


def test_presets_speak_of_fields_that_exist():
    named = {
        meaning.field
        for preset in PRESETS.values()
        for meanings in (
            preset.meanings,
            *(related.meanings for related in preset.related.values()),
        )
        for meaning in meanings.values()
    }
    implied = {name for preset in PRESETS.values() for name in preset.implies}

    assert (named | implied) <= set(ASSET_FIELDS)


def test_rvtools_fixes_what_headers_leave_open():
    meanings = PRESETS["rvtools"].meanings

    assert meanings["host"].field == "hypervisor_host"
    assert (meanings["memory"].field, meanings["memory"].unit) == ("memory_mb", "MiB")
    assert meanings["osaccordingtothevmwaretools"].order < (
        meanings["osaccordingtotheconfigurationfile"].order
    )


def test_a_persons_word_on_the_source_goes_before_every_rule():
    headers = ("Name", "Memory", "Owner")

    found = chosen_source("netbox")
    (judged,) = judge_tables([("Sheet1", headers)], "netbox")

    assert found is not None
    assert (found.source, found.confidence) == ("netbox", 1.0)
    assert judged.role is TableRole.ASSETS


def test_a_person_may_say_that_a_file_is_of_no_known_tool():
    (judged,) = judge_tables([("vInfo", VINFO)], "unknown")

    assert judged.source == "unknown"
    assert chosen_source("made-up") is None


def test_every_source_can_be_chosen_once():
    slugs = [slug for slug, _ in source_choices()]

    assert len(slugs) == len(set(slugs))
    assert {"rvtools", "zeek", "unknown"} <= set(slugs)
