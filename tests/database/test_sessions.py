import contextlib
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from discovery_app.database import (
    dispose_engine,
    engine,
    migrate,
    unit_of_work,
)
from discovery_app.database.direct import Statement, execute_direct
from discovery_app.domain.access import (
    AccountScope,
    BoardScope,
    PlatformScope,
    Role,
    Scope,
    WorkerScope,
)
from discovery_app.errors import UnavailableError

SETTINGS = sa.text(
    "select current_user,"
    " current_setting('app.client_account_id', true) as client,"
    " current_setting('app.engagement_id', true) as engagement,"
    " current_setting('app.board_engagement_ids', true) as board,"
    " current_setting('app.platform', true) as platform,"
    " current_setting('app.worker', true) as worker"
)
NOW = Statement.of("select now()")
ADD = sa.text("insert into things values (:id, :engagement, :client, :name)")


def scope():
    return Scope("cli:ann", Role.CONSULTANT, uuid4(), uuid4())


@pytest.fixture
def things(empty_database, small_tree):
    migrate(small_tree)
    return empty_database


@pytest.fixture
def single_connection(monkeypatch):
    """A pool of one connection, so that whatever is left on it meets the next user."""
    monkeypatch.setattr("discovery_app.database.pool.POOL_SIZE", 1)
    monkeypatch.setattr("discovery_app.database.pool.POOL_OVERFLOW", 0)
    monkeypatch.setattr("discovery_app.database.pool.POOL_WAIT_SECONDS", 1)
    dispose_engine()


def add(session, scope, number, name="thing"):
    session.execute(
        ADD,
        {
            "id": number,
            "engagement": scope.engagement_id,
            "client": scope.client_account_id,
            "name": name,
        },
    )


def names(session):
    rows = session.execute(sa.text("select name from things order by id"))
    return list(rows.scalars())


def test_each_scope_has_its_role_and_its_settings_and_no_other(server, empty_database):
    mine = scope()
    with server.superuser() as operator:  # What an operator could leave to the login.
        for setting in ("platform", "worker"):
            where = f"discovery_app in database {empty_database.name}"
            operator.execute(f"alter role {where} set app.{setting} = 'on'")
    board = BoardScope("ann", Role.MANAGER, (uuid4(), uuid4()))

    seen = {}
    for one in (
        mine,
        board,
        PlatformScope("root", "looking into a failure"),
        WorkerScope("host-1"),
        AccountScope(),
        BoardScope("ann", Role.MANAGER, ()),
    ):
        with unit_of_work(one) as session:
            seen[type(one), one == board] = tuple(session.execute(SETTINGS).one())

    ids = ",".join(str(one) for one in board.engagement_ids)
    client, engagement = str(mine.client_account_id), str(mine.engagement_id)
    assert seen == {
        (Scope, False): ("discovery_rw", client, engagement, "", "", ""),
        (BoardScope, True): ("discovery_rw", "", "", f"{{{ids}}}", "", ""),
        (PlatformScope, False): ("discovery_rw", "", "", "", "on", ""),
        (WorkerScope, False): ("discovery_claim", "", "", "", "", "on"),
        (AccountScope, False): ("discovery_auth", "", "", "", "", ""),
        (BoardScope, False): ("discovery_rw", "", "", "{}", "", ""),
    }


def test_a_session_cannot_end_its_transaction_by_a_commit(things):
    mine = scope()

    with pytest.raises(ZeroDivisionError), unit_of_work(mine) as session:
        add(session, mine, 1, "committed inside")
        session.commit()
        add(session, mine, 2, "after it")
        raise ZeroDivisionError

    with unit_of_work(mine) as session:
        assert names(session) == []


def test_nothing_is_done_outside_the_scope_after_a_rollback_inside(things):
    mine = scope()

    with (
        pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
        unit_of_work(mine) as session,
    ):
        add(session, mine, 1, "rolled back")
        session.rollback()
        add(session, mine, 2, "after it")

    with unit_of_work(mine) as session:
        assert names(session) == []


def test_a_failure_that_was_passed_over_is_not_said_to_be_committed(things):
    mine = scope()

    with (
        pytest.raises(psycopg.errors.InFailedSqlTransaction, match="nothing is kept"),
        unit_of_work(mine) as session,
    ):
        add(session, mine, 1)
        with contextlib.suppress(sa.exc.IntegrityError):
            add(session, mine, 1)


def test_a_savepoint_keeps_the_scope(things):
    mine = scope()

    with unit_of_work(mine) as session:
        add(session, mine, 1)
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            add(session, mine, 1)
        add(session, mine, 2, "after the savepoint")

    with unit_of_work(mine) as session:
        assert names(session) == ["thing", "after the savepoint"]


def test_the_next_scope_on_the_same_connection_sees_nothing_of_the_last(
    things, single_connection
):
    mine, theirs = scope(), scope()

    with unit_of_work(mine) as session:
        add(session, mine, 1, "mine")
        pid = session.execute(sa.text("select pg_backend_pid()")).scalar_one()
    with unit_of_work(theirs) as session:
        same = session.execute(sa.text("select pg_backend_pid()")).scalar_one()
        seen = names(session)

    assert same == pid
    assert seen == []


def test_cannot_write_into_another_engagement(things):
    mine, theirs = scope(), scope()

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        unit_of_work(mine) as session,
    ):
        add(session, theirs, 1)


def test_rolls_back_all_of_it_on_an_error(things):
    mine = scope()

    def add_and_fail():
        with unit_of_work(mine) as session:
            add(session, mine, 1)
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()

    with unit_of_work(mine) as session:
        assert names(session) == []


def test_a_forgotten_scope_is_refused_and_not_empty(things):
    with (
        engine().connect() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(sa.text("select * from things"))


def test_something_that_is_no_scope_is_refused(empty_database):
    with pytest.raises(TypeError, match="not a scope"):
        with unit_of_work("admin") as session:
            session.execute(sa.text("select 1"))


def test_an_unreachable_server_is_unavailable(monkeypatch, own_settings):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@127.0.0.1:1/discovery")

    with (
        pytest.raises(UnavailableError, match="cannot be reached"),
        unit_of_work(scope()) as session,
    ):
        session.execute(sa.text("select 1"))


@pytest.mark.parametrize(
    "go_on",
    [
        pytest.param(lambda session: names(session), id="a statement"),
        pytest.param(
            lambda session: execute_direct(session, NOW, {}), id="a direct one"
        ),
        pytest.param(lambda session: None, id="the commit"),
    ],
)
def test_a_connection_cut_in_the_middle_is_unavailable_and_the_next_works(
    go_on, server, things, single_connection, caplog
):
    mine = scope()

    def go_on_after_a_cut():
        with unit_of_work(mine) as session:
            pid = session.execute(sa.text("select pg_backend_pid()")).scalar_one()
            with server.superuser() as operator:
                operator.execute("select pg_terminate_backend(%s, 2000)", (pid,))
            go_on(session)

    with pytest.raises(UnavailableError, match="cannot be reached"):
        go_on_after_a_cut()

    with unit_of_work(mine) as session:
        assert names(session) == []
    assert caplog.text == ""


def test_a_pooled_connection_that_died_is_replaced_unseen(
    server, things, single_connection, monkeypatch
):
    monkeypatch.setattr("discovery_app.database.pool.PING_AFTER_SECONDS", 0.0)
    with unit_of_work(scope()) as session:
        pid = session.execute(sa.text("select pg_backend_pid()")).scalar_one()
    with server.superuser() as operator:
        operator.execute("select pg_terminate_backend(%s, 2000)", (pid,))

    with unit_of_work(scope()) as session:
        assert names(session) == []


def test_a_busy_pool_says_so(things, single_connection):
    def ask():
        with unit_of_work(scope()) as session:
            session.execute(sa.text("select 1"))

    with unit_of_work(scope()) as held:
        held.execute(sa.text("select 1"))
        with pytest.raises(UnavailableError, match="connections to the database are"):
            ask()


def test_a_constraint_is_not_taken_for_an_outage(things):
    mine = scope()

    with unit_of_work(mine) as session:
        add(session, mine, 1)
    with pytest.raises(sa.exc.IntegrityError), unit_of_work(mine) as session:
        add(session, mine, 1)
