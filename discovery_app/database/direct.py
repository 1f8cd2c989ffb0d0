"""Statements of the hot path, given to the driver as they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString, Self, cast

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from sqlalchemy.pool import PoolProxiedConnection
from sqlmodel import Session

_CURSOR: Final = "cursor"
_VALUE: Final = re.compile(r"%\((\w+)\)s")
_DONE: Final = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


@dataclass(frozen=True)
class Statement:
    """A statement that runs all the time, taken apart once.

    Attributes:
        text: With ``$1`` and so on for the values.
        names: Of the values, in that order.
    """

    text: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, written: LiteralString) -> Self:
        """Read a statement that has ``%(name)s`` for each value."""
        names = tuple(dict.fromkeys(_VALUE.findall(written)))
        text = _VALUE.sub(lambda found: f"${names.index(found[1]) + 1}", written)
        return cls(" ".join(text.split()), names)


def execute_direct(
    session: Session, statement: Statement, values: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """Run ``statement`` in the session's transaction; return its first row, if any.

    For the few statements that run all the time: SQLAlchemy takes several times as
    long to compile one, to bind its values and to wrap its rows as the driver takes to
    send it. As with ``COPY``, errors are the driver's; ``unit_of_work`` explains
    outages all the same.
    """
    if session.in_nested_transaction():
        session.connection()  # Sets the savepoint, if it is not yet set.
    sent = [values[name] for name in statement.names]
    return session.info[_CURSOR].execute(statement.text, sent).fetchone()


def send(driver: psycopg.Connection, message: bytes) -> None:
    """Give ``message``, of one or several statements, to libpq as it is.

    For what every unit of work says: it takes half as long as by psycopg, which is not
    asked to begin a transaction first, either.

    Raises:
        psycopg.Error: As psycopg would; the statements after the one that failed were
            not run.
    """
    answer = driver.pgconn.exec_(message)
    if answer.status in _DONE:
        return
    if driver.closed:
        raise psycopg.OperationalError(answer.get_error_message())
    raise error_from_result(answer)


def lend(session: Session, lent: PoolProxiedConnection) -> None:
    """Let ``session`` know the connection that its transaction is on.

    The connection keeps one cursor for ``execute_direct``: a new one each time would
    have to learn again how values are sent.
    """
    cursor = lent.info.get(_CURSOR)
    if cursor is None:
        driver = cast("psycopg.Connection", lent.driver_connection)
        cursor = lent.info[_CURSOR] = psycopg.RawCursor(driver)
    session.info[_CURSOR] = cursor


def driver_connection(session: Session) -> psycopg.Connection:
    """Return the driver's own connection of a unit of work's session."""
    return session.info[_CURSOR].connection
