import pytest

from discovery_app.knowledge.header_units import split_header


@pytest.mark.parametrize(
    ("header", "words", "unit"),
    [
        ("RAM (GB)", ("ram",), "GB"),
        ("Memory in GiB", ("memory",), "GiB"),
        ("storage_gb", ("storage",), "GB"),
        ("SizeInGib", ("size",), "GiB"),
        ("Mémoire (Go)", ("memoire",), "GB"),
        (
            "Disk read throughput (MB per second)",
            ("disk", "read", "throughput"),
            "MB/s",
        ),
        ("Network In (MB/s)", ("network", "in"), "MB/s"),
        ("RPO (hrs)", ("rpo",), "hours"),
        ("CPU MHz", ("cpu",), "MHz"),
        ("RAM %", ("ram",), "percent"),
        ("Memory (KBytes)", ("memory",), "KB"),
        ("Net Rx (Mbps)", ("net", "rx"), "Mbit/s"),
        ("Net Rx (MBps)", ("net", "rx"), "MB/s"),
    ],
)
def test_finds_the_unit_among_the_words(header, words, unit):
    parts = split_header(header)
    assert (parts.words, parts.unit) == (words, unit)


@pytest.mark.parametrize(
    "header", ["Go Live", "Min CPU", "GB", "Days Active", "Memory"]
)
def test_takes_no_other_word_for_a_unit(header):
    assert split_header(header).unit is None


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("IPAddress", ("ip", "address")),
        ("vCPUs", ("vcpus",)),
        ("# vCPU", ("#", "vcpu")),
        ("OSName", ("os", "name")),
        ("Operating System", ("os",)),
        ("7-R Disposition", ("sixr", "disposition")),
        ("ESXi Host", ("esx", "host")),
        ("vStorage", ("storage",)),
        ("Virtual (Y/N)", ("virtual",)),
        ("Install date (dd/mm/yyyy)", ("install", "date")),
        ("Système d’exploitation", ("os",)),
        ("Base de données", ("db",)),
        ("\ufeffNom du système", ("nom", "du", "systeme")),
    ],
)
def test_splits_words_as_people_read_them(header, words):
    assert split_header(header).words == words


@pytest.mark.parametrize("header", ["RAM %", "Disk Usage", "CPU-Auslastung", "mem_pct"])
def test_tells_shares_from_sizes(header):
    assert split_header(header).is_share


def test_a_size_is_no_share():
    assert not split_header("RAM (GB)").is_share
