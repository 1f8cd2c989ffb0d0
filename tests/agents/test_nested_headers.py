import pytest

from discovery_app.domain.mapping import Outcome
from tests.agents.columns import column, suggest

NAME = column("name", "hostname", "js-01", "js-02")


def found(header, kind, *samples):
    return suggest(NAME, column(header, kind, *samples))[1]


@pytest.mark.parametrize(
    ("header", "kind", "samples", "target"),
    [
        ("host.os.version", "text", ("22.04", "8.8 (Ootpa)"), "os_version"),
        ("networking.ip", "ip", ("10.0.0.1",), "ip_address"),
        ("State.Name", "word", ("running", "stopped"), "power_state"),
        ("dmi.manufacturer", "text", ("Dell Inc.",), "manufacturer"),
    ],
)
def test_reads_where_a_path_of_the_machine_ends(header, kind, samples, target):
    one = found(header, kind, *samples)

    assert (one.target, one.outcome) == (target, Outcome.CONFIDENT)


def test_asks_about_a_path_that_leads_to_a_neighbour():
    assert found("network.proxy.ip", "ip", "10.0.0.9").outcome is Outcome.REVIEW


@pytest.mark.parametrize(
    "header", ["disk.serial", "agent.version", "nic.model", "owner.phone"]
)
def test_what_a_part_or_a_person_has_is_not_the_machines(header):
    assert found(header, "text", "WD-1111", "WD-2222").outcome is Outcome.UNMAPPED
