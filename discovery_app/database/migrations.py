"""Brings the schema to what the code expects, once, however many processes start."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import OperationalError, ProgrammingError

from discovery_app.config import settings
from discovery_app.database.addresses import owner_url
from discovery_app.database.bootstrap import bootstrap
from discovery_app.database.checks import MIGRATE_COMMAND, verify
from discovery_app.database.embedded import EmbeddedServer
from discovery_app.database.outages import explain_outages
from discovery_app.database.pool import single_use_engine
from discovery_app.database.queue import install_queue
from discovery_app.errors import ConfigurationError, UnavailableError

logger = logging.getLogger(__name__)

ALEMBIC_FOLDER = Path(__file__).resolve().parents[2] / "alembic"
MIGRATION_LOCK = 7_301_002
"""Advisory lock on the app's own database."""
LOCK_TIMEOUT_SECONDS = 0.9
"""How long the changes of one try wait for tables in use, together: as long as that,
everyone waits who comes after them or wants a table that they have locked already. Less
than PostgreSQL's ``deadlock_timeout`` of a second, so that where a change and a worker
wait for each other it is the change that gives way."""
_LEAST_WAIT_SECONDS = 0.05
"""What a late change of a try may wait still; chosen."""
LOCK_TRIES = 10
LOCK_PAUSE_SECONDS = 2.0
"""How long others work on before the change is tried again. Chosen."""
IN_THE_WAY = frozenset({"55P03", "40P01"})
"""SQLSTATE of a lock that was not to be had, and of two who waited for each other."""
TURN_TIMEOUT_SECONDS = 600
"""How long a process waits for another one that migrates."""


def alembic_config(folder: Path = ALEMBIC_FOLDER) -> Config:
    """Return Alembic's configuration, whatever the working directory is."""
    config = Config(str(folder / "alembic.ini"))
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def code_revision(folder: Path = ALEMBIC_FOLDER) -> str | None:
    """Return the revision that this code expects; None before the first."""
    return ScriptDirectory.from_config(alembic_config(folder)).get_current_head()


def migrate(folder: Path = ALEMBIC_FOLDER) -> str | None:
    """Make roles and database, upgrade to the newest revision and return it.

    Safe in many processes at once: they take turns, and all but one find it done.

    Args:
        folder: The Alembic folder; the app's own unless a test says otherwise.

    Raises:
        ConfigurationError: The owner's login is not set, or may not do it.
        UnavailableError: The server is away, or a table was in use for too long.
    """
    bootstrap()
    config = alembic_config(folder)
    with explain_outages(), _turn() as connection:
        config.attributes["connection"] = connection
        try:
            _upgrade(connection, config)
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) != "42501":
                raise
            raise ConfigurationError(
                f"The login {owner_url().username} may not change the schema; make it "
                "the owner of the database, or set DATABASE_OWNER_URL to the owner."
            ) from error
    return code_revision(folder)


def _upgrade(connection: sa.Connection, config: Config) -> None:
    """Bring schema and queue up to date, between the transactions of those who work.

    Each try is one transaction: what waits too long is undone and tried again.
    """
    for left in reversed(range(LOCK_TRIES)):
        try:
            with _waiting_at_most(LOCK_TIMEOUT_SECONDS, connection):
                command.upgrade(config, "head")
                install_queue(connection)
                connection.commit()
        except OperationalError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) not in IN_THE_WAY or not left:
                raise
            logger.info("A table is in use; migrating again in a moment.")
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return


def prepare(*, apply: bool) -> EmbeddedServer | None:
    """Make the database ready for a process that starts, and check it.

    With ``DATABASE_URL`` this only checks: the schema of a server of the operator's
    changes by ``migrate`` alone.

    Args:
        apply: Whether this process may start the embedded server and migrate it;
            otherwise it attaches to one that runs.

    Returns:
        The embedded server, if there is one; its ``started`` says whether this call
        started it.

    Raises:
        ConfigurationError: What the operator has to change.
        UnavailableError: The server cannot be reached, or does not come up.
    """
    if not settings().embedded:
        verify(code_revision(), known_revisions())
        return None
    if apply:
        server = EmbeddedServer.start_or_attach(settings().data_dir)
        migrate()
    else:
        server = _attach()
    verify(code_revision(), known_revisions())
    return server


def known_revisions(folder: Path = ALEMBIC_FOLDER) -> frozenset[str]:
    """Return every revision that this code has a migration for."""
    script = ScriptDirectory.from_config(alembic_config(folder))
    return frozenset(one.revision for one in script.walk_revisions())


def _attach() -> EmbeddedServer:
    server = EmbeddedServer(settings().data_dir)
    if not server.is_running():
        raise UnavailableError(
            f"No PostgreSQL runs for {server.data_dir}; start the app with "
            "python -m discovery_app serve, or set DATABASE_URL."
        )
    return server


@contextmanager
def _turn() -> Iterator[sa.Connection]:
    """Connect as the owner, alone among those who migrate this database."""
    with single_use_engine(owner_url()).connect() as connection:
        _limit_waiting(connection, TURN_TIMEOUT_SECONDS)
        connection.execute(sa.select(sa.func.pg_advisory_lock(MIGRATION_LOCK)))
        connection.commit()
        yield connection
        connection.commit()


@contextmanager
def _waiting_at_most(seconds: float, connection: sa.Connection) -> Iterator[None]:
    """Let the statements of the block wait for locks so long together, from now on."""
    until = time.monotonic() + seconds

    def shorten(_: sa.Connection, cursor: DBAPICursor, *__: object) -> None:
        left = max(until - time.monotonic(), _LEAST_WAIT_SECONDS)
        cursor.execute(_LIMIT, {"limit": _milliseconds(left)})

    event.listen(connection, "before_cursor_execute", shorten)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", shorten)


_LIMIT = "select set_config('lock_timeout', %(limit)s, false)"


def _limit_waiting(connection: sa.Connection, seconds: float) -> None:
    limit = _milliseconds(seconds)
    connection.execute(sa.select(sa.func.set_config("lock_timeout", limit, False)))


def _milliseconds(seconds: float) -> str:
    return f"{int(seconds * 1000)}ms"


__all__ = [
    "ALEMBIC_FOLDER",
    "MIGRATE_COMMAND",
    "alembic_config",
    "code_revision",
    "known_revisions",
    "migrate",
    "prepare",
]
