"""Reading files another way and opening a mapping again, over the API."""

from discovery_app.domain.access import Role
from tests.api.calls import PROBLEM, caller
from tests.conftest import TestDatabase


def test_a_workflow_starts_over_with_a_corrected_reading(
    database: TestDatabase,
) -> None:
    maya = caller(Role.CONSULTANT)
    started = maya.send({"servers.csv": b"a,b\nServer Name,OS\nweb,RHEL 8\n"}).json()
    path = f"/workflows/{started['workflow_id']}"
    file = maya.get(f"{path}/reading").json()["files"][0]
    wanted = {file["file_id"]: {"header_row": "2"}}

    early = maya.post(f"{path}/reading", files=wanted, reason="Row 2.")
    maya.post(f"{path}/cancel", reason="The headers are in row 2.")
    wrong = maya.post(
        f"{path}/reading", files={file["file_id"]: {"header_row": "9"}}, reason="x"
    )
    done = maya.post(f"{path}/reading", files=wanted, reason="Row 2.")

    assert early.status_code == 409
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, PROBLEM)
    assert (done.status_code, done.json()["run_number"]) == (202, 2)
    (now,) = maya.get(f"{path}/reading").json()["files"]
    assert now["read_as"]["header_row"] == "2"


def test_a_mapping_that_is_not_there_cannot_be_opened(database: TestDatabase) -> None:
    maya = caller(Role.CONSULTANT)
    started = maya.send({"servers.csv": b"Server Name,OS\nweb,RHEL 8\n"}).json()
    path = f"/workflows/{started['workflow_id']}"
    maya.post(f"{path}/cancel", reason="Not yet.")

    answer = maya.post(f"{path}/mapping/reopen", reason="Wrong field.")

    assert answer.status_code == 409
    assert "no mapping yet" in answer.json()["detail"]


def test_what_belongs_to_another_client_is_not_there(database: TestDatabase) -> None:
    maya = caller(Role.CONSULTANT)
    started = maya.send({"servers.csv": b"Server Name,OS\nweb,RHEL 8\n"}).json()
    path = f"/workflows/{started['workflow_id']}/reading"
    other = caller(Role.CONSULTANT)

    assert other.get(path).status_code == 404
    assert other.post(path, files={}, reason="x").status_code in {404, 422}
