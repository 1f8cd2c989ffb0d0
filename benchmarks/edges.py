"""A connection file of 100,000 different edges, beside the barest reading of it.

The baseline reads the same CSV and copies the same edges into ``dependencies``; the
phase also finds the ends, sets noise apart, groups, and places the map.
"""

import csv
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench_server import tenant
from benchmarks.discovering import bare_load, discover
from benchmarks.imports import HEADERS, machines, whole_row
from benchmarks.results import Row

EDGES = 100_000
MACHINES = 20_000
MOST_SECONDS = 10.0
"""What "in seconds" is taken to mean (issue 4, item 6); chosen."""

FIELDS = (
    "Source server name",
    "Source IP",
    "Destination server name",
    "Destination IP",
    "Destination port",
    "Protocol",
    "Connection Count",
)
PORTS = (443, 1433, 5432, 8080, 9092, 22, 3389, 53)


def measure() -> list[Row]:
    """Return seconds of the phase and of the whole import, each beside the bare."""
    scope = tenant("Edges")
    with tempfile.TemporaryDirectory() as folder:
        servers, calls = Path(folder) / "vinfo.csv", Path(folder) / "connections.csv"
        _write(servers, [HEADERS, *machines(MACHINES)])
        _write(calls, [FIELDS, *_connections()])
        done = discover(scope, servers, calls)
        parsed = _parse(calls)
    bare = bare_load(scope)
    phase = done.phases["dependency_analysis"]
    barest = parsed + bare.tables["dependencies"]
    name = f"{EDGES:,} edges"
    return [
        Row(
            f"{name}, dependency_analysis",
            phase,
            "s",
            barest,
            phase / barest,
            f"< {MOST_SECONDS:.0f} s; baseline csv + COPY + INSERT",
            phase < MOST_SECONDS,
        ),
        whole_row(f"{name}, whole import", done, bare, parsed),
    ]


def _write(path: Path, rows: list) -> None:
    with path.open("w", newline="") as target:
        csv.writer(target).writerows(rows)


def _parse(path: Path) -> float:
    """Return the seconds that Python's own reader takes for the file."""
    begun = time.perf_counter()
    with path.open(newline="") as source:
        read = sum(1 for _ in csv.reader(source))
    if read != EDGES + 1:
        raise SystemExit(f"{read} rows were read.")
    return time.perf_counter() - begun


def _connections() -> Iterator[list[str | int]]:
    """Return different edges in some 40 tiers, so that there are groups and waves."""
    chance = random.Random(11)  # noqa: S311  Not for secrets.
    seen = set()
    while len(seen) < EDGES:
        source = chance.randrange(MACHINES)
        needed = min(MACHINES - 1, source + 1 + int(chance.expovariate(1 / 500)))
        port = chance.choice(PORTS)
        if source == needed or (source, needed, port) in seen:
            continue
        seen.add((source, needed, port))
        yield [*_end(source), *_end(needed), port, "TCP", chance.randrange(1, 9_000)]


def _end(n: int) -> tuple[str, str]:
    return f"vm-{n:06d}", f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
