import psycopg
import pytest

from discovery_app.database import checks, migrate, verify
from discovery_app.database.addresses import driver_address
from discovery_app.database.migrations import code_revision, known_revisions
from discovery_app.errors import ConfigurationError, UnavailableError
from tests.conftest import forget_settings
from tests.database.conftest import write_revision


def verify_tree(folder):
    verify(code_revision(folder), known_revisions(folder))


def use(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", driver_address(url))
    forget_settings()


def as_owner(database, statement):
    address = driver_address(database.owner_url)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture
def ready(empty_database, small_tree):
    migrate(small_tree)
    return empty_database


def test_passes_what_migrate_left(ready, small_tree):
    verify_tree(small_tree)


def test_an_unreachable_server_is_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:secret@127.0.0.1:1/discovery")
    forget_settings()

    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1/discovery") as caught:
        verify(None, ())

    assert "secret" not in str(caught.value)


def test_a_missing_database_is_named(server, monkeypatch, small_tree):
    use(monkeypatch, server.url("discovery_app", "no_such_database"))

    with pytest.raises(UnavailableError, match="no_such_database"):
        verify_tree(small_tree)


def test_refuses_a_superuser(server, ready, small_tree, monkeypatch):
    use(monkeypatch, server.url("postgres", ready.name))

    with pytest.raises(ConfigurationError, match="postgres is a superuser"):
        verify_tree(small_tree)


def test_refuses_the_owner_of_the_tables(ready, small_tree, monkeypatch):
    use(monkeypatch, ready.owner_url)

    with pytest.raises(ConfigurationError, match="discovery_owner owns the tables"):
        verify_tree(small_tree)


def test_refuses_a_login_that_bypasses_row_level_security(
    server, ready, small_tree, monkeypatch
):
    with server.superuser() as operator:
        operator.execute("CREATE ROLE bypasser LOGIN BYPASSRLS")
        operator.execute(
            psycopg.sql.SQL("GRANT CONNECT ON DATABASE {} TO bypasser").format(
                psycopg.sql.Identifier(ready.name)
            )
        )
    use(monkeypatch, server.url("bypasser", ready.name))

    with pytest.raises(ConfigurationError, match="may bypass row-level security"):
        verify_tree(small_tree)

    forget_settings()
    with server.superuser() as operator:
        operator.execute(
            psycopg.sql.SQL("REVOKE ALL ON DATABASE {} FROM bypasser").format(
                psycopg.sql.Identifier(ready.name)
            )
        )
        operator.execute("DROP ROLE bypasser")


def test_refuses_a_login_with_rights_of_its_own(ready, small_tree):
    as_owner(ready, "GRANT SELECT ON things TO discovery_app")

    with pytest.raises(ConfigurationError, match="rights on the tables of its own"):
        verify_tree(small_tree)


def test_an_empty_database_names_the_command(empty_database, small_tree):
    with pytest.raises(
        ConfigurationError,
        match=r"revision none.*0001.*python -m discovery_app migrate",
    ):
        verify_tree(small_tree)


def test_a_database_that_is_behind_names_the_command(ready, small_tree):
    write_revision(small_tree, "0002", "0001", "SELECT 1;")

    with pytest.raises(
        ConfigurationError, match=r"0001.*needs 0002.*python -m discovery_app migrate"
    ):
        verify_tree(small_tree)


def test_a_newer_schema_than_the_code_asks_for_a_newer_app(ready, small_tree):
    as_owner(ready, "UPDATE alembic_version SET version_num = '0099'")

    with pytest.raises(ConfigurationError, match="0099, which is newer than this code"):
        verify_tree(small_tree)


def test_misses_the_right_to_temporary_tables(ready, small_tree):
    as_owner(
        ready, f"REVOKE TEMPORARY ON DATABASE {ready.name} FROM discovery_rw, PUBLIC"
    )

    with pytest.raises(ConfigurationError, match="GRANT TEMPORARY"):
        verify_tree(small_tree)


def test_migrate_gives_the_right_to_temporary_tables_again(ready, small_tree):
    as_owner(
        ready, f"REVOKE TEMPORARY ON DATABASE {ready.name} FROM discovery_rw, PUBLIC"
    )

    migrate(small_tree)

    verify_tree(small_tree)


def test_refuses_an_old_server(ready, small_tree, monkeypatch):
    monkeypatch.setattr(checks, "OLDEST_SERVER", 99)

    with pytest.raises(ConfigurationError, match="needs 99 or newer"):
        verify_tree(small_tree)


def test_refuses_a_table_without_its_policies(ready, small_tree):
    as_owner(ready, "ALTER TABLE things NO FORCE ROW LEVEL SECURITY")

    with pytest.raises(ConfigurationError, match="things does not force"):
        verify_tree(small_tree)
