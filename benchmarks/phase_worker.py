"""One process that keeps workflows whose phases do nothing.

``python -m benchmarks.phase_worker phases|workflows NUMBER WORKFLOWS``

``phases`` measures the phase commits of workflows that run already; ``workflows`` all
that is kept of one: created, claimed, begun, each phase, completed.
"""

import sys

from benchmarks import empty_work
from benchmarks.bench_server import tenant
from benchmarks.crews import work_with_others

WARM_UP = 12
"""Workflows before the clock runs: by then the server has planned each statement."""


def main() -> None:
    """Keep so many workflows, after some to warm up."""
    kind, number, workflows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    scope = tenant(f"Worker {number}")
    worker = f"bench-{number}/1"

    def whole() -> int:
        empty_work.create(scope)
        return empty_work.run(empty_work.begin(worker))

    for _ in range(WARM_UP):
        whole()
    if kind == "workflows":
        work_with_others(lambda: sum(whole() for _ in range(workflows)))
        return
    claims = []
    for _ in range(workflows):
        empty_work.create(scope)
        claims.append(empty_work.begin(worker))
    work_with_others(lambda: sum(empty_work.run(claim) for claim in claims))


if __name__ == "__main__":
    main()
