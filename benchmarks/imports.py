"""A 300,000-row CSV to published inventory, beside the bare load of the same rows."""

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

import psycopg

from benchmarks.bench_server import tenant
from benchmarks.results import Row
from discovery_app.database.addresses import driver_address, owner_url
from discovery_app.domain.access import Scope

ROWS = int(os.environ.get("BENCH_ROWS", "300000"))
TARGET_RATIO = 3.0
TARGET_BYTES = 1.5 * 1024**3
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
HEADERS = (
    "VM",
    "Powerstate",
    "Template",
    "CPUs",
    "Memory",
    "NICs",
    "Disks",
    "Provisioned MiB",
    "In Use MiB",
    "Primary IP Address",
    "DNS Name",
    "OS according to the VMware Tools",
    "Host",
    "VM UUID",
)
SYSTEMS = (
    "Microsoft Windows Server 2016 (64-bit)",
    "Microsoft Windows Server 2019 (64-bit)",
    "Red Hat Enterprise Linux 8 (64-bit)",
    "Ubuntu 22.04 LTS",
    "CentOS 7 (64-bit)",
)


def measure() -> list[Row]:
    """Return seconds of all phases against the bare load, and the peak memory."""
    scope = tenant("Imports")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vinfo.csv"
        _write(path, ROWS)
        seconds, peak = _discover(scope, path)
    bare = _bare_load(scope)
    return [
        Row(
            f"{ROWS:,} rows × {len(HEADERS)} to inventory, all phases",
            seconds,
            "s",
            bare,
            seconds / bare,
            f"≤ {TARGET_RATIO:.0f} × bare load",
            seconds / bare <= TARGET_RATIO,
        ),
        Row(
            f"{ROWS:,} rows, peak memory of the runner",
            peak / 1024**3,
            "GiB",
            None,
            None,
            "< 1.5 GB",
            peak < TARGET_BYTES,
        ),
    ]


def _write(path: Path, rows: int) -> None:
    chance = random.Random(7)  # noqa: S311  Not for secrets.
    with path.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(HEADERS)
        for n in range(rows):
            name = f"vm-{n:06d}"
            writer.writerow(
                [
                    name,
                    "poweredOn" if n % 20 else "poweredOff",
                    "False",
                    2 ** (n % 5),
                    4096 * (1 + n % 8),
                    1,
                    2,
                    61440 + n % 1000,
                    20480 + n % 900,
                    f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
                    f"{name}.bench.example",
                    SYSTEMS[n % 5],
                    f"esx-{n % 200:03d}.bench.example",
                    str(UUID(int=chance.getrandbits(128), version=4)),
                ]
            )


def _discover(scope: Scope, path: Path) -> tuple[float, int]:
    """Run ``discover`` in a process of its own; return seconds and peak bytes."""
    command = [sys.executable, "-m", "benchmarks.one_import", str(path)]
    environment = os.environ | {"BENCH_ENGAGEMENT": str(scope.engagement_id)}
    done = subprocess.run(  # noqa: S603  Our own program.
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), int(peak)


def _bare_load(scope: Scope) -> float:
    """Load what the import left by COPY to temporary tables and INSERT, as the owner.

    The rows are taken out first, in an order that their foreign keys allow back in.
    """
    engagement = str(scope.engagement_id)
    with (
        tempfile.TemporaryDirectory() as folder,
        psycopg.connect(driver_address(owner_url())) as connection,
    ):
        files = {table: Path(folder) / table for table in TABLES}
        for table, path in files.items():
            _take_out(connection, table, engagement, path)
        for table in reversed(TABLES):
            connection.execute(_of("DELETE FROM {} WHERE {}", table, engagement))
        connection.commit()
        return sum(_load(connection, table, path) for table, path in files.items())


def _of(statement: str, table: str, engagement: str) -> psycopg.sql.Composed:
    mine = psycopg.sql.SQL("engagement_id = {}").format(psycopg.sql.Literal(engagement))
    return psycopg.sql.SQL(statement).format(psycopg.sql.Identifier(table), mine)


def _take_out(
    connection: psycopg.Connection, table: str, engagement: str, path: Path
) -> None:
    out = _of("COPY (SELECT * FROM {} WHERE {}) TO STDOUT", table, engagement)
    with path.open("wb") as rows, connection.cursor().copy(out) as copy:
        for chunk in copy:
            rows.write(chunk)


def _load(connection: psycopg.Connection, table: str, path: Path) -> float:
    sql = psycopg.sql
    name, staged = sql.Identifier(table), sql.Identifier(f"staged_{table}")
    started = time.perf_counter()
    made = sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP")
    connection.execute(made.format(staged, name))
    into = sql.SQL("COPY {} FROM STDIN").format(staged)
    with path.open("rb") as rows, connection.cursor().copy(into) as copy:
        while chunk := rows.read(1 << 20):
            copy.write(chunk)
    connection.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(name, staged))
    connection.commit()
    return time.perf_counter() - started
