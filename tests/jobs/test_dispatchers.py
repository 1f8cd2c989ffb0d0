"""Phases by Procrastinate's queue: same contract, any number of machines."""

import signal
from types import SimpleNamespace

import psycopg
import pytest
import sqlalchemy as sa

from discovery_app.config import settings
from discovery_app.database import migrate, missing_policies, unit_of_work, verify
from discovery_app.database.migrations import code_revision, known_revisions
from discovery_app.database.queue import CPU_QUEUE, LLM_QUEUE
from discovery_app.domain.access import Role, WorkerScope
from discovery_app.errors import ConfigurationError
from discovery_app.jobs.dispatchers import QUEUES, served_queues
from discovery_app.jobs.dispatchers.procrastinate import QueueSource
from discovery_app.jobs.scheduler import RunnerClock
from discovery_app.phases import ORDER
from discovery_app.services.workflow_queue import ASKING_PHASES, WorkflowQueueService
from discovery_app.services.workflow_state import WorkflowStateService
from tests.conftest import ROOT
from tests.factories import (
    make_claim,
    make_result,
    make_scope,
    make_workflow,
    take_lease,
    with_role,
)
from tests.processes import look, runner, start_discovery, wait_for_rest, wait_until

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def by_queue(monkeypatch, own_settings):
    monkeypatch.setenv("DISCOVERY_DISPATCHER", "procrastinate")
    monkeypatch.setenv("DISCOVERY_SWEEP_SECONDS", "0.5")
    settings.cache_clear()


def jobs(database):
    """Return the jobs that are there, in the order they would be taken."""
    statement = sa.text(
        "select lock, queue_name, status::text, priority, args"
        " from procrastinate.procrastinate_jobs order by priority desc, id"
    )
    with database.as_owner() as connection:
        return connection.execute(statement).all()


def tidied():
    with unit_of_work(WorkerScope("worker-1/1")) as session:
        queue = WorkflowQueueService(session)
        return queue.restore(), queue.free_stalled(), queue.rebuild()


def test_runs_a_workflow_one_job_a_phase(database):
    scope, started = start_discovery()

    with runner():
        done = wait_for_rest(scope, started)
        wait_until(lambda: jobs(database) == [], "the last job is gone", 20)

    assert done.status == "completed"
    assert [one.phase for one in done.tries] == list(ORDER)
    with database.as_owner() as connection:
        fences = connection.execute(sa.text("select max(fence) from workflow_leases"))
        assert fences.scalar_one() == len(ORDER)


def test_a_job_comes_and_goes_with_the_change_that_it_belongs_to(database):
    with pytest.raises(RuntimeError):
        with unit_of_work(scope := make_scope()) as session:
            from tests.factories import make_state

            states = WorkflowStateService(session)
            states.create_workflow_state(scope, make_state(session, scope))
            raise RuntimeError
    assert jobs(database) == []

    workflow_id = make_workflow(scope)

    assert [(job.lock, job.status) for job in jobs(database)] == [
        (str(workflow_id), "todo")
    ]


def test_phases_that_ask_a_model_go_to_its_queue(database, monkeypatch):
    monkeypatch.setenv("DISCOVERY_LLM_MODEL", "a-model")
    settings.cache_clear()
    make_workflow(make_scope())
    assert jobs(database)[0].queue_name == "cpu"

    with database.as_owner() as connection:
        connection.execute(sa.text("delete from procrastinate.procrastinate_jobs"))
        connection.execute(
            sa.text("update workflow_states set current_phase = 'field_mapping'")
        )
    assert tidied() == (False, 0, 1)

    assert jobs(database)[0].queue_name == "llm"


def test_the_asking_phases_are_those_whose_code_asks():
    folder = ROOT / "discovery_app" / "phases"
    asking = [
        name
        for name in ORDER
        if "context.assistant" in (folder / f"{name}.py").read_text()
    ]

    assert tuple(asking) == ASKING_PHASES


def test_an_engagement_with_much_to_do_lets_others_through(database):
    busy, quiet = make_scope(), make_scope()
    for _ in range(3):
        make_workflow(busy)
    make_workflow(quiet)

    order = [job.args["engagement_id"] for job in jobs(database)]

    assert order[:2] == [str(busy.engagement_id), str(quiet.engagement_id)]


def test_a_scope_sees_nothing_of_the_queue(database):
    scope = make_scope(Role.ADMIN)

    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        with unit_of_work(scope) as session:
            session.execute(sa.text("select * from procrastinate.procrastinate_jobs"))


def test_the_catalogue_check_sees_an_open_queue(database):
    with database.as_owner() as connection:
        assert missing_policies(connection) == []
        connection.execute(
            sa.text("grant select on procrastinate.procrastinate_jobs to discovery_rw")
        )
        assert missing_policies(connection) == [
            "procrastinate_jobs of the queue is open to discovery_rw"
        ]


def test_a_dropped_queue_is_rebuilt_from_the_leases(database):
    workflow_id = make_workflow(make_scope())
    with database.as_owner() as connection:
        connection.execute(sa.text("drop schema procrastinate cascade"))
    later = make_workflow(make_scope())

    assert tidied() == (True, 0, 2)

    assert {job.lock for job in jobs(database)} == {str(workflow_id), str(later)}
    assert tidied() == (False, 0, 0)


def test_a_queue_of_another_version_is_replaced(database):
    make_workflow(make_scope())
    with database.as_owner() as connection:
        connection.execute(sa.text("comment on schema procrastinate is 'older'"))

    migrate()

    assert jobs(database) == []
    assert tidied() == (False, 0, 1)


def test_what_a_worker_holds_is_not_queued_again(database):
    make_workflow(make_scope())
    take_lease()
    with database.as_owner() as connection:
        connection.execute(sa.text("delete from procrastinate.procrastinate_jobs"))

    assert tidied() == (False, 0, 0)


def test_a_killed_worker_is_taken_over(database, monkeypatch):
    monkeypatch.setenv("DISCOVERY_LEASE_SECONDS", "2")
    monkeypatch.setenv("DISCOVERY_BEAT_SECONDS", "0.5")
    settings.cache_clear()
    scope, started = start_discovery()
    with runner(DISCOVERY_FAULT="in_phase:data_cleansing") as process:
        wait_until(lambda: process.poll() is not None, "the runner is killed")
        assert process.returncode == -signal.SIGKILL
    assert [job.status for job in jobs(database)] == ["doing"]

    with runner("worker-2"):
        done = wait_for_rest(scope, started)

    assert done.status == "completed"
    lost = [one for one in done.tries if one.status == "failed"]
    assert [(one.phase, one.error_type) for one in lost] == [
        ("data_cleansing", "LeaseExpired")
    ]


def test_a_drained_worker_leaves_no_job_behind(database):
    scope, started = start_discovery()
    with runner(DISCOVERY_DRAIN_SECONDS="0") as process:
        wait_until(lambda: look(scope, started).status == "running", "it runs")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    left = {job.status for job in jobs(database)}

    assert left <= {"todo"}
    with runner("worker-2"):
        assert wait_for_rest(scope, started).status == "completed"


def test_a_job_that_came_too_late_to_a_worker_that_ends_is_put_back(database):
    workflow_id = make_workflow(make_scope())
    source = QueueSource(RunnerClock(), pytest.fail, "worker-1/1")
    with database.as_owner() as connection:
        job = connection.execute(
            sa.text(
                "update procrastinate.procrastinate_jobs set status = 'doing'"
                " returning id"
            )
        ).scalar_one()
    source.stop()

    source._run_phase(SimpleNamespace(job=SimpleNamespace(id=job)), str(workflow_id))
    source.close()

    assert [(one.lock, one.status) for one in jobs(database)] == [
        (str(workflow_id), "todo")
    ]


def test_a_cancel_that_meets_the_gate_is_queued_at_once(database):
    claim = make_claim(make_scope())
    with unit_of_work(with_role(claim.scope, Role.ADMIN)) as session:
        admin = with_role(claim.scope, Role.ADMIN)
        states = WorkflowStateService(session)
        states.cancel(admin, claim.workflow_id, reason="Wrong file", version=None)
    with database.as_owner() as connection:
        connection.execute(sa.text("delete from procrastinate.procrastinate_jobs"))

    with unit_of_work(claim.scope) as session:
        result = make_result(needs_approval=True)
        state = claim.state.with_phase("data_validation", result.output, {})
        WorkflowStateService(session).commit_phase(claim, result, state)

    assert [(one.lock, one.status) for one in jobs(database)] == [
        (str(claim.workflow_id), "todo")
    ]


def test_a_database_without_the_queue_is_refused(database):
    with psycopg.connect(
        database.owner_url.set(drivername="postgresql").render_as_string(
            hide_password=False
        )
    ) as connection:
        connection.execute("drop function restore_queue()")

    with pytest.raises(ConfigurationError, match="python -m discovery_app migrate"):
        verify(code_revision(), known_revisions())


@pytest.mark.parametrize(
    ("text", "queues"), [("cpu", ["cpu"]), (" llm , cpu ", ["llm", "cpu"])]
)
def test_reads_the_queues_to_serve(text, queues):
    assert served_queues(text) == queues


def test_the_queues_are_those_that_are_filled():
    assert set(QUEUES) == {CPU_QUEUE, LLM_QUEUE}


@pytest.mark.parametrize("text", ["", "gpu", "cpu,gpu"])
def test_refuses_queues_that_do_not_exist(text):
    with pytest.raises(ConfigurationError, match="DISCOVERY_QUEUES"):
        served_queues(text)
