"""The bare load: COPY to temporary tables and INSERT, as the owner; print what it took.

Before the clock starts, the rows that an engagement's imports left are written to
files, in an order that their foreign keys allow back in, and the tables are cleaned:
dead rows would make the bare load look slow.
"""

import json
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from discovery_app.database.addresses import driver_address, owner_url

TABLES = (
    "assets",
    "asset_sources",
    "import_changes",
    "findings",
    "decisions",
    "applications",
    "dependencies",
    "move_groups",
    "import_issues",
)


def main() -> None:
    """Take the rows out, load them again, print seconds and peak memory."""
    engagement = os.environ["BENCH_ENGAGEMENT"]
    address = driver_address(owner_url())
    with tempfile.TemporaryDirectory() as folder:
        files = {table: Path(folder) / table for table in TABLES}
        with psycopg.connect(address) as connection:
            for table, path in files.items():
                _take_out(connection, table, engagement, path)
            for table in reversed(TABLES):
                connection.execute(_of("DELETE FROM {} WHERE {}", table, engagement))
        _clean(address)
        with psycopg.connect(address) as connection:
            tables = {
                table: _load(connection, table, path) for table, path in files.items()
            }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    seconds = sum(tables.values())
    print(json.dumps({"seconds": seconds, "peak_bytes": peak, "tables": tables}))


def _of(statement: LiteralString, table: str, engagement: str) -> sql.Composed:
    mine = sql.SQL("engagement_id = {}").format(sql.Literal(engagement))
    return sql.SQL(statement).format(sql.Identifier(table), mine)


def _take_out(
    connection: psycopg.Connection, table: str, engagement: str, path: Path
) -> None:
    out = _of("COPY (SELECT * FROM {} WHERE {}) TO STDOUT", table, engagement)
    with path.open("wb") as rows, connection.cursor().copy(out) as copy:
        for chunk in copy:
            rows.write(chunk)


def _clean(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for table in TABLES:
            name = sql.Identifier(table)
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(name))


def _load(connection: psycopg.Connection, table: str, path: Path) -> float:
    name, staged = sql.Identifier(table), sql.Identifier(f"staged_{table}")
    started = time.perf_counter()
    made = sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP")
    connection.execute(made.format(staged, name))
    into = sql.SQL("COPY {} FROM STDIN").format(staged)
    with path.open("rb") as rows, connection.cursor().copy(into) as copy:
        while chunk := rows.read(1 << 20):
            copy.write(chunk)
    insert = sql.SQL("INSERT INTO {} SELECT * FROM {}").format(name, staged)
    connection.execute(insert)
    connection.commit()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
