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


def test_a_retry_and_a_cancel_stand_in_the_audit_log(database: TestDatabase) -> None:
    ada = caller(Role.ADMIN)
    workflow = failed(ada)
    path = f"/workflows/{workflow['workflow_id']}"

    ada.post(f"{path}/retry", reason="Fixed upstream.")
    ada.post(f"{path}/cancel", reason="Wrong file.")

    with database.as_owner() as connection:
        entries = connection.exec_driver_sql(
            "select action, reason, user_id from audit_events"
            " where starts_with(action, 'workflow') order by created_at"
        ).all()
    assert entries == [
        ("workflow_retried", "Fixed upstream.", ada.person.user_id),
        ("workflow_cancelled", "Wrong file.", ada.person.user_id),
    ]


def test_a_workflow_is_paused_and_resumed(database: TestDatabase) -> None:
    maya = caller()
    path = f"/workflows/{make_workflow(maya.scope)}"

    paused = maya.post(f"{path}/pause", version=1)
    twice = maya.post(f"{path}/pause", version=1)
    resumed = maya.post(f"{path}/resume", version=paused.json()["version"])

    assert (paused.status_code, paused.json()["status"]) == (202, "paused")
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")
    assert "paused now" in twice.json()["detail"]
    assert (resumed.status_code, resumed.json()["status"]) == (202, "queued")


def test_a_rerun_is_previewed_then_done(database: TestDatabase) -> None:
    ada = caller(Role.ADMIN)
    workflow = failed(ada)
    path = f"/workflows/{workflow['workflow_id']}/rerun"
    phase = "data_source_analysis"

    preview = ada.get(path, phase=phase)
    unknown = ada.get(path, phase="tea_break")
    seen = preview.json()
    done = ada.post(path, phase=phase, reason="New rules.", version=seen["version"])
    late = ada.post(path, phase=phase, reason="New rules.", version=seen["version"])

    assert preview.status_code == 200
    assert seen["replaced"][0]["phase"] == phase
    assert (seen["kept"], seen["published"]) == ([], False)
    assert unknown.status_code == 422
    assert (done.status_code, done.json()["run_number"]) == (202, seen["run_number"])
    assert late.status_code == 409


def test_options_are_changed_before_a_retry(database: TestDatabase) -> None:
    ada = caller(Role.ADMIN)
    path = f"/workflows/{failed(ada)['workflow_id']}"

    changed = ada.post(
        f"{path}/options", reason="Late.", options={"as_of": "2027-01-31"}
    )
    wrong = ada.post(f"{path}/options", reason="Late.", options={"approve": "some"})
    retried = ada.post(
        f"{path}/retry", reason="Longer.", options={"phase_timeout_seconds": 60}
    )

    assert (changed.status_code, wrong.status_code) == (200, 422)
    content = retried.json()["state_data"]
    assert (retried.status_code, content["as_of"]) == (202, "2027-01-31")
    assert content["options"]["phase_timeout_seconds"] == 60


def test_a_phase_that_others_need_cannot_be_accepted(database: TestDatabase) -> None:
    ada = caller(Role.ADMIN)
    workflow = failed(ada)

    answer = ada.post(f"/workflows/{workflow['workflow_id']}/accept", reason="Go on.")

    assert answer.status_code == 409
    assert "later phases need" in answer.json()["detail"]


def test_only_admins_mend_workflows(database: TestDatabase) -> None:
    maya = caller()
    path = f"/workflows/{failed(maya)['workflow_id']}"

    answers = [
        maya.post(f"{path}/accept", reason="Please."),
        maya.post(f"{path}/options", reason="Please.", options={"max_attempts": 2}),
        maya.post(f"{path}/rerun", reason="P", phase="data_validation", version=3),
        maya.get(f"{path}/rerun", phase="data_validation"),
        maya.post("/workflows/bulk", action="retry"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5


class TestBulk:
    def test_counts_first_and_changes_nothing(self, database: TestDatabase) -> None:
        ada, broken = self.broken()

        counted = ada.post("/workflows/bulk", action="retry")

        assert counted.status_code == 200
        assert counted.json() == {
            "action": "retry",
            "dry_run": True,
            "matched": 3,
            "done": 0,
            "left": 0,
            "refused": [],
        }
        assert self.statuses(ada, broken) == ["failed"] * 3

    def test_reaches_what_the_filter_means(self, database: TestDatabase) -> None:
        ada, broken = self.broken()
        wanted = {"action": "retry", "dry_run": False, "reason": "Mended."}

        none = ada.post("/workflows/bulk", **wanted, error_type="Timeout")
        there = ada.post(
            "/workflows/bulk",
            **wanted,
            error_type="InvalidInputError",
            engagement_id=broken[0]["engagement_id"],
            expected=1,
        )

        assert (none.json()["matched"], there.json()["done"]) == (0, 1)
        assert self.statuses(ada, broken) == ["queued", "failed", "failed"]

    def test_is_refused_if_more_match_than_were_counted(
        self, database: TestDatabase
    ) -> None:
        ada, broken = self.broken()
        answer = ada.post(
            "/workflows/bulk",
            action="retry",
            dry_run=False,
            expected=2,
            reason="Mended.",
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert self.statuses(ada, broken) == ["failed"] * 3

    def test_cancels_what_has_not_ended(self, database: TestDatabase) -> None:
        ada, broken = self.broken()
        waiting = [
            ada.get(f"/workflows/{make_workflow(ada.scope)}").json() for _ in range(2)
        ]

        answer = ada.post(
            "/workflows/bulk", action="cancel", dry_run=False, reason="Wrong client."
        )

        assert (answer.json()["matched"], answer.json()["done"]) == (2, 2)
        assert self.statuses(ada, broken) == ["failed"] * 3
        assert self.statuses(ada, waiting) == ["cancelled"] * 2
        with database.as_owner() as connection:
            acts = connection.exec_driver_sql(
                "select action, count(*) from audit_events"
                " where starts_with(action, 'workflow')"
                " group by action order by action"
            ).all()
        assert acts == [("workflow_cancelled", 2), ("workflows_bulk_cancel", 1)]

    def test_needs_a_reason_and_a_known_status(self, database: TestDatabase) -> None:
        ada, broken = self.broken()
        silent = ada.post("/workflows/bulk", action="retry", dry_run=False)
        unknown = ada.post("/workflows/bulk", action="retry", statuses=["lost"])
        assert (silent.status_code, unknown.status_code) == (422, 422)
        assert self.statuses(ada, broken) == ["failed"] * 3

    def broken(self) -> tuple[Caller, list[dict]]:
        return caller(Role.ADMIN), [failed(caller()) for _ in range(3)]

    def statuses(self, one: Caller, workflows: list[dict]) -> list[str]:
        answers = [one.get(f"/workflows/{w['workflow_id']}") for w in workflows]
        return [answer.json()["status"] for answer in answers]


def columns_in_review(refused) -> list[str]:
    """Return the columns that a refused approval names."""
    words = refused.json()["detail"].removeprefix("Decide these columns first: ")
    return words.partition(". Choose")[0].split(", ")


def listed(one: Caller, **params) -> dict:
    answer = one.get(f"/engagements/{one.scope.engagement_id}/workflows", **params)
    assert answer.status_code == 200
    return answer.json()
