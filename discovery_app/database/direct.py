"""Statements of the hot path, sent as the driver takes them."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from psycopg.types.numeric import Int8
from sqlmodel import Session


def execute_direct(
    session: Session, statement: str, values: Mapping[str, Any]
) -> sa.CursorResult[Any]:
    """Run ``statement`` in the session's transaction, past SQLAlchemy's compiler.

    For the few long statements that run all the time: compiling one and binding its
    values took three times as long as sending it. Errors are SQLAlchemy's, as ever.

    Args:
        statement: A constant with ``%(name)s`` for each value. psycopg keeps what it
            knows of it up to 4,096 characters and 50 values.
        values: Whole numbers go as ``bigint``, however small: psycopg prepares a
            statement anew for each combination of types, and takes a number's type
            from its size.
    """
    sent = {
        name: Int8(value) if type(value) is int else value
        for name, value in values.items()
    }
    return session.connection().exec_driver_sql(statement, sent)
