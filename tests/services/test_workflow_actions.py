import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import PlatformScope, Role
from discovery_app.domain.audit import AuditFilter
from discovery_app.domain.workflow_repair import OptionsChange
from discovery_app.errors import (
    ConflictError,
    InvalidInputError,
    NotPermittedError,
    PhaseError,
)
from discovery_app.services.audit import AuditService
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.services.workflow_state import WorkflowStateService
from tests.factories import (
    make_claim,
    make_result,
    make_scope,
    make_workflow,
    with_role,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def scope(database):
    return make_scope()


@pytest.fixture
def admin(scope):
    return with_role(scope, Role.ADMIN)


@pytest.fixture
def failed(scope):
    """A workflow that failed for good."""
    claim = make_claim(scope)
    with unit_of_work(claim.scope) as session:
        WorkflowStateService(session).fail_phase(
            claim, PhaseError("No file."), retryable=False
        )
    return claim.workflow_id


def act(scope, verb, *args, **more):
    with unit_of_work(scope) as session:
        return getattr(WorkflowActionService(session), verb)(scope, *args, **more)


def status_of(scope, workflow_id):
    with unit_of_work(scope) as session:
        service = WorkflowStateService(session)
        return service.get_workflow_state(scope, workflow_id).status


def audited():
    look = PlatformScope("Ada", "The test looks.")
    with unit_of_work(look) as session:
        entries = AuditService(session).entries(AuditFilter()).items
    return [(one.action, one.subject, one.actor, one.reason) for one in entries]


def test_a_retry_is_audited_with_its_reason(admin, failed):
    act(admin, "retry", failed, reason=" The disk is back. ", version=None)

    assert status_of(admin, failed) == "queued"
    assert audited() == [
        ("workflow_retried", "servers.csv", "Ada Admin", "The disk is back.")
    ]


def test_a_cancel_is_audited_with_its_reason(scope):
    workflow_id = make_workflow(scope)

    act(scope, "cancel", workflow_id, reason="Wrong export", version=None)

    assert status_of(scope, workflow_id) == "cancelled"
    assert audited() == [
        ("workflow_cancelled", "servers.csv", "Maya Okafor", "Wrong export")
    ]


def test_running_again_is_audited_with_its_reason(admin, failed):
    phase = "data_source_analysis"
    act(admin, "rerun_from", failed, phase=phase, reason="New rules", version=3)

    assert status_of(admin, failed) == "queued"
    assert audited()[0][0] == "workflow_rerun"


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_nothing_is_done_without_a_reason(admin, failed, verb):
    with pytest.raises(InvalidInputError, match="Say why"):
        act(admin, verb, failed, reason="  ", version=None)
    assert (status_of(admin, failed), audited()) == ("failed", [])


def test_what_is_refused_leaves_no_entry(scope, admin, failed):
    with pytest.raises(NotPermittedError):
        act(scope, "retry", failed, reason="Please", version=None)
    with pytest.raises(ConflictError):
        act(admin, "retry", failed, reason="Please", version=1)
    assert (status_of(scope, failed), audited()) == ("failed", [])


def test_a_pause_and_a_resume_are_audited(scope):
    workflow_id = make_workflow(scope)

    act(scope, "pause", workflow_id, version=None, reason="Lunch")
    paused = status_of(scope, workflow_id)
    act(scope, "resume", workflow_id, version=None)

    assert (paused, status_of(scope, workflow_id)) == ("paused", "queued")
    assert [(action, why) for action, _, _, why in audited()] == [
        ("workflow_resumed", ""),
        ("workflow_paused", "Lunch"),
    ]


def test_changed_options_are_audited(admin, failed):
    change = OptionsChange(max_attempts=9)

    act(admin, "change_options", failed, options=change, reason="Big", version=None)

    entry = entries()[0]
    assert (entry.action, entry.reason) == ("workflow_options_changed", "Big")
    assert entry.details["options"] == {"max_attempts": 9}


def test_an_accepted_phase_is_audited_by_its_name(scope, admin):
    workflow_id = fail_at(scope, "dependency_analysis").workflow_id

    act(admin, "accept", workflow_id, reason="No flows yet", version=None)

    entry = entries()[0]
    assert (entry.action, entry.reason) == ("workflow_phase_accepted", "No flows yet")
    assert entry.details["phase"] == "dependency_analysis"


def fail_at(scope, phase):
    claim = make_claim(scope)
    with unit_of_work(claim.scope) as session:
        states = WorkflowStateService(session)
        while claim.phase != phase:
            claim = states.commit_phase(claim, make_result(), claim.state)
        states.fail_phase(claim, PhaseError("No file."), retryable=False)
    return claim


def entries():
    with unit_of_work(PlatformScope("Ada", "The test looks.")) as session:
        return AuditService(session).entries(AuditFilter()).items
