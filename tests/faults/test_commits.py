"""Connections that end inside the commit lose nothing and double nothing."""

import psycopg
import pytest

from discovery_app.database.addresses import SUPERUSER_LOGIN, driver_address
from discovery_app.phases import ORDER
from tests.faults.fleet import LEASE_SECONDS, QUICK
from tests.faults.oracles import violations
from tests.processes import runner, start_discovery, wait_for_rest

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]

TIMES = 8
"""As in the statement below; every second commit, so that some go through."""
SABOTAGE = """
CREATE SEQUENCE sabotage;
GRANT ALL ON SEQUENCE sabotage TO PUBLIC;
CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    -- A sequence counts on although the transaction rolls back.
    IF nextval('public.sabotage') % 2 = 1
        AND (SELECT last_value FROM public.sabotage) <= 8 THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sabotage AFTER UPDATE ON workflow_states
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (new.status IN ('running', 'queued', 'completed'))
    EXECUTE FUNCTION end_connection();
"""


@pytest.mark.parametrize(
    "dispatcher", ["apscheduler", pytest.param("procrastinate", marks=pytest.mark.long)]
)
def test_connections_that_end_inside_the_commit_lose_nothing(
    dispatcher, database, server
):
    scope, started = start_discovery()
    address = driver_address(server.url(SUPERUSER_LOGIN, database.name))
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute(SABOTAGE)

        with runner(**QUICK, DISCOVERY_DISPATCHER=dispatcher):
            done = wait_for_rest(scope, started)

        ended = superuser.execute("select last_value from sabotage").fetchone()[0]
    assert ended > TIMES
    assert done.status == "completed"
    completed = [one.phase for one in done.tries if one.status == "completed"]
    assert completed == list(ORDER)
    assert violations(database, LEASE_SECONDS) == []
