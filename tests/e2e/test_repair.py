"""An admin accepts a failure, runs one again, and retries all that are listed."""

import pytest
from playwright.sync_api import Page, expect

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.errors import PhaseError
from discovery_app.services.workflow_state import WorkflowStateService
from tests.e2e.conftest import ServedApp
from tests.e2e.test_manager import operator_scope
from tests.factories import begin, make_result, make_workflow, take_lease

pytestmark = pytest.mark.e2e

ACCEPTABLE = "dependency_analysis"


@pytest.fixture
def broken(app: ServedApp):
    """A workflow that failed in a phase that the others can do without."""
    scope = operator_scope(app)
    workflow_id = make_workflow(scope)
    fail_in(ACCEPTABLE)
    return scope, workflow_id


def fail_in(phase: str) -> None:
    """Run the workflow that is due, with empty results, and fail it in ``phase``."""
    claim = begin(take_lease())
    while claim.phase != phase:
        claim = do(claim.scope, "commit_phase", claim, *made_by(claim))
    error = PhaseError("It broke.")
    do(claim.scope, "fail_phase", claim, error, retryable=False)


def made_by(claim):
    result = make_result()
    return result, claim.state.with_phase("data_validation", result.output, {})


def do(scope, verb, *arguments, **more):
    with unit_of_work(scope) as session:
        return getattr(WorkflowStateService(session), verb)(*arguments, **more)


def look(scope, workflow_id):
    return do(scope, "get_workflow_state", scope, workflow_id)


def give_reason(page: Page, reason: str, confirm: str) -> None:
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name=confirm)).to_be_disabled()
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=confirm).click()
    expect(dialog).to_be_hidden()


def test_accepts_a_failure_and_runs_again_from_a_phase_after_a_look(
    app: ServedApp, sign_in, broken
):
    scope, workflow_id = broken
    page = sign_in(Role.ADMIN)
    page.goto(app.url(f"/workflows/{workflow_id}"))

    page.get_by_role("button", name="Accept the failure…").click()
    give_reason(page, "Wanted today", "Accept the failure")
    expect(page.get_by_text("“Wanted today”")).to_be_visible()
    accepted = look(scope, workflow_id)
    fail_in("tech_debt_analysis")

    page.get_by_role("button", name="Run again…").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("button", name="From phase").click()
    page.get_by_role("button", name="6 Dependency analysis").click()
    expect(dialog).to_contain_text("Runs again")
    expect(dialog).to_contain_text("The approved mapping is used as it is.")
    give_reason(page, "The gap is filled", "Run again")
    expect(page.get_by_text("“The gap is filled”")).to_be_visible()

    assert (accepted.status, accepted.current_phase) == ("queued", "tech_debt_analysis")
    again = look(scope, workflow_id)
    assert (again.run_number, again.current_phase) == (2, ACCEPTABLE)


def test_retries_all_listed_runs_after_their_count(app: ServedApp, sign_in, broken):
    scope, workflow_id = broken
    make_workflow(scope)
    fail_in("data_validation")
    page = sign_in(Role.ADMIN)
    page.goto(app.url("/admin/runs"))
    expect(page.get_by_role("row").filter(has_text="Failed")).to_have_count(2)

    page.get_by_role("button", name="Retry all listed…").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("Retry 2 runs?")
    give_reason(page, "The network is back", "Retry runs")

    expect(page.get_by_text("2 runs: retry done.")).to_be_visible()
    assert look(scope, workflow_id).status == "queued"
