"""An option chosen before a retry lets a worker approve what it leaves waiting."""

import pytest

from discovery_app.domain.access import Role
from discovery_app.domain.discovery_flow_state import ApproveMode
from discovery_app.services.advance_approvals import ACTOR
from tests.api.calls import caller, run_due

pytestmark = pytest.mark.usefixtures("database")

SAP = "northwind-sap-servers.csv"


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        (ApproveMode.ALL, "completed"),
        (ApproveMode.CONFIDENT, "waiting_for_approval"),
        (ApproveMode.NONE, "waiting_for_approval"),
    ],
)
def test_only_all_lets_the_workflow_go_on_by_itself(mode, status):
    ada = caller(Role.ADMIN)
    path = f"/workflows/{ada.upload(SAP).json()['workflow_id']}"
    ada.post(f"{path}/options", reason="No time.", options={"approve": mode})

    run_due()
    if mode is ApproveMode.ALL:
        run_due()

    seen = ada.get(path).json()
    assert seen["status"] == status
    approver = ACTOR if mode is ApproveMode.ALL else ""
    assert seen["state_data"]["field_mapping"]["approved_by"] == approver
