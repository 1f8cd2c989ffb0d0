"""One process that runs the same workflow under DBOS; knows nothing of this product.

``python benchmarks/dbos_worker.py ADDRESS NUMBER WORKFLOWS``, by the Python that has
DBOS. Without workflows it makes DBOS's tables and prints its version.
"""

import sys
from importlib.metadata import version

from dbos import DBOS

STEPS = 8
"""As many as a discovery has phases."""
WARM_UP = 12


@DBOS.step()
def step(number: int) -> int:
    """Do nothing, durably."""
    return number


@DBOS.workflow()
def workflow() -> int:
    """Take the steps one after the other; return how many."""
    for number in range(STEPS):
        step(number)
    return STEPS


def main() -> None:
    """Run so many workflows, after some to warm up."""
    address, number, workflows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    DBOS(
        config={
            "name": "bench",
            "system_database_url": address,
            "executor_id": f"bench-{number}",
            "application_version": "bench",
            "log_level": "ERROR",
        }
    )
    DBOS.launch()
    if not workflows:
        print(version("dbos"), flush=True)
    else:
        for _ in range(WARM_UP):
            workflow()
        # As crews.work_with_others, which this Python cannot import.
        print("ready", flush=True)
        input()
        print(sum(workflow() for _ in range(workflows)), flush=True)
    DBOS.destroy()


if __name__ == "__main__":
    main()
