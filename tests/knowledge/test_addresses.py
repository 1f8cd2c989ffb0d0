"""IP and MAC addresses in cells."""

import pytest

from discovery_app.knowledge.addresses import ip_addresses, mac_addresses


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("10.0.0.4", ("10.0.0.4",)),
        ("[10.0.0.4,FE80::1];", ("10.0.0.4", "fe80::1")),
        ("10.0.0.4/24 10.0.0.5", ("10.0.0.4", "10.0.0.5")),
        ("fe80::1%eth0", ("fe80::1",)),
        ("010.000.012.007", ("10.0.12.7",)),
        ("10.000.000.011", ("10.0.0.11",)),
        ("10.0.0.4;10.0.0.4", ("10.0.0.4",)),
    ],
)
def test_reads_every_address_of_a_cell(text, good):
    assert ip_addresses(text).good == good
    assert ip_addresses(text).wrong == ()


@pytest.mark.parametrize("text", ["10.0.0.256", "::", "127.0.0.1", "::1", "dhcp"])
def test_tells_what_is_no_address_of_a_machine(text):
    assert ip_addresses(text).good == ()
    assert ip_addresses(text).wrong == (text,)


@pytest.mark.parametrize(
    "text",
    ["00:50:56:AA:00:01", "00-50-56-aa-00-01", "0050.56aa.0001", "[005056AA0001];"],
)
def test_writes_mac_addresses_one_way(text):
    assert mac_addresses(text).good == ("00:50:56:aa:00:01",)


@pytest.mark.parametrize("text", ["00:00:00:00:00:00", "00:50:56:aa:00", "eth0"])
def test_tells_what_is_no_mac_address(text):
    assert mac_addresses(text).good == ()
    assert mac_addresses(text).wrong == (text,)
