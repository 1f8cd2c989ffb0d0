import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from alembic import command

from discovery_app.database import migrate, prepare
from discovery_app.database.addresses import driver_address
from discovery_app.database.migrations import (
    ALEMBIC_FOLDER,
    alembic_config,
    code_revision,
)
from discovery_app.errors import ConfigurationError, UnavailableError
from tests.conftest import ROOT, forget_settings
from tests.database.conftest import write_revision
from tests.processes import wait_until

MIGRATE = """
import sys
from pathlib import Path
from discovery_app.database import migrate

print(migrate(Path(sys.argv[1])))
"""


def owner(database):
    return psycopg.connect(driver_address(database.owner_url), autocommit=True)


def test_many_processes_at_once_migrate_once(empty_database, small_tree):
    write_revision(
        small_tree,
        "0002",
        "0001",
        "CREATE TABLE steps (n int); INSERT INTO steps VALUES (1);"
        " SELECT pg_sleep(0.3);",
    )

    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, str(small_tree)],
            cwd=ROOT,
            env=os.environ.copy(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = [one.communicate(timeout=60)[0].strip() for one in processes]

    assert answers == ["0002"] * 4
    with owner(empty_database) as connection:
        assert connection.execute("select count(*) from steps").fetchone() == (1,)


def test_a_migration_that_fails_leaves_nothing_behind(empty_database, small_tree):
    write_revision(
        small_tree, "0002", "0001", "CREATE TABLE half (n int); SELECT 1 / 0;"
    )

    with pytest.raises(Exception, match="division by zero"):
        migrate(small_tree)

    with owner(empty_database) as connection:
        found = connection.execute("select to_regclass('half')").fetchone()
    assert found == (None,)


def test_gives_up_on_a_table_in_use_with_a_sentence(
    empty_database, small_tree, monkeypatch
):
    monkeypatch.setattr("discovery_app.database.migrations.LOCK_TIMEOUT_SECONDS", 1)
    monkeypatch.setattr("discovery_app.database.migrations.LOCK_TRIES", 1)
    migrate(small_tree)
    write_revision(small_tree, "0002", "0001", "ALTER TABLE things ADD more text;")

    with psycopg.connect(driver_address(empty_database.owner_url)) as other:
        other.execute("select * from things")
        with pytest.raises(UnavailableError, match="holds what this needs"):
            migrate(small_tree)


def test_never_stalls_those_who_work_for_more_than_two_seconds(
    empty_database, small_tree, monkeypatch
):
    """A long reader holds the table; a change waits for it, and others behind that."""
    monkeypatch.setattr("discovery_app.database.migrations.LOCK_PAUSE_SECONDS", 0.5)
    migrate(small_tree)
    write_revision(small_tree, "0002", "0001", "ALTER TABLE things ADD more text;")
    waits = []
    with psycopg.connect(driver_address(empty_database.owner_url)) as reader:
        reader.execute("select * from things")
        with ThreadPoolExecutor(1) as threads:
            migrating = threads.submit(migrate, small_tree)
            address = driver_address(empty_database.owner_url)
            with psycopg.connect(address, autocommit=True) as worker:
                for _ in range(12):
                    began = time.monotonic()
                    worker.execute("select count(*) from things")
                    waits.append(time.monotonic() - began)
                    time.sleep(0.1)
            waited = not migrating.done()
            reader.rollback()
            assert migrating.result(30) == "0002"

    assert waited
    assert 0.5 < max(waits) < 2.0


def test_tables_that_come_free_one_after_another_stall_nobody_longer(
    empty_database, small_tree, monkeypatch
):
    """A change that is through keeps its table locked while the next one waits."""
    monkeypatch.setattr("discovery_app.database.migrations.LOCK_PAUSE_SECONDS", 0.5)
    tables = ("things", "second", "third", "fourth")
    made = [f"CREATE TABLE {one} (n int)" for one in tables[1:]]
    write_revision(small_tree, "0002", "0001", *made)
    migrate(small_tree)
    changes = [f"ALTER TABLE {one} ADD more text" for one in tables]
    write_revision(small_tree, "0003", "0002", *changes)
    with ExitStack() as opened:
        address = driver_address(empty_database.owner_url)
        readers = {}
        for one in tables[1:]:
            readers[one] = opened.enter_context(psycopg.connect(address))
            readers[one].execute(f"select * from {one}")  # noqa: S608
        threads = opened.enter_context(ThreadPoolExecutor(2))
        migrating = threads.submit(migrate, small_tree)
        longest = threads.submit(longest_wait, address, migrating.done)
        for one, reader in readers.items():
            wait_until(
                lambda one=one: waited_for(empty_database, one) > 0.6,
                f"the change waits for {one}",
                30,
            )
            reader.rollback()

        assert migrating.result(30) == "0003"
        assert 0.5 < longest.result(30) < 1.5


def longest_wait(address, done):
    """Read a table until ``done``; return how long that took at most."""
    waits = [0.0]
    with psycopg.connect(address, autocommit=True) as worker:
        while not done():
            began = time.monotonic()
            worker.execute("select count(*) from things")
            waits.append(time.monotonic() - began)
            time.sleep(0.02)
    return max(waits)


def waited_for(database, table):
    """Return how many seconds someone has waited for all of ``table``."""
    with owner(database) as connection:
        return connection.execute(
            "select coalesce(max(extract(epoch from clock_timestamp() - waitstart)), 0)"
            " from pg_locks where not granted and mode = 'AccessExclusiveLock'"
            " and relation = %s::regclass",
            [table],
        ).fetchone()[0]


def test_needs_the_owner_on_a_server_of_the_operators(empty_database, monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", "")
    forget_settings()

    with pytest.raises(ConfigurationError, match="DATABASE_OWNER_URL"):
        migrate()


def test_an_owner_who_may_not_create_tables_is_told(
    server, empty_database, small_tree, monkeypatch
):
    monkeypatch.setenv("DATABASE_OWNER_URL", driver_address(empty_database.app_url))
    forget_settings()

    with pytest.raises(ConfigurationError, match="owner of the database"):
        migrate(small_tree)


def test_prepare_does_not_change_a_server_of_the_operators(empty_database):
    with pytest.raises(ConfigurationError, match="python -m discovery_app migrate"):
        prepare(apply=True)

    with owner(empty_database) as connection:
        found = connection.execute("select to_regclass('alembic_version')").fetchone()
    assert found == (None,)


def test_prepare_passes_a_migrated_server(database):
    assert prepare(apply=False) is None


def test_prepare_starts_migrates_and_checks_the_embedded_server(place, monkeypatch):
    monkeypatch.setenv("DISCOVERY_DATA_DIR", str(place / "data"))
    forget_settings()

    with pytest.raises(UnavailableError, match="serve"):
        prepare(apply=False)
    first = prepare(apply=True)
    second = prepare(apply=True)
    attached = prepare(apply=False)

    assert (first.started, second.started, attached.started) == (True, False, False)


def test_prepare_is_safe_in_many_threads_at_once(place, monkeypatch):
    monkeypatch.setenv("DISCOVERY_DATA_DIR", str(place / "data"))
    forget_settings()
    servers = []

    threads = [
        threading.Thread(target=lambda: servers.append(prepare(apply=True)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(one.started for one in servers) == [False, False, True]


def test_the_command_line_of_alembic_works_from_the_root(database):
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "-c", "alembic/alembic.ini", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No new upgrade operations" in done.stdout


def test_models_and_migrations_agree(database):
    command.check(alembic_config())


def test_the_app_has_one_newest_revision():
    assert code_revision(ALEMBIC_FOLDER) is not None
