import pytest

from discovery_app.database import unit_of_work
from discovery_app.database.direct import Statement, execute_direct
from tests.factories import make_scope

pytestmark = pytest.mark.usefixtures("database")


def test_a_statement_names_each_value_once_in_the_order_they_are_sent():
    statement = Statement.of("""
        select %(one)s, %(two)s
        where %(one)s is not null
        """)

    assert statement.text == "select $1, $2 where $1 is not null"
    assert statement.names == ("one", "two")


def test_values_are_sent_by_name_however_they_are_ordered():
    statement = Statement.of("select %(one)s::text, %(two)s::int, %(one)s::text")

    with unit_of_work(make_scope()) as session:
        row = execute_direct(session, statement, {"two": 2, "one": "a", "more": None})

    assert row == ("a", 2, "a")


def test_no_row_is_none():
    with unit_of_work(make_scope()) as session:
        assert execute_direct(session, Statement.of("select 1 where false"), {}) is None
