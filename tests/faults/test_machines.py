"""Several machines share one PostgreSQL and one bucket, and each may go away."""

import signal
from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from discovery_app.database import unit_of_work
from discovery_app.domain.access import WorkerScope
from discovery_app.services.workflow_leases import WorkflowLeaseService
from tests.buckets import bucket_for
from tests.factories import make_scope, make_workflow
from tests.faults.fleet import LEASE_SECONDS, QUICK
from tests.faults.machines import listen_on_the_network, machines
from tests.faults.oracles import inventory, violations
from tests.faults.test_outages import OwnDatabase, completed, own_server
from tests.processes import runner, start_discovery, wait_for_rest, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.long]
__all__ = ["own_server"]

WORKER = ("-m", "discovery_app", "worker", "--slots", "1", "--name")
NOTICED_SECONDS = 120.0
"""PostgreSQL notices within 25 seconds that a machine is gone; the rest is slack."""

HOLD_A_LEASE = """
import time
from discovery_app.database import unit_of_work
from discovery_app.domain.access import WorkerScope
from discovery_app.services.workflow_leases import WorkflowLeaseService

with unit_of_work(WorkerScope("gone/1")) as session:
    assert WorkflowLeaseService(session).claim("gone/1")
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def place(own_server, monkeypatch, tmp_path):
    """Two machines, a database and a bucket; what a process on each is told."""
    with ExitStack() as opened:
        made = opened.enter_context(machines("one", "two"))
        bucket = opened.enter_context(bucket_for(monkeypatch, "0.0.0.0"))  # noqa: S104
        listen_on_the_network(own_server, [one.host for one in made])
        told = {}
        for one in made:
            folder = tmp_path / one.name
            folder.mkdir()
            told[one.name] = one.environment(bucket, folder) | QUICK
        yield made, told


@pytest.mark.timeout(500)
@pytest.mark.parametrize("dispatcher", ["procrastinate", "apscheduler"])
def test_a_machine_that_is_cut_off_is_taken_over_and_writes_nothing_more(
    dispatcher, place, monkeypatch, tmp_path
):
    monkeypatch.setenv("DISCOVERY_DISPATCHER", dispatcher)
    monkeypatch.setenv("DISCOVERY_MAX_ATTEMPTS", "50")
    pair, told = place
    calm_scope, calm = start_discovery()
    with runner(**QUICK):
        assert wait_for_rest(calm_scope, calm).status == "completed"
    wanted = inventory(OwnDatabase(), calm_scope.engagement_id)
    started = [start_discovery() for _ in range(8)]

    with ExitStack() as processes:
        for one in pair:
            process = one.start(told[one.name], *WORKER, one.name)
            processes.callback(process.wait, 60)
            processes.callback(process.send_signal, signal.SIGTERM)
        wait_until(lambda: completed(started) >= 2, "both work", 120)
        pair[0].pull_the_cable()
        ended = [wait_for_rest(scope, one, NOTICED_SECONDS) for scope, one in started]
        pair[0].plug_it_in()
        wait_until(lambda: beats("one-1"), "it is back", NOTICED_SECONDS)
        more = start_discovery()
        assert wait_for_rest(*more).status == "completed"

    assert {one.status for one in ended} == {"completed"}
    workers = {run.worker.partition("/")[0] for one in ended for run in one.tries}
    assert workers == {"one-1", "two-1"}
    assert violations(OwnDatabase(), LEASE_SECONDS) == []
    for scope, _ in started:
        assert inventory(OwnDatabase(), scope.engagement_id) == wanted
    assert not list(tmp_path.glob("*/storage"))


@pytest.mark.timeout(500)
def test_locks_of_a_machine_that_vanished_in_a_transaction_end(place):
    pair, told = place
    make_workflow(make_scope())
    process = pair[0].start(told["one"], "-c", HOLD_A_LEASE)
    try:
        assert process.stdout.readline() == "held\n"
        assert claimed() is None
        pair[0].pull_the_cable()

        wait_until(lambda: claimed() is not None, "another takes it", NOTICED_SECONDS)
    finally:
        process.kill()
        process.wait(30)


def claimed():
    with unit_of_work(WorkerScope("two/1")) as session:
        return WorkflowLeaseService(session).claim("two/1")


def beats(name):
    with OwnDatabase().as_owner() as connection:
        return connection.execute(
            sa.text(
                "select heartbeat_at > clock_timestamp() - '2s'::interval"
                " from workers where name = :name"
            ),
            {"name": name},
        ).scalar_one()
