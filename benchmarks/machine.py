"""What the figures were measured on: facts of the machine and versions, no names."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil
import psycopg

from benchmarks.commits import dbos_version
from discovery_app.database.addresses import driver_address, owner_url

PACKAGES: Final = ("psycopg", "SQLAlchemy", "procrastinate", "APScheduler", "polars")


def facts() -> list[tuple[str, str]]:
    """Return what and its value, in the order of the page; the server must run."""
    with psycopg.connect(driver_address(owner_url())) as connection:
        server = connection.info.parameter_status("server_version") or "?"
        shown = connection.execute("SHOW fsync").fetchone()
    packages = [(name, version(name)) for name in PACKAGES]
    return [
        ("Cores", f"{os.cpu_count()} ({_processor()})"),
        ("Memory", f"{psutil.virtual_memory().total / 2**30:.0f} GiB"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", f"{server}, fsync {shown[0] if shown else '?'}"),
        *packages,
        ("DBOS", dbos_version() or "not installed"),
    ]


def now() -> str:
    """Return the time of day, to the minute."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()
