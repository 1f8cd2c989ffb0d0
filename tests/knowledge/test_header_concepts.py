import pytest

from discovery_app.knowledge.fields import is_target
from discovery_app.knowledge.header_concepts import match_concepts
from discovery_app.knowledge.header_units import split_header
from discovery_app.knowledge.header_vocabulary import CONCEPTS, EDGE_CONCEPTS


def targets(header, concepts=CONCEPTS):
    found = match_concepts(split_header(header), concepts)
    return {match.concept.target for match in found}


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Srv Name", "asset_name"),
        ("Mgmt IP Address", "ip_address"),
        ("Number of vCPUs", "cpu_cores"),
        ("Total Disk GB", "storage_provisioned_gb"),
        ("Used Space GB", "storage_used_gb"),
        ("RAM %", "mem_util_avg_pct"),
        ("Peak Memory Usage %", "mem_util_peak_pct"),
        ("OS Release Version", "os_version"),
        ("Data Centre Name", "location"),
        ("7R Disposition", "six_r_source"),
        ("Date of Installation", "installed_date"),
        ("VMem Capacity (GB)", "memory_mb"),
        ("VMware Cluster", "cluster"),
        ("Disk Usage (GB)", "storage_used_gb"),
        ("Installed On", "installed_date"),
        ("In Betrieb seit", "installed_date"),
        ("Nb cœurs", "cpu_cores"),
        ("Phys./Virt.", "is_virtual"),
        ("SysAdmin", "technical_owner"),
        ("How many CPU cores?", "cpu_cores"),
        ("VCPU Utilization (%)", "cpu_util_avg_pct"),
        ("Net Rx (Mbps)", "net_in_mbps"),
        ("Last Contact Time", "last_seen"),
        ("Criticality (1-5)", "business_criticality"),
        ("Anz. Kerne", "cpu_cores"),
        ("Festpl. ges. [GB]", "storage_provisioned_gb"),
        ("Umgebg.", "environment"),
        ("Fachl. Verantw.", "business_owner"),
        ("Plattengröße gesamt (GB)", "storage_provisioned_gb"),
        ("Plattengroesse gesamt (GB)", "storage_provisioned_gb"),
        ("Espace disque alloué (Go)", "storage_provisioned_gb"),
        ("Resp. technique", "technical_owner"),
        ("Virtuel (O/N)", "is_virtual"),
        ("Núm. de núcleos", "cpu_cores"),
        ("Responsable funcional", "business_owner"),
    ],
)
def test_reads_what_the_words_say_together(header, target):
    assert targets(header) == {target}


@pytest.mark.parametrize(
    "header",
    [
        "Backup Server IP",
        "Free Space GB",
        "Memory Usage MB",
        "Video Ram KiB",
        "Active Memory",
        "CPU MHz",
        "OS Disk GB",
        "Application Owner Email",
        "Last Backup Date",
        "License Cost",
        "Host Memory GB",
        "HW version",
        "Freier Speicherplatz (GB)",
        "Espace disque libre (Go)",
        "Disco libre (GB)",
        "Letzte Sicherung",
        "Wartung bis",
        "Fin de garantie",
        "Number of Processes",
    ],
)
def test_leaves_headers_with_a_word_too_many(header):
    assert targets(header) == set()


def test_says_which_word_it_corrected():
    (found,) = match_concepts(split_header("Enviroment"))
    assert (found.concept.target, found.corrected) == ("environment", "environment")


def test_reads_headers_of_connections():
    assert targets("Src IP Address", EDGE_CONCEPTS) == {"edge.source_ip"}
    assert targets("Target Port", EDGE_CONCEPTS) == {"edge.dest_port"}


def test_concepts_name_fields_that_exist():
    assert [c for c in (*CONCEPTS, *EDGE_CONCEPTS) if not is_target(c.target)] == []
