"""Lists, facets and single assets tell what the inventory holds."""

from datetime import date
from uuid import uuid4

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.inventory import MISSING, AssetFilter
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.services.asset_details import AssetDetails
from discovery_app.services.asset_queries import AssetQueries, parse_cursor
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

FOUND = candidates(
    {
        "asset_name": "web01",
        "environment": "production",
        "power_state": "on",
        "memory_mb": 8192,
        "ip_address": ["10.1.0.1"],
        "location": "Berlin",
        "key_fqdn": "web01.corp",
        "custom": '{"Rack": "A1"}',
    },
    {
        "asset_name": "web02",
        "environment": "production",
        "power_state": "off",
        "memory_mb": 1024,
        "key_fqdn": "web02.corp",
    },
    {
        "asset_name": "pc-100%",
        "asset_type": "endpoint",
        "in_scope": False,
        "scope_reason": "workstation",
        "key_fqdn": "pc.corp",
    },
)
FINDING = {
    "record": 0,
    "raw": "Windows Server 2012",
    "product": "windows-server",
    "cycle": "2012",
    "state": "eol",
    "eol_date": date(2023, 10, 10),
    "evidence": "Ended on 2023-10-10.",
    "confidence": 0.9,
}
DECISION = {
    "record": 0,
    "treatment": "replatform",
    "rule": "L2",
    "confidence": 0.8,
    "inputs": '{"operating_system": {"value": "Windows Server 2012"}}',
    "also_matched": ["H1"],
    "reason": "The operating system is out of support.",
}


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    found.publish(
        FOUND,
        findings=[FINDING],
        decisions=[DECISION],
        edges=[
            {
                "edge": 0,
                "source_record": 1,
                "source": "web02",
                "destination_record": 0,
                "destination": "web01",
                "kind": "connection",
            }
        ],
        groups=[
            {"record": 0, "move_group": 1, "wave": 1, "in_cycle": False},
            {"record": 1, "move_group": 1, "wave": 2, "in_cycle": False},
        ],
    )
    return found


def names(estate: Estate, chosen: AssetFilter | None = None, **how) -> list[str]:
    with unit_of_work(estate.scope) as session:
        page = AssetQueries(session).page(estate.scope, chosen, **how)
    return [line.asset_name for line in page.lines]


def test_sorts_by_any_column_with_empty_values_last(estate: Estate) -> None:
    assert names(estate) == ["pc-100%", "web01", "web02"]
    assert names(estate, sort="memory_mb") == ["web02", "web01", "pc-100%"]
    assert names(estate, sort="memory_mb", descending=True) == [
        "web01",
        "web02",
        "pc-100%",
    ]
    assert names(estate, sort="support_state")[0] == "web01"
    assert names(estate, sort="treatment")[0] == "web01"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (AssetFilter(search="WEB"), ["web01", "web02"]),
        (AssetFilter(search="web 10.1."), ["web01"]),
        (AssetFilter(search="100%"), ["pc-100%"]),
        (AssetFilter(search="_eb"), []),
        (AssetFilter(chosen={"environment": ("production",)}), ["web01", "web02"]),
        (AssetFilter(chosen={"environment": (MISSING,)}), ["pc-100%"]),
        (AssetFilter(chosen={"power_state": ("on", MISSING)}), ["pc-100%", "web01"]),
        (AssetFilter(chosen={"in_scope": ("false",)}), ["pc-100%"]),
        (AssetFilter(chosen={"treatment": ("replatform",)}), ["web01"]),
        (AssetFilter(chosen={"support_state": ("eol",)}), ["web01"]),
        (AssetFilter(chosen={"support_state": (MISSING,)}), ["pc-100%", "web02"]),
        (AssetFilter(session_id=uuid4()), []),
    ],
)
def test_lists_what_fits_every_filter(
    estate: Estate, chosen: AssetFilter, expected: list[str]
) -> None:
    assert names(estate, chosen) == expected


def test_pages_come_to_an_end_without_a_gap(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        queries = AssetQueries(session)
        first = queries.page(estate.scope, limit=2)
        second = queries.page(
            estate.scope, limit=2, offset=parse_cursor(first.next_cursor)
        )

    assert (first.total, second.total) == (3, 3)
    assert [line.asset_name for line in (*first.lines, *second.lines)] == [
        "pc-100%",
        "web01",
        "web02",
    ]
    assert second.next_cursor == ""


@pytest.mark.parametrize(
    "how",
    [
        {"sort": "search_text; drop table assets"},
        {"fields": ["password"]},
        {"limit": 501},
        {"limit": 0},
        {"offset": -1},
        {"chosen": AssetFilter(chosen={"engagement_id": ("x",)})},
    ],
)
def test_refuses_what_no_list_has(estate: Estate, how: dict) -> None:
    with unit_of_work(estate.scope) as session, pytest.raises(InvalidInputError):
        AssetQueries(session).page(estate.scope, **how)


def test_a_facet_is_not_narrowed_by_its_own_filter(estate: Estate) -> None:
    chosen = AssetFilter(chosen={"power_state": ("on",)})

    with unit_of_work(estate.scope) as session:
        facets = AssetQueries(session).facets(estate.scope, chosen)

    counts = {f.column: {c.word: c.count for c in f.counts} for f in facets}
    assert counts["power_state"] == {"on": 1, "off": 1, MISSING: 1}
    assert counts["environment"] == {"production": 1}
    assert counts["treatment"] == {"replatform": 1}
    assert counts["support_state"] == {"eol": 1}


def test_an_asset_says_where_each_value_came_from(estate: Estate) -> None:
    asset_id = estate.assets()["web01"]["id"]

    with unit_of_work(estate.scope) as session:
        seen = AssetDetails(session).asset(estate.scope, asset_id)

    facts = {fact.field: fact for fact in seen.facts}
    assert facts["memory_mb"].value == 8192
    assert facts["memory_mb"].unit == "MB"
    assert facts["memory_mb"].origin is not None
    assert (facts["memory_mb"].origin.file, facts["memory_mb"].origin.row) == (
        "list.csv",
        2,
    )
    assert facts["Rack"].value == "A1"
    assert (seen.inbound, seen.outbound) == (1, 0)
    assert (seen.group_number, seen.wave) == (1, 1)
    assert seen.findings[0].days_left == (date(2023, 10, 10) - date(2026, 11, 22)).days
    assert seen.decision is not None
    assert seen.decision.inputs["operating_system"]["value"] == "Windows Server 2012"


def test_another_engagement_sees_nothing(estate: Estate) -> None:
    other = Estate(estate.database)
    asset_id = estate.assets()["web01"]["id"]

    with unit_of_work(other.scope) as session:
        page = AssetQueries(session).page(other.scope)
        with pytest.raises(NotFoundError):
            AssetDetails(session).asset(other.scope, asset_id)

    assert page.total == 0
