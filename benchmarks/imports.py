"""A 300,000-row CSV to published inventory, beside the bare load of the same rows."""

import csv
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from benchmarks.bench_server import tenant
from benchmarks.discovering import BareLoad, Discovered, bare_load, discover
from benchmarks.results import Row

ROWS = int(os.environ.get("BENCH_ROWS", "300000"))
TARGET_RATIO = 3.0
TARGET_BYTES = 1.5 * 1024**3
GIB = 1024**3
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
    return measured(ROWS, TARGET_BYTES)


def measured(rows: int, most_bytes: float | None) -> list[Row]:
    """Return what an import of ``rows`` takes, as a whole and by phase."""
    scope = tenant(f"Imports of {rows}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vinfo.csv"
        with path.open("w", newline="") as target:
            csv.writer(target).writerows([HEADERS, *machines(rows)])
        done = discover(scope, path)
    bare = bare_load(scope)
    name = f"{rows:,} rows × {len(HEADERS)}"
    return [
        whole_row(f"{name}, all phases", done, bare),
        memory_row(f"{name}, peak memory", done, bare, most_bytes),
        *phase_rows(name, done),
    ]


def whole_row(
    name: str, done: Discovered, bare: BareLoad, read_seconds: float = 0.0
) -> Row:
    """Return the seconds of a whole import beside the bare load of its rows.

    Args:
        read_seconds: What a bare read of the file takes; added to the bare load.
    """
    baseline = bare.seconds + read_seconds
    ratio = done.seconds / baseline
    target = f"≤ {TARGET_RATIO:.0f} × bare {'read + ' * bool(read_seconds)}load"
    return Row(name, done.seconds, "s", baseline, ratio, target, ratio <= TARGET_RATIO)


def memory_row(
    name: str, done: Discovered, bare: BareLoad, most_bytes: float | None
) -> Row:
    """Return the peak memory of an import beside the bare load's."""
    holds = most_bytes is None or done.peak_bytes < most_bytes
    return Row(
        name,
        done.peak_bytes / GIB,
        "GiB",
        bare.peak_bytes / GIB,
        done.peak_bytes / bare.peak_bytes,
        f"< {most_bytes / GIB:.1f} GB" if most_bytes else "passes",
        holds,
    )


def phase_rows(name: str, done: Discovered) -> list[Row]:
    """Return the seconds of each phase; they have no target of their own."""
    return [
        Row(f"{name}, {phase}", seconds, "s", None, None, "no target of its own", True)
        for phase, seconds in done.phases.items()
    ]


def machines(rows: int) -> Iterator[list[str | int]]:
    """Return made-up virtual machines, the same each time."""
    chance = random.Random(7)  # noqa: S311  Not for secrets.
    for n in range(rows):
        name = f"vm-{n:06d}"
        yield [
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
