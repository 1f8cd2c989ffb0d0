"""Puts a frame of rows into a temporary table of the session's transaction.

``COPY`` cannot write to tables with row-level security, so bulk rows go into a
temporary table and from there, by ``INSERT … SELECT``, through the policies.
"""

from collections.abc import Iterator, Mapping

import polars as pl
import psycopg
from psycopg import sql
from sqlmodel import Session

from discovery_app.database.direct import driver_connection
from discovery_app.errors import InvalidInputError

ROWS_A_CHUNK = 50_000
_NULL = "\\N"
"""Unquoted it is NULL; a text that happens to be ``\\N`` is quoted and stays one."""


def stage_frame(
    session: Session, name: str, columns: Mapping[str, str], frame: pl.DataFrame
) -> None:
    """Make the temporary table ``name`` and fill it with the rows of ``frame``.

    It is gone at the end of the transaction, so the next user of the connection never
    sees it. Null and the empty text stay two things.

    Args:
        session: Whose transaction and connection to use.
        name: The table's name; the app's, never a user's.
        columns: PostgreSQL type by column of the frame, in the order of the table:
            one of ``COLUMN_TYPES``. Lists and structs go to ``jsonb``, lists of text
            also to ``text[]``.
        frame: The rows; columns that are not in ``columns`` are left out.

    Raises:
        InvalidInputError: A text holds a NUL character, which PostgreSQL cannot keep.
    """
    rows = frame.select(
        _as_text(frame.schema[column], column, kind) for column, kind in columns.items()
    )
    with driver_connection(session).cursor() as cursor:
        cursor.execute(_create(name, columns))
        try:
            with cursor.copy(_copy(name, columns)) as copy:
                for chunk in _chunks(rows):
                    copy.write(chunk)
        except psycopg.errors.CharacterNotInRepertoire as error:
            raise InvalidInputError(
                "A cell holds a NUL character, which cannot be stored; remove it and "
                "import the file again."
            ) from error


COLUMN_TYPES: Mapping[str, sql.SQL] = {
    kind: sql.SQL(kind)  # Keys are literals below; nothing of a user's gets here.
    for kind in (
        "text",
        "text[]",
        "jsonb",
        "uuid",
        "boolean",
        "integer",
        "bigint",
        "double precision",
        "numeric",
        "date",
        "timestamptz",
    )
}
"""The types a staged column may have."""


def _create(name: str, columns: Mapping[str, str]) -> sql.Composed:
    body = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), COLUMN_TYPES[kind])
        for column, kind in columns.items()
    )
    return sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(
        sql.Identifier(name), body
    )


def _copy(name: str, columns: Mapping[str, str]) -> sql.Composed:
    return sql.SQL("COPY pg_temp.{} ({}) FROM STDIN (FORMAT csv, NULL {})").format(
        sql.Identifier(name),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Literal(_NULL),
    )


def _chunks(rows: pl.DataFrame) -> Iterator[bytes]:
    for part in rows.iter_slices(ROWS_A_CHUNK):
        text = part.write_csv(
            include_header=False, null_value=_NULL, quote_style="non_numeric"
        )
        yield text.encode()


def _as_text(dtype: pl.DataType, column: str, kind: str) -> pl.Expr:
    """Return the column as something that CSV can hold."""
    value = pl.col(column)
    if kind == "text[]":
        return _as_array(value).alias(column)
    if isinstance(dtype, (pl.List, pl.Array, pl.Struct)):
        whole = pl.struct(value.alias("v")).struct.json_encode()
        inner = whole.str.slice(5, whole.str.len_chars() - 6)  # Drops {"v": and }.
        return pl.when(value.is_null()).then(None).otherwise(inner).alias(column)
    return value


def _as_array(value: pl.Expr) -> pl.Expr:
    """Return a list of texts as PostgreSQL writes an array."""
    element = pl.element().cast(pl.String)
    escaped = element.str.replace_all("\\", "\\\\", literal=True).str.replace_all(
        '"', '\\"', literal=True
    )
    quoted = (pl.lit('"') + escaped + pl.lit('"')).fill_null("NULL")
    joined = value.list.eval(quoted).list.join(",")
    return pl.lit("{") + joined + pl.lit("}")
