"""A 300,000-row XLSX to published inventory, beside a bare read and a bare load.

The bare read is calamine's, to text: what reads fastest from Python.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import xlsxwriter

from benchmarks.bench_server import tenant
from benchmarks.discovering import bare_load, discover
from benchmarks.imports import (
    HEADERS,
    TARGET_BYTES,
    machines,
    memory_row,
    phase_rows,
    whole_row,
)
from benchmarks.results import Row

ROWS = int(os.environ.get("BENCH_ROWS", "300000"))
READ = """
import sys, time
import fastexcel
begun = time.perf_counter()
sheet = fastexcel.read_excel(sys.argv[1]).load_sheet(0, dtypes="string")
rows = sheet.to_polars().height
print(time.perf_counter() - begun, rows)
"""
MOST_READ_RATIO = 3.0


def measure() -> list[Row]:
    """Return seconds of reading and of all phases, and the peak memory."""
    scope = tenant("Workbook")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vinfo.xlsx"
        _write(path)
        read = _read(path)
        done = discover(scope, path)
    bare = bare_load(scope)
    name = f"{ROWS:,}-row XLSX"
    first = done.phases["data_source_analysis"]
    return [
        Row(
            f"{name}, data_source_analysis",
            first,
            "s",
            read,
            first / read,
            f"≤ {MOST_READ_RATIO:.0f} × bare calamine read",
            first <= MOST_READ_RATIO * read,
        ),
        whole_row(f"{name}, all phases", done, bare, read),
        memory_row(f"{name}, peak memory", done, bare, TARGET_BYTES),
        *phase_rows(name, done),
    ]


def _write(path: Path) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("vInfo")
        sheet.write_row(0, 0, HEADERS)
        for at, row in enumerate(machines(ROWS), start=1):
            sheet.write_row(at, 0, row)


def _read(path: Path) -> float:
    done = subprocess.run(  # noqa: S603  Our own program.
        [sys.executable, "-c", READ, str(path)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, rows = done.stdout.split()
    if int(rows) != ROWS:
        raise SystemExit(f"{rows} rows were read.")
    return float(seconds)
