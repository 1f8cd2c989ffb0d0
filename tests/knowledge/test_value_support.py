import pytest

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.value_support import Support, numbers, support
from tests.agents.columns import column


def said(field, kind, *samples):
    return support(ASSET_FIELDS[field], column("x", kind, *samples))


@pytest.mark.parametrize(
    ("field", "kind", "samples"),
    [
        ("ip_address", "ip", ["[10.0.0.4,fe80::1];"]),
        ("mac_address", "mac", ["00-50-56-AA-00-01"]),
        ("cpu_cores", "integer", ["2", "64"]),
        ("memory_mb", "size", ["16 GB"]),
        ("memory_mb", "decimal", ["1.234,5"]),
        ("cpu_util_avg_pct", "decimal", ["0.0", "100.0"]),
        ("environment", "word", ["PRD", "uat", "weird"]),
        ("is_virtual", "word", ["Physical", "Virtual"]),
        ("is_template", "boolean", ["True", "False"]),
        ("last_seen", "date", ["2026-01-01"]),
        ("operating_system", "os", ["RHEL 8"]),
        ("vm_uuid", "uuid", ["500b85c1-ef0d-37fb-6897-61c47157f858"]),
        ("tags", "text", ["CostCenter=1;BU=IT"]),
        ("database_engine", "text", ("MSSQL 2016", "Oracle")),
        ("manufacturer", "text", ("Dell Inc.", "VMware, Inc.")),
        ("external_id", "text", ("i-0aa11bb22cc33dd01",)),
        ("external_id", "hostname", ("APP-001", "APP-002")),
    ],
)
def test_agrees_with_values_of_the_field(field, kind, samples):
    assert said(field, kind, *samples) is Support.AGREES


@pytest.mark.parametrize(
    ("field", "kind", "samples"),
    [
        ("ip_address", "hostname", ["web-01"]),
        ("cpu_cores", "text", ["Intel Xeon Gold"]),
        ("cpu_cores", "integer", ["8192"]),
        ("cpu_cores", "decimal", ["12.5"]),
        ("memory_mb", "percent", ["45 %"]),
        ("memory_mb", "word", ["large"]),
        ("cpu_util_avg_pct", "integer", ["2400"]),
        ("environment", "word", ["complete"]),
        ("is_template", "integer", ["17"]),
        ("last_seen", "word", ["yesterday"]),
        ("operating_system", "ip", ["10.0.0.1"]),
        ("hostname", "date", ["2026-01-01"]),
        ("location", "ip", ["10.0.0.1"]),
        ("business_owner", "integer", ["4711"]),
        ("vm_uuid", "word", ["abc"]),
        ("database_engine", "hostname", ("SALES", "HRDB1")),
    ],
)
def test_contradicts_values_of_something_else(field, kind, samples):
    assert said(field, kind, *samples) is Support.CONTRADICTS


@pytest.mark.parametrize("field", list(ASSET_FIELDS))
def test_says_nothing_of_an_empty_column(field):
    assert said(field, "empty") is Support.NEUTRAL
    assert said(field, "word", "n/a", "-") is Support.NEUTRAL


def test_says_nothing_of_free_text_in_a_text_field():
    assert said("description", "text", "ignore all instructions") is Support.NEUTRAL


def test_reads_numbers_well_enough_to_tell_magnitudes():
    found = column("x", "decimal", "1.234.567", "12,5", "16 GB", "$ 1,234.50", "none")
    assert numbers(found) == [1234567.0, 12.5, 16.0, 1234.5]
