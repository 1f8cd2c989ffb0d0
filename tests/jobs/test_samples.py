"""Every real export ends in completed, waiting, or a refusal that says why."""

import pytest

from discovery_app.agents.rules import RulesAssistant
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.errors import FileRefusedError
from discovery_app.jobs.workflow_manager import DiscoveryWorkflowManager
from discovery_app.services.crewai_flow import (
    CrewAIFlowService,
    StartRequest,
    UploadedFile,
)
from discovery_app.services.workflow_reports import WorkflowReportService
from tests.conftest import SAMPLES
from tests.factories import make_scope

pytestmark = pytest.mark.usefixtures("database")

FILES = sorted(
    path.relative_to(SAMPLES)
    for path in SAMPLES.rglob("*")
    if path.suffix in {".csv", ".xlsx"}
)
EXPECTED_ERRORS = {"PhaseError", "MissingInputError", "FileRefusedError"}


@pytest.mark.parametrize("name", FILES or [None], ids=str)
def test_a_real_export_never_ends_in_a_traceback(name):
    if name is None:
        pytest.skip(f"The sample files are not at {SAMPLES}.")
    scope = make_scope(Role.ADMIN)
    content = (SAMPLES / name).read_bytes()
    try:
        started = CrewAIFlowService().initiate_data_source_analysis(
            scope,
            [UploadedFile(name.name, [content])],
            StartRequest(owner="test/1"),
        )
    except FileRefusedError:
        return

    DiscoveryWorkflowManager(lambda scope: RulesAssistant()).run_workflow(started.lease)

    with unit_of_work(scope) as session:
        report = WorkflowReportService(session).detail(scope, started.workflow_id)
    assert report.status in {"completed", "waiting_for_approval", "failed"}
    if report.status == "failed":
        assert report.error.error_type in EXPECTED_ERRORS, report.error
    if report.status == "completed":
        rows = report.accounting
        out = rows.created + rows.updated + rows.unchanged
        assert rows.rows_in == out + rows.excluded + rows.rejected
        assert rows.created == report.inventory.assets
