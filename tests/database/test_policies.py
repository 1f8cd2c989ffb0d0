"""The real schema's row-level security, on real rows."""

from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel

import discovery_app.models  # noqa: F401  Registers every table.
from discovery_app.database import engine, missing_policies, unit_of_work
from discovery_app.database.addresses import driver_address
from discovery_app.database.policies import (
    ALLOW_LIST,
    BOARD_TABLES,
    CLAIM_TABLES,
    GUARDED_TABLES,
    PLATFORM_TABLES,
    TENANT_TABLES,
)
from discovery_app.domain.access import (
    AccountScope,
    BoardScope,
    PlatformScope,
    Role,
    Scope,
    WorkerScope,
)

EVERY_TABLE = sorted(TENANT_TABLES | GUARDED_TABLES | ALLOW_LIST)
COUNT = "select count(*) from {}"
ACCOUNT_TABLES = ALLOW_LIST | {"client_accounts", "engagements"}


def as_owner(database, *statements):
    address = driver_address(database.owner_url)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def lacks():
    with engine().connect() as connection:
        return missing_policies(connection)


def allowed(scope, statement):
    """Tell whether the scope may run the statement at all, whatever it finds."""
    try:
        with unit_of_work(scope) as session:
            session.execute(sa.text(statement))
    except ProgrammingError as error:
        if error.orig.sqlstate != "42501":
            raise
        return False
    return True


def count(scope, table):
    with unit_of_work(scope) as session:
        return session.execute(sa.text(COUNT.format(table))).scalar_one()


@pytest.fixture
def tenants(database):
    """Two clients with an engagement each; their scopes."""
    scopes = []
    for name in ("Ash", "Birch"):
        scope = Scope("ann", Role.CONSULTANT, uuid4(), uuid4())
        client, engagement = scope.client_account_id, scope.engagement_id
        with unit_of_work(AccountScope()) as session:
            session.execute(
                sa.text("insert into client_accounts (id, name) values (:id, :name)"),
                {"id": client, "name": name},
            )
            session.execute(
                sa.text(
                    "insert into engagements (id, client_account_id, name)"
                    " values (:id, :client, 'Move')"
                ),
                {"id": engagement, "client": client},
            )
        scopes.append(scope)
    return scopes


def remember(scope, header, of=None):
    """Write one tenant row, of another tenant if ``of`` says so."""
    of = of or scope
    with unit_of_work(scope) as session:
        session.execute(
            sa.text(
                "insert into mapping_memory (id, client_account_id, engagement_id,"
                " source, header, confirmed_by) values (:id, :client, :engagement,"
                " 'generic', :header, 'ann')"
            ),
            {
                "id": uuid4(),
                "client": of.client_account_id,
                "engagement": of.engagement_id,
                "header": header,
            },
        )


def test_the_schema_lacks_no_policy(database):
    assert lacks() == []


def test_the_lists_name_every_table_of_the_models_and_no_other():
    tables = set(SQLModel.metadata.tables)

    assert tables | {"alembic_version"} == set(EVERY_TABLE)


@pytest.mark.parametrize(
    ("statement", "phrase"),
    [
        ("DROP POLICY tenant ON assets", "assets has no policy tenant"),
        ("DROP POLICY owner_all ON assets", "assets has no policy owner_all"),
        ("DROP POLICY board ON workflow_states", "workflow_states has no policy board"),
        ("DROP POLICY claim ON workers", "workers has no policy claim"),
        (
            "ALTER TABLE assets DISABLE ROW LEVEL SECURITY",
            "assets does not force row-level security",
        ),
        (
            "CREATE POLICY everyone ON assets USING (true)",
            "assets has a policy for every role",
        ),
        (
            "CREATE TABLE forgotten (id int)",
            "forgotten has no engagement_id and stands on no list",
        ),
    ],
)
def test_finds_what_is_missing(database, statement, phrase):
    as_owner(database, statement)

    assert phrase in lacks()


def test_a_new_tenant_table_without_policies_is_found(database):
    as_owner(database, "CREATE TABLE forgotten (id int, engagement_id uuid)")

    assert lacks() == [
        "forgotten does not force row-level security",
        "forgotten has no policy owner_all",
        "forgotten has no policy tenant",
    ]


def test_each_role_reaches_its_tables_and_no_other(tenants):
    mine = tenants[0]
    reached = {
        type(scope): {t for t in EVERY_TABLE if allowed(scope, COUNT.format(t))}
        for scope in (mine, AccountScope(), WorkerScope("host-1"))
    }

    assert reached == {
        Scope: TENANT_TABLES | GUARDED_TABLES | {"alembic_version"},
        AccountScope: ACCOUNT_TABLES,
        WorkerScope: CLAIM_TABLES | {"alembic_version"},
    }


def test_a_scope_sees_its_own_rows_only(tenants):
    mine, theirs = tenants
    remember(mine, "cpu")
    remember(theirs, "memory")
    remember(theirs, "disk")

    assert count(mine, "mapping_memory") == 1
    assert count(theirs, "mapping_memory") == 2
    assert count(mine, "engagements") == 1
    assert count(mine, "client_accounts") == 1


def test_a_scope_writes_its_own_rows_only(tenants):
    mine, theirs = tenants
    remember(theirs, "cpu")

    with pytest.raises(ProgrammingError, match="row-level security"):
        remember(mine, "memory", of=theirs)
    with unit_of_work(mine) as session:
        changed = session.execute(sa.text("update mapping_memory set header = 'x'"))
        assert changed.rowcount == 0
    with unit_of_work(mine) as session:
        assert session.execute(sa.text("delete from mapping_memory")).rowcount == 0


def test_the_engagement_of_another_client_is_not_enough(tenants):
    mine, theirs = tenants
    remember(theirs, "cpu")

    mixed = Scope("ann", Role.ADMIN, mine.client_account_id, theirs.engagement_id)

    assert count(mixed, "mapping_memory") == 0
    assert count(mixed, "engagements") == 0


def test_a_board_reads_its_engagements_and_their_companies(tenants):
    mine, theirs = tenants
    remember(mine, "cpu")

    board = BoardScope("max", Role.MANAGER, (mine.engagement_id,))
    both = BoardScope("max", Role.MANAGER, (mine.engagement_id, theirs.engagement_id))
    none = BoardScope("max", Role.MANAGER, ())

    assert [count(one, "engagements") for one in (none, board, both)] == [0, 1, 2]
    assert [count(one, "client_accounts") for one in (none, board, both)] == [0, 1, 2]
    assert count(board, "mapping_memory") == 0


def test_a_board_and_the_platform_change_nothing(tenants):
    mine, _ = tenants
    board = BoardScope("max", Role.MANAGER, (mine.engagement_id,))

    for scope in (board, PlatformScope("root", "a look")):
        with unit_of_work(scope) as session:
            changed = session.execute(sa.text("update engagements set name = 'x'"))
        assert changed.rowcount == 0


def test_the_platform_sees_all_engagements_and_no_inventory(tenants):
    remember(tenants[0], "cpu")
    platform = PlatformScope("root", "a look")

    assert count(platform, "engagements") == 2
    assert count(platform, "mapping_memory") == 0
    assert PLATFORM_TABLES >= BOARD_TABLES


def test_what_happened_is_never_changed(tenants):
    mine = tenants[0]

    for table in ("audit_events", "workflow_events"):
        assert not allowed(mine, f"delete from {table}")  # noqa: S608
        assert not allowed(mine, f"update {table} set id = id")  # noqa: S608


def test_everyone_who_acts_may_leave_an_audit_event(tenants):
    mine, theirs = tenants
    add = (
        "insert into audit_events (id, actor, action, subject, reason,"
        " client_account_id, engagement_id) values (gen_random_uuid(), 'a', 'b', '',"
        " '', {}, {})"
    )
    own = add.format(f"'{mine.client_account_id}'", f"'{mine.engagement_id}'")
    foreign = add.format(f"'{theirs.client_account_id}'", f"'{theirs.engagement_id}'")
    nobodys = add.format("null", "null")

    assert allowed(mine, own)
    assert not allowed(mine, foreign)
    assert allowed(AccountScope(), nobodys)
    assert allowed(PlatformScope("root", "a look"), nobodys)
    assert not allowed(WorkerScope("host-1"), nobodys)
    assert count(mine, "audit_events") == 1
    assert count(PlatformScope("root", "a look"), "audit_events") == 3


def test_the_owner_sees_everything_for_backfills(tenants, database):
    remember(tenants[0], "cpu")
    remember(tenants[1], "cpu")

    with psycopg.connect(driver_address(database.owner_url)) as connection:
        found = connection.execute("select count(*) from mapping_memory").fetchone()

    assert found == (2,)
