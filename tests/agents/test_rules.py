import time

import pytest

from discovery_app.agents.assistant import AssetFacts
from discovery_app.agents.rules import RulesAssistant
from discovery_app.domain.mapping import Outcome, RememberedMapping
from discovery_app.knowledge.fields import asset_spellings
from tests.agents.columns import column, suggest, suggest_one

CONFIDENT, REVIEW, UNMAPPED = Outcome.CONFIDENT, Outcome.REVIEW, Outcome.UNMAPPED


def targets(suggestions):
    return [(s.outcome, s.target) for s in suggestions]


@pytest.mark.parametrize(
    ("header", "kind", "sample", "target"),
    [
        ("Server Name", "hostname", "web-01", "asset_name"),
        ("*Server name", "hostname", "web-01", "asset_name"),
        ("\ufeffServer Name", "hostname", "web-01", "asset_name"),
        ("IP-Adresse", "ip", "10.0.0.1", "ip_address"),
        ("Betriebsystem", "os", "RHEL 8", "operating_system"),
        ("Opperating System", "os", "RHEL 8", "operating_system"),
        ("Guest OS", "os", "RHEL 8", "operating_system"),
        ("RAM (GB)", "integer", "16", "memory_mb"),
        ("RAM in GiB", "decimal", "7.5", "memory_mb"),
        ("RAM %", "percent", "45", "mem_util_avg_pct"),
        ("Memory", "size", "16 GB", "memory_mb"),
        ("Disk Capacity (TB)", "decimal", "1.2", "storage_provisioned_gb"),
        ("CPU Max %", "decimal", "91.5", "cpu_util_peak_pct"),
        ("Is Virtual?", "boolean", "Yes", "is_virtual"),
        ("Status", "word", "Retired", "operational_status"),
        ("Environnement", "word", "prod", "environment"),
    ],
)
def test_is_sure_where_header_and_values_agree(header, kind, sample, target):
    found = suggest_one(header, kind, sample)
    assert (found.outcome, found.target) == (CONFIDENT, target)
    assert found.confidence >= 0.8


@pytest.mark.parametrize(
    ("header", "kind", "sample"),
    [
        ("Backup Server", "hostname", "bk-01"),
        ("DNS Server", "word", "ns1"),
        ("Free Space GB", "integer", "50"),
        ("Memory Usage MB", "integer", "4000"),
        ("Disk Usage %", "percent", "40"),
        ("Video Ram KiB", "integer", "7586"),
        ("HW version", "integer", "21"),
        ("CPU Model", "text", "Intel Xeon"),
        ("OS Disk GB", "integer", "60"),
        ("Application Version", "text", "1.2"),
        ("Last Backup Date", "date", "2026-01-01"),
        ("OS Support End", "date", "2024-01-14"),
        ("Backup Owners", "text", "Joe"),
        ("Shoe size", "integer", "43"),
    ],
)
def test_keeps_what_it_does_not_know_as_a_custom_field(header, kind, sample):
    name = column("Server Name", "hostname", "web-01")
    found = suggest(name, column(header, kind, sample))[1]
    assert (found.outcome, found.target) == (UNMAPPED, None)


@pytest.mark.parametrize(
    ("header", "kind", "samples"),
    [
        ("Operating System", "ip", ["10.0.0.1"]),
        ("CPUs", "text", ["Intel Xeon"]),
        ("Environment", "word", ["blue", "green"]),
        ("Serial Number", "date", ["2026-01-01"]),
        ("CPU Usage", "integer", ["2400"]),
        ("Type", "word", ["Gold"]),
        ("ID", "integer", ["1", "2", "3"]),
        ("Version", "text", ["1.2"]),
    ],
)
def test_asks_where_the_values_speak_against_the_header(header, kind, samples):
    assert suggest_one(header, kind, *samples).outcome is REVIEW


@pytest.mark.parametrize(
    ("header", "samples", "unit"),
    [
        ("RAM", ["8", "16", "64"], "GB"),
        ("RAM", ["8192", "16384"], "MB"),
        ("Memory", ["4", "128"], "GB"),
        ("Storage", ["100", "2000"], "GB"),
        ("Storage", ["102400", "512000"], "MB"),
    ],
)
def test_asks_for_a_unit_and_suggests_the_likely_one(header, samples, unit):
    found = suggest_one(header, "integer", *samples)
    assert (found.outcome, found.unit) == (REVIEW, unit)
    assert "unit" in found.reason


@pytest.mark.parametrize(
    ("header", "kind", "samples", "target"),
    [
        ("CPU", "integer", ["2", "4", "16"], "cpu_cores"),
        ("CPU", "decimal", ["12.5", "3.2"], "cpu_util_avg_pct"),
        ("State", "word", ["poweredOn", "poweredOff"], "power_state"),
        ("State", "word", ["in production", "decommissioned"], "operational_status"),
        ("Tier", "word", ["Gold", "Silver"], "business_criticality"),
        ("Tier", "word", ["Web", "DB"], "server_role"),
        ("Device Type", "word", ["Server", "Router"], "asset_type"),
        ("Host", "hostname", ["web-01", "db-01"], "hostname"),
    ],
)
def test_values_decide_ambiguous_headers(header, kind, samples, target):
    found = suggest_one(header, kind, *samples)
    assert (found.outcome, found.target) == (CONFIDENT, target)


@pytest.mark.parametrize(
    ("header", "kind", "samples"),
    [
        ("CPU", "integer", ["37", "91"]),
        ("CPU Count", "integer", ["2"]),
        ("State", "word", ["running", "active"]),
        ("Tier", "integer", ["1", "2"]),
        ("Purpose", "text", ["the old intranet"]),
        ("VM ID", "hostname", ["vm-12"]),
        ("Host", "ip", ["10.0.0.1"]),
        ("Speicher", "integer", ["16"]),
        ("Speicher GB", "integer", ["16"]),
        ("Prozessoren", "integer", ["2"]),
    ],
)
def test_asks_about_ambiguous_headers_that_values_leave_open(header, kind, samples):
    found = suggest_one(header, kind, *samples)
    assert found.outcome is REVIEW
    assert len(found.candidates) == 2


def test_a_unit_that_another_source_fixes_is_not_taken_over():
    found = suggest_one("Disk", "integer", "200", "1000")
    assert (found.outcome, found.unit) == (REVIEW, "GB")


def test_a_header_whose_unit_does_not_suit_the_field_is_asked_about():
    found = suggest_one("RAM.UsedSizeInMB.Avg", "integer", "12", "64")
    assert found.outcome is REVIEW


def test_memory_used_in_megabytes_is_known_where_the_source_says_so():
    found = suggest_one("RAM.UsedSizeInMB.Avg", "integer", "8000", source="aws_ads")
    assert (found.outcome, found.target) == (CONFIDENT, "mem_util_avg_pct")
    assert found.unit == "MB"


def test_what_is_physical_is_read_as_not_virtual():
    assert suggest_one("IsPhysical", "boolean", "TRUE", "FALSE").unit == "inverted"


def test_the_host_of_a_named_machine_is_asked_about():
    name = column("Server Name", "hostname", "a", "b", distinct=50)
    host = column("Host", "hostname", "esx-1", distinct=4)

    found = suggest(name, host)[1]

    assert (found.outcome, found.target) == (REVIEW, "hypervisor_host")


def test_a_preset_fixes_what_headers_leave_open():
    found = suggest(
        column("VM", "hostname", "a"),
        column("Host", "ip", "10.0.0.9"),
        column("Memory", "integer", "8192"),
        source="rvtools",
    )
    assert [s.target for s in found] == ["asset_name", "hypervisor_host", "memory_mb"]
    assert {s.outcome for s in found} == {CONFIDENT}
    assert found[2].unit == "MiB"


def test_a_preset_says_in_which_order_columns_fill_one_field():
    found = suggest(
        column("OS according to the configuration file", "os", "RHEL 7"),
        column("OS according to the VMware Tools", "os", "RHEL 8"),
        source="rvtools",
    )
    assert [s.rule for s in found] == ["preset_fallback", "preset_first"]
    assert found[1].confidence > found[0].confidence >= 0.8


def test_either_truth_column_of_rvtools_leaves_a_row_out():
    found = suggest(
        column("Template", "boolean", "True"),
        column("SRM Placeholder", "boolean", "False"),
        source="rvtools",
    )
    assert {(s.rule, s.target) for s in found} == {("preset_any", "is_template")}


def test_a_folder_is_not_taken_for_an_application():
    found = suggest(
        column("VM", "hostname", "a"), column("Folder", "word", "x"), source="rvtools"
    )[1]
    assert (found.outcome, found.candidates) == (UNMAPPED, ("application_name",))


def test_words_of_a_fixed_format_are_not_guessed_at():
    found = suggest(
        column("VM", "hostname", "a"),
        column("Host Location Name", "word", "FRA"),
        column("Physical Location", "word", "FRA"),
        source="rvtools",
    )
    assert targets(found[1:]) == [(UNMAPPED, None), (UNMAPPED, None)]


@pytest.mark.parametrize(
    "header",
    ["Password", "admin_passwd", "API-Key", "Client Secret", "Access Token", "SSH key"],
)
def test_never_imports_credentials(header):
    memory = [RememberedMapping("unknown", header.lower(), "description")]
    found = suggest_one(header, "text", "hunter2", memory=memory)
    assert (found.outcome, found.target) == (Outcome.NEVER_IMPORTED, None)
    assert "hunter2" not in found.reason


def test_remembers_what_the_client_confirmed():
    memory = [RememberedMapping("unknown", "shoesize", "model")]
    found = suggest_one("Shoe size", "text", "43b", memory=memory)
    assert (found.outcome, found.target, found.rule) == (CONFIDENT, "model", "memory")


def test_remembers_that_a_column_stays_a_custom_field():
    memory = [RememberedMapping("unknown", "owner", None)]
    found = suggest_one("Owner", "text", "Joe", memory=memory)
    assert (found.outcome, found.target) == (UNMAPPED, None)


def test_a_person_overrules_a_preset_for_good():
    memory = [RememberedMapping("rvtools", "datacenter", "environment")]
    found = suggest_one(
        "Datacenter", "word", "prod", "test", memory=memory, source="rvtools"
    )
    assert (found.outcome, found.target) == (CONFIDENT, "environment")


def test_a_remembered_column_takes_its_field_from_a_preset():
    memory = [RememberedMapping("rvtools", "mycustomname", "asset_name")]
    found = suggest(
        column("VM", "hostname", "a"),
        column("My custom name", "hostname", "b"),
        memory=memory,
        source="rvtools",
    )
    assert targets(found) == [(UNMAPPED, None), (CONFIDENT, "asset_name")]


def test_memory_of_another_source_does_not_count():
    memory = [RememberedMapping("rvtools", "shoesize", "model")]
    assert suggest_one("Shoe size", "text", "43b", memory=memory).outcome is UNMAPPED


def test_asks_again_where_values_contradict_the_memory():
    memory = [RememberedMapping("unknown", "shoesize", "ip_address")]
    assert suggest_one("Shoe size", "integer", "43", memory=memory).outcome is REVIEW


def test_memory_of_a_field_that_is_gone_does_not_count():
    memory = [RememberedMapping("unknown", "shoesize", "shoe_size")]
    assert suggest_one("Shoe size", "integer", "43", memory=memory).outcome is UNMAPPED


def test_the_better_evidence_wins_a_field():
    found = suggest(
        column("OS", "os", "RHEL 8"), column("Opperating Sytem", "os", "RHEL 7")
    )
    assert targets(found) == [(CONFIDENT, "operating_system"), (UNMAPPED, None)]
    assert "“OS”" in found[1].reason
    assert found[1].candidates == ("operating_system",)


def test_asks_which_of_two_equal_names_counts():
    found = suggest(
        column("Server Name", "hostname", "a"), column("VM Name", "hostname", "b")
    )
    assert targets(found) == [(CONFIDENT, "asset_name"), (REVIEW, "asset_name")]


def test_several_columns_may_hold_addresses():
    found = suggest(
        column("Primary IP", "ip", "10.0.0.1"), column("Private IP", "ip", "10.0.0.2")
    )
    assert {s.target for s in found} == {"ip_address"}
    assert {s.outcome for s in found} == {CONFIDENT}


def test_nobody_is_asked_about_a_field_that_is_given():
    found = suggest(
        column("RAM (GB)", "integer", "16"), column("Memory", "integer", "16")
    )
    assert targets(found) == [(CONFIDENT, "memory_mb"), (UNMAPPED, None)]


def test_numbered_disks_are_added_up():
    found = suggest(
        column("Disk 1 size (In GB)", "integer", "100"),
        column("Disk 2 size (In GB)", "integer", "200"),
        source="azure_migrate",
    )
    assert {(s.rule, s.target, s.unit) for s in found} == {
        ("pattern_sum", "storage_provisioned_gb", "GB")
    }


def test_numbered_tags_are_paired():
    found = suggest(
        column("Tag Category 1", "word", "Database"),
        column("Tag 1", "word", "Oracle"),
        source="konveyor",
    )
    assert [s.unit for s in found] == ["key 1", "value 1"]


def test_values_alone_are_only_ever_a_question():
    found = suggest(
        column("Server Name", "hostname", "a"),
        column("Spalte 7", "ip", "10.0.0.1"),
        column("", "os", "RHEL 8"),
    )
    assert targets(found[1:]) == [(REVIEW, "ip_address"), (REVIEW, "operating_system")]


def test_asks_which_column_names_the_rows():
    found = suggest(
        column("Ding", "hostname", "web-01", "db-01", distinct=20),
        column("Gebäude", "hostname", "b1", distinct=3),
    )
    assert targets(found) == [(REVIEW, "asset_name"), (UNMAPPED, None)]


def test_tables_of_one_import_do_not_compete():
    found = suggest_tables(
        [column("Server Name", "hostname", "a")],
        [column("Server Name", "hostname", "b", table=1)],
    )
    assert targets(found) == [(CONFIDENT, "asset_name")] * 2


def suggest_tables(*tables):
    columns = [found for one in tables for found in one]
    return RulesAssistant().map_columns("unknown", columns, ())


@pytest.mark.parametrize(
    ("header", "kind", "sample", "target"),
    [
        ("Destination port", "integer", "443", "edge.dest_port"),
        ("src", "ip", "10.0.0.1", "edge.source_ip"),
        ("src", "hostname", "web-01", "edge.source_name"),
        ("Dst Host Name", "hostname", "db-01", "edge.dest_name"),
        ("Memory", "integer", "1", None),
    ],
)
def test_connection_tables_have_fields_of_their_own(header, kind, sample, target):
    found = suggest_one(header, kind, sample, role="connections")
    assert found.target == target


def test_related_tables_are_read_by_preset_only():
    found = suggest(
        column("VM", "hostname", "a", role="related", sheet="vDisk"),
        column("Capacity MiB", "integer", "1024", role="related", sheet="vDisk"),
        column("owner", "text", "Joe", role="related", sheet="vDisk"),
        source="rvtools",
    )
    assert [s.target for s in found] == ["asset_name", "storage_provisioned_gb", None]
    assert found[1].unit == "MiB"


def test_every_known_spelling_is_mapped_right_or_asked_about():
    wrong = []
    for spellings in asset_spellings().values():
        fields = {spelling.field for spelling in spellings}
        found = suggest_one(spellings[0].header)
        if found.outcome is CONFIDENT and found.target not in fields:
            wrong.append((spellings[0].header, found.target))
    assert wrong == []


def test_maps_a_hundred_columns_in_a_fifth_of_a_second():
    headers = [s[0].header for s in asset_spellings().values()][:50]
    unknown = [f"Completely unknown heading {number}" for number in range(50)]
    columns = [column(h, "word", "abc", "def") for h in (*headers, *unknown)]
    suggest(*columns)  # reads the knowledge once

    begun = time.process_time()
    suggest(*columns)

    assert time.process_time() - begun < 0.2


def test_the_same_columns_give_the_same_answer():
    columns = [column(s[0].header, "word", "x") for s in asset_spellings().values()]
    assert suggest(*columns) == suggest(*columns)


def test_adds_nothing_to_what_the_classification_rules_could_not_tell():
    facts = AssetFacts(0, "x", "", "", "")
    assert RulesAssistant().classify([facts]) == []


def test_takes_off_what_a_tool_puts_before_every_name():
    found = suggest(
        column("ansible_hostname", "hostname", "lx01"),
        column("ansible_architecture", "word", "x86_64"),
        column("ansible_memtotal_mb", "integer", "7821"),
    )
    assert targets(found) == [
        (CONFIDENT, "hostname"),
        (CONFIDENT, "os_architecture"),
        (CONFIDENT, "memory_mb"),
    ]


def test_keeps_a_word_that_only_some_headers_share():
    found = suggest(
        column("Server Name", "hostname", "web-01"),
        column("Backup IP", "ip", "10.0.0.1"),
        column("Backup Size (GB)", "integer", "50"),
        column("Backup Date", "date", "2026-01-01"),
    )
    assert all(f.outcome is not CONFIDENT for f in found[1:])


def test_asks_whether_a_count_of_processors_is_cores_or_sockets():
    name = column("Server Name", "hostname", "web-01")
    for header in ("Number of Processors", "NumCpu", "CPU Anzahl"):
        found = suggest(name, column(header, "integer", "4", "8"))[1]
        assert found.outcome is REVIEW
        assert set(found.candidates) == {"cpu_cores", "cpu_sockets"}


@pytest.mark.parametrize(
    ("header", "kind", "samples"),
    [
        ("Cost", "decimal", ["5000.00"]),
        ("CPU Core Count", "integer", ["8", "16"]),
        ("maxcpu", "integer", ["4", "8"]),
        ("Network In", "integer", ["123456789"]),
        ("Processors", "integer", ["2400", "2800"]),
    ],
)
def test_asks_about_a_known_name_that_leaves_something_open(header, kind, samples):
    name = column("Server Name", "hostname", "web-01")
    assert suggest(name, column(header, kind, *samples))[1].outcome is REVIEW


def test_reads_words_that_are_written_together():
    found = suggest(
        column("Server Name", "hostname", "web-01"),
        column("osarch", "word", "x86_64"),
        column("hddcount", "integer", "2"),
    )
    assert targets(found[1:]) == [
        (CONFIDENT, "os_architecture"),
        (CONFIDENT, "disk_count"),
    ]


def test_does_not_take_a_subnet_mask_for_an_address():
    found = suggest(
        column("Server Name", "hostname", "web-01"),
        column("Subnet Mask", "ip", "255.255.255.0"),
    )
    assert found[1].outcome is UNMAPPED


def test_a_name_that_repeats_gives_way_to_one_that_does_not():
    found = suggest(
        column("Name", "hostname", "hv-app1", "hv-db1", "hv-web1", distinct=300),
        column("ComputerName", "hostname", "hvhost1", "hvhost2", distinct=4),
    )

    assert targets(found) == [(CONFIDENT, "asset_name"), (UNMAPPED, None)]


def test_titles_of_findings_are_no_names_of_machines():
    found = suggest(
        column("Host", "ip", "10.0.0.1", "10.0.0.2"),
        column("Name", "text", "OS Identification", "Traceroute Information"),
    )

    assert found[1].outcome is REVIEW


def test_a_status_of_running_and_stopped_is_asked_about():
    found = suggest_one("Status", "word", "running", "stopped")

    assert (found.outcome, found.candidates[0]) == (REVIEW, "power_state")


@pytest.mark.parametrize("header", ["CPU Usage", "CPU Usage %", "RAM %"])
def test_shares_up_to_one_may_be_fractions(header):
    found = suggest_one(header, "decimal", "0.25", "0.5", "0.07")

    assert (found.outcome, found.unit) == (REVIEW, "fraction")


def test_the_end_of_a_path_is_a_header_where_the_values_agree():
    path = "configuration.privateIpAddress"

    sure = suggest_one(path, "ip", "10.0.0.1")
    unsure = suggest_one("configuration.name", "hostname", "web-01")

    assert (sure.outcome, sure.target) == (CONFIDENT, "ip_address")
    assert unsure.outcome is not CONFIDENT


def test_memory_keeps_the_unit_and_doubts_it_where_the_numbers_do():
    memory = [RememberedMapping("unknown", "shoesize", "memory_mb", "GB")]
    table = [column("Server Name", "hostname", "web-01")]

    (_, same) = suggest(*table, column("Shoe Size", "integer", "16"), memory=memory)
    (_, other) = suggest(*table, column("Shoe Size", "integer", "16384"), memory=memory)

    assert (same.outcome, same.unit) == (CONFIDENT, "GB")
    assert other.outcome is REVIEW
    assert "look like MB" in other.reason


def test_what_another_engagement_confirmed_says_so():
    memory = [RememberedMapping("unknown", "shoesize", "model", elsewhere=True)]

    found = suggest_one("Shoe Size", "text", "R740", memory=memory)

    assert (found.outcome, found.target) == (CONFIDENT, "model")
    assert "another engagement of this client" in found.reason


def test_bytes_that_are_too_few_are_asked_about():
    headers = [
        column("Name", "hostname", "hv-1"),
        column("State", "word", "Running"),
        column("MemoryAssigned", "integer", "8", "16"),
    ]

    found = suggest(*headers, source="hyper_v")

    assert found[2].outcome is REVIEW


@pytest.mark.parametrize(
    ("header", "kind", "samples"),
    [
        ("machine", "hostname", ("x86_64", "aarch64")),
        ("Business Service", "text", ("Payments", "Website")),
        ("Size MB", "integer", ("4096", "8192")),
        ("Assigned to", "text", ("Ann", "Bob")),
        ("Virtual", "text", ("VMware", "Hyper-V")),
        ("SQL Instance", "hostname", ("DBSRV1", "DBSRV2")),
    ],
)
def test_what_one_tool_alone_means_so_is_not_taken_over(header, kind, samples):
    assert suggest_one(header, kind, *samples).outcome is REVIEW


def test_values_of_another_kind_offer_the_field_they_look_like():
    found = suggest_one("IP", "mac", "00:50:56:00:00:01")

    assert found.outcome is REVIEW
    assert set(found.candidates) == {"ip_address", "mac_address"}


def test_a_hypervisor_that_is_named_like_a_machine_is_the_host():
    host = suggest_one("Hypervisor", "fqdn", "esx01.lab", "esx02.lab")
    product = suggest_one("Hypervisor", "word", "VMware ESXi", "Hyper-V")

    assert (host.target, product.target) == ("hypervisor_host", "hypervisor")


def test_units_in_every_cell_need_no_question():
    found = suggest_one("RTO", "text", "4 h", "30 min")

    assert (found.target, found.outcome) == ("rto_hours", CONFIDENT)
