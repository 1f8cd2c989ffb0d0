"""Each try of a phase leaves its log, and no log tells what stands in a file."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from uuid import uuid4

import pytest

from discovery_app.agents.rules import RulesAssistant
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.domain.phase_logs import failed_try, log_text, log_title
from discovery_app.errors import UnavailableError
from discovery_app.jobs import phase_logs, workflow_manager
from discovery_app.jobs.phase_logs import keep_open_logs, phase_log, same_phase_log
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager, logger
from discovery_app.phases import ORDER
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.phase_logs import PhaseLogService
from tests.conftest import ROOT
from tests.factories import make_claim, make_scope, take_lease
from tests.processes import runner, start_discovery, wait_for_rest, wait_until

pytestmark = pytest.mark.usefixtures("database")

MARK = "Zarquon"
"""Stands in cells only: as a name, a number, a date, a note, an edge."""
FILE = f"""Name,Operating system,Memory (MB),IP Address,Purchase date,Notes
{MARK}-web-01,Ubuntu 22.04,8192,10.0.0.1,2021-03-04,{MARK} says hello
{MARK}-db-01,{MARK}OS 7,{MARK},{MARK}.10,{MARK} 2021,
,Ubuntu 22.04,{MARK}!,10.0.0.3,31/02/2020,"={MARK}()"
""".encode()


def logs_of(claim):
    with unit_of_work(claim.scope) as session:
        service = PhaseLogService(session)
        listed = service.of_workflow(claim.scope, claim.workflow_id)
        return [
            service.lines(claim.scope, claim.workflow_id, one.phase_run_id)
            for one in listed
        ]


def approve(scope, started):
    with unit_of_work(scope) as session:
        FieldMappingService(session).approve(
            scope, started.workflow_id, [], accept_best=True
        )


def words(log):
    return [line.message for line in log.lines]


def run_in_process(assistant_for=lambda scope: RulesAssistant()):
    DiscoveryWorkflowManager(assistant_for).run_workflow(take_lease())


def test_every_phase_leaves_its_log():
    scope, started = start_discovery()

    run_in_process()

    with unit_of_work(scope) as session:
        service = PhaseLogService(session)
        listed = service.of_workflow(scope, started.workflow_id)
        first = service.lines(scope, started.workflow_id, listed[0].phase_run_id)
    assert [one.phase for one in listed] == list(ORDER)
    assert {one.lines for one in listed} == {()}
    text = log_text(first)
    assert "Phase data_source_analysis began: attempt 1 of 5, run 1." in text
    assert "Reading northwind-vinfo.csv" in text
    assert "Stored frame columns" in text
    assert "is done after" in text
    assert log_title(first) == "Data source analysis · attempt 1 · completed"


def test_a_failed_try_says_where_and_not_what(monkeypatch):
    def fail(self, claim):
        raise ValueError(MARK)

    scope, started = start_discovery()
    monkeypatch.setattr(DiscoveryWorkflowManager, "_run_phase", fail)

    run_in_process()

    with unit_of_work(scope) as session:
        service = PhaseLogService(session)
        listed = service.of_workflow(scope, started.workflow_id)
        chosen = failed_try(listed)
        log = service.lines(scope, started.workflow_id, chosen.phase_run_id)
    assert (chosen.phase, chosen.status) == (ORDER[0], "failed")
    assert "failed (ValueError); it needs a person." in log_text(log)
    assert MARK not in log_text(log)


def test_what_was_logged_before_a_process_died_is_kept():
    claim = make_claim(make_scope())

    with phase_log(claim):
        logger.info("Half of it")
        keep_open_logs()
        (during,) = logs_of(claim)
        logger.info("The rest")
    (after,) = logs_of(claim)

    assert words(during)[-1] == "Half of it"
    assert words(after)[-2:] == ["Half of it", "The rest"]


def test_what_was_logged_before_a_report_is_kept_with_it(monkeypatch):
    monkeypatch.setattr(workflow_manager, "REPORT_SECONDS", 0.01)
    claim = make_claim(make_scope())

    with phase_log(claim):
        report = workflow_manager._Reporter(claim)
        report(0.0, "Started")
        at_first = logs_of(claim)
        time.sleep(0.02)
        report(0.5, "Half of it")
        (during,) = logs_of(claim)

    assert at_first == []
    assert words(during)[-2:] == ["Started (0 %)", "Half of it (50 %)"]


@pytest.mark.faults
def test_a_runner_that_is_killed_after_a_commit_leaves_the_whole_log_of_the_phase():
    scope, started = start_discovery(files={"servers.csv": FILE})
    with runner(
        DISCOVERY_FAULT="after_phase_commit:data_validation",
        DISCOVERY_BEAT_SECONDS="60",
    ) as process:
        wait_until(lambda: process.poll() is not None, "the runner is killed")

    with unit_of_work(scope) as session:
        service = PhaseLogService(session)
        listed = service.of_workflow(scope, started.workflow_id)
        log = service.lines(scope, started.workflow_id, listed[-1].phase_run_id)
    assert (log.phase, log.status) == ("data_validation", "completed")
    assert "Phase data_validation is done after" in words(log)[-1]


def test_a_name_of_half_characters_does_not_fail_the_phase():
    claim = make_claim(make_scope())

    with phase_log(claim):
        logger.info("Reading %s", "a\0b\udc80.csv")

    (log,) = logs_of(claim)
    assert words(log)[-1] == "Reading a�b?.csv"


def test_the_clock_s_thread_adds_to_the_log_of_the_phase():
    claim = make_claim(make_scope())

    with phase_log(claim):
        with same_phase_log(claim):
            logger.error("Over its time limit")
        (log,) = logs_of(claim)

    assert words(log)[-1] == "Over its time limit"


def test_a_log_that_cannot_be_kept_does_not_fail_the_phase(monkeypatch):
    def broken(self, claim, lines):
        raise UnavailableError("The database is away.")

    claim = make_claim(make_scope())
    monkeypatch.setattr(phase_logs.PhaseLogService, "keep", broken)

    with phase_log(claim):
        logger.info("Goes on")

    monkeypatch.undo()
    assert logs_of(claim) == []


def test_another_client_sees_no_log():
    claim = make_claim(make_scope())
    with phase_log(claim):
        logger.info("Ours")
    other = make_scope(Role.ADMIN)

    with unit_of_work(other) as session:
        service = PhaseLogService(session)
        assert service.of_workflow(other, claim.workflow_id) == ()
        assert service.lines(other, claim.workflow_id, claim.phase_run_id) is None


def test_a_try_is_shown_only_with_its_own_workflow():
    claim = make_claim(make_scope())
    with phase_log(claim):
        logger.info("Ours")

    with unit_of_work(claim.scope) as session:
        found = PhaseLogService(session).lines(claim.scope, uuid4(), claim.phase_run_id)
    assert found is None


def test_a_long_log_says_how_much_is_left_out():
    claim = make_claim(make_scope())
    with phase_log(claim):
        for number in range(300):
            logger.info("Line %d", number)

    (log,) = logs_of(claim)

    assert log.left_out == 101
    assert "… 101 lines not kept …" in log_text(log)
    assert log_text(log).endswith("Line 299")
    assert log_title(replace(log, attempt=2, run_number=3)).endswith(
        "attempt 2 · running · run 3"
    )


@pytest.mark.faults
@pytest.mark.parametrize("how", ["json", "text"])
def test_no_cell_of_a_file_is_in_the_log_of_a_runner(how, tmp_path, monkeypatch):
    monkeypatch.setenv("DISCOVERY_LOG_FORMAT", how)
    scope, started = start_discovery(files={"servers.csv": FILE})
    log = tmp_path / "runner.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "discovery_app.jobs.runner", "worker-1"],
            cwd=ROOT,
            stderr=out,
        )
        try:
            if wait_for_rest(scope, started).status == "waiting_for_approval":
                approve(scope, started)
            view = wait_for_rest(scope, started)
        finally:
            process.terminate()
            process.wait(30)

    text = log.read_text()
    assert view.status == "completed"
    assert "Phase database_integration is done" in text
    assert MARK.lower() not in text.lower()
    assert str(started.workflow_id) in text
    with unit_of_work(scope) as session:
        service = PhaseLogService(session)
        for one in service.of_workflow(scope, started.workflow_id):
            kept = service.lines(scope, started.workflow_id, one.phase_run_id)
            assert MARK.lower() not in log_text(kept).lower()
    if how == "json":
        entries = [json.loads(line) for line in text.splitlines()]
        of_phase = [one for one in entries if one.get("phase") == "data_validation"]
        assert of_phase
        assert {one["workflow"] for one in of_phase} == {str(started.workflow_id)}
        assert {one["engagement"] for one in of_phase} == {str(scope.engagement_id)}
        assert {one["attempt"] for one in of_phase} == {"1"}
