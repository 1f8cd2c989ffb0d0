import subprocess
import sys

import psycopg
import pytest

from discovery_app.database import EmbeddedServer, migrate, verify
from discovery_app.database.addresses import driver_address, socket_url
from discovery_app.database.cluster import socket_folder
from discovery_app.database.migrations import code_revision, known_revisions
from discovery_app.errors import ConfigurationError
from tests.conftest import ROOT, forget_settings

MIGRATE = """
import sys
from pathlib import Path
from discovery_app.database import migrate

print(migrate(Path(sys.argv[1])))
"""

HARD_WORD = "s3cret'x"


class OperatorsServer:
    """A server that someone else runs, with a database and its owner on it."""

    def __init__(self, place):
        running = EmbeddedServer.start_or_attach(place / "data", durable=False)
        self._socket = str(socket_folder(running.folder))

    def url(self, login, database="inventory"):
        return socket_url(self._socket, login, database)

    def run(self, *statements):
        address = driver_address(self.url("postgres", "postgres"))
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture
def operators(place, monkeypatch):
    server = OperatorsServer(place)
    monkeypatch.setenv("DATABASE_URL", driver_address(server.url("inventory_app")))
    monkeypatch.setenv("DATABASE_OWNER_URL", driver_address(server.url("dba")))
    forget_settings()
    return server


def verify_tree(folder):
    verify(code_revision(folder), known_revisions(folder))


def test_an_owner_who_may_create_roles_sets_everything_up(operators, small_tree):
    operators.run(
        "CREATE ROLE dba LOGIN CREATEROLE", "CREATE DATABASE inventory OWNER dba"
    )

    migrate(small_tree)
    migrate(small_tree)

    verify_tree(small_tree)


def test_an_owner_who_may_not_gets_the_sql_that_helps(operators, small_tree):
    operators.run("CREATE ROLE dba LOGIN", "CREATE DATABASE inventory OWNER dba")

    with pytest.raises(ConfigurationError, match="ask the server's admin") as caught:
        migrate(small_tree)
    statements = str(caught.value).partition(" to run: ")[2].split("; ")
    operators.run(*(one for one in statements if not one.startswith("and give")))

    migrate(small_tree)
    verify_tree(small_tree)


def test_gives_a_new_login_its_password_and_never_shows_it(
    operators, small_tree, monkeypatch
):
    operators.run(
        "CREATE ROLE dba LOGIN CREATEROLE", "CREATE DATABASE inventory OWNER dba"
    )
    with_password = operators.url("inventory_app").set(password=HARD_WORD)
    monkeypatch.setenv("DATABASE_URL", driver_address(with_password))
    forget_settings()

    migrate(small_tree)

    address = driver_address(operators.url("postgres", "postgres"))
    with psycopg.connect(address) as connection:
        stored = connection.execute(
            "select rolpassword from pg_authid where rolname = 'inventory_app'"
        ).fetchone()
    assert stored[0].startswith("SCRAM-SHA-256$")


def test_never_shows_the_password_to_the_operator(operators, small_tree, monkeypatch):
    operators.run("CREATE ROLE dba LOGIN", "CREATE DATABASE inventory OWNER dba")
    with_password = operators.url("inventory_app").set(password=HARD_WORD)
    monkeypatch.setenv("DATABASE_URL", driver_address(with_password))
    forget_settings()

    with pytest.raises(ConfigurationError) as caught:
        migrate(small_tree)

    assert HARD_WORD not in str(caught.value)


def test_the_apps_login_may_do_nothing_of_its_own(operators, small_tree):
    operators.run(
        "CREATE ROLE dba LOGIN CREATEROLE", "CREATE DATABASE inventory OWNER dba"
    )
    migrate(small_tree)

    with (
        psycopg.connect(driver_address(operators.url("inventory_app"))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("select * from things")


def test_many_processes_at_once_make_the_roles_once(operators, small_tree):
    operators.run(
        "CREATE ROLE dba LOGIN CREATEROLE", "CREATE DATABASE inventory OWNER dba"
    )

    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, str(small_tree)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    results = [one.communicate(timeout=60) for one in processes]

    assert [out.strip() for out, _ in results] == ["0001"] * 3, results


@pytest.mark.parametrize("text", ["mysql://a@b/c", "postgresql//a", "not an address"])
def test_an_address_that_is_none_is_refused_without_repeating_it(monkeypatch, text):
    monkeypatch.setenv("DATABASE_URL", text)
    forget_settings()

    with pytest.raises(ConfigurationError, match="DATABASE_URL is no") as caught:
        verify(None, ())

    assert text not in str(caught.value)
