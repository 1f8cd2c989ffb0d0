"""One process that keeps workflows whose phases do nothing.

``python -m benchmarks.phase_worker commits|workflows|uploads NUMBER WORKFLOWS``

``commits`` measures the phase commits of workflows that run already; ``workflows``
takes them from the queue: claimed, begun, each phase, completed; ``uploads`` makes
them, too, with the rows of their upload.
"""

import sys

from benchmarks import empty_work
from benchmarks.bench_server import tenant
from benchmarks.crews import work_with_others
from discovery_app.domain.access import Scope

WARM_UP = 12
"""Workflows before the clock runs: by then the server has planned each statement."""


def main() -> None:
    """Keep so many workflows, after some to warm up."""
    kind, number, workflows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    scope, worker = tenant(f"Worker {number}"), f"bench-{number}/1"
    times = range(workflows)
    for _ in range(WARM_UP):
        _upload(scope, worker)
    if kind == "uploads":
        work_with_others(lambda: sum(_upload(scope, worker) for _ in times))
        return
    for _ in times:
        empty_work.create(scope)
    if kind == "workflows":
        work_with_others(lambda: sum(_whole(worker) for _ in times))
        return
    claims = [empty_work.begin(worker) for _ in times]
    work_with_others(lambda: sum(empty_work.run(claim) for claim in claims))


def _upload(scope: Scope, worker: str) -> int:
    empty_work.create(scope)
    return _whole(worker)


def _whole(worker: str) -> int:
    return empty_work.run(empty_work.begin(worker))


if __name__ == "__main__":
    main()
