"""Real processes for tests: runners, and the file imports they work on."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, Scope
from discovery_app.domain.workflow import WorkflowView
from discovery_app.errors import UnavailableError
from discovery_app.services.crewai_flow import (
    CrewAIFlowService,
    StartedDiscovery,
    StartRequest,
    UploadedFile,
)
from discovery_app.services.workflow_state import WorkflowStateService
from tests.conftest import ROOT
from tests.factories import make_scope

RESTING = {"completed", "failed", "waiting_for_approval", "cancelled", "paused"}
NORTHWIND = ("northwind-vinfo.csv", "northwind-connections.csv")


@contextmanager
def runner(name: str = "worker-1", **settings: str) -> Iterator[subprocess.Popen]:
    """Run one runner process until the block ends.

    Args:
        settings: More environment, e.g. ``DISCOVERY_FAULT``.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "discovery_app.jobs.runner", name],
        cwd=ROOT,
        env=os.environ | settings,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def demo_file(name: str) -> bytes:
    """Return one of the product's own demo files."""
    folder = resources.files("discovery_app.cli").joinpath("demo_files")
    return folder.joinpath(name).read_bytes()


def start_discovery(
    scope: Scope | None = None, files: dict[str, bytes] | None = None
) -> tuple[Scope, StartedDiscovery]:
    """Start a discovery of ``files``; by default of the Northwind demo files."""
    scope = scope or make_scope(Role.ADMIN)
    content = files or {name: demo_file(name) for name in NORTHWIND}
    uploads = [UploadedFile(name, [data]) for name, data in content.items()]
    started = CrewAIFlowService().initiate_data_source_analysis(
        scope, uploads, StartRequest()
    )
    return scope, started


def look(scope: Scope, started: StartedDiscovery) -> WorkflowView:
    """Return the workflow as it stands."""
    with unit_of_work(scope) as session:
        return WorkflowStateService(session).get_workflow_state(
            scope, started.workflow_id
        )


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for ``condition``; fail with ``what`` did not happen."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"Not within {seconds} s: {what}.")
        time.sleep(0.05)


def wait_for_rest(
    scope: Scope, started: StartedDiscovery, seconds: float = 60.0
) -> WorkflowView:
    """Wait until the workflow does nothing more by itself; return it."""

    def rests() -> bool:
        try:
            return look(scope, started).status in RESTING
        except UnavailableError:  # A test may have taken the database away.
            return False

    wait_until(rests, "the workflow rests", seconds)
    return look(scope, started)
