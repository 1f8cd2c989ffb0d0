"""An import can be looked at and undone without touching what others said."""

from uuid import uuid4

import pytest

from discovery_app.database import unit_of_work
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.services.import_diffs import (
    ImportDiff,
    ImportDiffService,
)
from discovery_app.services.import_undo import ImportUndoService, UndoPreview
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
        (change,) = service.changes(estate.scope, session_id)

    assert counts == ImportDiff(created=1, updated=1, unchanged=1)
    assert change.asset_name == "web"
    assert change.before == {
        "memory_mb": 8,
        "ip_address": ["10.0.0.1"],
        "location": None,
    }
    assert change.now == {
        "memory_mb": 16,
        "ip_address": ["10.0.0.2"],
        "location": "Berlin",
    }


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
    published(estate, NEWER)

    done = undo(estate, first)

    assert done == UndoPreview(removed=1, restored=0, kept=1, decisions=0)
    assert estate.assets()["web"]["memory_mb"] == 16


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
