"""The one engine of this process, made at first use and never at import."""

from collections.abc import Mapping
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from discovery_app.database.addresses import database_url

CONNECT_SECONDS = 5
"""How long one connection may take to open."""
POOL_SIZE = 10
POOL_OVERFLOW = 20
POOL_WAIT_SECONDS = 10
"""Chosen, not measured: 30 connections a process stay below the 200 of the embedded
server with a web process and a handful of runners, which use three each."""

CONNECT_ARGUMENTS: Mapping[str, str | int] = {
    "connect_timeout": CONNECT_SECONDS,
    "application_name": "discovery",
    # A server that vanished without a word is noticed within a minute, not in hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


@lru_cache(maxsize=1)
def engine() -> sa.Engine:
    """Return the engine of this process, on the app's login."""
    return sa.create_engine(
        database_url(),
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        connect_args=dict(CONNECT_ARGUMENTS),
    )


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
