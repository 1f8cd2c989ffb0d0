from datetime import UTC, date, datetime
from uuid import uuid4

import polars as pl
import pytest
import sqlalchemy as sa

from discovery_app.database import bulk, stage_frame, unit_of_work
from discovery_app.domain.access import Role, Scope
from discovery_app.errors import InvalidInputError

TEXTS = [
    "plain",
    "",
    None,
    "\\N",
    'say "x"',
    "a,b\nc\r\n",
    " padded ",
    "NULL",
    "\\.",
    "é",
]


@pytest.fixture
def session(empty_database):
    with unit_of_work(Scope("ann", Role.CONSULTANT, uuid4(), uuid4())) as session:
        yield session


def read(session, name):
    rows = session.execute(sa.text(f"select * from {name}"))  # noqa: S608
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]


def test_texts_come_back_as_they_were(session):
    stage_frame(session, "staged", {"a": "text"}, pl.DataFrame({"a": TEXTS}))

    assert read(session, "staged") == TEXTS


def test_a_frame_of_nothing_but_empty_and_missing_texts(session):
    frame = pl.DataFrame({"a": ["", None, ""]}, schema={"a": pl.String})

    stage_frame(session, "staged", {"a": "text"}, frame)

    assert read(session, "staged") == ["", None, ""]


def test_lists_go_to_arrays_and_to_json(session):
    lists = [TEXTS, [], None, [None], ["{}"], ["a\\"]]
    frame = pl.DataFrame({"a": lists, "j": lists}, schema_overrides={"a": pl.List(str)})

    stage_frame(session, "staged", {"a": "text[]", "j": "jsonb"}, frame)

    assert read(session, "staged") == [(one, one) for one in lists]


def test_structs_go_to_json(session):
    frame = pl.DataFrame({"j": [{"x": 1, "y": ["q"]}, {"x": None, "y": []}]})

    stage_frame(session, "staged", {"j": "jsonb"}, frame)

    assert read(session, "staged") == [{"x": 1, "y": ["q"]}, {"x": None, "y": []}]


def test_numbers_times_and_truth_keep_their_values(session):
    when = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    one = uuid4()
    row = (2**62, 0.1 + 0.2, True, date(1999, 12, 31), when, one)
    frame = pl.DataFrame(
        {
            "n": [row[0], None],
            "f": [row[1], None],
            "b": [row[2], None],
            "d": [row[3], None],
            "t": [row[4], None],
            "u": [str(one), None],
        }
    )

    stage_frame(
        session,
        "staged",
        {
            "n": "bigint",
            "f": "double precision",
            "b": "boolean",
            "d": "date",
            "t": "timestamptz",
            "u": "uuid",
        },
        frame,
    )

    assert read(session, "staged") == [row, (None,) * 6]


def test_takes_the_named_columns_in_their_order(session):
    frame = pl.DataFrame({"a": [1], "secret": [2], "b": [3]})

    stage_frame(session, "staged", {"b": "integer", "a": "integer"}, frame)

    assert read(session, "staged") == [(3, 1)]


def test_every_chunk_arrives(session, monkeypatch):
    monkeypatch.setattr(bulk, "ROWS_A_CHUNK", 7)

    stage_frame(session, "staged", {"n": "integer"}, pl.DataFrame({"n": range(100)}))

    assert read(session, "staged") == list(range(100))


def test_an_empty_frame_makes_an_empty_table(session):
    stage_frame(session, "staged", {"a": "text"}, pl.DataFrame(schema={"a": pl.String}))

    assert read(session, "staged") == []


def test_names_are_never_read_as_sql(session):
    name = 'a"; drop table x; --'
    frame = pl.DataFrame({name: [1]})

    stage_frame(session, "staged", {name: "integer"}, frame)

    assert read(session, "staged") == [1]


def test_an_unknown_type_is_refused(session):
    with pytest.raises(KeyError):
        stage_frame(session, "staged", {"a": "text; --"}, pl.DataFrame({"a": ["x"]}))


def test_is_gone_after_the_transaction(empty_database):
    scope = Scope("ann", Role.CONSULTANT, uuid4(), uuid4())
    with unit_of_work(scope) as session:
        stage_frame(session, "staged", {"a": "text"}, pl.DataFrame({"a": ["x"]}))

    with unit_of_work(scope) as session:
        found = session.execute(sa.text("select to_regclass('pg_temp.staged')"))
        assert found.scalar_one() is None


def test_a_nul_character_is_the_users_to_remove(empty_database):
    scope = Scope("ann", Role.CONSULTANT, uuid4(), uuid4())

    with pytest.raises(InvalidInputError, match="NUL"), unit_of_work(scope) as session:
        stage_frame(session, "staged", {"a": "text"}, pl.DataFrame({"a": ["x\0y"]}))
