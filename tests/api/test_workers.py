"""Workers and metrics for admins and monitors, and for nobody else."""

import json
import logging

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, WorkerScope
from discovery_app.logs import write_log
from discovery_app.services.workers import WorkerService, this_process
from discovery_app.services.workflow_state import WorkflowStateService
from tests.api.calls import PROBLEM, caller, stranger
from tests.factories import begin, make_claim, make_scope, make_workflow, take_lease
from tests.processes import start_discovery

pytestmark = pytest.mark.usefixtures("database")

TOKEN = "a-monitor-s-own-token"  # noqa: S105


def register(name="host-1"):
    me = this_process(name)
    with unit_of_work(WorkerScope(me.owner)) as session:
        WorkerService(session).register(me)
    return me


def numbers(text):
    """Return the value of every sample, by name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def admin():
    return caller(Role.ADMIN)


def test_an_admin_sees_workers_leases_and_the_queue(admin):
    me = register()
    scope, started = start_discovery()
    make_workflow(scope)
    take_lease(me.owner)

    seen = admin.get("/workers").json()

    (worker,) = seen["workers"]
    assert (worker["name"], worker["pid"], worker["state"]) == (
        "host-1",
        me.pid,
        "alive",
    )
    (lease,) = worker["leases"]
    assert lease["workflow_id"] == str(started.workflow_id)
    assert lease["phase"] == "Data source analysis"
    assert lease["lease_until"]
    queue = seen["queue"]
    assert (queue["due"], queue["leased"], queue["later"]) == (1, 1, 0)
    assert queue["oldest_seconds"] > 0


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.MANAGER])
@pytest.mark.parametrize("path", ["/workers", "/metrics"])
def test_nobody_else_does(role, path):
    answer = caller(role).get(path)

    assert answer.status_code == 403
    assert answer.json()["code"] == "not_permitted"


@pytest.mark.parametrize("path", ["/workers", "/metrics"])
def test_a_stranger_does_not(path):
    answer = stranger().get(f"/api/v1{path}")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == PROBLEM


def test_metrics_count_workflows_workers_and_the_queue(admin, database):
    register()
    make_workflow(make_scope())
    make_workflow(make_scope())
    begin(take_lease())

    answer = admin.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = numbers(answer.text)
    assert found["discovery_workflows", "queued"] == 1
    assert found["discovery_workflows", "running"] == 1
    assert found["discovery_workflows", "failed"] == 0
    assert found["discovery_workers", "alive"] == 1
    assert found["discovery_workers", "silent"] == 0
    assert found["discovery_queue_due",] == 1
    assert 0 < found["discovery_queue_oldest_wait_seconds",] < 60
    assert found["discovery_leases_held",] == 1
    assert found["discovery_workflows_stuck",] == 0


def test_metrics_tell_of_the_phases_of_the_last_hour(admin, database):
    claim = make_claim(make_scope())
    with unit_of_work(claim.scope) as session:
        WorkflowStateService(session).fail_phase(
            claim, ValueError("bad"), retryable=False
        )
    phase = "data_source_analysis"

    found = numbers(admin.get("/metrics").text)

    assert found["discovery_phase_tries_last_hour", phase, "failed"] == 1
    assert 0 < found["discovery_phase_seconds_last_hour", phase, "failed"] < 60
    assert found["discovery_phase_failures_last_hour", phase, "ValueError"] == 1
    assert found["discovery_workflows", "failed"] == 1
    with database.as_owner() as connection:
        connection.execute(
            sa.text(
                "update workflow_phase_runs set finished_at = now() - '2h'::interval"
            )
        )
    later = numbers(admin.get("/metrics").text)
    assert not [key for key in later if key[0].startswith("discovery_phase")]


def test_stuck_workflows_are_counted(admin, expire_leases):
    make_claim(make_scope())

    expire_leases()

    assert numbers(admin.get("/metrics").text)["discovery_workflows_stuck",] == 1


def monitor(monkeypatch, token, sent):
    monkeypatch.setenv("DISCOVERY_METRICS_TOKEN", token)
    settings.cache_clear()
    return stranger().get(
        "/api/v1/metrics", headers={"Authorization": f"Bearer {sent}"}
    )


def test_a_monitor_reads_by_a_token_of_its_own(monkeypatch):
    answer = monitor(monkeypatch, TOKEN, TOKEN)

    assert answer.status_code == 200
    assert "discovery_workflows{" in answer.text


@pytest.mark.parametrize(("token", "sent"), [(TOKEN, "wrong"), ("", ""), ("", "x")])
def test_a_wrong_or_empty_token_opens_nothing(monkeypatch, token, sent):
    assert monitor(monkeypatch, token, sent).status_code == 401


def test_the_monitor_s_token_opens_nothing_else(monkeypatch):
    monitor(monkeypatch, TOKEN, TOKEN)

    answer = stranger().get(
        "/api/v1/workers", headers={"Authorization": f"Bearer {TOKEN}"}
    )

    assert answer.status_code == 401


def test_an_answer_carries_the_number_of_its_request(admin):
    own = admin.get("/health").headers["X-Request-ID"]
    given = admin.client.get("/api/v1/health", headers={"X-Request-ID": "proxy-12345"})
    forged = admin.client.get("/api/v1/health", headers={"X-Request-ID": "a b\tc"})

    assert len(own) == 16
    assert given.headers["X-Request-ID"] == "proxy-12345"
    assert forged.headers["X-Request-ID"] != "a b\tc"


def test_an_unexpected_error_is_logged_with_request_and_tenant(
    admin, monkeypatch, capsys
):
    def broken(*_, **__):
        raise RuntimeError("row 7 says payroll-of-jane")

    monkeypatch.setenv("DISCOVERY_LOG_FORMAT", "json")
    settings.cache_clear()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    write_log()
    monkeypatch.setattr(
        WorkflowStateService, "list_workflow_states_for_engagement", broken
    )

    answer = admin.get(f"/engagements/{admin.scope.engagement_id}/workflows")
    lines = capsys.readouterr().err.splitlines()
    root.handlers[:] = handlers
    root.setLevel(level)

    assert answer.status_code == 500
    entries = [json.loads(line) for line in lines]
    (entry,) = [one for one in entries if one["level"] == "error"]
    assert answer.json()["number"] in entry["message"]
    assert entry["engagement"] == str(admin.scope.engagement_id)
    assert len(entry["request"]) == 16
    assert entry["error"] == "RuntimeError"
    assert "payroll" not in "".join(lines)
