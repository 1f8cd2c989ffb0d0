"""The one engine of this process, made at first use and never at import."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from typing import cast

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection

from discovery_app.database.addresses import database_url
from discovery_app.database.scopes import empty_settings

CONNECT_SECONDS = 5
"""How long one connection may take to open."""
POOL_SIZE = 10
POOL_OVERFLOW = 20
POOL_WAIT_SECONDS = 10
"""Chosen, not measured: 30 connections a process stay below the 200 of the embedded
server with a web process and a handful of runners, which use three each."""

PING_AFTER_SECONDS = 1.0
"""How long a connection may rest before it is asked whether it lives. Chosen."""

_RESTS_SINCE = "rests_since"

CONNECT_ARGUMENTS: Mapping[str, str | int] = {
    "connect_timeout": CONNECT_SECONDS,
    "application_name": "discovery",
    # A server that vanished without a word is noticed within a minute, not in hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
SERVER_KEEPALIVES: Mapping[str, str] = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""The server, too, has to notice that a machine vanished in the middle of a
transaction: until then its locks stand, and nobody takes its workflow over. It takes
25 seconds, less than the default lease; by the system's own settings two hours."""
_TELL_SERVER = (
    "select set_config('tcp_keepalives_idle', %(tcp_keepalives_idle)s, false),"
    " set_config('tcp_keepalives_interval', %(tcp_keepalives_interval)s, false),"
    " set_config('tcp_keepalives_count', %(tcp_keepalives_count)s, false),"
    " set_config('tcp_user_timeout', %(tcp_user_timeout)s, false)"
)


@lru_cache(maxsize=1)
def engine() -> sa.Engine:
    """Return the engine of this process, on the app's login."""
    made = sa.create_engine(
        database_url(),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_reset_on_return=None,  # Who borrows one rolls back: ``_take_back``.
        connect_args=dict(CONNECT_ARGUMENTS),
    )
    event.listen(made, "connect", _tell_server)
    event.listen(made, "connect", _make_ready)
    event.listen(made, "checkout", _ping_after_rest)
    event.listen(made, "checkin", _note_rest)
    return made


def _tell_server(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Let the server look after this connection as we do from our side."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(_TELL_SERVER, SERVER_KEEPALIVES)
    connection.commit()


def _make_ready(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Let a new connection send whole numbers as ``bigint``, and belong to nobody.

    psycopg takes a number's type from its size, and prepares a statement anew for each
    combination of types.
    """
    driver = cast("psycopg.Connection", connection)
    driver.adapters.register_dumper(int, Int8Dumper)
    empty_settings(driver)


def _note_rest(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _ping_after_rest(
    connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection
) -> None:
    """Replace a connection that died while it rested; a busy one needs no ping.

    Asking every time, as ``pool_pre_ping`` does, costs each unit of work a round
    trip.
    """
    rested = time.monotonic() - record.info.get(_RESTS_SINCE, time.monotonic())
    if rested < PING_AFTER_SECONDS:
        return
    try:
        engine().dialect.do_ping(connection)
    except psycopg.Error as error:
        raise DisconnectionError from error


@contextmanager
def lent_connection() -> Iterator[PoolProxiedConnection]:
    """Lend a connection; what is still open on it at the end is rolled back.

    One that broke meanwhile does not go back into the pool.
    """
    lent = engine().raw_connection()
    try:
        yield lent
    finally:
        _take_back(lent)


def _take_back(lent: PoolProxiedConnection) -> None:
    if lent.is_valid:  # SQLAlchemy itself may have dropped it.
        driver = cast("psycopg.Connection", lent.driver_connection)
        if driver.pgconn.transaction_status != TransactionStatus.IDLE:
            with suppress(psycopg.Error):
                driver.rollback()
        if driver.pgconn.transaction_status != TransactionStatus.IDLE:
            lent.invalidate()
    lent.close()


def dispose_engine() -> None:
    """Close the pool; the next :func:`engine` reads the settings again."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()


def single_use_engine(url: sa.URL, *, autocommit: bool = False) -> sa.Engine:
    """Return an engine without a pool, for the few statements of an operator.

    Args:
        url: The login to connect by.
        autocommit: Whether each statement is its own transaction.
    """
    isolation = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
    return sa.create_engine(
        url, poolclass=NullPool, connect_args=dict(CONNECT_ARGUMENTS), **isolation
    )
