"""A scope of one engagement neither reads nor writes another's rows, by any way."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

import discovery_app.models as models
from discovery_app.database import missing_policies, unit_of_work
from discovery_app.database.policies import TENANT_TABLES
from discovery_app.domain.access import (
    AccountScope,
    BoardScope,
    PlatformScope,
    Role,
    WorkerScope,
)
from tests.factories import make_scope

TABLES = {
    table.name: table
    for table in SQLModel.metadata.sorted_tables
    if table.name in TENANT_TABLES
}
MODELS = {
    mapper.local_table.name: mapper.class_
    for mapper in models.Asset._sa_registry.mappers
    if mapper.local_table.name in TABLES
}
KEYED = sorted(set(TABLES) - {"client_accounts", "engagements"})
"""Tables whose rows name their engagement."""


def value_for(column):
    kind = column.type
    if isinstance(kind, sa.Uuid):
        return uuid4()
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, (sa.Integer, sa.Float)):
        return 1
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 1, 1, tzinfo=UTC)
    if isinstance(kind, sa.Date):
        return date(2026, 1, 1)
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, sa.ARRAY):
        return []
    return f"v{uuid4().hex[:16]}"[: getattr(kind, "length", None) or 20]


def make_rows(connection, scope):
    """Store one row in every tenant table; return each one's values by table."""
    rows = {}
    for name, table in TABLES.items():
        if name in {"client_accounts", "engagements"}:
            continue
        row = {c.name: value_for(c) for c in table.columns if not c.nullable}
        row["client_account_id"] = scope.client_account_id
        if (
            "engagement_id" in table.columns
        ):  # What a client's people confirmed has none.
            row["engagement_id"] = scope.engagement_id
        for key in table.foreign_key_constraints:
            parent = rows.get(key.referred_table.name)
            own = key.column_keys[0]
            if parent and own in row:
                row[own] = parent["id"]
        raw = {k: sa.literal(v, TABLES[name].c[k].type) for k, v in _plain(row, table)}
        connection.execute(sa.insert(table).values(raw))
        rows[name] = row
    return rows


def _plain(row, table):
    """Give enumerations one of their own words."""
    for key, value in row.items():
        kind = table.c[key].type
        yield (
            key,
            kind.enum_class(kind.enums[0]) if isinstance(kind, sa.Enum) else value,
        )


@pytest.fixture
def mine(database):
    return make_scope()


@pytest.fixture
def theirs(database, mine):
    """Another client's engagement with a row in every table."""
    scope = make_scope()
    with database.as_owner() as connection:
        scope_rows = make_rows(connection, scope)
    return scope, scope_rows


@pytest.fixture
def one_connection(monkeypatch, database):
    """A pool of one connection, so that every transaction follows another's."""
    single = sa.create_engine(database.app_url, pool_size=1, max_overflow=0)
    monkeypatch.setattr("discovery_app.database.sessions.engine", lambda: single)
    yield single
    single.dispose()


def test_every_tenant_table_is_covered_here():
    assert set(TABLES) == set(TENANT_TABLES)
    assert set(MODELS) == set(TABLES)


def test_no_tenant_table_lacks_its_policy(database):
    with database.as_owner() as connection:
        assert missing_policies(connection) == []


def test_a_new_table_without_policies_is_noticed(database):
    with database.as_owner() as connection:
        connection.execute(sa.text("create table planted (engagement_id uuid)"))
        assert any("planted" in lack for lack in missing_policies(connection))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_reads_nothing_of_another_engagement(name, mine, theirs, one_connection):
    scope, _rows = theirs
    table, model = TABLES[name], MODELS[name]
    with unit_of_work(scope) as session:
        assert session.execute(sa.select(sa.func.count()).select_from(table)).scalar()
    with unit_of_work(mine) as session:
        by_core = session.execute(sa.select(table).where(_others(table, scope))).all()
        by_orm = session.exec(select(model).where(_others(table, scope))).all()
        by_text = session.execute(
            sa.text(f'select count(*) from "{name}" where not ({_own(name)})'),  # noqa: S608
            {"c": mine.client_account_id, "e": mine.engagement_id},
        ).scalar()
    assert (by_core, by_orm, by_text) == ([], [], 0)


def _others(table, scope):
    if table.name == "client_accounts":
        return table.c.id == scope.client_account_id
    if table.name == "engagements":
        return table.c.id == scope.engagement_id
    if table.name == "client_mappings":
        return table.c.client_account_id == scope.client_account_id
    return table.c.engagement_id == scope.engagement_id


def _own(name):
    if name == "client_accounts":
        return "id = :c and (cast(:e as uuid) is not null)"
    if name == "engagements":
        return "id = :e and (cast(:c as uuid) is not null)"
    if name == "client_mappings":
        return "client_account_id = :c and (cast(:e as uuid) is not null)"
    return "client_account_id = :c and engagement_id = :e"


@pytest.mark.parametrize("name", KEYED)
def test_finds_nothing_by_id(name, mine, theirs):
    scope, rows = theirs
    model = MODELS[name]
    key = {"id": rows[name]["id"]}
    if "engagement_id" in TABLES[name].columns:
        key["engagement_id"] = scope.engagement_id
    with unit_of_work(mine) as session:
        assert session.get(model, key) is None


@pytest.mark.parametrize("name", KEYED)
def test_changes_nothing_of_another_engagement(name, mine, theirs):
    _scope, _ = theirs
    table = TABLES[name]
    if name == "workflow_events":
        pytest.skip("A history is only ever added to; the test below shows it.")
    with unit_of_work(mine) as session:
        moved = session.execute(
            sa.update(table).values(client_account_id=mine.client_account_id)
        )
        gone = session.execute(sa.delete(table))
    assert (moved.rowcount, gone.rowcount) == (0, 0)


def test_a_history_is_only_added_to(mine):
    for verb in (
        sa.update(models.WorkflowEvent).values(reason="x"),
        sa.delete(models.WorkflowEvent),
    ):
        with pytest.raises(sa.exc.ProgrammingError, match="denied"):
            with unit_of_work(mine) as session:
                session.execute(verb)


@pytest.mark.parametrize("name", KEYED)
def test_inserts_nothing_into_another_engagement(name, mine, theirs):
    _scope, rows = theirs
    table = TABLES[name]
    row = dict(rows[name]) | {"id": uuid4()}
    values = dict(_plain(row, table))
    for key in ("seq", "position", "request_key", "key", "header", "prompt_sha256"):
        if key in values:
            values[key] = value_for(table.c[key])
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        with unit_of_work(mine) as session:
            session.execute(sa.insert(table), [values])


def test_a_bulk_insert_of_objects_is_held_too(mine, theirs):
    scope, _ = theirs
    session_id = uuid4()
    planted = [
        models.Asset(
            client_account_id=scope.client_account_id,
            engagement_id=scope.engagement_id,
            asset_name=f"planted-{number}",
            first_session_id=session_id,
            last_session_id=session_id,
        )
        for number in range(3)
    ]
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        with unit_of_work(mine) as session:
            session.bulk_save_objects(planted)


def test_a_row_cannot_be_moved_to_another_engagement(mine, theirs):
    scope, _ = theirs
    with unit_of_work(mine) as session:
        asset = models.Asset(
            client_account_id=mine.client_account_id,
            engagement_id=mine.engagement_id,
            asset_name="mine",
            first_session_id=uuid4(),
            last_session_id=uuid4(),
        )
        session.add(asset)
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        with unit_of_work(mine) as session:
            session.execute(
                sa.update(models.Asset).values(
                    engagement_id=scope.engagement_id,
                    client_account_id=scope.client_account_id,
                )
            )


def test_the_scope_holds_after_a_rollback(mine, theirs, one_connection):
    scope, _ = theirs
    with pytest.raises(ZeroDivisionError), unit_of_work(scope) as session:
        session.execute(sa.select(sa.func.count()).select_from(models.Asset))
        raise ZeroDivisionError
    with unit_of_work(mine) as session:
        with session.begin_nested() as savepoint:
            savepoint.rollback()
        assert session.exec(select(models.Asset)).all() == []


def test_a_connection_without_a_scope_gets_nothing(database, theirs):
    engine = sa.create_engine(database.app_url)
    with engine.connect() as connection, Session(connection) as session:
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            session.execute(sa.text("select * from assets"))
    engine.dispose()


class TestBoard:
    def test_shows_the_workflows_of_its_engagements_only(self, mine, theirs):
        scope, _rows = theirs
        board = BoardScope("Jonas", Role.MANAGER, (scope.engagement_id,))
        with unit_of_work(board) as session:
            assert len(session.exec(select(models.WorkflowState)).all()) == 1
        with unit_of_work(
            BoardScope("Jonas", Role.MANAGER, (mine.engagement_id,))
        ) as s:
            assert s.exec(select(models.WorkflowState)).all() == []
        with unit_of_work(BoardScope("Jonas", Role.MANAGER, ())) as session:
            assert session.exec(select(models.WorkflowState)).all() == []

    @pytest.mark.parametrize("name", ["assets", "import_issues", "field_mappings"])
    def test_shows_no_contents(self, theirs, name):
        scope, _ = theirs
        board = BoardScope("Jonas", Role.MANAGER, (scope.engagement_id,))
        with unit_of_work(board) as session:
            assert session.execute(sa.select(TABLES[name])).all() == []

    def test_only_reads(self, theirs):
        scope, _ = theirs
        board = BoardScope("Jonas", Role.MANAGER, (scope.engagement_id,))
        with unit_of_work(board) as session:
            changed = session.execute(
                sa.update(models.WorkflowState).values(progress_percentage=99)
            )
        assert changed.rowcount == 0


class TestPlatform:
    def test_lists_workflows_but_no_inventory(self, theirs):
        with unit_of_work(PlatformScope("Ada", "looking")) as session:
            assert len(session.exec(select(models.WorkflowState)).all()) == 1
            assert session.exec(select(models.Asset)).all() == []


@pytest.mark.parametrize(
    "name", sorted(set(TABLES) - {"workflow_leases", "engagement_requests"})
)
def test_a_worker_sees_leases_and_requests_alone(database, name):
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        with unit_of_work(WorkerScope("worker-1/1")) as session:
            session.execute(sa.select(TABLES[name]))


@pytest.mark.parametrize("name", KEYED)
def test_accounts_see_no_tenant_rows(database, name):
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        with unit_of_work(AccountScope()) as session:
            session.execute(sa.select(TABLES[name]))
