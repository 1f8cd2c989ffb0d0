"""Statements of the hot path, given to the driver as they are."""

from collections.abc import Mapping
from typing import Any, Final, LiteralString

import psycopg
from sqlmodel import Session

_DRIVER: Final = "driver"


def execute_direct(
    session: Session, statement: LiteralString, values: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """Run ``statement`` in the session's transaction; return its first row, if any.

    For the few statements that run all the time: SQLAlchemy takes several times as
    long to compile one, to bind its values and to wrap its rows as the driver takes to
    send it. As with ``COPY``, errors are the driver's; ``unit_of_work`` explains
    outages all the same.

    Args:
        statement: A constant with ``%(name)s`` for each value. psycopg keeps what it
            knows of it up to 4,096 characters and 50 values.
    """
    if session.in_nested_transaction():
        session.connection()  # Sets the savepoint, if it is not yet set.
    return driver_connection(session).execute(statement, values).fetchone()


def lend(session: Session, driver: psycopg.Connection) -> None:
    """Let ``session`` know the driver's own connection that its transaction is on."""
    session.info[_DRIVER] = driver


def driver_connection(session: Session) -> psycopg.Connection:
    """Return the driver's own connection of a unit of work's session."""
    return session.info[_DRIVER]
