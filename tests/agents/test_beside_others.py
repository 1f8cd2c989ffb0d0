from discovery_app.domain.mapping import Outcome
from tests.agents.columns import column, suggest

TITLES = column("Name", "hostname", "SC-APP1", "SC-APP2")


def test_the_computer_name_beside_a_title_is_the_machines_own_name():
    own = column("ComputerName", "fqdn", "sc-app1.corp.example", "sc-app2.corp.example")

    title, computer = suggest(TITLES, own)

    assert title.target == "asset_name"
    assert (computer.target, computer.outcome) == ("fqdn", Outcome.CONFIDENT)


def test_the_computer_name_alone_names_the_machine():
    (only,) = suggest(column("ComputerName", "hostname", "srv-1", "srv-2"))

    assert (only.target, only.outcome) == ("asset_name", Outcome.CONFIDENT)


def test_a_computer_name_that_many_rows_share_is_not_theirs():
    host = column("ComputerName", "hostname", "hv-1", "hv-2", distinct=2)

    _, found = suggest(TITLES, host)

    assert found.target != "hostname"


def test_versions_that_name_systems_are_the_system_if_no_column_gives_it():
    name = column("Server Name", "hostname", "srv-1", "srv-2")
    version = column("OS Version", "os", "AIX 7.2", "IBM i 7.4")
    system = column("OS", "os", "AIX", "IBM i")

    assert suggest(name, version)[1].target == "operating_system"
    assert suggest(name, version, system)[1].target == "os_version"


def test_a_copy_of_a_column_is_left_without_a_question():
    again = column("Operating System", "os", "RHEL 8", "RHEL 9", distinct=2)
    name = column("Name", "hostname", "srv-1", "srv-2")

    _, first, copy = suggest(
        name, column("OS", "os", "RHEL 8", "RHEL 9", distinct=2), again
    )

    assert first.target == "operating_system"
    assert copy.outcome is Outcome.UNMAPPED
    assert "holds the same values" in copy.reason
