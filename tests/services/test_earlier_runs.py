"""An import that runs again ends as if its last run had been the first."""

from uuid import UUID

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.import_changes import ImportDiff, UndoPreview
from discovery_app.domain.inventory import AssetFilter
from discovery_app.services.asset_edits import AssetEditService
from discovery_app.services.import_diffs import ImportDiffService
from discovery_app.services.import_undo import ImportUndoService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

WEB = {"asset_name": "web", "key_fqdn": "web", "fqdn": "web", "memory_mb": 8}
WRONG = WEB | {"location": "Bob", "custom": '{"Column 3": "x"}'}
TITLE = {"asset_name": "Servers of Berlin", "sheet": "Cover", "application_name": "Xy"}
CMDB = {"source": "servicenow", "file": "cmdb.csv"}


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    return Estate(database)


def published(estate: Estate, *rows: dict) -> UUID:
    session_id = estate.upload()
    estate.publish(candidates(*rows), session_id)
    return session_id


def again(estate: Estate, session_id: UUID, *rows: dict):
    return estate.publish(candidates(*rows), session_id).accounting


def diff(estate: Estate, session_id: UUID) -> ImportDiff:
    with unit_of_work(estate.scope) as session:
        return ImportDiffService(session).diff(estate.scope, session_id)


def undo(estate: Estate, session_id: UUID) -> UndoPreview:
    with unit_of_work(estate.scope) as session:
        return ImportUndoService(session).undo(estate.scope, session_id, "Wrong.")


def set_location(estate: Estate, name: str, value: str) -> None:
    with unit_of_work(estate.scope) as session:
        AssetEditService(session).edit(
            estate.scope,
            AssetFilter(search=name),
            "location",
            value,
            expected=1,
            reason="The client said so.",
        )


def issues(estate: Estate) -> list[tuple[str, str]]:
    found = estate.rows(
        "select rule, value from import_issues where rule like 'earlier_run%' "
        "order by rule, value"
    )
    return [(one["rule"], one["value"]) for one in found]


def test_what_only_the_earlier_run_made_is_removed_and_told(estate: Estate) -> None:
    session_id = published(estate, TITLE, WRONG)

    counts = again(estate, session_id, WEB)

    web = estate.assets()["web"]
    assert list(estate.assets()) == ["web"]
    assert (web["location"], web["custom"], web["memory_mb"]) == (None, {}, 8)
    assert (counts.created, counts.updated, counts.unchanged) == (0, 1, 0)
    assert diff(estate, session_id) == ImportDiff(created=1, updated=0, unchanged=0)
    assert issues(estate) == [("earlier_run_removed", "Servers of Berlin")]
    assert estate.rows("select name from applications") == []


def test_running_again_without_a_change_changes_nothing(estate: Estate) -> None:
    session_id = published(estate, WRONG, TITLE)
    before = estate.assets()

    counts = again(estate, session_id, WRONG, TITLE)

    assert (counts.created, counts.updated, counts.unchanged) == (0, 0, 2)
    assert estate.assets() == before
    assert issues(estate) == []


def test_the_assets_of_others_get_their_values_back(estate: Estate) -> None:
    published(estate, WEB | CMDB, {"asset_name": "db", "key_fqdn": "db"} | CMDB)
    before = estate.assets()
    db = {"asset_name": "db", "key_fqdn": "db", "location": "Bob"}
    session_id = published(estate, WRONG | {"memory_mb": 16}, db)

    again(estate, session_id, WEB | {"memory_mb": 16})

    after = estate.assets()
    changed = {k for k in before["web"] if before["web"][k] != after["web"][k]}
    assert changed == {"memory_mb", "last_session_id", "updated_at"}
    assert after["db"]["location"] is None
    assert diff(estate, session_id).updated == 1
    assert estate.rows("select before from import_changes") == [
        {"before": {"memory_mb": 8}}
    ]


def test_what_a_newer_import_tells_stays(estate: Estate) -> None:
    session_id = published(estate, WRONG, TITLE | {"key_serial": "s1"})
    newer = {"asset_name": "Cover", "key_serial": "s1", "location": "Hall 1"}
    published(estate, WEB | {"memory_mb": 32}, newer | CMDB)

    again(estate, session_id, WEB | {"memory_mb": 16})

    assets = estate.assets()
    assert assets["web"]["memory_mb"] == 32
    assert assets["web"]["location"] is None
    assert assets["Cover"]["location"] == "Hall 1"
    assert assets["Cover"]["application_name"] is None
    assert issues(estate) == [("earlier_run_stays", "Cover")]
    assert estate.rows("select id from conflicts where field = 'memory_mb'") == []


def test_an_older_list_of_another_tool_waits_for_a_person(estate: Estate) -> None:
    session_id = published(estate, WEB)
    published(estate, WEB | CMDB | {"memory_mb": 32})

    again(estate, session_id, WEB | {"memory_mb": 16})

    assert estate.assets()["web"]["memory_mb"] == 32
    assert estate.rows("select kept, kept_source, offered, rule from conflicts") == [
        {
            "kept": "32",
            "kept_source": "servicenow: cmdb.csv",
            "offered": "16",
            "rule": "newer_import",
        }
    ]


def test_conflicts_of_the_earlier_run_are_asked_as_they_are_now(estate: Estate) -> None:
    published(estate, WEB | CMDB | {"location": "Berlin"})
    session_id = published(estate, WRONG | {"memory_mb": 16})

    again(estate, session_id, WEB | {"memory_mb": 32})

    assert estate.assets()["web"]["location"] == "Berlin"
    assert estate.rows("select field, kept, offered from conflicts") == [
        {"field": "memory_mb", "kept": "32", "offered": "8"}
    ]


def test_what_a_person_touched_stays_until_the_import_is_undone(
    estate: Estate,
) -> None:
    session_id = published(estate, TITLE, WRONG)
    set_location(estate, "Servers", "Hall 3")
    set_location(estate, "web", "Hall 4")

    again(estate, session_id, WEB)
    first = issues(estate)
    again(estate, session_id, WEB)

    assets = estate.assets()
    assert assets["web"]["location"] == "Hall 4"
    assert assets["Servers of Berlin"]["location"] == "Hall 3"
    assert issues(estate) == first == [("earlier_run_stays", "Servers of Berlin")]
    assert diff(estate, session_id) == ImportDiff(created=2, updated=0, unchanged=0)
    assert undo(estate, session_id) == UndoPreview(2, 0, 0, 2)
    assert estate.assets() == {}


def test_an_undo_leaves_what_a_person_set(estate: Estate) -> None:
    published(estate, WEB | {"location": "Berlin"})
    session_id = published(estate, WEB | {"location": "Paris", "memory_mb": 16})
    set_location(estate, "web", "Hall 4")

    done = undo(estate, session_id)

    web = estate.assets()["web"]
    assert (web["location"], web["memory_mb"]) == ("Hall 4", 8)
    assert [(one.word, one.count) for one in done.held] == [("Location", 1)]
