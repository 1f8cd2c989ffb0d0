"""Fixtures every test may use: a database of its own, and the sample files.

One PostgreSQL a test run (a worker process under xdist has its own), one template
database made by the migrations, one clone of it for each test that asks.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
import pytest
import sqlalchemy as sa

os.environ["REFLEX_CHECK_LATEST_VERSION"] = "false"
os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["OTEL_SDK_DISABLED"] = "true"

from discovery_app.config import settings
from discovery_app.database import EmbeddedServer, dispose_engine, migrate
from discovery_app.database.addresses import (
    APP_LOGIN,
    MAINTENANCE_DATABASE,
    OWNER_LOGIN,
    SUPERUSER_LOGIN,
    driver_address,
    socket_url,
)
from discovery_app.database.bootstrap import Logins, bootstrap_own, create_database
from discovery_app.database.cluster import socket_folder
from discovery_app.database.pool import single_use_engine
from discovery_app.storage import object_store

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"
TEMPLATE = "discovery_template"
SERVERS = Path(tempfile.gettempdir())
SERVER_PREFIX = "discovery-tests-"


@dataclass(frozen=True)
class TestServer:
    """The PostgreSQL of this test run."""

    __test__ = False

    server: EmbeddedServer

    def url(self, login: str, database: str = MAINTENANCE_DATABASE) -> sa.URL:
        """Return the address of ``login``; ``postgres`` is the superuser."""
        return socket_url(str(socket_folder(self.server.folder)), login, database)

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection]:
        """Connect to the maintenance database, in autocommit."""
        address = driver_address(self.url(SUPERUSER_LOGIN))
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection

    def create(self, name: str, template: str | None = None) -> "TestDatabase":
        """Make the database ``name``, empty or as a clone."""
        logins = Logins(OWNER_LOGIN, APP_LOGIN, name)
        if template is None:
            bootstrap_own(self.url(SUPERUSER_LOGIN), logins)
        else:
            with self.superuser() as connection:
                create_database(connection, logins, template)
        return TestDatabase(
            name, self.url(APP_LOGIN, name), self.url(OWNER_LOGIN, name)
        )

    def drop(self, name: str) -> None:
        """Remove the database ``name``, whoever is connected to it."""
        with self.superuser() as connection:
            connection.execute(
                psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    psycopg.sql.Identifier(name)
                )
            )


@dataclass(frozen=True)
class TestDatabase:
    """One test's database: its name, the app's and the owner's address."""

    __test__ = False

    name: str
    app_url: sa.URL
    owner_url: sa.URL

    @contextmanager
    def as_owner(self) -> Iterator[sa.Connection]:
        """Connect as the owner, who sees every tenant; commits at the end."""
        engine = single_use_engine(self.owner_url)
        with engine.begin() as connection:
            yield connection

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Point the app, and what it starts, at this database."""
        monkeypatch.setenv("DATABASE_URL", driver_address(self.app_url))
        monkeypatch.setenv("DATABASE_OWNER_URL", driver_address(self.owner_url))
        forget_settings()


def forget_settings() -> None:
    """Let the app read its settings again and connect anew."""
    dispose_engine()
    settings.cache_clear()
    object_store.cache_clear()


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep every test away from the developer's own database and data folder."""
    monkeypatch.setenv("DATABASE_URL", "")  # Set but empty, or .env would be read.
    monkeypatch.setenv("DATABASE_OWNER_URL", "")
    monkeypatch.setenv("DISCOVERY_DATA_DIR", str(tmp_path / "data"))
    forget_settings()
    yield
    forget_settings()


@pytest.fixture(scope="session")
def server() -> Iterator[TestServer]:
    """A PostgreSQL of this test run, not durable, gone at its end."""
    remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=f"{SERVER_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)  # Under root the server runs as an account of its own.
    running = EmbeddedServer.start_or_attach(folder / "data", durable=False)
    yield TestServer(running)
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template(server: TestServer) -> str:
    """A database made by the migrations, never by ``create_all``; to be cloned."""
    made = server.create(TEMPLATE)
    with pytest.MonkeyPatch.context() as patch:
        made.use(patch)
        migrate()
    forget_settings()
    return made.name


@pytest.fixture
def database(
    server: TestServer,
    template: str,
    own_settings: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestDatabase]:
    """A fresh, migrated database that the app uses for this test."""
    made = server.create(f"test_{uuid4().hex[:12]}", template)
    made.use(monkeypatch)
    yield made
    dispose_engine()
    server.drop(made.name)


@pytest.fixture
def expire_leases(database: TestDatabase) -> Callable[[], None]:
    """End every lease now, as if their workers had been silent for long."""

    def expire() -> None:
        with database.as_owner() as connection:
            connection.execute(
                sa.text(
                    "update workflow_leases set lease_until = now() - '1h'::interval"
                )
            )

    return expire


@pytest.fixture
def empty_database(
    server: TestServer, own_settings: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestDatabase]:
    """A database with roles but without any migration, that the app uses."""
    made = server.create(f"test_{uuid4().hex[:12]}")
    made.use(monkeypatch)
    yield made
    dispose_engine()
    server.drop(made.name)


@pytest.fixture
def samples() -> Path:
    """The folder of real inventory exports."""
    if not SAMPLES.is_dir():
        pytest.skip(f"The sample files are not at {SAMPLES}.")
    return SAMPLES


def remove_leftovers() -> None:
    """Stop and remove the servers of test runs that were killed."""
    for folder in SERVERS.glob(f"{SERVER_PREFIX}*-*"):
        pid = folder.name.removeprefix(SERVER_PREFIX).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            if (folder / "data").is_dir():
                EmbeddedServer(folder / "data").stop()
            shutil.rmtree(folder, ignore_errors=True)
