import psycopg
import pytest
import sqlalchemy as sa

from discovery_app.database import unit_of_work
from discovery_app.database.addresses import driver_address
from discovery_app.database.words import say_after_commit
from discovery_app.domain.access import WorkerScope

CHANNEL = "workflow_queued"
SCOPE = WorkerScope("worker-1")


@pytest.fixture
def heard(empty_database):
    """Return what has been said since the last look."""
    address = driver_address(empty_database.app_url)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"listen {CHANNEL}")

        def look():
            # What was committed before this statement comes before its answer.
            connection.execute("select 1")
            return [word.payload for word in connection.notifies(timeout=0)]

        yield look


def test_says_all_words_once_it_has_committed(heard):
    with unit_of_work(SCOPE) as session:
        session.execute(sa.text("select 1"))
        say_after_commit(session, CHANNEL, "one")
        say_after_commit(session, CHANNEL, "two")
        before = heard()

    assert before == []
    assert heard() == ["one", "two"]
    with unit_of_work(SCOPE) as session:
        session.execute(sa.text("select 1"))
    assert heard() == []


def test_says_nothing_of_what_was_rolled_back(heard):
    with pytest.raises(ZeroDivisionError), unit_of_work(SCOPE) as session:
        session.execute(sa.text("select 1"))
        say_after_commit(session, CHANNEL, "one")
        raise ZeroDivisionError

    assert heard() == []


def test_a_savepoint_neither_says_nor_forgets(heard):
    with unit_of_work(SCOPE) as session:
        session.execute(sa.text("select 1"))
        say_after_commit(session, CHANNEL, "one")
        with session.begin_nested():
            session.execute(sa.text("select 1"))
        with pytest.raises(sa.exc.DBAPIError), session.begin_nested():
            session.execute(sa.text("select 1 / 0"))
        before = heard()

    assert before == []
    assert heard() == ["one"]


def test_the_next_transaction_on_the_connection_is_one_again(heard):
    with unit_of_work(SCOPE) as session:
        session.execute(sa.text("select 1"))
        say_after_commit(session, CHANNEL, "one")
        pid = session.execute(sa.text("select pg_backend_pid()")).scalar_one()

    with unit_of_work(SCOPE) as session:
        first = session.execute(sa.text("select pg_backend_pid(), now()")).one()
        second = session.execute(sa.text("select pg_backend_pid(), now()")).one()
        waits = session.execute(sa.text("show synchronous_commit")).scalar_one()

    assert pid == first[0]
    assert first == second  # In autocommit each would have a time of its own.
    assert waits == "on"


def test_a_word_that_cannot_be_said_undoes_nothing(heard, caplog):
    with unit_of_work(SCOPE) as session:
        session.execute(sa.text("select 1"))
        say_after_commit(session, CHANNEL, "longer than a payload may be" * 1000)

    assert "notice by themselves" in caplog.text
    assert heard() == []
    with unit_of_work(SCOPE) as session:
        times = [session.execute(sa.text("select now()")).scalar_one() for _ in "ab"]
    assert times[0] == times[1]  # In autocommit each would have a time of its own.
