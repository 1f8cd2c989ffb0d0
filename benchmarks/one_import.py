"""Discover one import in this process; print what it took, as JSON."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from discovery_app.agents.rules import RulesAssistant
from discovery_app.database import unit_of_work
from discovery_app.domain.access import PlatformScope, Role, Scope
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager
from discovery_app.services.crewai_flow import (
    CrewAIFlowService,
    StartRequest,
    UploadedFile,
)
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import read_chunks


def main() -> None:
    """Run every phase on the files that the command line names."""
    engagement = UUID(os.environ["BENCH_ENGAGEMENT"])
    with unit_of_work(PlatformScope("bench", "measuring")) as session:
        client = session.execute(
            sa.text("select client_account_id from engagements where id = :id"),
            {"id": engagement},
        ).scalar_one()
    scope = Scope("bench", Role.ADMIN, client, engagement)
    paths = [Path(name) for name in sys.argv[1:]]
    begun = time.perf_counter()
    started = CrewAIFlowService().initiate_data_source_analysis(
        scope,
        [UploadedFile(path.name, read_chunks(path.open("rb"))) for path in paths],
        StartRequest(owner="bench/1"),
    )
    if started.lease is None:
        raise SystemExit("No lease was given.")
    DiscoveryWorkflowManager(lambda scope: RulesAssistant()).run_workflow(started.lease)
    seconds = time.perf_counter() - begun
    with unit_of_work(scope) as session:
        view = WorkflowStateService(session).get_workflow_state(
            scope, started.workflow_id
        )
    if view.status != "completed":
        raise SystemExit(f"The workflow is {view.status}: {view.failure}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    phases = {phase.phase: phase.seconds for phase in view.phases}
    print(json.dumps({"seconds": seconds, "peak_bytes": peak, "phases": phases}))


if __name__ == "__main__":
    main()
