"""The same import twice changes nothing, whatever its rows say."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.transforms.keys import identity_keys
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

NAMES = st.sampled_from(["web", "WEB", "db", "db.corp", "", "printer", "ü"])
WORDS = st.sampled_from(["a", "A", "b", " a", "n/a", "=1+1", "x;y"])
FEW = st.lists(st.sampled_from(["10.0.0.1", "10.0.0.2", "fe80::1"]), max_size=3)
ROWS = st.fixed_dictionaries(
    {"asset_name": NAMES, "asset_type": st.sampled_from(["server", "application"])},
    optional={
        "hostname": NAMES,
        "fqdn": st.sampled_from(["web.corp", "db.corp"]),
        "external_id": WORDS,
        "serial_number": WORDS,
        "vm_uuid": WORDS,
        "ip_address": FEW,
        "operating_system": st.sampled_from(
            ["windows", "Windows Server 2016", "RHEL 8"]
        ),
        "memory_mb": st.integers(0, 2**40),
        "storage_provisioned_gb": st.floats(0, 1e9, allow_nan=False),
        "tags": st.dictionaries(WORDS, WORDS, max_size=2).map(json.dumps),
        "custom": st.dictionaries(WORDS, WORDS, max_size=2).map(json.dumps),
        "type_confidence": st.floats(0, 1),
    },
)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(ROWS, max_size=8))
def test_publishing_twice_changes_nothing(database: TestDatabase, rows) -> None:
    estate = Estate(database)  # An engagement of its own, for each example.
    found = candidates(*rows)
    found = found.with_columns(identity_keys(found))
    told = {"edges": edges(rows), "findings": findings(rows)}
    first = estate.publish(found, **told).accounting
    before = inventory(estate)

    again = estate.publish(found, **told)

    assert (first.created, again.accounting.unchanged) == (len(rows), len(rows))
    assert again.conflicts == 0
    assert inventory(estate) == before


def edges(rows: list[dict]) -> list[dict]:
    """Return an edge from each row to the one before it."""
    return [
        {
            "edge": number,
            "source_record": number,
            "source": rows[number]["asset_name"] or "?",
            "destination_record": number - 1,
            "destination": rows[number - 1]["asset_name"] or "?",
            "port": 443,
            "kind": "observed",
            "noise": False,
            "shared_service": False,
            "cross_environment": False,
            "connection_count": 2,
            "evidence": "So.",
        }
        for number in range(1, len(rows))
    ]


def findings(rows: list[dict]) -> list[dict]:
    """Return a finding a row."""
    return [
        {"record": n, "raw": "x", "state": "eol", "evidence": "So.", "confidence": 1.0}
        for n in range(len(rows))
    ]


def inventory(estate: Estate) -> list[list[dict[str, object]]]:
    """Return every field of every asset, edge and finding, in one order."""
    fields = ", ".join([*ASSET_FIELDS, "custom", "in_scope", "type_confidence"])
    return [
        estate.rows(f"select id, {fields} from assets order by id"),  # noqa: S608
        estate.rows(
            "select key, source_asset_id, destination_asset_id, connection_count, "
            "noise from dependencies order by key"
        ),
        estate.rows("select asset_id, state from findings order by asset_id, raw"),
    ]
