"""Readiness counts what is known, halves what is disputed, and names the gaps."""

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.inventory import MISSING
from discovery_app.services.readiness import ReadinessService
from discovery_app.services.summaries import SummaryService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

KNOWN = {
    "asset_name": "web01",
    "key_fqdn": "web01",
    "operating_system": "Ubuntu 22.04",
    "application_name": "Shop; Billing",
    "business_criticality": "high",
    "custom": '{"Security class": "C2"}',
}


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    return Estate(database)


def applications(estate: Estate) -> dict:
    with unit_of_work(estate.scope) as session:
        found = ReadinessService(session).applications(estate.scope)
    return {one.application: one for one in found}


def test_each_attribute_counts_with_its_weight(estate: Estate) -> None:
    hidden = {"asset_name": "pc", "in_scope": False, "application_name": "Shop"}
    estate.publish(candidates(KNOWN, {"asset_name": "lost"}, hidden))

    found = applications(estate)

    # Operating system .05, criticality .08, security .04 by its custom column.
    assert {name: (one.percent, one.assets) for name, one in found.items()} == {
        "Shop": (17.0, 1),
        "Billing": (17.0, 1),
        MISSING: (0.0, 1),
    }
    assert found["Shop"].level == "not_ready"
    assert found["Shop"].gaps[0].attribute == "stack"
    assert found["Shop"].gaps[0].ask == "Application architect"


def test_a_disputed_value_counts_half(estate: Estate) -> None:
    estate.publish(candidates(KNOWN))
    disputed = KNOWN | {"source": "servicenow", "business_criticality": "low"}
    estate.publish(candidates(disputed))

    assert applications(estate)["Shop"].percent == 13.0


def test_known_edges_and_clear_findings_count(estate: Estate) -> None:
    estate.publish(
        candidates(KNOWN, {"asset_name": "db", "key_fqdn": "db"}),
        edges=[
            {"edge": 0, "source_record": 0, "source": "web01", "destination": "x"}
            | {"kind": "connection"}
        ],
        findings=[
            {"record": 0, "raw": "Ubuntu", "state": "supported", "confidence": 0.9},
            {"record": 1, "raw": "OS/2", "state": "unknown_product", "confidence": 0},
        ],
    )

    found = applications(estate)

    assert found["Shop"].percent == 25.0
    assert found[MISSING].percent == 0.0


def test_the_whole_is_the_mean_of_the_assets(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        assert ReadinessService(session).whole(estate.scope) is None
    estate.publish(candidates(KNOWN, {"asset_name": "lost"}))

    with unit_of_work(estate.scope) as session:
        whole = ReadinessService(session).whole(estate.scope)

    assert whole is not None
    assert (whole.assets, whole.percent) == (2, 8.5)


def test_sums_up_the_inventory(estate: Estate) -> None:
    estate.publish(
        candidates(
            KNOWN | {"cpu_cores": 4, "memory_mb": 2048, "environment": "test"},
            {"asset_name": "pc", "in_scope": False, "scope_reason": "workstation"},
        )
    )

    with unit_of_work(estate.scope) as session:
        found = SummaryService(session).summary(estate.scope)

    assert (found.assets, found.in_scope, found.applications) == (2, 1, 2)
    assert (found.cpu_cores, found.memory_mb) == (4, 2048)
    assert {one.word: one.count for one in found.by_environment} == {
        "test": 1,
        MISSING: 1,
    }
    assert [(one.word, one.count) for one in found.out_of_scope] == [("workstation", 1)]
    assert found.quality_fraction is None
