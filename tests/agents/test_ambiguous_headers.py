import pytest

from discovery_app.domain.mapping import Outcome
from tests.agents.columns import column, suggest, suggest_one

NAME = column("VM", "hostname", "vm-a1", "vm-a2", distinct=10)


@pytest.mark.parametrize(
    ("header", "kind", "samples", "target"),
    [
        ("CPU Count", "integer", ("2", "16"), "cpu_cores"),
        ("# of Processors", "integer", ("4", "12"), "cpu_cores"),
        ("CPU %", "decimal", ("12.5", "80.0"), "cpu_util_avg_pct"),
        ("State", "word", ("running", "shut off"), "power_state"),
        ("Device", "hostname", ("srv-1", "srv-2"), "asset_name"),
        ("VMID", "uuid", ("3f2504e0-4f89-41d3-9a0c-0305e82c3301",), "external_id"),
    ],
)
def test_the_values_say_what_an_ambiguous_header_means(header, kind, samples, target):
    found = suggest_one(header, kind, *samples)

    assert (found.target, found.outcome) == (target, Outcome.CONFIDENT)


@pytest.mark.parametrize("values", [("active", "inactive"), ("active", "standby")])
def test_a_state_that_may_be_of_a_lifecycle_or_a_cluster_is_asked_about(values):
    assert suggest_one("State", "word", *values).outcome is Outcome.REVIEW


def test_processors_beside_more_cores_are_sockets():
    cores = column("Core Count", "integer", "8", "16")

    found = suggest(NAME, column("CPU Count", "integer", "1", "2"), cores)[1]

    assert (found.target, found.outcome) == ("cpu_sockets", Outcome.CONFIDENT)


def test_a_host_that_virtual_machines_share_is_what_they_run_on():
    host = column("Host", "hostname", "esx-1", "esx-2", distinct=2)

    assert suggest(NAME, host)[1].target == "hypervisor_host"
    assert suggest(NAME, host)[1].outcome is Outcome.CONFIDENT


def test_a_host_that_other_things_share_is_asked_about():
    name = column("Name", "word", "Payroll", "Sales", distinct=10)
    host = column("Host", "hostname", "srv-1", "srv-2", distinct=2)

    assert suggest(name, host)[1].outcome is Outcome.REVIEW


def test_processor_names_are_neither_a_count_nor_a_share():
    found = suggest_one("CPU", "text", "Intel Xeon Gold 6230")

    assert found.outcome is Outcome.UNMAPPED


def test_memory_in_percent_is_its_use():
    found = suggest_one("Memory", "percent", "41%", "67%")

    assert (found.target, found.outcome) == ("mem_util_avg_pct", Outcome.CONFIDENT)
