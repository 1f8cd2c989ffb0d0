"""Rejected rows are downloaded, corrected elsewhere, and imported again."""

import csv
import io
from uuid import uuid4

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.errors import NotFoundError
from discovery_app.services.corrected_imports import CorrectedImportService
from discovery_app.services.crewai_flow import (
    CrewAIFlowService,
    StartRequest,
    UploadedFile,
)
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.import_diffs import ImportDiffService
from discovery_app.services.import_issues import ImportIssueService
from discovery_app.services.issue_downloads import IssueDownloadService
from discovery_app.services.mapping_decisions import Decision
from tests.api.calls import run_due
from tests.factories import make_scope
from tests.processes import look, start_discovery

# As RVTools writes it: the names in "Annotation" are an odd choice of this client.
FILE = b"""VM,Powerstate,CPUs,Memory,OS according to the VMware Tools,Annotation
web-01,poweredOn,2,4096,Ubuntu Linux (64-bit),alpha
,poweredOn,4,8192,Debian GNU/Linux 12 (64-bit),beta
"""


def first_import(scope):
    """Import the file; "Annotation" is decided to be the owner."""
    _, started = start_discovery(scope, {"RVTools_tabvInfo.csv": FILE})
    run_due()
    if look(scope, started).status == "waiting_for_approval":
        with unit_of_work(scope) as session:
            FieldMappingService(session).approve(
                scope,
                started.workflow_id,
                [Decision("Annotation", "technical_owner")],
                accept_best=True,
                remember=False,
            )
        run_due()
    assert look(scope, started).status == "completed"
    return started


def corrected_file(scope, started, name: str = "web-02") -> bytes:
    """Return the download of rejected rows with the name filled in."""
    with unit_of_work(scope) as session:
        chunks = IssueDownloadService(session).rejected_rows(scope, started.workflow_id)
        text = b"".join(chunks).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row | {"VM": name})
    return out.getvalue().encode()


@pytest.fixture
def scope(database):
    return make_scope(Role.CONSULTANT)


def import_again(scope, content: bytes, name: str = "rejected-rows.csv", corrects=None):
    """Start an import of the corrected rows."""
    return CrewAIFlowService().initiate_data_source_analysis(
        scope, [UploadedFile(name, [content])], StartRequest(corrects=corrects)
    )


@pytest.mark.parametrize("name", ["rejected-rows.csv", "Kopie von Liste (2).txt"])
def test_the_corrected_file_brings_only_those_rows(scope, name: str) -> None:
    first = first_import(scope)
    linked = first.session_id if name == "rejected-rows.csv" else None
    again = import_again(scope, corrected_file(scope, first), name, linked)

    run_due()

    view = look(scope, again)
    assert view.status == "completed"
    analysis = view.state_data["data_source_analysis"]
    original = look(scope, first).state_data["data_source_analysis"]
    assert analysis["source"] == original["source"]
    assert "RVTools_tabvInfo.csv" in analysis["evidence"]
    assert view.state_data["database_integration"]["accounting"]["created"] == 1
    with unit_of_work(scope) as session:
        diff = ImportDiffService(session).diff(scope, again.session_id)
        mapped = FieldMappingService(session).approved(scope, again.session_id)
        before = FieldMappingService(session).approved(scope, first.session_id)
        issues = ImportIssueService(session).page(scope, again.session_id)
    assert diff.created == 1
    assert {m.header: m.target for m in mapped} == {m.header: m.target for m in before}
    assert "reasons_left_out" in {one.rule for one in issues}


def test_a_row_that_is_still_wrong_is_rejected_and_told_again(scope) -> None:
    again = import_again(scope, corrected_file(scope, first_import(scope), name=""))

    run_due()

    accounting = look(scope, again).state_data["database_integration"]["accounting"]
    assert (accounting["rows_in"], accounting["rejected"]) == (1, 1)
    with unit_of_work(scope) as session:
        issues = ImportIssueService(session).page(scope, again.session_id)
    assert ("no_identity", 2) in {(one.rule, one.row) for one in issues}


def test_rows_of_another_engagement_correct_nothing_here(scope) -> None:
    content = corrected_file(scope, first_import(scope))
    stranger = make_scope(Role.CONSULTANT)
    again = import_again(stranger, content)

    with unit_of_work(stranger) as session:
        taken = CorrectedImportService(session).source(stranger, again.session_id)
    assert taken is None


def test_an_unknown_import_cannot_be_corrected(scope) -> None:
    stranger = make_scope(Role.CONSULTANT)
    _, foreign = start_discovery(stranger)

    for wrong in (foreign.session_id, uuid4()):
        with pytest.raises(NotFoundError):
            CrewAIFlowService().initiate_data_source_analysis(
                scope,
                [UploadedFile("rejected-rows.csv", [FILE])],
                StartRequest(corrects=wrong),
            )
