"""Frames as temporary tables that statements can be built on."""

from collections.abc import Mapping
from typing import Final

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Session

from discovery_app.database import stage_frame

_PG_TYPES: Final[tuple[tuple[type[sa.types.TypeEngine], str], ...]] = (
    (ARRAY, "text[]"),
    (JSONB, "jsonb"),
    (sa.Uuid, "uuid"),
    (sa.Boolean, "boolean"),
    (sa.BigInteger, "bigint"),
    (sa.Integer, "integer"),
    (sa.DateTime, "timestamptz"),
    (sa.Date, "date"),
    (sa.Float, "double precision"),
    (sa.String, "text"),
)
"""In the order they are tried: a big integer is an integer, too."""

UUID_IN_ORDER_SINCE: Final = 18
"""The PostgreSQL version that brought ``uuidv7()``."""


def stage(
    session: Session,
    name: str,
    columns: Mapping[str, sa.types.TypeEngine],
    frame: pl.DataFrame,
) -> sa.Table:
    """Copy ``frame`` into the temporary table ``name`` and return its description.

    Args:
        columns: Type by column of the frame; others are left out. A column that
            ``frame`` lacks is staged as null.
    """
    missing = [
        pl.lit(None, dtype=pl.String).alias(column)
        for column in columns
        if column not in frame.columns
    ]
    kinds = {column: pg_type(kind) for column, kind in columns.items()}
    stage_frame(session, name, kinds, frame.with_columns(missing))
    return sa.Table(
        name,
        sa.MetaData(),
        *(sa.Column(column, kind) for column, kind in columns.items()),
        schema="pg_temp",
    )


def pg_type(kind: sa.types.TypeEngine) -> str:
    """Return how PostgreSQL names the type of a model's column."""
    plain = kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind
    return next(name for family, name in _PG_TYPES if isinstance(plain, family))


def column_types(table: sa.FromClause, *names: str) -> dict[str, sa.types.TypeEngine]:
    """Return the types of the columns ``names`` of ``table``, in that order."""
    return {name: table.c[name].type for name in names}


def new_id(session: Session) -> sa.ColumnElement:
    """Return the SQL that makes a row's id.

    Ids in order of time keep the indexes of a bulk insert narrow; older servers
    make random ones.
    """
    version = session.connection().dialect.server_version_info
    if version and int(version[0]) >= UUID_IN_ORDER_SINCE:
        return sa.func.uuidv7(type_=sa.Uuid())
    return sa.func.gen_random_uuid(type_=sa.Uuid())
