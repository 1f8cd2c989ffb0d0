from uuid import uuid4

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.errors import InvalidInputError
from discovery_app.services.workflow_reports import WorkflowDetail
from discovery_app.services.workflow_state import WorkflowStateService
from tests.api.calls import PROBLEM, Caller, caller, run_due, stranger
from tests.conftest import TestDatabase
from tests.factories import make_claim, make_workflow

SAP = "northwind-sap-servers.csv"


def waiting(one: Caller) -> dict:
    """Upload a list whose columns are unsure and run it up to the gate."""
    started = one.upload(SAP).json()
    run_due()
    return one.get(f"/workflows/{started['workflow_id']}").json()


def failed(one: Caller) -> dict:
    """Make a workflow of which the first phase failed for good."""
    claim = make_claim(one.scope)
    with unit_of_work(claim.scope) as session:
        WorkflowStateService(session).fail_phase(
            claim, InvalidInputError("The header is gone."), retryable=False, trace="…"
        )
    return one.get(f"/workflows/{claim.workflow_id}").json()


def test_a_workflow_is_told_whole(database: TestDatabase) -> None:
    maya = caller()
    workflow_id = make_workflow(maya.scope)

    answer = maya.get(f"/workflows/{workflow_id}")

    assert answer.status_code == 200
    assert set(answer.json()) == set(WorkflowDetail.model_fields)
    assert [phase["name"] for phase in answer.json()["phases"]][:2] == [
        "data_source_analysis",
        "data_validation",
    ]
    DiscoveryFlowState.load(answer.json()["state_data"])


def test_a_workflow_of_someone_else_is_not_there(database: TestDatabase) -> None:
    maya, other = caller(), caller()
    theirs = make_workflow(other.scope)

    answers = [
        maya.get(f"/workflows/{theirs}"),
        maya.get(f"/workflows/{uuid4()}"),
        maya.post(f"/workflows/{theirs}/approve"),
        maya.post(f"/workflows/{theirs}/cancel", reason="Not mine."),
        maya.post(f"/workflows/{theirs}/retry", reason="Not mine."),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert {answer.json()["code"] for answer in answers} == {"not_found"}


def test_an_admin_sees_the_workflows_of_every_client(database: TestDatabase) -> None:
    maya, ada = caller(), caller(Role.ADMIN)
    workflow_id = make_workflow(maya.scope)

    answer = ada.get(f"/workflows/{workflow_id}")

    assert answer.status_code == 200


def test_workflows_need_a_sign_in(database: TestDatabase) -> None:
    answer = stranger().get(f"/api/v1/workflows/{uuid4()}")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == PROBLEM


def test_an_engagements_workflows_come_page_by_page_newest_first(
    database: TestDatabase,
) -> None:
    maya = caller()
    made = [str(make_workflow(maya.scope)) for _ in range(5)]
    make_workflow(caller().scope)

    found, cursor, pages = [], "", 0
    while cursor is not None:
        page = listed(maya, limit=2, cursor=cursor)
        found += [item["workflow_id"] for item in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1

    assert found == made[::-1]
    assert pages == 3


def test_workflows_are_filtered_by_status_and_phase(database: TestDatabase) -> None:
    maya = caller()
    broken = failed(maya)["workflow_id"]
    queued = str(make_workflow(maya.scope))

    by_status = listed(maya, status="failed")["items"]
    by_phase = listed(maya, current_phase="data_source_analysis")["items"]

    assert [item["workflow_id"] for item in by_status] == [broken]
    assert {item["workflow_id"] for item in by_phase} == {broken, queued}
    assert listed(maya, current_phase="field_mapping")["items"] == []


def test_a_status_that_does_not_exist_is_refused(database: TestDatabase) -> None:
    maya = caller()

    answer = maya.get(
        f"/engagements/{maya.scope.engagement_id}/workflows", status="lost"
    )

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"


def test_a_broken_cursor_is_refused(database: TestDatabase) -> None:
    maya = caller()

    answer = maya.get(f"/engagements/{maya.scope.engagement_id}/workflows", cursor="x")

    assert answer.status_code == 422


def test_more_than_500_workflows_at_once_are_refused(database: TestDatabase) -> None:
    maya = caller()

    answer = maya.get(f"/engagements/{maya.scope.engagement_id}/workflows", limit=501)

    assert answer.status_code == 422


def test_an_unsure_import_waits_and_goes_on_once_approved(
    database: TestDatabase,
) -> None:
    maya = caller()
    workflow = waiting(maya)
    assert workflow["status"] == "waiting_for_approval"

    undecided = maya.post(f"/workflows/{workflow['workflow_id']}/approve")
    names = columns_in_review(undecided)
    approved = maya.post(
        f"/workflows/{workflow['workflow_id']}/approve",
        mappings=dict.fromkeys(names),
        accept_confident=True,
    )

    assert undecided.status_code == 422
    assert names
    assert approved.status_code == 200
    assert approved.json()["status"] == "queued"
    assert approved.json()["current_phase"] == "data_cleansing"
    assert approved.json()["version"] > workflow["version"]


def test_without_the_confident_ones_every_column_must_be_named(
    database: TestDatabase,
) -> None:
    maya = caller()
    workflow = waiting(maya)
    path = f"/workflows/{workflow['workflow_id']}/approve"
    unsure = dict.fromkeys(columns_in_review(maya.post(path)))

    answer = maya.post(path, mappings=unsure, accept_confident=False)

    assert answer.status_code == 422
    assert "accept_confident" in answer.json()["detail"]
    assert "Server Name" in answer.json()["detail"]


def test_an_approval_of_what_moved_on_is_a_conflict(database: TestDatabase) -> None:
    maya = caller()
    workflow = waiting(maya)
    path = f"/workflows/{workflow['workflow_id']}/approve"
    unsure = dict.fromkeys(columns_in_review(maya.post(path)))

    stale = maya.post(path, mappings=unsure, version=workflow["version"] - 1)
    first = maya.post(path, mappings=unsure, version=workflow["version"])
    again = maya.post(path, mappings=unsure)

    assert (stale.status_code, first.status_code, again.status_code) == (409, 200, 409)
    assert again.json()["code"] == "conflict"


def test_an_unknown_column_or_field_is_named(database: TestDatabase) -> None:
    maya = caller()
    path = f"/workflows/{waiting(maya)['workflow_id']}/approve"

    column = maya.post(path, mappings={"Colour": "hostname"})
    field = maya.post(path, mappings={"Server Name": "colour"})

    assert (column.status_code, field.status_code) == (422, 422)
    assert "Colour" in column.json()["detail"]
    assert "colour" in field.json()["detail"]


def test_a_manager_may_not_approve_or_cancel(database: TestDatabase) -> None:
    maya = caller()
    manager = caller(Role.MANAGER, beside=maya)
    workflow = waiting(maya)

    approved = manager.post(f"/workflows/{workflow['workflow_id']}/approve")
    cancelled = manager.post(
        f"/workflows/{workflow['workflow_id']}/cancel", reason="Too early."
    )

    assert (approved.status_code, cancelled.status_code) == (403, 403)
    assert approved.json()["permission"] == "approve_mappings"
    assert cancelled.json()["permission"] == "pause_resume_or_cancel_workflows"


def test_an_admin_retries_a_failed_workflow(database: TestDatabase) -> None:
    maya = caller()
    ada = caller(Role.ADMIN, beside=maya)
    workflow = failed(maya)
    path = f"/workflows/{workflow['workflow_id']}/retry"
    assert workflow["error"]["message"] == "The header is gone."

    answer = ada.post(path, reason="Fixed upstream.", version=workflow["version"])
    again = ada.post(path, reason="Fixed upstream.", version=workflow["version"])

    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"
    assert answer.json()["current_phase"] == workflow["current_phase"]
    assert again.status_code == 409


def test_a_consultant_may_not_retry(database: TestDatabase) -> None:
    maya = caller()
    workflow = failed(maya)

    answer = maya.post(f"/workflows/{workflow['workflow_id']}/retry", reason="Again.")

    assert answer.status_code == 403
    assert answer.json()["permission"] == "retry_workflows"
    assert "admin" in answer.json()["detail"]


def test_a_retry_needs_a_reason(database: TestDatabase) -> None:
    maya = caller()
    workflow = failed(maya)

    answer = caller(Role.ADMIN, beside=maya).post(
        f"/workflows/{workflow['workflow_id']}/retry"
    )

    assert answer.status_code == 422


def test_a_queued_workflow_is_cancelled_at_once(database: TestDatabase) -> None:
    maya = caller()
    workflow_id = make_workflow(maya.scope)

    answer = maya.post(f"/workflows/{workflow_id}/cancel", reason="Wrong file.")
    again = maya.post(f"/workflows/{workflow_id}/cancel", reason="Wrong file.")

    assert answer.status_code == 202
    assert answer.json()["status"] == "cancelled"
    assert again.status_code == 409


def test_a_misspelt_word_in_a_body_is_refused(database: TestDatabase) -> None:
    maya = caller()
    workflow_id = make_workflow(maya.scope)

    answer = maya.post(f"/workflows/{workflow_id}/cancel", why="Wrong file.")

    assert answer.status_code == 422
    assert maya.get(f"/workflows/{workflow_id}").json()["status"] == "queued"


def columns_in_review(refused) -> list[str]:
    """Return the columns that a refused approval names."""
    words = refused.json()["detail"].removeprefix("Decide these columns first: ")
    return words.partition(". Choose")[0].split(", ")


def listed(one: Caller, **params) -> dict:
    answer = one.get(f"/engagements/{one.scope.engagement_id}/workflows", **params)
    assert answer.status_code == 200
    return answer.json()
