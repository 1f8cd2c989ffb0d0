"""What an import changed, and taking it back, over the API."""

import csv
import io

import pytest

from discovery_app.domain.access import Role
from tests.api.calls import Caller, caller, run_due
from tests.processes import start_discovery

pytestmark = pytest.mark.usefixtures("database")

FIRST = b"Hostname,IP Address,RAM (MB)\nweb-01,10.0.0.1,4096\ndb-01,10.0.0.2,8192\n"
SECOND = b"Hostname,IP Address,RAM (MB)\nweb-01,10.0.0.1,8192\nweb-02,10.0.0.3,4096\n"


def imported(person: Caller, content: bytes) -> str:
    """Import a file; return its workflow's path."""
    _, started = start_discovery(person.scope, {"servers.csv": content})
    run_due()
    path = f"/workflows/{started.workflow_id}"
    if person.get(path).json()["status"] == "waiting_for_approval":
        person.post(f"{path}/approve", mappings={}, accept_confident=True)
        run_due()
    assert person.get(path).json()["status"] == "completed"
    return path


@pytest.fixture
def consultant() -> Caller:
    return caller()


def test_tells_what_an_import_created_changed_and_lost(consultant: Caller) -> None:
    imported(consultant, FIRST)
    path = imported(consultant, SECOND)

    found = consultant.get(f"{path}/changes").json()
    gone = consultant.get(f"{path}/changes", kind="gone").json()
    lines = list(
        csv.DictReader(io.StringIO(consultant.get(f"{path}/changes.csv").text))
    )

    assert found["counts"] == {
        "created": 1,
        "updated": 1,
        "unchanged": 0,
        "gone": 1,
        "compared_with": "servers.csv",
    }
    updated = next(one for one in found["items"] if one["kind"] == "updated")
    assert [(f["field"], f["before"], f["after"]) for f in updated["fields"]] == [
        ("memory_mb", 4096, 8192)
    ]
    assert [one["asset_name"] for one in gone["items"]] == ["db-01"]
    assert {(one["asset_name"], one["change"], one["field"]) for one in lines} == {
        ("web-01", "updated", "memory_mb"),
        ("web-02", "created", ""),
        ("db-01", "gone", ""),
    }


def test_an_import_is_taken_back_after_a_preview(consultant: Caller) -> None:
    imported(consultant, FIRST)
    path = imported(consultant, SECOND)

    preview = consultant.get(f"{path}/undo").json()
    silent = consultant.post(f"{path}/undo", reason=" ")
    done = consultant.post(f"{path}/undo", reason="The wrong month").json()

    numbers = {"removed": 1, "restored": 1, "kept": 0, "decisions": 0}
    assert preview == done == numbers | {"kept_by": [], "held": []}
    assert silent.status_code == 422
    names = [
        one["asset_name"] for one in consultant.get(f"{path}/changes").json()["items"]
    ]
    assert "web-02" not in names
    again = consultant.get(f"{path}/undo").json()
    assert (again["removed"], again["restored"]) == (0, 0)


def test_managers_see_changes_but_take_nothing_back(consultant: Caller) -> None:
    path = imported(consultant, FIRST)
    manager = caller(Role.MANAGER, beside=consultant)

    assert manager.get(f"{path}/changes").status_code == 200
    assert manager.get(f"{path}/undo").status_code == 403
    assert manager.post(f"{path}/undo", reason="No").status_code == 403
    assert caller().get(f"{path}/changes").status_code == 404


def test_what_still_runs_is_not_taken_back(consultant: Caller) -> None:
    _, started = start_discovery(consultant.scope, {"servers.csv": FIRST})

    answer = consultant.post(f"/workflows/{started.workflow_id}/undo", reason="Stop")

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
