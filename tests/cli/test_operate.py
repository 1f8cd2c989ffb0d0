"""What an operator mends from the command line."""

import pytest

from discovery_app.database import unit_of_work
from discovery_app.errors import PhaseError
from discovery_app.services.workflow_state import WorkflowStateService
from tests.cli.calls import run
from tests.factories import make_claim, make_scope, make_workflow

pytestmark = pytest.mark.usefixtures("database")


def look(scope, workflow_id):
    with unit_of_work(scope) as session:
        return WorkflowStateService(session).get_workflow_state(scope, workflow_id)


def last_event(scope, workflow_id):
    with unit_of_work(scope) as session:
        return WorkflowStateService(session).events(scope, workflow_id)[-1]


def audited(database):
    with database.as_owner() as connection:
        return connection.exec_driver_sql(
            "select action, reason from audit_events order by created_at"
        ).all()


@pytest.fixture
def scope(database):
    return make_scope()


@pytest.fixture
def failed(scope):
    """A workflow that failed for good."""
    claim = make_claim(scope)
    with unit_of_work(claim.scope) as session:
        WorkflowStateService(session).fail_phase(
            claim, PhaseError("No file."), retryable=False
        )
    return claim.workflow_id


def test_a_failed_workflow_is_retried_with_other_options(database, scope, failed):
    done = run(
        *("retry", failed, "--reason", "The disk is back"),
        *("--phase-timeout-seconds", "60", "--as-of", "2027-01-31"),
    )

    seen = look(scope, failed)
    assert (done.returncode, seen.status) == (0, "queued"), done.stderr
    assert seen.state_data["as_of"] == "2027-01-31"
    assert last_event(scope, failed).actor.startswith("cli:")
    assert audited(database) == [("workflow_retried", "The disk is back")]


def test_a_workflow_is_cancelled_with_a_reason(database, scope):
    workflow_id = make_workflow(scope)

    silent = run("cancel", workflow_id)
    done = run("cancel", workflow_id, "--reason", "Wrong file")

    assert (silent.returncode, done.returncode) == (2, 0)
    assert look(scope, workflow_id).status == "cancelled"
    assert audited(database) == [("workflow_cancelled", "Wrong file")]


def test_a_rerun_says_first_what_it_replaces(scope, failed):
    phase = ("--phase", "data_source_analysis")
    seen = run("rerun", failed, *phase)
    before = look(scope, failed)
    done = run("rerun", failed, *phase, "--confirm", "--reason", "New rules")

    assert "Runs again: data_source_analysis (failed)" in seen.stderr
    assert "Nothing was changed" in seen.stderr
    assert (before.status, before.run_number) == ("failed", 1)
    assert done.returncode == 0
    assert look(scope, failed).run_number == 2


def test_what_cannot_be_accepted_is_a_sentence(scope, failed):
    done = run("accept", failed, "--reason", "Go on")
    assert done.returncode == 1
    assert "cannot be accepted" in done.stderr
    assert "Traceback" not in done.stderr


def test_bulk_counts_first_and_then_does_exactly_that(scope, failed):
    counted = run("bulk", "retry", "--error-type", "PhaseError")
    wrong = run("bulk", "retry", "--confirm", "2", "--reason", "Mended")
    untouched = look(scope, failed).status
    done = run("bulk", "retry", "--confirm", "1", "--reason", "Mended")

    assert "1 workflows match; nothing was changed" in counted.stdout
    assert (wrong.returncode, untouched) == (1, "failed")
    assert done.returncode == 0, done.stderr
    assert look(scope, failed).status == "queued"
