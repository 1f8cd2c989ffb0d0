"""Hears what other processes committed, by PostgreSQL's LISTEN.

A notification is a hint, never the truth: it may be lost while a connection is away.
After each reconnect the listener is told to read everything again.
"""

import asyncio
import logging
import random
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from discovery_app.database.addresses import database_url, driver_address
from discovery_app.database.pool import CONNECT_ARGUMENTS

WORKFLOW_QUEUED = "workflow_queued"
"""Wakes a runner; the payload is the workflow's id."""
WORKFLOW_CHANGED = "workflow_changed"
"""Wakes open pages; the payload is ``{engagement_id, workflow_id, version}``, or
the engagement alone where no workflow changed."""

QUIET_SECONDS = 10.0
"""After this long without a word the connection is asked whether it still lives."""
_FIRST_WAIT_SECONDS = 0.2
_LONGEST_WAIT_SECONDS = 10.0
_LISTEN = sql.SQL("LISTEN {}")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notification:
    """One word on a channel.

    Attributes:
        payload: What the sender said; empty with ``resync``.
        resync: Whether words may have been lost before this one, so that everything
            is to be read again. The first one after each connect is such a marker.
    """

    channel: str
    payload: str = ""
    resync: bool = False


async def listen(channel: str) -> AsyncIterator[Notification]:
    """Yield what is said on ``channel``, for ever, across outages.

    Close the iterator (or cancel its task) to stop.

    Args:
        channel: One of the channels above.
    """
    waits = _Waits()
    while True:
        try:
            async with await _connect(channel) as connection:
                waits.reset()
                yield Notification(channel, resync=True)
                while True:
                    async for word in connection.notifies(timeout=QUIET_SECONDS):
                        yield Notification(channel, word.payload)
                    await connection.execute("select 1")
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            seconds = waits.next()
            _report_outage(channel, seconds, error)
            await asyncio.sleep(seconds)


def wait_for_notification(
    channel: str, stop: threading.Event, on_notify: Callable[[Notification], None]
) -> None:
    """Call ``on_notify`` for what is said on ``channel`` until ``stop`` is set.

    The twin of :func:`listen` for a thread; it looks at ``stop`` twice a second.
    """
    waits = _Waits()
    while not stop.is_set():
        try:
            with psycopg.connect(_address(), autocommit=True) as connection:
                connection.execute(_LISTEN.format(sql.Identifier(channel)))
                waits.reset()
                on_notify(Notification(channel, resync=True))
                _hear(connection, channel, stop, on_notify)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            seconds = waits.next()
            _report_outage(channel, seconds, error)
            stop.wait(seconds)


def _hear(
    connection: psycopg.Connection,
    channel: str,
    stop: threading.Event,
    on_notify: Callable[[Notification], None],
) -> None:
    asked_at = time.monotonic()
    while not stop.is_set():
        for word in connection.notifies(timeout=0.5, stop_after=1):
            on_notify(Notification(channel, word.payload))
        if time.monotonic() - asked_at > QUIET_SECONDS:
            connection.execute("select 1")
            asked_at = time.monotonic()


async def _connect(channel: str) -> psycopg.AsyncConnection:
    connection = await psycopg.AsyncConnection.connect(_address(), autocommit=True)
    try:
        await connection.execute(_LISTEN.format(sql.Identifier(channel)))
    except psycopg.Error:
        with suppress(psycopg.Error):
            await connection.close()
        raise
    return connection


def _address() -> str:
    return make_conninfo(driver_address(database_url()), **CONNECT_ARGUMENTS)


def _report_outage(channel: str, seconds: float, error: psycopg.Error) -> None:
    first = str(error).strip().partition("\n")[0]
    logger.warning("Listening on %s again in %.1f s: %s", channel, seconds, first)


class _Waits:
    """How long to wait before each new try: doubling, with jitter, up to a limit."""

    def __init__(self) -> None:
        self._seconds = _FIRST_WAIT_SECONDS

    def reset(self) -> None:
        self._seconds = _FIRST_WAIT_SECONDS

    def next(self) -> float:
        seconds = self._seconds
        self._seconds = min(_LONGEST_WAIT_SECONDS, seconds * 2)
        return seconds * random.uniform(0.5, 1.0)  # noqa: S311  Only spreads tries.
