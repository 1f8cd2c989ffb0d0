"""What a runner does beside its phases: it ends, keeps logs and cleans up."""

import threading
import time

import pytest

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import PlatformScope, WorkerScope
from discovery_app.domain.phase_logs import failed_try, log_text
from discovery_app.jobs import runner as runner_module
from discovery_app.jobs import workflow_manager
from discovery_app.jobs.runner import TIMEOUT_EXIT, Runner
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager
from discovery_app.services.phase_logs import PhaseLogService
from discovery_app.services.workers import WorkerService
from discovery_app.services.workflow_state import WorkflowStateService
from tests.factories import begin, make_claim, make_scope, take_lease
from tests.processes import demo_file, look, runner, start_discovery, wait_until

pytestmark = pytest.mark.usefixtures("database")

SMALL = {"contoso-server.csv": demo_file("contoso-server.csv")}


def registered(name):
    one = Runner(name)
    with unit_of_work(WorkerScope(one.me.owner)) as session:
        WorkerService(session).register(one.me)
    return one


def cleaned_by():
    with unit_of_work(PlatformScope("test", "looks")) as session:
        workers = WorkerService(session).listed()
    return [one.name for one in workers if one.cleaned_at]


def test_one_of_two_runners_cleans_up(caplog):
    caplog.set_level("INFO", "discovery_app")
    first, second = registered("host-1"), registered("host-2")

    first.retain()
    second.retain()

    assert cleaned_by() == ["host-1"]
    lines = [one for one in caplog.messages if one.startswith("Cleaned away: ")]
    assert lines == [
        "Cleaned away: 0 frames, 0 logs, 0 runs, 0 uploads, 0 sign-ins, 0 workers."
    ]


def test_cleaning_is_due_again_after_its_minutes(monkeypatch):
    monkeypatch.setenv("DISCOVERY_RETENTION_MINUTES", "0.00001")
    settings.cache_clear()
    first, second = registered("host-1"), registered("host-2")

    first.retain()
    second.retain()

    assert cleaned_by() == ["host-1", "host-2"]


@pytest.mark.parametrize("moment", ["before the first try", "between two phases"])
def test_a_runner_that_ends_at_an_odd_moment_hands_its_work_back(moment, monkeypatch):
    monkeypatch.setenv("DISCOVERY_DRAIN_SECONDS", "0")
    settings.cache_clear()
    scope, started = start_discovery(files=SMALL)
    one = registered("host-1")
    leaving, gone = threading.Thread(target=one.leave), threading.Event()
    monkeypatch.setattr(one._source, "close", gone.set)

    def leave_now():
        leaving.start()
        time.sleep(0.2)  # There is nothing yet that it could hand back.
        if gone.is_set():
            raise SystemExit  # Its process has ended.

    if moment == "between two phases":

        def at(point, phase, workflow_id=None):
            if (point, phase) == ("after_phase_commit", "data_validation"):
                leave_now()

        monkeypatch.setattr(workflow_manager, "fault_point", at)
    else:
        run = DiscoveryWorkflowManager.run_workflow

        def begin_late(self, lease):
            leave_now()
            run(self, lease)

        monkeypatch.setattr(DiscoveryWorkflowManager, "run_workflow", begin_late)

    one.start()
    wait_until(lambda: leaving.ident is not None, "it is told to leave")
    leaving.join(20)

    left = look(scope, started)
    assert (left.status, left.attempt) == ("queued", 0)
    assert {run.attempt for run in left.tries} == {1}


def test_a_phase_that_hangs_and_is_another_s_by_now_ends_its_process(
    expire_leases, monkeypatch
):
    def leave(status):
        raise SystemExit(status)

    hanging = make_claim(make_scope())
    expire_leases()
    taken = begin(take_lease("worker-2/2"))
    one = Runner("host-1")
    one._watch(hanging)
    monkeypatch.setattr(runner_module.os, "_exit", leave)

    with pytest.raises(SystemExit) as ended:
        one._end_overdue(hanging)

    assert ended.value.code == TIMEOUT_EXIT
    with unit_of_work(taken.scope) as session:
        WorkflowStateService(session).report(taken, 0.5, "Goes on")


@pytest.mark.faults
def test_a_phase_that_was_ended_for_its_time_leaves_its_log():
    scope, started = start_discovery()

    with runner(
        DISCOVERY_FAULT="in_phase:data_validation:hang",
        DISCOVERY_PHASE_TIMEOUT_SECONDS="1",
        DISCOVERY_BEAT_SECONDS="0.3",
    ) as process:
        wait_until(lambda: process.poll() is not None, "the runner ends itself")
        assert process.returncode == TIMEOUT_EXIT

    assert look(scope, started).status == "failed"
    with unit_of_work(scope) as session:
        service = PhaseLogService(session)
        chosen = failed_try(service.of_workflow(scope, started.workflow_id))
        log = service.lines(scope, started.workflow_id, chosen.phase_run_id)
    assert chosen.phase == "data_validation"
    assert "Phase data_validation began" in log_text(log)
    assert log_text(log).endswith("Phase data_validation is over its time limit.")
