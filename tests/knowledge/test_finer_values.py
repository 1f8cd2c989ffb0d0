import pytest

from discovery_app.knowledge.finer_values import is_coarser, os_family


@pytest.mark.parametrize(
    ("field", "new", "old"),
    [
        ("operating_system", "windows", "Microsoft Windows Server 2016"),
        ("operating_system", "WINDOWS", "Win2019 Datacenter"),
        ("operating_system", "linux", "Red Hat Enterprise Linux 8"),
        ("operating_system", "Linux", "Ubuntu 22.04.3 LTS"),
        ("operating_system", "Other Linux (64-bit)", "CentOS 7"),
        (
            "operating_system",
            "Red Hat Enterprise Linux",
            "RHEL 8 Red Hat Enterprise Linux",
        ),
        ("operating_system", "Windows Server 2016", "Windows Server 2016 Standard"),
        ("os_version", "10.0", "10.0.14393"),
        ("database_engine", "SQL Server", "Microsoft SQL Server 2019"),
        ("hypervisor", "VMware", "VMware ESXi 7.0"),
    ],
)
def test_a_text_that_only_leaves_words_out_is_coarser(field, new, old):
    assert is_coarser(field, new, old)
    assert not is_coarser(field, old, new)


def test_the_same_words_in_other_letters_are_no_news():
    assert is_coarser("operating_system", "WINDOWS", "Windows")


@pytest.mark.parametrize(
    ("field", "new", "old"),
    [
        ("operating_system", "linux", "Windows Server 2016"),
        ("operating_system", "windows", "windows"),
        ("operating_system", "windows", "Linux"),
        ("operating_system", "Windows Server 2019", "Windows Server 2016"),
        ("operating_system", "Ubuntu 24.04", "Ubuntu 22.04"),
        ("operating_system", "SunOS", "Solaris 10"),
        ("os_version", "10.1", "10.0.14393"),
        ("os_version", "1", "10.0"),
        ("model", "R740", "PowerEdge R640"),
        ("operating_system", "", "Windows"),
    ],
)
def test_another_thing_or_as_much_is_not_coarser(field, new, old):
    assert not is_coarser(field, new, old)


@pytest.mark.parametrize(
    ("text", "family"),
    [("Win2012 R2", "windows"), ("SLES 15", "linux"), ("AIX 7.2", ""), ("Darwin", "")],
)
def test_a_system_belongs_to_one_family(text, family):
    assert os_family(text) == family
