"""From the creation of a workflow to the start of its first phase, by an idle runner.

One runner rests; a discovery of a tiny file is started as the page does it. Both times
are the database's own: the workflow's row was written; the first try of its first phase
was opened. Between them lie the commit, the notification, the claim and the beginning
of the phase.
"""

import os
import statistics
import subprocess
import sys
import time
from uuid import UUID

from benchmarks.bench_server import tenant
from benchmarks.results import Row
from discovery_app.config import Dispatcher, settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.domain.workflow import WorkflowView
from discovery_app.services.crewai_flow import CrewAIFlowService, UploadedFile
from discovery_app.services.workflow_state import WorkflowStateService

TARGET_MS = 20
RUNS = 20
RESTING = {"completed", "failed", "waiting_for_approval"}
CSV = b"Hostname,IP Address,Operating System,RAM (GB)\nweb-01,10.0.0.1,RHEL 9,16\n"


def measure() -> list[Row]:
    """Return the median wait under each dispatcher."""
    scope = tenant("Starts")
    return [_row(scope, dispatcher) for dispatcher in Dispatcher]


def _row(scope: Scope, dispatcher: Dispatcher) -> Row:
    environment = {"DISCOVERY_DISPATCHER": dispatcher.value, "DISCOVERY_RUNNER": "off"}
    os.environ |= environment  # This process queues as its runner expects.
    settings.cache_clear()
    runner = subprocess.Popen(  # noqa: S603  This product's own.
        [sys.executable, "-m", "discovery_app.jobs.runner", f"bench-{dispatcher}"]
    )
    try:
        _discover(scope)
        median = statistics.median(_discover(scope) for _ in range(RUNS))
    finally:
        runner.terminate()
        runner.wait(30)
        for name in environment:
            del os.environ[name]
        settings.cache_clear()
    return Row(
        f"created → first phase starts, p50, {dispatcher}",
        median,
        "ms",
        None,
        None,
        f"< {TARGET_MS} ms with an idle runner",
        median < TARGET_MS,
    )


def _discover(scope: Scope) -> float:
    """Run one small discovery; return the wait before its first phase, in ms."""
    started = CrewAIFlowService().initiate_data_source_analysis(
        scope, [UploadedFile("bench.csv", [CSV])]
    )
    until = time.monotonic() + 60
    while True:
        view = _view(scope, started.workflow_id)
        if view.status in RESTING:
            break
        if time.monotonic() > until:
            raise RuntimeError(f"The workflow is still {view.status}.")
        time.sleep(0.1)
    first = view.tries[0].started_at
    if first is None:
        raise RuntimeError("The first phase never started.")
    return (first - view.created_at).total_seconds() * 1000


def _view(scope: Scope, workflow_id: UUID) -> WorkflowView:
    with unit_of_work(scope) as session:
        return WorkflowStateService(session).get_workflow_state(scope, workflow_id)
