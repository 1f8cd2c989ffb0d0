import threading
from uuid import uuid4

from discovery_app.domain.access import Role
from discovery_app.services.data_imports import FILES_LIMIT
from tests.api.calls import PROBLEM, caller, stranger
from tests.conftest import TestDatabase

LIST = b"Server Name,Operating System\nweb01,Ubuntu 22.04\n"


def test_an_upload_answers_with_its_session_and_its_workflow(
    database: TestDatabase,
) -> None:
    maya = caller()

    answer = maya.upload()

    assert answer.status_code == 201
    assert set(answer.json()) == {"session_id", "workflow_id"}
    workflow = maya.get(f"/workflows/{answer.json()['workflow_id']}").json()
    assert workflow["session_id"] == answer.json()["session_id"]
    assert workflow["status"] == "queued"
    assert workflow["title"] == "northwind-vinfo.csv and 1 more"


def test_an_upload_leads_to_its_workflow(database: TestDatabase) -> None:
    maya = caller()
    started = maya.upload().json()

    answer = maya.get(f"/data-imports/{started['session_id']}/workflow")

    assert answer.status_code == 200
    assert answer.json()["workflow_id"] == started["workflow_id"]


def test_the_same_idempotency_key_answers_with_the_same_import(
    database: TestDatabase,
) -> None:
    maya = caller()

    first = maya.upload(key="nightly 7")
    again = maya.upload(key="nightly 7")
    other = maya.upload(key="nightly 8")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert other.json()["session_id"] != first.json()["session_id"]


def test_the_same_idempotency_key_at_once_makes_one_import(
    database: TestDatabase,
) -> None:
    maya = caller()
    answers = []
    tries = [
        threading.Thread(target=lambda: answers.append(maya.upload(key="nightly")))
        for _ in range(4)
    ]

    for one in tries:
        one.start()
    for one in tries:
        one.join()

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["workflow_id"] for answer in answers}) == 1
    assert len(workflows(maya)) == 1


def test_one_persons_key_says_nothing_about_another_engagement(
    database: TestDatabase,
) -> None:
    maya, other = caller(), caller()

    first, second = maya.upload(key="nightly"), other.upload(key="nightly")

    assert first.json()["workflow_id"] != second.json()["workflow_id"]


def test_a_refused_file_leaves_nothing_behind(database: TestDatabase) -> None:
    maya = caller()

    answer = maya.send({"good.csv": LIST, "empty.csv": b""})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["code"] == "file_refused"
    assert answer.json()["file"] == "empty.csv"
    assert workflows(maya) == []


def test_a_manager_may_not_import(database: TestDatabase) -> None:
    manager = caller(Role.MANAGER)

    answer = manager.upload()

    assert answer.status_code == 403
    assert answer.json()["permission"] == "import_files"


def test_an_engagement_of_someone_else_is_not_there(database: TestDatabase) -> None:
    maya, other = caller(), caller()

    theirs = maya.upload(engagement_id=str(other.scope.engagement_id))
    nowhere = maya.upload(engagement_id=str(uuid4()))

    assert (theirs.status_code, nowhere.status_code) == (404, 404)
    assert theirs.json()["code"] == nowhere.json()["code"] == "not_found"
    assert workflows(other) == []


def test_an_upload_of_someone_else_is_not_there(database: TestDatabase) -> None:
    maya, other = caller(), caller()
    started = other.upload().json()

    answer = maya.get(f"/data-imports/{started['session_id']}/workflow")

    assert answer.status_code == 404


def test_nobody_uploads_without_signing_in(database: TestDatabase) -> None:
    answer = stranger().post("/api/v1/data-imports", files={"files": ("a.csv", LIST)})

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"


def test_a_form_without_files_or_engagement_says_what_is_missing(
    database: TestDatabase,
) -> None:
    maya = caller()

    no_files = maya.send({})
    no_engagement = maya.send({"a.csv": LIST}, engagement_id="Discovery")

    assert no_files.status_code == 422
    assert "files" in no_files.json()["detail"]
    assert no_engagement.status_code == 422
    assert "engagement_id" in no_engagement.json()["detail"]


def test_too_many_files_at_once_are_refused(database: TestDatabase) -> None:
    maya = caller()

    answer = maya.send({f"{n}.csv": LIST for n in range(FILES_LIMIT + 1)})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == PROBLEM
    assert workflows(maya) == []


def test_the_name_of_a_file_is_a_label_and_no_path(database: TestDatabase) -> None:
    maya = caller()

    started = maya.send({"../../etc/servers.csv": LIST}).json()

    workflow = maya.get(f"/workflows/{started['workflow_id']}").json()
    assert workflow["title"] == "servers.csv"


def workflows(one) -> list[dict]:
    return one.get(f"/engagements/{one.scope.engagement_id}/workflows").json()["items"]


def test_rows_that_come_again_name_the_import_they_correct(database: TestDatabase):
    consultant = caller()

    wrong = consultant.upload("northwind-vinfo.csv", corrects="the first one")
    absent = consultant.upload("northwind-vinfo.csv", corrects=str(uuid4()))

    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")
