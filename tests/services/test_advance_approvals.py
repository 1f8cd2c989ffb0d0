"""An option lets a worker approve what the mapping leaves, inside its commit."""

from collections import Counter

import pytest
import sqlalchemy as sa

from discovery_app.domain.access import Role
from discovery_app.domain.discovery_flow_state import ApproveMode
from discovery_app.errors import ConflictError
from discovery_app.services import field_mappings
from discovery_app.services.advance_approvals import actor_of
from tests.api.calls import caller, run_due

pytestmark = pytest.mark.usefixtures("database")

SAP = "northwind-sap-servers.csv"
SURE = "northwind-vinfo.csv"


def uploaded(name, mode):
    """Upload as an admin, and say what is approved in advance."""
    ada = caller(Role.ADMIN)
    workflow_id = ada.upload(name).json()["workflow_id"]
    path = f"/workflows/{workflow_id}"
    ada.post(f"{path}/options", reason="No time.", options={"approve": mode})
    return ada, path


def approvers(database):
    """Return who approved how many columns, by outcome."""
    with database.as_owner() as connection:
        rows = connection.execute(
            sa.text("select outcome, approved_by from field_mappings")
        )
        return Counter((row.outcome, row.approved_by) for row in rows)


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        (ApproveMode.ALL, "completed"),
        (ApproveMode.CONFIDENT, "waiting_for_approval"),
        (ApproveMode.NONE, "waiting_for_approval"),
    ],
)
def test_only_all_lets_the_workflow_go_on_by_itself(mode, status):
    ada, path = uploaded(SAP, mode)

    run_due()
    if mode is ApproveMode.ALL:
        run_due()

    seen = ada.get(path).json()
    assert seen["status"] == status
    approver = actor_of(mode) if mode is ApproveMode.ALL else ""
    assert seen["state_data"]["field_mapping"]["approved_by"] == approver


def test_confident_names_the_sure_columns_and_leaves_the_others(database):
    uploaded(SAP, ApproveMode.CONFIDENT)

    run_due()

    found = approvers(database)
    assert found["review", ""] > 0
    assert found["confident", actor_of(ApproveMode.CONFIDENT)] > 0
    assert found["confident", ""] == 0


def test_confident_names_them_where_nobody_has_to_be_asked(database):
    ada, path = uploaded(SURE, ApproveMode.CONFIDENT)

    run_due()

    assert ada.get(path).json()["status"] == "completed"
    found = approvers(database)
    assert found["confident", actor_of(ApproveMode.CONFIDENT)] > 0
    assert found["confident", ""] == 0


def test_none_names_nobody(database):
    uploaded(SURE, ApproveMode.NONE)

    run_due()

    assert {who for _, who in approvers(database)} == {""}


def test_a_worker_that_ends_after_the_commit_leaves_nothing_waiting(monkeypatch):
    ada, path = uploaded(SAP, ApproveMode.ALL)

    def ends(point, phase, workflow_id=None):
        if (point, phase) == ("after_phase_commit", "field_mapping"):
            raise SystemExit  # As a killed process: nothing more is done.

    monkeypatch.setattr("discovery_app.jobs.workflow_manager.fault_point", ends)
    with pytest.raises(SystemExit):
        run_due()

    assert ada.get(path).json()["status"] == "queued"


def test_a_pause_stands_for_an_approval_in_advance(monkeypatch):
    ada, path = uploaded(SAP, ApproveMode.ALL)

    def pauses(point, phase, workflow_id=None):
        if (point, phase) == ("in_phase", "field_mapping"):
            assert ada.post(f"{path}/pause").status_code == 202

    monkeypatch.setattr("discovery_app.jobs.workflow_manager.fault_point", pauses)
    run_due()

    paused = ada.get(path).json()
    assert (paused["status"], paused["current_phase"]) == ("paused", "data_cleansing")
    assert ada.post(f"{path}/resume").json()["status"] == "queued"


def test_best_candidates_that_do_not_go_together_are_left_to_a_person(
    database, monkeypatch
):
    def refuse(rows):
        raise ConflictError("Two columns are both mapped to hostname.")

    ada, path = uploaded(SAP, ApproveMode.ALL)
    monkeypatch.setattr(field_mappings, "refuse_double_targets", refuse)

    run_due()

    assert ada.get(path).json()["status"] == "waiting_for_approval"
    assert {who for _, who in approvers(database)} == {""}


def test_an_upload_says_at_once_what_is_approved(database):
    ada = caller(Role.ADMIN)
    wrong = ada.upload(SAP, approve="everything")
    right = ada.upload(SAP, approve="confident")

    run_due()

    assert (wrong.status_code, right.status_code) == (422, 201)
    assert approvers(database)["confident", actor_of(ApproveMode.CONFIDENT)] > 0
