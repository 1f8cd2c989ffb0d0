"""A person reads what a worker logged in one try of a phase."""

import pytest
from playwright.sync_api import expect

from discovery_app.agents.rules import RulesAssistant
from discovery_app.domain.access import Role
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager
from tests.e2e.conftest import ServedApp
from tests.e2e.test_manager import operator_scope
from tests.factories import take_lease
from tests.processes import look, start_discovery

pytestmark = pytest.mark.e2e


def run_due():
    DiscoveryWorkflowManager(lambda scope: RulesAssistant()).run_workflow(take_lease())


def test_a_consultant_picks_a_try_and_reads_its_log(app: ServedApp, sign_in):
    _, started = start_discovery(operator_scope(app))
    run_due()

    page = sign_in(Role.CONSULTANT)
    page.goto(app.url(f"/workflows/{started.workflow_id}"))
    logs = page.get_by_role("region", name="Logs")
    logs.get_by_role("button", name="Log of").click()
    page.get_by_text("Data validation · attempt 1 · completed").click()

    expect(logs.get_by_text("Phase data_validation began")).to_be_visible()
    expect(logs.get_by_text("Phase field_mapping began")).not_to_be_visible()


def test_the_log_of_a_phase_that_failed_is_there_at_once(
    app: ServedApp, sign_in, monkeypatch
):
    def fail(self, claim):
        raise ValueError("No such thing.")

    scope, started = start_discovery(operator_scope(app))
    with monkeypatch.context() as patch:
        patch.setattr(DiscoveryWorkflowManager, "_run_phase", fail)
        run_due()
    assert look(scope, started).status == "failed"

    page = sign_in(Role.CONSULTANT)
    page.goto(app.url(f"/workflows/{started.workflow_id}"))

    logs = page.get_by_role("region", name="Logs")
    expect(logs.get_by_text("failed (ValueError)")).to_be_visible()
