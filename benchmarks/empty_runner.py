"""A real runner, but its phases do nothing and publish nothing.

``python -m benchmarks.empty_runner NAME [--seconds S]``: each phase waits so long, as
one that asks another machine would.
"""

import argparse
import logging
import time
from importlib import import_module

from benchmarks.empty_work import RESULTS
from discovery_app.database import prepare
from discovery_app.jobs.runner import Runner
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager
from discovery_app.logs import write_log
from discovery_app.phases import ORDER
from discovery_app.phases.base import PhaseContext, PhaseResult
from discovery_app.services.phase_results import PhaseResultService


def main() -> None:
    """Run one slot with empty phases until it is told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--seconds", type=float, default=0.0)
    given = parser.parse_args()

    def run(context: PhaseContext) -> PhaseResult:
        time.sleep(given.seconds)
        return RESULTS[context.phase]

    for name in ORDER:
        phase = import_module(f"discovery_app.phases.{name}")
        phase.run = run  # type: ignore[attr-defined]
    DiscoveryWorkflowManager._published = lambda *_: {}
    PhaseResultService.store = lambda self, scope, phase, state, *_: state
    write_log(logging.WARNING)
    prepare(apply=False)
    Runner(given.name).run()


if __name__ == "__main__":
    main()
