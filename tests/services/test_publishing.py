"""Publishing keeps the books and never merges two machines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from discovery_app.knowledge.fields import ASSET_FIELDS
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


def other(row: dict, **changes: object) -> dict:
    return row | {"source": "servicenow", "file": "cmdb.csv"} | changes


def test_the_strongest_key_decides(estate: Estate) -> None:
    estate.publish(
        candidates(
            {"asset_name": "a", "key_serial": "s1", "key_fqdn": "a.corp"},
            {"asset_name": "b", "key_uuid": "u2", "key_fqdn": "b.corp"},
        )
    )

    moved = {"asset_name": "a-new", "key_serial": "s1", "key_fqdn": "b.corp"}
    counts = estate.publish(candidates(moved)).accounting

    assert (counts.created, counts.updated) == (0, 1)
    assert set(estate.assets()) == {"a-new", "b"}


@pytest.mark.parametrize(
    "same",
    [
        {"key_external_id": "42"},
        {"key_serial": "s1"},
        {"key_uuid": "u1"},
        {"key_fqdn": "a.corp"},
        {"key_host_ip": "a|10.0.0.1"},
    ],
)
def test_each_key_finds_the_asset_again(estate: Estate, same: dict) -> None:
    estate.publish(candidates({"asset_name": "a"} | same))

    counts = estate.publish(candidates(other({"asset_name": "A"} | same))).accounting

    assert (counts.created, counts.updated) == (0, 1)


@pytest.mark.parametrize(
    ("known", "new"),
    [
        # A name alone never merges, whatever else is the same.
        ({"key_fqdn": "a.corp"}, {"file": "b.csv"}),
        ({}, {"file": "b.csv"}),
        ({}, {"key_serial": "s1"}),
        ({"key_serial": "s1"}, {"key_serial": "s2"}),
        # A weaker key does not merge two machines that a stronger one tells apart.
        (
            {"key_serial": "s1", "key_fqdn": "a.corp"},
            {"key_serial": "s2", "key_fqdn": "a.corp"},
        ),
        (
            {"key_uuid": "u1", "key_host_ip": "a|10.0.0.1"},
            {"key_uuid": "u2", "key_host_ip": "a|10.0.0.1"},
        ),
        # The same source numbers two records: they are two.
        (
            {"key_external_id": "1", "external_id": "1", "key_fqdn": "a.corp"},
            {"key_external_id": "2", "external_id": "2", "key_fqdn": "a.corp"},
        ),
        # Two sources count from one: the number says nothing.
        (
            {"key_external_id": "1", "external_id": "1", "key_serial": "s1"},
            other({"key_external_id": "1", "external_id": "1", "key_serial": "s2"}),
        ),
    ],
)
def test_keeps_two_machines_apart(estate: Estate, known: dict, new: dict) -> None:
    estate.publish(candidates({"asset_name": "a"} | known))
    found = candidates({"asset_name": "a"} | new)

    first = estate.publish(found).accounting
    again = estate.publish(found).accounting

    assert (first.created, first.updated, first.unchanged) == (1, 0, 0)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)


def test_two_sources_with_their_own_numbers_meet_by_fqdn(estate: Estate) -> None:
    estate.publish(
        candidates(
            {"asset_name": "a", "external_id": "vm-1", "key_external_id": "vm-1"}
            | {"key_fqdn": "a.corp"}
        )
    )
    found = candidates(
        other({"asset_name": "a", "external_id": "ci9", "key_external_id": "ci9"})
        | {"key_fqdn": "a.corp"}
    )

    first = estate.publish(found).accounting
    again = estate.publish(found).accounting

    assert (first.created, first.unchanged) == (0, 1)
    assert (again.created, again.unchanged) == (0, 1)
    assert estate.assets()["a"]["external_id"] == "vm-1"


def test_an_ambiguous_match_takes_none_and_says_so(estate: Estate) -> None:
    estate.publish(candidates({"asset_name": "a", "key_serial": "s1"}))
    estate.publish(candidates({"asset_name": "b", "key_serial": "s2", "key_fqdn": "x"}))
    estate.publish(candidates({"asset_name": "c", "key_serial": "s3", "key_fqdn": "x"}))
    unsure = candidates({"asset_name": "d", "key_fqdn": "x"})

    first = estate.publish(unsure).accounting
    again = estate.publish(unsure).accounting

    assert (first.created, first.updated) == (1, 0)
    assert (again.created, again.unchanged) == (0, 1)
    issues = estate.rows("select rule, value, severity from import_issues")
    assert {"rule": "ambiguous_match", "value": "d", "severity": "warning"} in issues


def test_two_rows_never_become_one_asset(estate: Estate) -> None:
    estate.publish(
        candidates({"asset_name": "a", "key_external_id": "1", "key_serial": "s1"})
    )
    found = candidates(
        {"asset_name": "a", "key_external_id": "1"},
        {"asset_name": "twin", "key_serial": "s1"},
    )

    counts = estate.publish(found).accounting
    again = estate.publish(found).accounting

    assert (counts.created, counts.unchanged) == (1, 1)
    assert (again.created, again.unchanged) == (0, 2)
    rules = {row["rule"] for row in estate.rows("select rule from import_issues")}
    assert "match_taken" in rules


def test_a_list_of_names_is_recognised_when_its_rows_moved(estate: Estate) -> None:
    estate.publish(candidates({"asset_name": "a"}, {"asset_name": "b"}))

    moved = candidates({"asset_name": "c"}, {"asset_name": "a"}, {"asset_name": "b"})
    counts = estate.publish(moved).accounting

    assert (counts.created, counts.unchanged) == (1, 2)


def at(day: int) -> datetime:
    return datetime(2026, 10, day, tzinfo=UTC)


def test_a_newer_import_of_another_source_wins_and_opens_a_conflict(
    estate: Estate,
) -> None:
    estate.publish(candidates(WEB))

    newer = candidates(other(WEB, memory_mb=4096))
    counts = estate.publish(newer)
    again = estate.publish(newer)

    assert estate.assets()["web01"]["memory_mb"] == 4096
    assert (counts.accounting.updated, counts.conflicts) == (1, 1)
    assert (again.accounting.unchanged, again.conflicts) == (1, 0)
    assert estate.rows(
        "select field, kept, kept_source, offered, offered_source, rule from conflicts"
    ) == [
        {
            "field": "memory_mb",
            "kept": "4096",
            "kept_source": "servicenow: cmdb.csv",
            "offered": "8192",
            "offered_source": "rvtools: list.csv",
            "rule": "newer_import",
        }
    ]


def test_what_was_seen_later_stays_and_gaps_are_still_filled(estate: Estate) -> None:
    estate.publish(candidates(WEB | {"last_seen": at(20)}))

    stale = other(WEB, memory_mb=4096, last_seen=at(3), location="Berlin")
    counts = estate.publish(candidates(stale))

    web = estate.assets()["web01"]
    assert (web["memory_mb"], web["location"]) == (8192, "Berlin")
    assert web["last_seen"] == at(20)
    assert counts.conflicts == 1
    assert estate.rows("select kept, offered, rule from conflicts") == [
        {"kept": "8192", "offered": "4096", "rule": "fresher_last_seen"}
    ]


def test_the_same_tool_a_month_later_is_no_conflict(estate: Estate) -> None:
    estate.publish(candidates(WEB | {"file": "october.xlsx"}))

    later = WEB | {"file": "november.xlsx", "memory_mb": 4096}

    assert estate.publish(candidates(later)).conflicts == 0


def test_two_lists_of_unknown_origin_are_two_sources(estate: Estate) -> None:
    unknown = WEB | {"source": "unknown"}
    estate.publish(candidates(unknown | {"file": "a.csv"}))

    counts = estate.publish(candidates(unknown | {"file": "b.csv", "memory_mb": 1}))

    assert counts.conflicts == 1


def test_a_less_sure_row_does_not_change_the_type(estate: Estate) -> None:
    estate.publish(candidates(WEB))

    unsure = other(WEB, asset_type="other", type_confidence=0.2, in_scope=False)
    counts = estate.publish(candidates(unsure)).accounting

    web = estate.assets()["web01"]
    assert (web["asset_type"], web["in_scope"]) == ("virtual_machine", True)
    assert counts.unchanged == 1


EDGE = {
    "edge": 0,
    "source_record": 0,
    "source": "web01",
    "destination_record": 1,
    "destination": "db01",
    "port": 5432,
    "protocol": "tcp",
    "kind": "connection",
    "noise": False,
    "connection_count": 10,
    "bytes_total": 100,
    "first_observed": at(1),
    "last_observed": at(2),
}


def test_the_same_edges_twice_stay_the_same(estate: Estate) -> None:
    outside = EDGE | {"edge": 1, "destination_record": None, "destination": "Saas.COM"}
    edges = [EDGE, outside, outside | {"edge": 2, "destination": "saas.com"}]
    estate.publish(candidates(WEB, DB), edges=edges)

    later = [EDGE | {"last_observed": at(9), "first_observed": at(5)}, *edges[1:]]
    estate.publish(candidates(WEB, DB), edges=later)

    rows = estate.rows("select * from dependencies order by connection_count")
    assets = estate.assets()
    assert [row["connection_count"] for row in rows] == [10, 20]
    assert rows[0]["source_asset_id"] == assets["web01"]["id"]
    assert rows[0]["destination_asset_id"] == assets["db01"]["id"]
    assert (rows[0]["first_observed"], rows[0]["last_observed"]) == (at(1), at(9))
    assert rows[1]["destination_asset_id"] is None


def test_a_second_run_of_an_import_replaces_its_own_words(estate: Estate) -> None:
    session_id = estate.upload()
    finding = {"record": 0, "raw": "x", "state": "eol", "confidence": 0.5}
    estate.publish(candidates(WEB, DB), session_id, edges=[EDGE], findings=[finding])

    again = estate.publish(candidates(WEB, DB), session_id, findings=[finding])

    assert again.accounting.unchanged == 2
    counted = (
        "select (select count(*) from asset_sources) as sources, (select count(*) from "
        "findings) as findings, (select count(*) from dependencies) as edges"
    )
    assert estate.rows(counted) == [{"sources": 2, "findings": 1, "edges": 0}]


def test_every_field_of_the_schema_comes_back_as_it_went_in(estate: Estate) -> None:
    values = {
        "string": 'a "quoted", text\nwith \\N',
        "int": 7,
        "float": 0.1,
        "money": 9.99,
        "bool": False,
        "date": date(2020, 2, 29),
        "datetime": at(1),
        "list": ['a,"b"', "c\\d", ""],
        "map": '{"k": "v"}',
    }
    full = {
        name: field.allowed[0] if field.type == "enum" else values[field.type]
        for name, field in ASSET_FIELDS.items()
    }
    estate.publish(candidates(full | {"key_fqdn": "full"}))

    (stored,) = estate.assets().values()
    expected = full | {"tags": {"k": "v"}}
    assert {name: stored[name] for name in ASSET_FIELDS} == expected


def test_imports_at_the_same_time_create_each_asset_once(estate: Estate) -> None:
    found = candidates(
        *({"asset_name": f"n{n}", "key_fqdn": f"n{n}"} for n in range(50))
    )

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: estate.publish(found).accounting, range(4)))

    assert sorted(one.created for one in done) == [0, 0, 0, 50]
    assert len(estate.rows("select id from assets")) == 50


def test_an_import_without_any_candidate_is_published_too(estate: Estate) -> None:
    counts = estate.publish(candidates(), excluded=2)

    assert (counts.accounting.rows_in, counts.accounting.excluded) == (2, 2)
    assert counts.inventory.assets == 0


def test_a_coarser_value_never_replaces_a_finer_one(estate: Estate) -> None:
    fine = WEB | {
        "operating_system": "Red Hat Enterprise Linux 8",
        "os_version": "8.6",
        "model": "PowerEdge R640",
    }
    estate.publish(candidates(fine))
    coarse = {"operating_system": "linux", "os_version": "8", "model": "R640"}

    counts = estate.publish(candidates(other(WEB, **coarse)))

    web = estate.assets()["web01"]
    assert {name: web[name] for name in coarse} == {name: fine[name] for name in coarse}
    assert (counts.accounting.unchanged, counts.conflicts) == (1, 0)


def test_a_finer_value_and_another_family_do_replace(estate: Estate) -> None:
    estate.publish(candidates(WEB | {"operating_system": "linux"}))
    estate.publish(candidates(WEB | {"operating_system": "Ubuntu 22.04"}))
    assert estate.assets()["web01"]["operating_system"] == "Ubuntu 22.04"

    estate.publish(candidates(WEB | {"operating_system": "windows"}))

    assert estate.assets()["web01"]["operating_system"] == "windows"


def test_an_application_is_known_by_its_name(estate: Estate) -> None:
    shop = {"asset_name": "Shop", "asset_type": "application"}
    machine = {"asset_name": "Shop", "asset_type": "server"}
    estate.publish(candidates(shop))

    again = estate.publish(candidates(other(shop, asset_name="SHOP"), other(machine)))

    assert (again.accounting.unchanged + again.accounting.updated) == 1
    assert again.accounting.created == 1
