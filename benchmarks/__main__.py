"""``make bench``: measure, print the table, write ``benchmarks/latest.json``."""

import sys

from benchmarks import (
    board,
    commits,
    edges,
    imports,
    mapping,
    million,
    starts,
    tabs,
    workbook,
)
from benchmarks.bench_server import own_server
from benchmarks.results import show

PARTS = {
    "mapping": mapping,
    "commits": commits,
    "starts": starts,
    "tabs": tabs,
    "board": board,
    "imports": imports,
    "edges": edges,
    "workbook": workbook,
    "million": million,
}


def main() -> None:
    """Measure everything, or the parts that the command line names."""
    wanted = sys.argv[1:] or list(PARTS)
    with own_server():
        rows = [row for name in wanted for row in PARTS[name].measure()]
    show(rows)


if __name__ == "__main__":
    main()
