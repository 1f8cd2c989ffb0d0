"""Phase commits, beside bare commits and beside DBOS, each in 4 processes.

Every process has one connection and works without a pause, on the same server with
``fsync`` on; workflows have 8 steps that do nothing. What is measured takes turns,
five times over; the round with the middle ratio is shown. A round that does not count
fills the tables before, and the server looks at them then, ours and DBOS's, as
autovacuum does once a minute: rounds are shorter than that, and statements planned for
empty tables are slow for the wrong reason.

- *Bare commits*: one connection updates one row of its own by psycopg and commits.
- *Phase commits*: through the service, of workflows that run already: state, lease, the
  try that ends, the one that begins and two lines of history in one transaction under
  row-level security, and a notification after it.
- *Phase commits beside DBOS*: the same beside the steps of DBOS's workflow of 8 empty
  steps, which is called directly, without its queue; what DBOS writes when it starts
  and ends a workflow is in its figure.
- *Steps of queued workflows*: ours from the queue on, with claiming, beginning and
  completing each workflow.
- *Steps of uploads*: the same with the creation of each workflow, and of the upload
  that DBOS has nothing like.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.crews import rate
from benchmarks.raw_worker import make_table
from benchmarks.results import Row
from discovery_app.database.addresses import (
    driver_address,
    embedded_url,
    owner_url,
    superuser_url,
)

CONNECTIONS: Final = 4
ROUNDS: Final = 5
WORKFLOWS: Final = 100
"""Of each process in each round."""
BARE_COMMITS: Final = 3000
TARGET_SHARE: Final = 0.3
TARGET_TIMES: Final = 2.0
DBOS_PYTHON: Final = Path(".venv-bench/bin/python")
_DBOS_DATABASE: Final = "bench_dbos"
_FOR_LONG: Final = {"DISCOVERY_LEASE_SECONDS": "600"}
"""A lease that ends while others prepare would be another's."""


@dataclass(frozen=True)
class _Round:
    """What was done in a second; ``dbos`` is 0 where it cannot run."""

    bare: float
    commits: float
    workflows: float
    uploads: float
    dbos: float


def measure() -> list[Row]:
    """Return phase commits a second beside bare ones, and steps beside DBOS's."""
    make_table()
    why_not = _prepare_dbos()
    _round(with_dbos=not why_not)
    _look_at_tables(owner_url().database, "" if why_not else _DBOS_DATABASE)
    rounds = [_round(with_dbos=not why_not) for _ in range(ROUNDS)]
    share, times = f"≥ {TARGET_SHARE:g} of bare commits", f"≥ {TARGET_TIMES:g} × DBOS"
    rows = [_row(rounds, "phase commits", "commits", "bare", share, TARGET_SHARE)]
    if why_not:
        rows.append(
            _alone(rounds, "steps of queued workflows", "workflows", times, why_not)
        )
        return rows
    beside, queued = "phase commits beside DBOS", "steps of queued workflows"
    return [
        *rows,
        _row(rounds, beside, "commits", "dbos", times, TARGET_TIMES),
        _row(rounds, queued, "workflows", "dbos", times, TARGET_TIMES),
        _row(rounds, "steps of uploads", "uploads", "dbos", "–", 0),
        _row(rounds, "DBOS's steps beside bare commits", "dbos", "bare", "–", 0),
    ]


def _round(*, with_dbos: bool) -> _Round:
    module = (sys.executable, "-m")
    crew = range(1, CONNECTIONS + 1)

    def ours(kind: str) -> float:
        worker = [*module, "benchmarks.phase_worker", kind]
        return rate([[*worker, str(n), str(WORKFLOWS)] for n in crew], _FOR_LONG)

    bare = [*module, "benchmarks.raw_worker", str(BARE_COMMITS)]
    return _Round(
        bare=rate([bare for _ in crew]),
        commits=ours("commits"),
        workflows=ours("workflows"),
        uploads=ours("uploads"),
        dbos=rate([_dbos(n, WORKFLOWS) for n in crew]) if with_dbos else 0.0,
    )


def _look_at_tables(*databases: str | None) -> None:
    """Let the server plan by what the tables hold now."""
    for database in filter(None, databases):
        address = driver_address(embedded_url("postgres", database))
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


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


def _row(
    rounds: Sequence[_Round],
    name: str,
    ours: str,
    other: str,
    target: str,
    least: float,
) -> Row:
    """Return the row of the round with the middle ratio of ``ours`` to ``other``."""

    def ratio(one: _Round) -> float:
        return getattr(one, ours) / getattr(one, other)

    middle = sorted(rounds, key=ratio)[len(rounds) // 2]
    value, baseline, found = (
        getattr(middle, ours),
        getattr(middle, other),
        ratio(middle),
    )
    return Row(_named(name), value, "1/s", baseline, found, target, found >= least)


def _alone(
    rounds: Sequence[_Round], name: str, ours: str, target: str, why_not: str
) -> Row:
    """Return the row of what could not be compared; it does not hold."""
    middle = sorted(getattr(one, ours) for one in rounds)[len(rounds) // 2]
    told = f"{target}: {why_not}"
    return Row(_named(name), middle, "1/s", None, None, told, False)


def _named(name: str) -> str:
    return f"{name}, {CONNECTIONS} processes"
