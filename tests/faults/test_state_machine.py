"""Random operations of workers and people on one workflow, with a model beside it.

Hypothesis draws claims, commits, failures, drains, lost leases and everything that a
person may do, in any order, also by workers that were gone meanwhile and by people who
saw an older version. After each step the rows are what ``WorkflowModel`` says, and:

- a write of a worker that lost the workflow is refused and changes nothing;
- there is at most one completed or accepted run of a phase in a run number;
- events have no gaps, and folded they give the row's status and phase;
- the version grows by exactly one a change; progress never falls within a run number;
- a finished workflow moves only by a retry, a re-run or an acceptance.

To see it find a bug, take the fence check out of the one statement that writes:

    PLANT_BUG=fence pytest tests/faults/test_state_machine.py -k operations

Hypothesis then prints the shortest story that ends in two writers. ``PLANT_BUG=owner``
takes out the check that the lease is still the worker's, ``PLANT_BUG=run`` the one that
the try still runs. ``test_finds_a_planted_bug`` does the same in every test run.
"""

import os
import re
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, assume
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.database.direct import Statement
from discovery_app.database.pool import single_use_engine
from discovery_app.domain.access import Role, WorkerScope
from discovery_app.domain.workflow_repair import OptionsChange
from discovery_app.errors import (
    CancelledError,
    ConflictError,
    LostLeaseError,
    PhaseError,
)
from discovery_app.phases import ORDER
from discovery_app.services import workflow_transitions, workflow_work
from discovery_app.services.workflow_leases import WorkflowLeaseService
from discovery_app.services.workflow_state import WorkflowStateService, worker_scope
from discovery_app.storage import object_store
from tests.factories import make_result, make_scope, make_workflow, with_role
from tests.faults.workflow_model import FINISHED, GATE, WorkflowModel, fold

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("calm")]

CHANGE = (workflow_transitions, "_TRANSITION")
BEGIN = (workflow_work, "_CLOSE_ABANDONED")
PLANTS = {
    "fence": {CHANGE: "held.fence = %(expected_fence)s AND"},
    # Whose lease it is, is asked when a phase begins and again with each change.
    "owner": {
        CHANGE: "AND held.owner = %(actor)s",
        BEGIN: "AND owner = %(worker)s",
    },
    "run": {CHANGE: "AND status = 'running'"},
}
"""What each planted bug takes out of which statement."""

SEEN = (pytest.fail.Exception, AssertionError, psycopg.IntegrityError)
"""A write that was not refused, rows that differ, or two completed runs of a phase."""

WORKERS = st.sampled_from(["worker-1/1", "worker-2/2"])
BACK = st.integers(0, 3)
"""How far back among what workers were ever given; 0 is the newest."""
SAW_IT = st.sampled_from([True, True, True, False])
"""Whether a person saw the newest version."""

STATE = sa.text(
    """
    SELECT state.status, state.current_phase AS phase, state.run_number, state.version,
        state.event_seq, state.progress_percentage AS progress, lease.runnable,
        lease.owner, lease.fence, lease.attempt, lease.cancel_requested AS cancel,
        lease.pause_requested AS pause, lease.max_attempts,
        (SELECT array_agg(id) FROM workflow_phase_runs AS run
            WHERE run.workflow_id = state.id AND run.status = 'running') AS open_runs,
        (SELECT count(*) FROM (SELECT 1 FROM workflow_phase_runs AS run
            WHERE run.workflow_id = state.id AND run.status IN ('completed', 'accepted')
            GROUP BY phase, run_number HAVING count(*) > 1) AS twice) AS twice
    FROM workflow_states AS state
    JOIN workflow_leases AS lease ON lease.id = state.id
    WHERE state.id = :id
    """
)
NOT_RUNNABLE = "UPDATE workflow_leases SET runnable = false WHERE id = :id"
LEASE_OVER = (
    "UPDATE workflow_leases SET lease_until = clock_timestamp() - interval '1 hour'"
    " WHERE id = :id"
)
WAIT_OVER = "UPDATE workflow_leases SET run_after = clock_timestamp() WHERE id = :id"
EVENTS = sa.text(
    "SELECT seq, type, phase FROM workflow_events WHERE workflow_id = :id ORDER BY seq"
)


class Operations(RuleBasedStateMachine):
    """What may happen to a workflow."""

    owner_url: sa.URL

    def __init__(self):
        super().__init__()
        self.looker = single_use_engine(self.owner_url).connect()
        self.looker = self.looker.execution_options(isolation_level="AUTOCOMMIT")
        self.scope = make_scope()
        self.admin = with_role(self.scope, Role.ADMIN)
        self.workflow_id = make_workflow(self.scope)
        self.model = WorkflowModel(settings().max_attempts)
        self.leases, self.claims = [], []
        self.progress = (1, 0)
        self.last_status, self.last_act = "queued", "created"

    def teardown(self):
        # No claim of a later example must meet this one's workflow.
        self.set_lease(NOT_RUNNABLE)
        self.looker.close()

    @initialize(done=st.integers(0, len(ORDER) - 1))
    def start_somewhere(self, done):
        self.claim("worker-1/1")
        self.begin(0)
        for _ in range(done):
            self.commit(0, waits=False, keep=True)

    # Workers

    @rule(worker=WORKERS)
    def claim(self, worker):
        self.take("claim", worker, spent=False)

    @rule(worker=WORKERS)
    def claim_spent(self, worker):
        self.take("claim_spent", worker, spent=True)

    def take(self, verb, worker, *, spent):
        with unit_of_work(WorkerScope(worker)) as session:
            service = WorkflowLeaseService(session)
            lease = getattr(service, verb)(worker, self.workflow_id)
        assert (lease is not None) == self.model.may_claim(spent=spent)
        if lease is not None:
            self.model.claimed(worker, spent=spent)
            self.leases.append(lease)

    @precondition(lambda self: self.leases)
    @rule(back=BACK)
    def begin(self, back):
        self.last_act = "begin"
        lease = chosen(self.leases, back)
        if not self.model.holds(lease):
            with pytest.raises(LostLeaseError):
                self.work(worker_scope(lease), "begin", lease)
            return
        claim = self.work(worker_scope(lease), "begin", lease)
        assert self.model.begun(lease, claim) == (claim is not None)
        if claim is not None:
            self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(back=BACK, waits=st.booleans(), keep=st.sampled_from([True, True, False]))
    def commit(self, back, waits, keep):
        claim = chosen(self.claims, back)
        waits = waits and claim.phase == GATE
        result = make_result(needs_approval=waits)
        state = claim.state.with_phase("data_validation", result.output, {})
        done, following = self.write(claim, "commit_phase", result, state, keep=keep)
        if done:
            self.model.committed(following, waits=waits, keep=keep)
            assert (following is not None) == (self.model.open_run is not None)
        if following is not None:
            self.claims.append(following)

    @precondition(lambda self: self.claims)
    @rule(back=BACK, retryable=st.booleans())
    def fail(self, back, retryable):
        claim = chosen(self.claims, back)
        error = PhaseError("It broke.")
        done, _ = self.write(claim, "fail_phase", error, retryable=retryable)
        if done:
            self.model.failed(claim, retryable=retryable)

    @precondition(lambda self: self.claims)
    @rule(back=BACK)
    def hand_back(self, back):
        claim = chosen(self.claims, back)
        done, _ = self.write(claim, "hand_back")
        if done:
            self.model.handed_back(claim)

    @precondition(lambda self: self.claims)
    @rule(back=BACK)
    def report(self, back):
        claim = chosen(self.claims, back)
        try:
            self.write(claim, "report", 0.5, "Half")
            asked = False
        except CancelledError:
            asked = True
        assert asked == (self.model.is_live(claim) and self.model.cancel)
        if asked:
            self.write(claim, "cancelled")
            self.model.stopped()

    def write(self, claim, verb, *args, **more):
        """Write under ``claim``; return whether it counted, and what came back."""
        self.last_act = verb
        if self.model.is_live(claim):
            return True, self.work(claim.scope, verb, claim, *args, **more)
        with pytest.raises(LostLeaseError):
            self.work(claim.scope, verb, claim, *args, **more)
        return False, None

    def work(self, scope, verb, *args, **more):
        with unit_of_work(scope) as session:
            return getattr(WorkflowStateService(session), verb)(*args, **more)

    # Time

    @precondition(lambda self: self.model.owner)
    @rule()
    def lease_ends(self):
        self.set_lease(LEASE_OVER)
        self.model.expired = True

    @precondition(lambda self: not self.model.due)
    @rule()
    def wait_ends(self):
        self.set_lease(WAIT_OVER)
        self.model.due = True

    def set_lease(self, statement):
        self.looker.execute(sa.text(statement), {"id": self.workflow_id})

    # People

    @rule(saw=SAW_IT)
    def pause(self, saw):
        self.act("pause", saw, self.model.pauses)

    @rule(saw=SAW_IT)
    def resume(self, saw):
        self.act("resume", saw, self.model.resumes)

    @rule(saw=SAW_IT)
    def cancel(self, saw):
        self.act("cancel", saw, self.model.cancels, reason="Wrong file")

    @rule(saw=SAW_IT)
    def retry(self, saw):
        self.act("retry", saw, self.model.retries, reason="Mended")

    @rule(saw=SAW_IT)
    def accept(self, saw):
        more = {"reason": "Not needed", "store": object_store()}
        self.act("accept", saw, self.model.accepts, **more)

    @rule(saw=SAW_IT, phase=st.sampled_from(ORDER))
    def rerun(self, saw, phase):
        self.act(
            "rerun_from",
            saw,
            lambda: self.model.reruns(phase),
            phase=phase,
            reason="New rules",
        )

    @rule(saw=SAW_IT)
    def approve(self, saw):
        assume(self.model.phase == GATE)
        self.act("approve", saw, self.model.approves, approved=1)

    @rule(saw=SAW_IT, attempts=st.integers(1, 3))
    def change_options(self, saw, attempts):
        self.act(
            "change_options",
            saw,
            lambda: self.model.changes_options(attempts),
            options=OptionsChange(max_attempts=attempts),
            reason="It crashes",
        )

    def act(self, verb, saw, allowed, **more):
        """Do what a person does; the model says whether it is refused."""
        self.last_act = verb
        version = self.model.version - (0 if saw else 1)
        call = (self.admin, verb, self.admin, self.workflow_id)
        if saw and allowed():
            self.work(*call, version=version, **more)
            return
        with pytest.raises(ConflictError):
            self.work(*call, version=version, **more)

    # What always holds

    @invariant()
    def rows_are_as_the_model_says(self):
        row = self.row()
        model = {name: getattr(self.model, name) for name in SAME}
        assert {name: getattr(row, name) for name in SAME} == model
        open_runs = [self.model.open_run] if self.model.open_run else None
        assert row.open_runs == open_runs
        assert row.twice == 0

    @invariant()
    def history_tells_the_same(self):
        row = self.row()
        events = self.looker.execute(EVENTS, {"id": self.workflow_id}).all()
        assert [one.seq for one in events] == list(range(1, row.event_seq + 1))
        assert fold(events) == (row.status, row.phase)

    @invariant()
    def progress_never_falls_within_a_run(self):
        row = self.row()
        now = (row.run_number, row.progress)
        assert now >= self.progress
        self.progress = now

    @invariant()
    def what_is_finished_moves_only_by_a_person(self):
        status = self.row().status
        if self.last_status in FINISHED and status != self.last_status:
            assert self.last_act in {"retry", "rerun_from", "accept"}
        self.last_status = status

    def row(self):
        return self.looker.execute(STATE, {"id": self.workflow_id}).one()


SAME = ("status", "phase", "run_number", "version", "runnable", "owner", "fence")
SAME += ("attempt", "cancel", "pause", "max_attempts")


def chosen(given, back):
    return given[-1 - back % len(given)]


@pytest.fixture
def calm(database, monkeypatch):
    """No wait or lease ends by itself while the machine thinks."""
    monkeypatch.setenv("DISCOVERY_RETRY_BASE_SECONDS", "3600")
    monkeypatch.setenv("DISCOVERY_RETRY_CAP_SECONDS", "3600")
    monkeypatch.setenv("DISCOVERY_LEASE_SECONDS", "3600")
    monkeypatch.setenv("DISCOVERY_MAX_ATTEMPTS", "3")
    settings.cache_clear()
    Operations.owner_url = database.owner_url


@contextmanager
def planted(bug):
    """Take one check out of the statements that write."""
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), check in PLANTS[bug].items():
            patch.setattr(module, name, without(check, getattr(module, name)))
        yield


def without(check, statement):
    """Return ``statement`` as if ``check`` had never been written."""

    def named(found):
        return f"%({statement.names[int(found[1]) - 1]})s"

    written = re.sub(r"\$(\d+)", named, statement.text)
    assert written.count(check) == 1
    return Statement.of(written.replace(check, ""))


def run(examples, steps, phases=tuple(Phase)):
    run_state_machine_as_test(
        Operations,
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=phases,
            report_multiple_bugs=False,
            deadline=None,
            database=None,
            derandomize=not os.environ.get("PLANT_BUG"),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_operations_agree_with_the_model():
    bug = os.environ.get("PLANT_BUG", "")
    if not bug:
        run(examples=40, steps=25)
        return
    with planted(bug):
        run(examples=400, steps=25, phases=(Phase.generate, Phase.shrink))


@pytest.mark.parametrize("bug", list(PLANTS))
def test_finds_a_planted_bug(bug):
    with planted(bug), pytest.raises(SEEN):
        run(examples=400, steps=30, phases=(Phase.generate,))
