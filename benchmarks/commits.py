"""Phase commits, beside bare commits and beside DBOS, each in 4 processes.

Every process has one connection and works without a pause, on the same server with
``fsync`` on; workflows have 8 steps that do nothing. *Bare commits* change one row by
psycopg and commit. *Phase commits* are those of workflows that run already: state,
lease, two phase runs, two events and a notification in one transaction under row-level
security. *Steps of whole workflows* count all that is kept of a workflow from its
creation to its end, for this product (import session, claim and begin included) and for
DBOS (its own start and end included), called directly, without its queue. The parts
take turns, three times; the round in the middle is shown.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.crews import rate
from benchmarks.raw_worker import make_table
from benchmarks.results import Row
from discovery_app.database.addresses import driver_address, embedded_url, superuser_url

CONNECTIONS: Final = 4
ROUNDS: Final = 3
WORKFLOWS: Final = 60
"""Of each process in each round."""
BARE_COMMITS: Final = 1500
TARGET_SHARE: Final = 0.3
TARGET_TIMES: Final = 2.0
DBOS_PYTHON: Final = Path(".venv-bench/bin/python")
_DBOS_DATABASE: Final = "bench_dbos"
_FOR_LONG: Final = {"DISCOVERY_LEASE_SECONDS": "600"}
"""A lease that ends while others prepare would be another's."""


def measure() -> list[Row]:
    """Return phase commits a second beside bare ones, and steps beside DBOS's."""
    make_table()
    why_not = _prepare_dbos()
    rounds = [_round(with_dbos=not why_not) for _ in range(ROUNDS)]
    bare = _middle(rounds, lambda one: one[1] / one[0])
    rows = [
        _row(
            f"phase commits, {CONNECTIONS} processes",
            *(bare[1], bare[0]),
            f"≥ {TARGET_SHARE} of bare commits",
            TARGET_SHARE,
        )
    ]
    name = f"steps of whole workflows, {CONNECTIONS} processes"
    target = f"≥ {TARGET_TIMES:g} × DBOS"
    if why_not:
        middle = _middle(rounds, lambda one: one[2])
        told = f"{target}: {why_not}"
        return [*rows, Row(name, middle[2], "1/s", None, None, told, False)]
    beside = _middle(rounds, lambda one: one[2] / one[3])
    rows.append(_row(name, beside[2], beside[3], target, TARGET_TIMES))
    share = _middle(rounds, lambda one: one[3] / one[0])
    rows.append(_row("DBOS's steps beside bare commits", share[3], share[0], "–", 0))
    return rows


def _round(*, with_dbos: bool) -> tuple[float, float, float, float]:
    """Return bare commits, phase commits, our steps and DBOS's, each a second."""
    module = (sys.executable, "-m")
    crew = range(1, CONNECTIONS + 1)
    phases = [*module, "benchmarks.phase_worker"]
    return (
        rate([[*module, "benchmarks.raw_worker", str(BARE_COMMITS)] for _ in crew]),
        rate([[*phases, "phases", str(n), str(WORKFLOWS)] for n in crew], _FOR_LONG),
        rate([[*phases, "workflows", str(n), str(WORKFLOWS)] for n in crew], _FOR_LONG),
        rate([_dbos(n, WORKFLOWS) for n in crew]) if with_dbos else 0.0,
    )


def _dbos(number: int, workflows: int) -> list[str]:
    address = driver_address(embedded_url("postgres", _DBOS_DATABASE))
    worker = str(Path(__file__).with_name("dbos_worker.py"))
    return [str(DBOS_PYTHON), worker, address, str(number), str(workflows)]


def _prepare_dbos() -> str:
    """Make DBOS's database and tables; return why it cannot run, if so."""
    if not DBOS_PYTHON.exists():
        return "DBOS is not installed; run make bench"
    superuser = driver_address(superuser_url())
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench_dbos WITH (FORCE)")
        connection.execute("CREATE DATABASE bench_dbos")
    done = subprocess.run(  # noqa: S603  Commands of this package.
        _dbos(0, 0), capture_output=True, text=True, check=False, timeout=120
    )
    return "" if done.returncode == 0 else "DBOS did not start"


def dbos_version() -> str:
    """Return the version of DBOS that is measured; empty if none is."""
    if not DBOS_PYTHON.exists():
        return ""
    ask = "from importlib.metadata import version; print(version('dbos'))"
    done = subprocess.run(  # noqa: S603  Commands of this package.
        [str(DBOS_PYTHON), "-c", ask], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _middle(rounds: Sequence[tuple], by: Callable[[tuple], float]) -> tuple:
    return sorted(rounds, key=by)[len(rounds) // 2]


def _row(name: str, ours: float, other: float, target: str, times: float) -> Row:
    ratio = ours / other
    return Row(name, ours, "1/s", other, ratio, target, ratio >= times)
