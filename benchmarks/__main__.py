"""``make bench``: measure, print, write ``latest.json`` and ``README.md``.

``python -m benchmarks [PART …]`` measures those parts only; what is written of the
others stays.
"""

import inspect
import sys
from types import ModuleType

from benchmarks import (
    board,
    commits,
    edges,
    imports,
    mapping,
    million,
    scaling,
    starts,
    tabs,
    workbook,
)
from benchmarks.bench_server import own_server
from benchmarks.machine import facts, load, now
from benchmarks.results import Part, show

PARTS = {
    "mapping": mapping,
    "commits": commits,
    "starts": starts,
    "scaling": scaling,
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
        parts = {name: _measured(PARTS[name]) for name in wanted}
        show(parts, facts(), list(PARTS))


def _measured(part: ModuleType) -> Part:
    began = load()
    rows = part.measure()
    return Part(inspect.getdoc(part) or "", now(), (began, load()), rows)


if __name__ == "__main__":
    main()
