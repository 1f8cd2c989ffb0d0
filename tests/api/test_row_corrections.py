"""Correcting rows over the API: look, correct, take back, apply."""

import pytest

from discovery_app.domain.access import Role
from tests.api.calls import PROBLEM, Caller, caller, finish_import, run_due

pytestmark = pytest.mark.usefixtures("database")

FILE = b"Server name,Operating system\nweb-01,Ubuntu 22.04\n,Debian 12\n"
ROW = {"file": "servers.csv", "row": 3}


def finished_import(person: Caller) -> str:
    """Run an import with one row that names nothing; return its workflow's path."""
    started = finish_import(person.scope, {"servers.csv": FILE})
    return f"/workflows/{started.workflow_id}"


def test_a_row_is_corrected_checked_and_applied():
    consultant = caller()
    path = finished_import(consultant)

    shown = consultant.get(f"{path}/rows", **ROW).json()
    checked = consultant.post(f"{path}/corrections", **ROW, cells={0: "web-02"}).json()
    queued = consultant.post(f"{path}/corrections/apply")
    run_due()

    assert [one["column"] for one in shown["cells"]] == [
        "Server name",
        "Operating system",
    ]
    assert checked["verdict"] == "accepted"
    assert [one["state"] for one in checked["problems"]] == ["fixed"]
    assert (queued.status_code, queued.json()["status"]) == (202, "queued")
    state = consultant.get(path).json()
    assert state["accounting"]["rejected"] == 0
    assert state["accounting"]["created"] == 1
    (made,) = consultant.get(f"{path}/corrections").json()
    assert (made["before"], made["after"], made["state"]) == ("", "web-02", "applied")


def test_a_correction_is_taken_back():
    consultant = caller()
    path = finished_import(consultant)
    consultant.post(f"{path}/corrections", **ROW, cells={0: "web-02"})
    (made,) = consultant.get(f"{path}/corrections").json()

    answer = consultant.client.delete(
        f"/api/v1{path}/corrections/{made['correction_id']}"
    )

    assert answer.json()["state"] == "undone"
    again = consultant.post(f"{path}/corrections/apply")
    assert (again.status_code, again.json()["code"]) == (422, "invalid_input")


def test_strangers_and_managers_correct_nothing():
    consultant = caller()
    path = finished_import(consultant)
    manager = caller(Role.MANAGER, beside=consultant)

    refused = manager.post(f"{path}/corrections", **ROW, cells={0: "x"})
    unknown = caller().post(f"{path}/corrections", **ROW, cells={0: "x"})
    wrong = consultant.get(f"{path}/rows", file="servers.csv", row=99)

    assert (refused.status_code, refused.headers["content-type"]) == (403, PROBLEM)
    assert unknown.status_code == 404
    assert wrong.status_code == 404
    assert consultant.get(f"{path}/corrections").json() == []
