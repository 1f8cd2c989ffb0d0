"""A worker that wakes up after its lease has ended can write nothing any more."""

import signal

import pytest
import sqlalchemy as sa

from tests.faults.fleet import LEASE_SECONDS, QUICK, start_runner
from tests.faults.oracles import violations
from tests.faults.test_outages import ROWS, servers_csv
from tests.processes import look, runner, start_discovery, wait_for_rest, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]


def test_a_worker_that_slept_past_its_lease_writes_nothing(database):
    scope, started = start_discovery(files={"servers.csv": servers_csv()})
    zombie = start_runner("zombie", QUICK)
    try:
        wait_until(
            lambda: look(scope, started).current_phase == "data_cleansing",
            "cleansing runs",
        )
        zombie.send_signal(signal.SIGSTOP)
        slept_in = look(scope, started).current_phase
        with runner("worker-2", **QUICK):
            done = wait_for_rest(scope, started)
        zombie.send_signal(signal.SIGCONT)

        def has_woken():
            with database.as_owner() as connection:
                return connection.execute(
                    sa.text(
                        "select heartbeat_at > clock_timestamp() - '1s'::interval"
                        " from workers where name = 'zombie'"
                    )
                ).scalar_one()

        wait_until(has_woken, "the zombie beats again")
        zombie.send_signal(signal.SIGTERM)
        assert zombie.wait(30) == 0
    finally:
        zombie.kill()

    after = look(scope, started)
    assert done.status == "completed"
    assert after.version == done.version
    assert after.tries == done.tries
    lost = [one for one in done.tries if one.status == "failed"]
    assert [(one.phase, one.error_type) for one in lost] == [(slept_in, "LeaseExpired")]
    accounting = after.state_data["database_integration"]["accounting"]
    assert (accounting["rows_in"], accounting["created"]) == (ROWS, ROWS)
    assert violations(database, LEASE_SECONDS) == []
