"""Words to pages and runners, said as soon as what they speak of is committed.

Not in the transaction itself: PostgreSQL lets transactions that notify commit one after
the other, each with its own flush to the disk, so that more connections would not
commit more (docs/decisions/0020). A word that is lost with its process is missed for a
moment only: runners look every second, pages every few.
"""

import logging
from typing import Final

import psycopg
from psycopg.pq import Escaping
from sqlmodel import Session

from discovery_app.database.direct import send

logger = logging.getLogger(__name__)

_WORDS: Final = "words"

# Nobody waits for the disk: there is nothing in it to keep.
_SAY: Final = b"SET LOCAL synchronous_commit = off; NOTIFY %b, %b"


def say_after_commit(session: Session, channel: str, payload: str) -> None:
    """Notify ``channel`` once the session has committed; a rollback says nothing.

    Args:
        channel: One of ``database.notifications``.
    """
    session.info.setdefault(_WORDS, []).append((channel, payload))


def say(driver: psycopg.Connection, session: Session) -> None:
    """Say what a session has left to say; its transaction has been committed.

    Each word is a transaction of its own. That it fails undoes nothing, so it is logged
    and no more.
    """
    quote = Escaping(driver.pgconn)
    try:
        for channel, payload in session.info.pop(_WORDS, ()):
            name = quote.escape_identifier(channel.encode())
            send(driver, _SAY % (name, quote.escape_literal(payload.encode())))
    except psycopg.Error as error:
        logger.warning("Pages and runners will notice by themselves: %s", error)
