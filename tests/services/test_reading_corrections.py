"""Files are read another way after the start, and the workflow starts over."""

from uuid import UUID

import polars as pl
import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.errors import (
    ConflictError,
    FileRefusedError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from discovery_app.phases.field_mapping import MAPPING_SCHEMA
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.reading_corrections import ReadingCorrectionService
from discovery_app.services.workflow_actions import WorkflowActionService
from tests.api.calls import run_due
from tests.conftest import TestDatabase
from tests.factories import make_scope, with_role
from tests.processes import look, start_discovery
from tests.readers.files import write_workbook
from tests.services.inventory import Estate

TITLED = (
    b"Name,Owner,State,Zone code\n"
    b"Server Name,Operating System,State,Zone code\n"
    b"web-01,RHEL 8,running,Z1\nweb-02,RHEL 7,stopped,Z2\n"
)
"""The first row reads like headers as well; a person knows that the second is it."""

STALE = pl.DataFrame(
    [
        {
            "table": 0,
            "position": 0,
            "file": "servers.csv",
            "sheet": "",
            "header": "Name",
            "target": "asset_name",
            "outcome": "confident",
            "confidence": 0.9,
            "rule": "exact_header",
            "reason": "",
            "unit": None,
            "candidates": ["asset_name"],
            "samples": ["web-01"],
            "filled": 1.0,
            "source": "rules",
            "kind": "hostname",
        }
    ],
    schema=MAPPING_SCHEMA,
)
"""What the phase made of the file as it was read before."""


@pytest.fixture
def service(database):
    return ReadingCorrectionService()


@pytest.fixture
def rested(database):
    """A workflow that nobody works on: it was cancelled before its first phase."""
    scope = make_scope(Role.CONSULTANT)
    _, started = start_discovery(scope, {"servers.csv": TITLED})
    with unit_of_work(scope) as session:
        WorkflowActionService(session).cancel(
            scope, started.workflow_id, reason="wrong header row", version=None
        )
    return scope, started


def headers(scope, started) -> list[str]:
    with unit_of_work(scope) as session:
        session_id = look(scope, started).session_id
        listed = FieldMappingService(session).listed(scope, session_id)
    return sorted(row.header for row in listed)


def file_of(service, scope, started) -> UUID:
    (file,) = service.reading(scope, started.workflow_id).files
    return UUID(file.file_id)


def test_a_corrected_header_row_is_read_from_the_first_phase_on(rested, service):
    scope, started = rested
    with unit_of_work(scope) as session:
        session_id = look(scope, started).session_id
        FieldMappingService(session).store(scope, session_id, STALE)
    assert headers(scope, started) == ["Name"]

    service.start_over(
        scope,
        started.workflow_id,
        {file_of(service, scope, started): {"header_row": "2", "sheet": ""}},
        reason="The headers are in row 2",
        version=None,
    )

    now = look(scope, started)
    assert (now.status, now.current_phase) == ("queued", "data_source_analysis")
    assert headers(scope, started) == []
    run_due()
    (file,) = service.reading(scope, started.workflow_id).files
    assert "Server Name" in headers(scope, started)
    assert file.read_as.header_row == "2"
    assert look(scope, started).run_number == 2
    assert look(scope, started).status in {"waiting_for_approval", "completed"}


def test_a_preview_shows_a_correction_and_keeps_nothing(rested, service):
    scope, started = rested
    file_id = file_of(service, scope, started)

    shown = service.preview(
        scope, started.workflow_id, file_id, {"header_row": "2", "source": "servicenow"}
    )

    assert shown.columns[0] == "Server Name"
    assert shown.source == "ServiceNow CMDB"
    (file,) = service.reading(scope, started.workflow_id).files
    assert file.read_as.header_row == ""


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"header_row": "99"}, FileRefusedError),
        ({"source": "made-up"}, InvalidInputError),
        ({"storage_key": "../x"}, InvalidInputError),
    ],
)
def test_a_correction_that_does_not_fit_changes_nothing(rested, service, given, error):
    scope, started = rested
    file_id = file_of(service, scope, started)
    before = look(scope, started)

    with pytest.raises(error):
        service.start_over(
            scope, started.workflow_id, {file_id: given}, reason="try", version=None
        )

    after = look(scope, started)
    assert (after.version, after.status) == (before.version, before.status)


def test_only_what_was_seen_and_who_may_import_starts_over(rested, service):
    scope, started = rested
    wanted = {file_of(service, scope, started): {"header_row": "2"}}

    with pytest.raises(ConflictError):
        service.start_over(scope, started.workflow_id, wanted, reason="late", version=1)
    with pytest.raises(NotPermittedError):
        service.start_over(
            with_role(scope, Role.MANAGER),
            started.workflow_id,
            wanted,
            reason="no",
            version=None,
        )
    with pytest.raises(NotFoundError):
        service.reading(make_scope(Role.CONSULTANT), started.workflow_id)
    with pytest.raises(InvalidInputError):
        service.start_over(scope, started.workflow_id, {}, reason="x", version=None)


def test_starting_over_needs_a_reason(rested, service):
    scope, started = rested
    file_id = file_of(service, scope, started)

    with pytest.raises(InvalidInputError, match="Say why"):
        service.start_over(
            scope, started.workflow_id, {file_id: {}}, reason=" ", version=None
        )


def test_starting_over_leaves_nothing_that_only_the_wrong_reading_made(
    database: TestDatabase, service, tmp_path
):
    scope = make_scope(Role.CONSULTANT)
    columns = ["Server name", "Operating system"]
    sheets = {
        "Notes": [columns, ["Migration list", "Debian 12"], ["Draft", "Debian 12"]],
        "Servers": [columns, ["web", "Debian 12"]],
    }
    path = write_workbook(tmp_path, sheets)
    wrong, right = {"sheet": "Notes"}, {"sheet": "Servers"}
    _, started = start_discovery(scope, {"estate.xlsx": path.read_bytes()})
    file_id, published = file_of(service, scope, started), []

    run_due()
    for reading in (wrong, right):
        service.start_over(
            scope, started.workflow_id, {file_id: reading}, reason="Try", version=None
        )
        run_due()
        published.append(set(Estate.on(database, scope).assets()))

    assert published == [{"Migration list", "Draft"}, {"web"}]
    view = look(scope, started)
    assert view.state_data["database_integration"]["accounting"]["rows_in"] == 1
