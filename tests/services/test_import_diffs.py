"""An import can be looked at and undone without touching what others said."""

from uuid import uuid4

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.import_changes import (
    ChangeKind,
    FieldChange,
    ImportDiff,
    UndoPreview,
)
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.services.import_diffs import ImportDiffService
from discovery_app.services.import_undo import ImportUndoService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

WEB = {
    "asset_name": "web",
    "key_fqdn": "web",
    "memory_mb": 8,
    "ip_address": ["10.0.0.1"],
    "tags": '{"a": "1"}',
    "application_name": "Shop",
}
NEWER = WEB | {"memory_mb": 16, "ip_address": ["10.0.0.2"], "location": "Berlin"}
DB = {"asset_name": "db", "key_fqdn": "db", "application_name": "Billing"}


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    return Estate(database)


def published(estate: Estate, *rows: dict, **more):
    session_id = estate.upload()
    estate.publish(candidates(*rows), session_id, **more)
    return session_id


def undo(estate: Estate, session_id) -> UndoPreview:
    with unit_of_work(estate.scope) as session:
        service = ImportUndoService(session)
        preview = service.preview(estate.scope, session_id)
        done = service.undo(estate.scope, session_id, "Wrong file.")
    assert preview == done
    return done


def test_tells_what_an_import_changed(estate: Estate) -> None:
    published(estate, WEB, DB)
    session_id = published(estate, NEWER, DB, {"asset_name": "new", "key_fqdn": "n"})

    with unit_of_work(estate.scope) as session:
        service = ImportDiffService(session)
        counts = service.diff(estate.scope, session_id)
        (change,) = service.changes(estate.scope, session_id, ChangeKind.UPDATED)

    assert counts == ImportDiff(
        created=1, updated=1, unchanged=1, compared_with="list.csv"
    )
    assert (change.asset_name, change.kind) == ("web", ChangeKind.UPDATED)
    told = "list.csv, row 2"
    assert [one for one in change.fields if one.field != "location"] == [
        FieldChange("ip_address", "IP addresses", ["10.0.0.1"], ["10.0.0.2"], told),
        FieldChange("memory_mb", "Memory (MB)", 8, 16, told),
    ]
    assert (change.file, change.row) == ("list.csv", 2)


def test_what_the_same_list_does_not_have_any_more_is_gone(estate: Estate) -> None:
    published(estate, WEB, DB)
    session_id = published(estate, NEWER)

    with unit_of_work(estate.scope) as session:
        service = ImportDiffService(session)
        counts = service.diff(estate.scope, session_id)
        (gone,) = service.changes(estate.scope, session_id, ChangeKind.GONE)

    assert (counts.gone, counts.updated) == (1, 1)
    assert (gone.asset_name, gone.file, gone.row) == ("db", "list.csv", 3)
    assert "db" in estate.assets()


def test_another_list_makes_nothing_gone(estate: Estate) -> None:
    published(estate, DB)
    session_id = published(estate, WEB)

    with unit_of_work(estate.scope) as session:
        counts = ImportDiffService(session).diff(estate.scope, session_id)

    assert counts == ImportDiff(created=1, updated=0, unchanged=0)


def test_a_change_says_what_it_made_whatever_came_later(estate: Estate) -> None:
    published(estate, WEB)
    session_id = published(estate, WEB | {"memory_mb": 16})
    published(estate, WEB | {"memory_mb": 32})

    with unit_of_work(estate.scope) as session:
        (change,) = ImportDiffService(session).changes(estate.scope, session_id)

    assert [(one.before, one.after) for one in change.fields] == [(8, 16)]


def test_changes_are_found_by_kind_and_name_in_pages(estate: Estate) -> None:
    session_id = published(estate, WEB, DB)

    with unit_of_work(estate.scope) as session:
        service = ImportDiffService(session)
        first = service.changes(estate.scope, session_id, limit=1)
        second = service.changes(estate.scope, session_id, limit=1, offset=1)
        named = service.changes(estate.scope, session_id, search="WE")
        none = service.changes(estate.scope, session_id, ChangeKind.UPDATED)
        number = service.count(estate.scope, session_id, ChangeKind.CREATED)

    names = [one.asset_name for one in (*first, *second, *named, *none)]
    assert names == ["db", "web", "web"]
    assert number == 2


def test_undo_brings_back_the_inventory_from_before(estate: Estate) -> None:
    published(estate, WEB)
    before = estate.assets()
    edge = {"edge": 0, "source": "x", "destination": "y", "kind": "connection"}
    session_id = published(estate, NEWER, DB, edges=[edge])

    done = undo(estate, session_id)

    after = estate.assets()
    assert done == UndoPreview(removed=1, restored=1, kept=0, decisions=0)
    assert {k: v for k, v in after["web"].items() if k != "updated_at"} == {
        k: v for k, v in before["web"].items() if k != "updated_at"
    }
    assert list(after) == ["web"]
    assert estate.rows("select id from dependencies") == []
    assert estate.rows("select name from applications") == [{"name": "Shop"}]


def test_the_file_can_be_imported_again_after_undo(estate: Estate) -> None:
    undo(estate, published(estate, WEB, DB))

    assert estate.publish(candidates(WEB, DB)).accounting.created == 2


def test_undo_keeps_what_a_later_import_touched(estate: Estate) -> None:
    first = published(estate, WEB, DB)
    estate.publish(candidates(NEWER), estate.upload("newer.csv"))

    done = undo(estate, first)

    assert done == UndoPreview(1, 0, 1, 0, kept_by=("newer.csv",))
    assert estate.assets()["web"]["memory_mb"] == 16
    asked = estate.rows("select kind, reason from engagement_requests")
    assert asked == [{"kind": "evaluation", "reason": "An import was taken back."}]


def test_undo_is_audited_and_wants_a_reason(estate: Estate) -> None:
    session_id = published(estate, WEB)

    with unit_of_work(estate.scope) as session:
        service = ImportUndoService(session)
        with pytest.raises(InvalidInputError):
            service.undo(estate.scope, session_id, " ")
        with pytest.raises(NotFoundError):
            service.undo(estate.scope, uuid4(), "Why.")

    undo(estate, session_id)
    assert estate.told_owner("select action, subject, reason from audit_events") == [
        ("import_undone", "list.csv", "Wrong file.")
    ]


def test_of_a_map_only_the_keys_that_differ_are_told(estate: Estate) -> None:
    published(estate, WEB | {"custom": '{"Rack": "A1", "Note": "old"}'})
    session_id = published(estate, WEB | {"custom": '{"Rack": "A1", "Note": "new"}'})

    with unit_of_work(estate.scope) as session:
        (change,) = ImportDiffService(session).changes(estate.scope, session_id)

    assert [(one.label, one.before, one.after) for one in change.fields] == [
        ("Note", "old", "new")
    ]
