import pytest
import sqlalchemy as sa

from discovery_app.database import unit_of_work
from discovery_app.domain.access import PlatformScope, WorkerScope
from discovery_app.domain.workers import worker_line, worker_tiles
from discovery_app.services.worker_overview import WorkerOverviewService
from discovery_app.services.workers import WorkerService, this_process
from tests.factories import begin, make_scope, make_workflow, take_lease

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def me(database):
    """This process, registered as a worker."""
    found = this_process("test-1")
    with unit_of_work(WorkerScope(found.owner)) as session:
        WorkerService(session).register(found)
    return found


def look():
    scope = PlatformScope("Ada", "The test looks.")
    with unit_of_work(scope) as session:
        return WorkerOverviewService(session).look(scope)


def line():
    seen = look()
    return worker_line(seen.workers[0], seen.now)


def test_shows_what_a_worker_works_on(me):
    workflow_id = make_workflow(make_scope(client="Northwind"))
    begin(take_lease(me.owner))

    shown = line()

    assert (shown.state, shown.work) == ("alive", "servers.csv")
    assert shown.context.endswith("Northwind")
    assert shown.href == f"/workflows/{workflow_id}"
    assert shown.lease.endswith("left")
    assert worker_tiles(look()).busy == "1 of 1"


def test_shows_what_waits_for_an_idle_worker(me):
    make_workflow(make_scope())
    tiles = worker_tiles(look())
    assert (tiles.busy, tiles.due) == ("0 of 1", "1")
    assert line().work == "Idle"


def test_calls_a_worker_silent_that_gave_no_sign_of_life(me, database):
    with database.as_owner() as connection:
        connection.execute(
            sa.text("update workers set heartbeat_at = now() - interval '1 hour'")
        )
    assert line().state == "silent"
    assert worker_tiles(look()).alive_note == "1 silent"


def test_forgets_workers_of_yesterday(me, database):
    with database.as_owner() as connection:
        connection.execute(
            sa.text("update workers set heartbeat_at = now() - interval '2 days'")
        )
    assert look().workers == ()
