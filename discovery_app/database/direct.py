"""Statements of the hot path, given to the driver as they are."""

from collections.abc import Mapping
from typing import Any, LiteralString, cast

import psycopg
import sqlalchemy as sa
from sqlmodel import Session


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
    connection = cast("sa.Connection", session.bind)
    if session.in_nested_transaction():
        connection = session.connection()  # Sets the savepoint, if it is not yet set.
    return driver_connection(connection).execute(statement, values).fetchone()


def driver_connection(connection: sa.Connection) -> psycopg.Connection:
    """Return the driver's own connection under SQLAlchemy's."""
    return cast("psycopg.Connection", connection.connection.driver_connection)
