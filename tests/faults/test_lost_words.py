"""Notifications and queues are hints: without them work is found all the same."""

import time

import pytest
import sqlalchemy as sa

from discovery_app.config import settings
from tests.faults.fleet import LEASE_SECONDS, QUICK
from tests.faults.oracles import violations
from tests.processes import look, runner, start_discovery, wait_for_rest, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]

DISPATCHERS = (
    "apscheduler",
    pytest.param("procrastinate", marks=pytest.mark.long),
)


@pytest.mark.parametrize("dispatcher", DISPATCHERS)
def test_a_lost_notification_costs_a_moment_only(dispatcher, database):
    scope, started = start_discovery()
    with database.as_owner() as connection:
        connection.execute(sa.text("update workflow_leases set runnable = false"))
    with runner(**QUICK, DISCOVERY_DISPATCHER=dispatcher) as process:
        wait_until(lambda: workers(database) == 1, "the runner is up")
        time.sleep(1.5)  # What it heard at its start is dealt with by now.
        assert process.poll() is None
        assert look(scope, started).status == "queued"

        with database.as_owner() as connection:  # No word of it to anyone.
            connection.execute(sa.text("update workflow_leases set runnable = true"))

        assert wait_for_rest(scope, started).status == "completed"


def test_a_queue_that_is_dropped_under_load_is_rebuilt(database, monkeypatch):
    monkeypatch.setenv("DISCOVERY_DISPATCHER", "procrastinate")
    settings.cache_clear()
    started = [start_discovery() for _ in range(6)]
    with runner("worker-1", **QUICK), runner("worker-2", **QUICK):
        for wanted in (1, 3):
            wait_until(lambda n=wanted: completed(started) >= n, f"{wanted} completed")
            wait_until(lambda: has_queue(database), "the queue is there")
            with database.as_owner() as connection:
                connection.execute(sa.text("drop schema procrastinate cascade"))
        for scope, one in started:
            assert wait_for_rest(scope, one).status == "completed"

    assert violations(database, LEASE_SECONDS) == []


def has_queue(database):
    with database.as_owner() as connection:
        found = connection.execute(sa.text("select to_regnamespace('procrastinate')"))
        return found.scalar_one() is not None


def completed(started):
    return sum(look(scope, one).status == "completed" for scope, one in started)


def workers(database):
    with database.as_owner() as connection:
        return connection.execute(sa.text("select count(*) from workers")).scalar_one()
