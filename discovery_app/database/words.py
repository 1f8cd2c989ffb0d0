"""Words to pages and runners, said as soon as what they speak of is committed.

Not in the transaction itself: PostgreSQL lets transactions that notify commit one after
the other, each with its own flush to the disk, so that more connections would not
commit more (docs/decisions/0020). A word that is lost with its process is missed for a
moment only: runners look every second, pages every few.
"""

import logging
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlmodel import Session

from discovery_app.database.direct import driver_connection

logger = logging.getLogger(__name__)

_WORDS: Final = "words"
_DRIVER: Final = "driver"

# Nobody waits for the disk: there is nothing in it to keep.
_SAY: Final = "select pg_notify(%s, %s), set_config('synchronous_commit', 'off', true)"


def say_after_commit(session: Session, channel: str, payload: str) -> None:
    """Notify ``channel`` once the session has committed; a rollback says nothing.

    Args:
        channel: One of ``database.notifications``.
    """
    session.info.setdefault(_WORDS, []).append((channel, payload))


def remember_connection(info: dict[str, Any], connection: sa.Connection) -> None:
    """Note in a session's ``info`` on which connection its words are to be said."""
    info[_DRIVER] = driver_connection(connection)


def say(info: dict[str, Any]) -> None:
    """Say what a session has left to say, if its transaction has ended.

    That it fails undoes nothing, so it is logged and no more.
    """
    words = _ended(info)
    if not words:
        return
    driver = info[_DRIVER]
    try:
        driver.autocommit = True  # Each statement is its own transaction.
        try:
            for word in words:
                driver.execute(_SAY, word)
        finally:
            driver.autocommit = False
    except psycopg.Error as error:
        logger.warning("Pages and runners will notice by themselves: %s", error)


def forget(info: dict[str, Any]) -> None:
    """Drop what a session that rolled back had to say."""
    _ended(info)


def _ended(info: dict[str, Any]) -> list[tuple[str, str]]:
    """Take the words out, unless only a savepoint has ended."""
    driver = info.get(_DRIVER)
    if driver is None or driver.info.transaction_status is TransactionStatus.INTRANS:
        return []
    return info.pop(_WORDS, [])
