"""What a person decided about a conflict is not asked again."""

from datetime import UTC, datetime

import pytest

from discovery_app.database import unit_of_work
from discovery_app.errors import ConflictError, InvalidInputError, NotFoundError
from discovery_app.services.conflicts import ConflictFilter, ConflictService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

FIRST = {
    "asset_name": "web",
    "key_fqdn": "web",
    "memory_mb": 8,
    "ip_address": ["10.0.0.1", "10.0.0.2"],
    "installed_date": datetime(2020, 1, 2, tzinfo=UTC).date(),
    "location": "Berlin",
}
SECOND = FIRST | {
    "source": "servicenow",
    "file": "cmdb.csv",
    "memory_mb": 16,
    "ip_address": ["10.0.0.3"],
    "installed_date": datetime(2021, 1, 2, tzinfo=UTC).date(),
    "location": "Bonn",
}
FIELDS = ["installed_date", "ip_address", "location", "memory_mb"]


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    found.publish(candidates(FIRST))
    found.publish(candidates(SECOND))
    return found


def conflicts(estate: Estate) -> dict:
    with unit_of_work(estate.scope) as session:
        found = ConflictService(session).page(estate.scope)
    return {one.field: one for one in found}


def resolve(estate: Estate, field: str, *, keep: bool) -> None:
    conflict_id = conflicts(estate)[field].conflict_id
    with unit_of_work(estate.scope) as session:
        ConflictService(session).resolve(estate.scope, conflict_id, keep=keep)


def test_each_disagreement_waits_with_both_sources(estate: Estate) -> None:
    found = conflicts(estate)

    assert list(found) == FIELDS
    assert found["ip_address"].kept == "10.0.0.3"
    assert found["ip_address"].offered == "10.0.0.1;10.0.0.2"
    assert found["memory_mb"].label == "Memory (MB)"
    assert found["memory_mb"].offered_source == "rvtools: list.csv"
    with unit_of_work(estate.scope) as session:
        counts = ConflictService(session).by_field(estate.scope)
    assert {one.word: one.count for one in counts} == dict.fromkeys(FIELDS, 1)


@pytest.mark.parametrize("field", FIELDS)
def test_taking_the_offered_value_writes_it_in_its_type(
    estate: Estate, field: str
) -> None:
    resolve(estate, field, keep=False)

    assert estate.assets()["web"][field] == FIRST[field]
    assert field not in conflicts(estate)


def test_what_was_refused_is_not_offered_again(estate: Estate) -> None:
    resolve(estate, "memory_mb", keep=False)
    resolve(estate, "location", keep=True)

    again = estate.publish(candidates(SECOND))
    old = estate.publish(candidates(FIRST | {"location": "Berlin"}))

    web = estate.assets()["web"]
    assert (web["memory_mb"], web["location"]) == (8, "Bonn")
    assert again.conflicts == 0
    assert "memory_mb" not in conflicts(estate)
    assert "location" not in conflicts(estate)
    assert old.accounting.created == 0


def test_a_new_value_is_asked_about_after_all(estate: Estate) -> None:
    resolve(estate, "memory_mb", keep=True)

    estate.publish(candidates(FIRST | {"memory_mb": 32}))

    assert conflicts(estate)["memory_mb"].kept == "32"


def test_a_conflict_is_decided_once(estate: Estate) -> None:
    conflict_id = conflicts(estate)["location"].conflict_id
    resolve(estate, "location", keep=True)

    with unit_of_work(estate.scope) as session, pytest.raises(ConflictError):
        ConflictService(session).resolve(estate.scope, conflict_id, keep=False)

    other = Estate(estate.database)
    with unit_of_work(other.scope) as session, pytest.raises(NotFoundError):
        ConflictService(session).resolve(other.scope, conflict_id, keep=True)


def test_a_decision_is_audited(estate: Estate) -> None:
    resolve(estate, "location", keep=False)

    assert estate.told_owner("select action, subject from audit_events") == [
        ("conflict_resolved", "location")
    ]


def test_each_side_says_when_its_source_last_told(estate: Estate) -> None:
    found = conflicts(estate)["location"]

    assert found.kept_at is not None
    assert found.offered_at is not None
    assert found.kept_at > found.offered_at


def test_conflicts_are_found_by_source_field_and_asset(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        service = ConflictService(session)
        sources = service.by_source(estate.scope)
        numbers = [
            service.count(estate.scope, chosen)
            for chosen in (
                ConflictFilter(source="rvtools: list.csv"),
                ConflictFilter(source="rvtools: list.csv", field="location"),
                ConflictFilter(search="WE"),
                ConflictFilter(search="db"),
                ConflictFilter(source="nobody"),
            )
        ]

    assert [(one.word, one.count) for one in sources] == [
        ("rvtools: list.csv", 4),
        ("servicenow: cmdb.csv", 4),
    ]
    assert numbers == [4, 1, 4, 0, 0]


@pytest.mark.parametrize(
    ("source", "memory_mb", "location"),
    [("rvtools: list.csv", 8, "Berlin"), ("servicenow: cmdb.csv", 16, "Bonn")],
)
def test_one_source_decides_all_its_conflicts(
    estate: Estate, source: str, memory_mb: int, location: str
) -> None:
    with unit_of_work(estate.scope) as session:
        service = ConflictService(session)
        done = service.resolve_by_source(estate.scope, source, expected=4)

    asset = estate.assets()["web"]
    assert done == 4
    assert (asset["memory_mb"], asset["location"]) == (memory_mb, location)
    assert location.lower() in asset["search_text"]
    assert conflicts(estate) == {}
    # The value that lost is not offered again.
    estate.publish(candidates(FIRST if memory_mb == 16 else SECOND))
    assert conflicts(estate) == {}
    assert estate.assets()["web"]["memory_mb"] == memory_mb


def test_deciding_many_wants_the_number_that_was_seen(estate: Estate) -> None:
    with unit_of_work(estate.scope) as session:
        service = ConflictService(session)
        with pytest.raises(ConflictError, match="you saw 3"):
            service.resolve_by_source(estate.scope, "rvtools: list.csv", expected=3)
        with pytest.raises(InvalidInputError):
            service.resolve_by_source(estate.scope, "", expected=4)
        only = service.resolve_by_source(
            estate.scope, "rvtools: list.csv", field="location", expected=1
        )

    assert only == 1
    assert "location" not in conflicts(estate)
    assert estate.assets()["web"]["memory_mb"] == 16
