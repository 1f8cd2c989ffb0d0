from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.domain.workflow_repair import OptionsChange
from discovery_app.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    LostLeaseError,
    NotFoundError,
    NotPermittedError,
    PhaseError,
)
from discovery_app.phases import ORDER, load_phase
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import object_store
from tests.factories import (
    begin,
    make_claim,
    make_result,
    make_scope,
    make_state,
    make_workflow,
    take_lease,
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
def claim(scope):
    """The first phase of a workflow, running."""
    return make_claim(scope)


def act(scope, verb, *args, **more):
    with unit_of_work(scope) as session:
        return getattr(WorkflowStateService(session), verb)(*args, **more)


def view(claim_or_scope, workflow_id):
    return act(claim_or_scope, "get_workflow_state", claim_or_scope, workflow_id)


def commit(claim, **more):
    result = make_result(**more.pop("result", {}))
    with unit_of_work(claim.scope) as session:
        service = WorkflowStateService(session)
        state = claim.state.with_phase("data_validation", result.output, {})
        return service.commit_phase(claim, result, state, **more)


def fail(claim, error=None, *, retryable=False):
    error = error or PhaseError("No file.")
    return act(claim.scope, "fail_phase", claim, error, retryable=retryable)


class TestCreate:
    def test_queues_the_first_phase(self, scope):
        seen = view(scope, make_workflow(scope))

        assert (seen.status, seen.current_phase) == ("queued", ORDER[0])
        assert [phase.status for phase in seen.phases] == ["pending"] * 8
        assert seen.version == 1

    def test_gives_one_workflow_to_one_upload(self, scope):
        with unit_of_work(scope) as session:
            state = make_state(session, scope)
            WorkflowStateService(session).create_workflow_state(scope, state)

        with pytest.raises(ConflictError), unit_of_work(scope) as session:
            WorkflowStateService(session).create_workflow_state(scope, state)

    def test_is_refused_to_a_manager(self, scope):
        with pytest.raises(NotPermittedError), unit_of_work(scope) as session:
            state = make_state(session, scope)
            manager = with_role(scope, Role.MANAGER)
            WorkflowStateService(session).create_workflow_state(manager, state)

    def test_is_found_by_its_upload(self, scope):
        workflow_id = make_workflow(scope)
        session_id = view(scope, workflow_id).session_id

        found = act(scope, "get_workflow_state_by_session_id", scope, session_id)

        assert found.workflow_id == workflow_id

    def test_is_not_found_from_another_engagement(self, scope):
        workflow_id = make_workflow(scope)
        with pytest.raises(NotFoundError):
            view(make_scope(), workflow_id)


class TestClaim:
    def test_goes_to_one_of_many_workers(self, scope):
        make_workflow(scope)
        with ThreadPoolExecutor(8) as pool:
            claims = list(pool.map(take_lease, [f"worker-{n}/1" for n in range(8)]))
        assert sum(claim is not None for claim in claims) == 1

    def test_opens_a_try_of_the_phase(self, scope, claim):
        assert (claim.phase, claim.attempt, claim.fence) == (ORDER[0], 1, 1)
        seen = view(scope, claim.workflow_id)
        assert (seen.status, seen.phases[0].status) == ("running", "running")

    def test_leaves_a_held_lease_alone(self, claim):
        assert take_lease("worker-2/2") is None

    def test_takes_over_when_the_lease_has_ended(self, scope, claim, expire_leases):
        expire_leases()

        second = begin(take_lease("worker-2/2"))

        assert (second.attempt, second.fence) == (2, 2)
        tries = view(scope, claim.workflow_id).tries
        assert [one.status for one in tries] == ["failed", "running"]
        assert tries[0].error_type == "LeaseExpired"

    def test_ends_after_max_attempts(self, scope, claim, expire_leases):
        for _ in range(claim.max_attempts - 1):
            expire_leases()
            assert begin(take_lease())
        expire_leases()
        assert take_lease() is None


class TestFence:
    @pytest.fixture
    def zombie(self, claim, expire_leases):
        """A claim that another worker has taken over."""
        expire_leases()
        begin(take_lease("worker-2/2"))
        return claim

    @pytest.mark.parametrize(
        "write",
        [
            commit,
            fail,
            lambda claim: act(claim.scope, "report", claim, 0.5, "Reading"),
            lambda claim: act(claim.scope, "hand_back", claim),
            lambda claim: act(claim.scope, "cancelled", claim),
        ],
        ids=["commit", "fail", "report", "hand back", "cancel"],
    )
    def test_shuts_out_the_worker_that_was_gone(self, scope, zombie, write):
        before = view(scope, zombie.workflow_id)

        with pytest.raises(LostLeaseError):
            write(zombie)

        after = view(scope, zombie.workflow_id)
        assert (after.version, after.status) == (before.version, before.status)


class TestCommit:
    def test_opens_the_next_phase_for_the_same_worker(self, scope, claim):
        following = commit(claim)

        assert (following.phase, following.attempt) == (ORDER[1], 1)
        seen = view(scope, claim.workflow_id)
        assert [phase.status for phase in seen.phases[:3]] == [
            "completed",
            "running",
            "pending",
        ]
        assert seen.current_phase == ORDER[1]
        assert seen.phases[0].items_in == 3

    def test_starts_counting_attempts_again(self, claim, expire_leases):
        expire_leases()
        second = begin(take_lease())
        assert second.attempt == 2
        assert commit(second).attempt == 1

    def test_waits_when_a_person_must_approve(self, scope, claim):
        assert commit(claim, result={"needs_approval": True}) is None

        seen = view(scope, claim.workflow_id)
        assert seen.status == "waiting_for_approval"
        assert take_lease() is None

    def test_never_lowers_progress(self, scope, claim):
        shown = [view(scope, claim.workflow_id).progress_percentage]
        while claim is not None:
            act(claim.scope, "report", claim, 0.9, "Nearly")
            shown.append(view(scope, claim.workflow_id).progress_percentage)
            last, claim = claim, commit(claim)
            shown.append(view(scope, last.workflow_id).progress_percentage)
        assert shown == sorted(shown)
        assert shown[-1] == 100

    def test_completes_after_the_last_phase(self, scope, claim):
        last = claim
        while claim is not None:
            last, claim = claim, commit(claim)

        seen = view(scope, last.workflow_id)
        assert last.phase == ORDER[-1]
        assert seen.status == "completed"
        assert {phase.status for phase in seen.phases} == {"completed"}

    def test_can_hand_the_workflow_on(self, scope, claim):
        assert commit(claim, keep=False) is None
        assert view(scope, claim.workflow_id).status == "queued"
        assert begin(take_lease("worker-2/2")).phase == ORDER[1]


class TestFail:
    def test_keeps_why(self, scope, claim):
        assert fail(claim) is False

        seen = view(scope, claim.workflow_id)
        assert seen.status == "failed"
        assert (seen.failure.phase, seen.failure.error_type, seen.failure.message) == (
            ORDER[0],
            "PhaseError",
            "No file.",
        )
        assert take_lease() is None

    def test_waits_before_it_tries_again(self, scope, claim):
        assert fail(claim, retryable=True) is True

        seen = view(scope, claim.workflow_id)
        assert seen.status == "retry_wait"
        assert seen.run_after > seen.updated_at
        assert take_lease() is None

    def test_shows_no_inside_of_an_unexpected_error(self, scope, claim):
        fail(claim, KeyError("cells of a client"))
        failure = view(scope, claim.workflow_id).failure
        assert failure.error_type == "KeyError"
        assert "cells of a client" not in failure.message


class TestRetry:
    @pytest.fixture
    def failed(self, claim):
        fail(commit(claim))
        return claim.workflow_id

    def retry(self, scope, failed, **more):
        return act(
            scope, "retry", scope, failed, **{"reason": "Fixed", "version": None} | more
        )

    def test_goes_on_at_the_failed_phase(self, scope, admin, failed):
        self.retry(admin, failed)

        again = begin(take_lease())
        assert (again.phase, again.attempt, again.run_number) == (ORDER[1], 1, 1)
        seen = view(scope, failed)
        assert [one.status for one in seen.phases[:2]] == ["completed", "running"]

    def test_is_an_admins(self, scope, failed):
        with pytest.raises(NotPermittedError):
            self.retry(scope, failed)

    def test_needs_a_reason(self, admin, failed):
        with pytest.raises(InvalidInputError):
            self.retry(admin, failed, reason=" ")

    def test_is_won_by_one_of_two(self, admin, failed):
        version = view(admin, failed).version
        self.retry(admin, failed, version=version)
        with pytest.raises(ConflictError):
            self.retry(admin, failed, version=version)


class TestCancel:
    def cancel(self, scope, workflow_id):
        act(scope, "cancel", scope, workflow_id, reason="Wrong file", version=None)

    def test_ends_a_waiting_workflow_at_once(self, scope):
        workflow_id = make_workflow(scope)
        self.cancel(scope, workflow_id)
        assert view(scope, workflow_id).status == "cancelled"
        assert take_lease() is None

    def test_stops_a_running_phase_at_its_next_report(self, scope, claim):
        self.cancel(scope, claim.workflow_id)
        assert view(scope, claim.workflow_id).status == "cancelling"

        with pytest.raises(CancelledError):
            act(claim.scope, "report", claim, 0.5, "Reading")
        act(claim.scope, "cancelled", claim)

        assert view(scope, claim.workflow_id).status == "cancelled"

    def test_comes_too_late_after_the_last_commit(self, scope, claim):
        last = claim
        while claim is not None:
            last, claim = claim, commit(claim)
        with pytest.raises(ConflictError):
            self.cancel(scope, last.workflow_id)

    def test_stands_when_the_phase_then_waits_for_a_person(self, scope, claim):
        self.cancel(scope, claim.workflow_id)

        assert commit(claim, result={"needs_approval": True}) is None

        assert view(scope, claim.workflow_id).status == "cancelling"
        assert begin(take_lease("worker-2/2")) is None
        assert view(scope, claim.workflow_id).status == "cancelled"

    @pytest.mark.parametrize(
        "end",
        [
            lambda claim: fail(claim, retryable=True),
            fail,
            lambda claim: act(claim.scope, "hand_back", claim),
        ],
        ids=["tried again", "failed", "handed back"],
    )
    def test_comes_before_another_try(self, scope, claim, end):
        self.cancel(scope, claim.workflow_id)
        end(claim)
        assert view(scope, claim.workflow_id).status == "cancelled"

    def test_stops_a_worker_that_has_not_begun(self, scope):
        workflow_id = make_workflow(scope)
        lease = take_lease()
        self.cancel(scope, workflow_id)
        with pytest.raises(LostLeaseError):
            begin(lease)
        assert view(scope, workflow_id).status == "cancelled"


class TestPause:
    def test_stops_after_the_phase_that_runs(self, scope, claim):
        act(scope, "pause", scope, claim.workflow_id, version=None)

        assert commit(claim) is None
        assert view(scope, claim.workflow_id).status == "paused"

        act(scope, "resume", scope, claim.workflow_id, version=None)
        assert begin(take_lease()).phase == ORDER[1]

    def test_is_kept_when_the_workflow_is_handed_back(self, scope, claim):
        act(scope, "pause", scope, claim.workflow_id, version=None)
        act(claim.scope, "hand_back", claim)
        assert view(scope, claim.workflow_id).status == "paused"
        assert take_lease() is None

    def test_is_kept_when_the_worker_vanishes(self, scope, claim, expire_leases):
        act(scope, "pause", scope, claim.workflow_id, version=None)
        expire_leases()
        assert begin(take_lease("worker-2/2")) is None
        assert view(scope, claim.workflow_id).status == "paused"


class TestHandBack:
    def test_does_not_count_the_attempt(self, scope, claim):
        act(claim.scope, "hand_back", claim)
        assert view(scope, claim.workflow_id).status == "queued"
        assert begin(take_lease()).attempt == 1


class TestRerun:
    def test_keeps_what_it_replaces(self, scope, admin, claim):
        last = claim
        while claim is not None:
            last, claim = claim, commit(claim)
        version = view(scope, last.workflow_id).version

        act(
            admin,
            "rerun_from",
            admin,
            last.workflow_id,
            phase=ORDER[4],
            reason="New rules",
            version=version,
        )

        again = begin(take_lease())
        seen = view(scope, last.workflow_id)
        assert (again.phase, again.run_number) == (ORDER[4], 2)
        kept = [one.status for one in seen.tries]
        assert kept.count("superseded") == 4
        assert [one.status for one in seen.phases[:5]] == ["completed"] * 4 + [
            "running"
        ]

    def test_says_first_what_it_replaces(self, scope, admin, claim):
        done = complete(claim)

        seen = act(admin, "rerun_preview", admin, done.workflow_id, phase=ORDER[5])

        assert seen.kept == ORDER[:5]
        assert [one.phase for one in seen.replaced] == list(ORDER[5:])
        assert {one.status for one in seen.replaced} == {"completed"}
        assert (seen.run_number, seen.version) == (2, done.version)
        assert (seen.mappings_kept, seen.published) == (True, True)
        assert view(scope, done.workflow_id) == done

    def test_makes_the_mapping_again_from_an_early_phase(self, admin, claim):
        fail(commit(claim))
        seen = act(admin, "rerun_preview", admin, claim.workflow_id, phase=ORDER[0])
        assert (seen.mappings_kept, seen.published) == (False, False)
        assert [one.status for one in seen.replaced[:3]] == [
            "completed",
            "failed",
            "pending",
        ]

    def test_forgets_what_the_replaced_phases_left(self, scope, admin, claim):
        done = complete(claim)
        assert done.state_data["data_validation"]
        act(
            admin,
            "rerun_from",
            admin,
            done.workflow_id,
            phase="data_validation",
            reason="New rules",
            version=done.version,
        )
        again = view(scope, done.workflow_id)
        assert again.state_data["data_validation"] is None
        assert again.progress_percentage < 100

    def test_is_not_possible_from_a_phase_that_was_not_reached(self, admin, claim):
        fail(claim)
        with pytest.raises(ConflictError, match="has not reached"):
            act(admin, "rerun_preview", admin, claim.workflow_id, phase=ORDER[3])


class TestOptions:
    def change(self, scope, workflow_id, version=None, **options):
        act(
            scope,
            "change_options",
            scope,
            workflow_id,
            options=OptionsChange(**options),
            reason="It needs longer",
            version=version,
        )

    def test_are_what_the_next_worker_gets(self, admin, claim):
        fail(claim)
        self.change(admin, claim.workflow_id, phase_timeout_seconds=7200.0)
        change = OptionsChange(as_of=date(2027, 1, 1), max_attempts=9)
        more = {"reason": "Mended", "version": None, "options": change}
        act(admin, "retry", admin, claim.workflow_id, **more)

        again = begin(take_lease())

        assert again.state.options.phase_timeout_seconds == 7200
        assert again.state.as_of == date(2027, 1, 1)
        assert again.max_attempts == 9
        told = act(admin, "events", admin, claim.workflow_id)
        changed = [one for one in told if one.type == "options_changed"]
        assert [one.details for one in changed] == [
            {"phase_timeout_seconds": 7200.0},
            {"as_of": "2027-01-01", "max_attempts": 9},
        ]
        assert changed[0].actor == "Ada Admin"

    def test_wait_until_no_worker_runs_it(self, admin, claim):
        with pytest.raises(ConflictError, match="pause it"):
            self.change(admin, claim.workflow_id, max_attempts=2)

    def test_are_an_admins(self, scope):
        with pytest.raises(NotPermittedError):
            self.change(scope, make_workflow(scope), max_attempts=2)

    @pytest.mark.parametrize(
        "options",
        [{}, {"max_attempts": 0}, {"phase_timeout_seconds": -1.0}],
        ids=["nothing", "no attempt", "negative"],
    )
    def test_have_to_make_sense(self, admin, options):
        workflow_id = make_workflow(admin)
        with pytest.raises(InvalidInputError):
            self.change(admin, workflow_id, **options)

    def test_are_refused_to_who_saw_an_older_version(self, admin):
        workflow_id = make_workflow(admin)
        self.change(admin, workflow_id, version=1, max_attempts=2)
        with pytest.raises(ConflictError, match="version 2, you saw 1"):
            self.change(admin, workflow_id, version=1, max_attempts=3)

    def test_leave_the_date_that_verdicts_stand_on(self):
        verdicts = load_phase("tech_debt_analysis").accepted
        with unit_of_work(scope := make_scope()) as session:
            state = make_state(session, scope)
        judged = state.with_phase("tech_debt_analysis", verdicts(state).output, {})
        with pytest.raises(ConflictError, match="tech_debt_analysis"):
            OptionsChange(as_of=date(2027, 1, 1)).applied(judged)


class TestAccept:
    def accept(self, scope, workflow_id, **more):
        store = object_store()
        more = {"reason": "Not needed", "version": None, "store": store} | more
        return act(scope, "accept", scope, workflow_id, **more)

    def failed_at(self, claim, phase):
        while claim.phase != phase:
            claim = commit(claim)
        fail(claim)
        return claim.workflow_id

    @pytest.mark.parametrize("phase", ["dependency_analysis", "tech_debt_analysis"])
    def test_leaves_an_empty_result_and_goes_on(self, scope, admin, claim, phase):
        workflow_id = self.failed_at(claim, phase)

        self.accept(admin, workflow_id)

        following = begin(take_lease())
        assert following.phase == ORDER[ORDER.index(phase) + 1]
        assert getattr(following.state, phase) is not None
        frames = load_phase(phase).accepted(following.state).frames
        keys = following.state.frames[phase]
        assert keys.keys() == frames.keys()
        for name, key in keys.items():
            stored = object_store().read_frame(key)
            assert (stored.schema, stored.height) == (frames[name].schema, 0)
        tries = [one for one in view(scope, workflow_id).tries if one.phase == phase]
        assert [one.status for one in tries] == ["failed", "accepted"]
        assert tries[1].finished_at is not None

    def test_is_only_for_phases_that_the_others_can_do_without(self, admin, claim):
        workflow_id = self.failed_at(claim, "data_cleansing")
        before = view(admin, workflow_id)
        with pytest.raises(ConflictError, match="cannot be accepted"):
            self.accept(admin, workflow_id)
        assert view(admin, workflow_id) == before

    def test_is_only_for_phases_that_failed(self, admin, claim):
        with pytest.raises(ConflictError, match="running"):
            self.accept(admin, claim.workflow_id)

    def test_is_an_admins_with_a_reason(self, scope, admin, claim):
        workflow_id = self.failed_at(claim, "dependency_analysis")
        with pytest.raises(NotPermittedError):
            self.accept(scope, workflow_id)
        with pytest.raises(InvalidInputError):
            self.accept(admin, workflow_id, reason="")


class TestLateWrites:
    """A worker's own threads: one fails or hands back what the other still runs."""

    def test_a_phase_that_timed_out_cannot_commit(self, scope, claim):
        fail(claim)
        with pytest.raises(LostLeaseError):
            commit(claim)
        assert view(scope, claim.workflow_id).status == "failed"

    def test_a_phase_that_was_handed_back_cannot_commit(self, scope, claim):
        act(claim.scope, "hand_back", claim)
        with pytest.raises(LostLeaseError):
            commit(claim)
        assert view(scope, claim.workflow_id).status == "queued"

    def test_a_phase_that_has_committed_cannot_time_out(self, scope, claim):
        commit(claim)
        with pytest.raises(LostLeaseError):
            fail(claim)
        assert view(scope, claim.workflow_id).phases[0].status == "completed"


def complete(claim):
    while claim is not None:
        last, claim = claim, commit(claim)
    return view(last.scope, last.workflow_id)


class TestHistory:
    def test_has_no_gaps_and_names_who_did_it(self, scope, admin, claim):
        fail(commit(claim))
        act(admin, "retry", admin, claim.workflow_id, reason="Fixed", version=None)

        events = act(scope, "events", scope, claim.workflow_id)

        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [event.type for event in events] == [
            "created",
            "phase_started",
            "phase_completed",
            "phase_started",
            "phase_failed",
            "retried",
        ]
        assert events[0].actor == "Maya Okafor"
        assert (events[-1].actor, events[-1].reason) == ("Ada Admin", "Fixed")


class TestList:
    def test_shows_the_newest_first_and_only_its_own(self, scope):
        mine = [make_workflow(scope) for _ in range(3)]
        make_workflow(make_scope())

        listed = act(scope, "list_workflow_states_for_engagement", scope)

        assert [one.workflow_id for one in listed] == mine[::-1]

    def test_goes_on_where_it_stopped(self, scope):
        mine = [make_workflow(scope) for _ in range(3)]
        verb = "list_workflow_states_for_engagement"
        first = act(scope, verb, scope, limit=2)
        key = (first[-1].created_at, first[-1].workflow_id)

        rest = act(scope, verb, scope, before=key, limit=2)

        assert [one.workflow_id for one in rest] == mine[:1]


def test_a_workflow_is_one_row_per_upload(database, scope):
    make_workflow(scope)
    with database.as_owner() as connection:
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(
                sa.text(
                    "insert into workflow_states select gen_random_uuid(),"
                    " engagement_id, client_account_id, session_id, workflow_type,"
                    " current_phase, status, state_data, version, run_number,"
                    " progress_percentage, event_seq, started_by, created_at,"
                    " updated_at from workflow_states"
                )
            )
