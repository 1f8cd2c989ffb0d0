"""Publishing keeps the books and never merges two machines."""

import pytest

from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

WEB = {
    "asset_name": "web01",
    "hostname": "web01",
    "serial_number": "S-1",
    "key_serial": "s-1",
    "memory_mb": 8192,
    "ip_address": ["10.0.0.1", "10.0.0.2"],
    "custom": '{"Rack": "A1"}',
    "power_state": "on",
}
DB = {
    "asset_name": "db01",
    "hostname": "db01",
    "external_id": "vm-7",
    "key_external_id": "vm-7",
    "cpu_cores": 4,
    "power_state": "off",
    "application_name": "Shop; Billing",
}


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    return Estate(database)


def test_creates_each_candidate_of_a_first_import(estate: Estate) -> None:
    counts = estate.publish(candidates(WEB, DB), excluded=3)

    assert counts.accounting.model_dump() == {
        "rows_in": 5,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "excluded": 3,
        "rejected": 0,
    }
    assert counts.inventory.by_type == {"virtual_machine": 2}
    assert counts.inventory.by_power_state == {"on": 1, "off": 1}
    assert (counts.inventory.memory_mb, counts.inventory.cpu_cores) == (8192, 4)
    web = estate.assets()["web01"]
    assert web["ip_address"] == ["10.0.0.1", "10.0.0.2"]
    assert web["custom"] == {"Rack": "A1"}
    assert "10.0.0.2" in web["search_text"]
    assert {row["name"] for row in estate.rows("select name from applications")} == {
        "Shop",
        "Billing",
    }


def test_changes_nothing_when_the_same_file_comes_twice(estate: Estate) -> None:
    nameless = {"asset_name": "printer"}
    twins = [{"asset_name": "twin"}, {"asset_name": "twin"}]
    found = candidates(WEB, DB, nameless, *twins)
    estate.publish(found)

    again = estate.publish(found).accounting

    assert (again.created, again.updated, again.unchanged) == (0, 0, 5)
    assert len(estate.rows("select id from assets")) == 5
    assert estate.rows("select id from conflicts") == []


def test_updates_what_a_newer_import_says_and_keeps_the_rest(estate: Estate) -> None:
    estate.publish(candidates(WEB, DB))

    newer = WEB | {"memory_mb": 16384, "ip_address": None, "custom": '{"Row": "7"}'}
    counts = estate.publish(candidates(newer)).accounting

    web = estate.assets()["web01"]
    assert (counts.created, counts.updated, counts.unchanged) == (0, 1, 0)
    assert web["memory_mb"] == 16384
    assert web["ip_address"] == ["10.0.0.1", "10.0.0.2"]
    assert web["custom"] == {"Rack": "A1", "Row": "7"}
    assert estate.rows("select change, before from import_changes") == [
        {
            "change": "updated",
            "before": {"memory_mb": 8192, "custom": {"Rack": "A1"}},
        }
    ]
