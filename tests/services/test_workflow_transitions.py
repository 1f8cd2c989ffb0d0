import psycopg
import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.errors import LostLeaseError
from discovery_app.services.workflow_state import WorkflowStateService
from tests.factories import make_claim, make_result, make_scope, take_lease

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin():
    return make_scope(Role.ADMIN)


@pytest.fixture
def claim(admin):
    return make_claim(admin)


@pytest.fixture
def sent(monkeypatch):
    """What goes to the database, statement by statement."""
    statements = []
    execute = psycopg.Cursor.execute

    def note(cursor, statement, *values, **more):
        statements.append(statement)
        return execute(cursor, statement, *values, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    return statements


def commit(claim, **more):
    with unit_of_work(claim.scope) as session:
        return WorkflowStateService(session).commit_phase(
            claim, make_result(), claim.state, **more
        )


def ask(admin, claim, verb):
    with unit_of_work(admin) as session:
        act = getattr(WorkflowStateService(session), verb)
        act(admin, claim.workflow_id, version=None, reason="Wrong file.")


def view(claim):
    with unit_of_work(claim.scope) as session:
        return WorkflowStateService(session).get_workflow_state(
            claim.scope, claim.workflow_id
        )


def test_a_phase_commit_is_one_statement(claim, sent):
    commit(claim)

    assert [statement.split("(")[0] for statement in sent] == ["WITH state AS "]


@pytest.mark.parametrize("keep", [True, False])
def test_a_commit_that_gives_way_to_a_pause_is_written_once(admin, claim, keep):
    ask(admin, claim, "pause")

    assert commit(claim, keep=keep) is None

    seen = view(claim)
    assert seen.status == "paused"
    assert [one.status for one in seen.tries] == ["completed"]
    assert [one.phase for one in seen.tries] == [claim.phase]


def test_a_cancel_comes_before_a_pause(admin, claim):
    ask(admin, claim, "pause")
    ask(admin, claim, "cancel")

    following = commit(claim)

    assert following is not None
    assert view(claim).status == "cancelling"


def test_a_worker_that_lost_its_lease_cannot_pause_either(admin, claim, expire_leases):
    ask(admin, claim, "pause")
    expire_leases()
    assert take_lease().workflow_id == claim.workflow_id

    with pytest.raises(LostLeaseError):
        commit(claim)

    assert view(claim).status == "running"


def test_numbers_of_any_size_share_one_prepared_statement(claim):
    """Or each size of a count would be planned anew."""
    service = WorkflowStateService
    known = []
    with unit_of_work(claim.scope) as session:
        for items in (1, 70_000):
            result = make_result(items_in=items, items_out=items)
            with session.begin_nested() as tried:
                service(session).commit_phase(claim, result, claim.state)
                tried.rollback()
            known.append(statements_known_to(session))

    assert known[0] == known[1]


def statements_known_to(session):
    """Return the driver's counted and prepared statements, with their types."""
    prepared = session.connection().connection.driver_connection._prepared
    keys = {*prepared._counts, *prepared._names}
    return {key for key in keys if key[0].startswith(b"WITH state AS")}
