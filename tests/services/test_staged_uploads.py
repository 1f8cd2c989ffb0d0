"""Files that wait for their start: kept whole, given up once, never another's."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, Scope
from discovery_app.errors import (
    FileRefusedError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from discovery_app.services import staged_uploads
from discovery_app.services.crewai_flow import CrewAIFlowService
from discovery_app.services.data_imports import DataImportService
from discovery_app.services.staged_uploads import StagedUploadService
from discovery_app.storage import object_store
from tests.factories import make_scope

pytestmark = pytest.mark.usefixtures("database")

SERVERS = b"Name,Operating system\nweb-01,Ubuntu 22.04\n"


class BrokenUploadError(Exception):
    """The browser went away."""


@pytest.fixture
def scope() -> Scope:
    """A consultant who is signed in."""
    return replace(make_scope(), user_id=uuid4())


@pytest.fixture
def uploads() -> StagedUploadService:
    return StagedUploadService()


def stored() -> list[str]:
    """Return every key of the store."""
    return object_store().keys("")


def test_keeps_a_file_that_is_worth_reading(scope, uploads):
    staged = uploads.take_in(scope, "C:\\exports\\servers.csv", [SERVERS])

    assert uploads.listed(scope) == (staged,)
    assert staged.name == "servers.csv"
    assert staged.detected == "Unknown source · 2 columns"
    assert object_store().read(staged.storage_key) == SERVERS


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n picture", b"\n\n\n"])
def test_keeps_nothing_of_a_refused_file(scope, uploads, content):
    with pytest.raises(FileRefusedError):
        uploads.take_in(scope, "photo.csv", [content])

    assert stored() == []


def test_keeps_nothing_of_a_file_that_did_not_come_whole(scope, uploads):
    def chunks():
        yield SERVERS
        raise BrokenUploadError

    with pytest.raises(BrokenUploadError):
        uploads.take_in(scope, "servers.csv", chunks())

    assert stored() == []


def test_refuses_more_than_the_limit(scope, uploads, monkeypatch):
    monkeypatch.setenv("DISCOVERY_UPLOAD_LIMIT_MB", "1")
    settings.cache_clear()

    with pytest.raises(FileRefusedError, match="larger than 1 MB"):
        uploads.take_in(scope, "servers.csv", [SERVERS * 30_000])

    assert stored() == []


def test_a_colleague_does_not_see_it(scope, uploads):
    staged = uploads.take_in(scope, "servers.csv", [SERVERS])
    colleague = replace(scope, user_id=uuid4())

    assert uploads.listed(colleague) == ()
    with pytest.raises(NotFoundError):
        uploads.remove(colleague, staged.file_id)


def test_a_manager_may_not_upload(scope, uploads):
    with pytest.raises(NotPermittedError):
        uploads.take_in(replace(scope, role=Role.MANAGER), "servers.csv", [SERVERS])


def test_removes_the_bytes_with_the_file(scope, uploads):
    staged = uploads.take_in(scope, "servers.csv", [SERVERS])

    uploads.remove(scope, staged.file_id)

    assert stored() == []


def test_forgets_what_waited_for_too_long(scope, uploads, monkeypatch):
    uploads.take_in(scope, "servers.csv", [SERVERS])
    monkeypatch.setattr(staged_uploads, "KEPT", timedelta(0))

    assert uploads.listed(scope) == ()
    assert stored() == []


def test_keeps_a_correction_that_can_be_read(scope, uploads):
    text = b"Leipzig\n\nName;Operating system\nweb-01;Ubuntu\n"
    staged = uploads.take_in(scope, "leipzig.csv", [text])

    uploads.correct(scope, staged.file_id, {"header_row": "3", "sheet": ""})

    assert uploads.one(scope, staged.file_id).corrections == {"header_row": "3"}


@pytest.mark.parametrize(
    "wrong",
    [{"encoding": "no-such-code"}, {"header_row": "x"}, {"header_row": "900"}],
)
def test_keeps_no_correction_that_cannot_be_read(scope, uploads, wrong):
    staged = uploads.take_in(scope, "servers.csv", [SERVERS])

    with pytest.raises(FileRefusedError):
        uploads.correct(scope, staged.file_id, wrong)

    assert uploads.one(scope, staged.file_id).corrections == {}


def test_knows_only_four_corrections(scope, uploads):
    staged = uploads.take_in(scope, "servers.csv", [SERVERS])

    with pytest.raises(InvalidInputError):
        uploads.correct(scope, staged.file_id, {"storage_key": "../other"})


def test_starting_keeps_bytes_and_corrections(scope, uploads):
    staged = uploads.take_in(scope, "servers.csv", [SERVERS])
    staged = uploads.correct(scope, staged.file_id, {"encoding": "cp1252"})

    started = CrewAIFlowService().start_staged(scope, [staged])
    uploads.forget(scope, [staged])

    with unit_of_work(scope) as session:
        (file,) = DataImportService(session).files(scope, started.session_id)
    assert file.corrections == {"encoding": "cp1252"}
    assert object_store().read(file.reference.storage_key) == SERVERS
    assert uploads.listed(scope) == ()


def test_starting_twice_gives_one_workflow(scope, uploads):
    files = [uploads.take_in(scope, f"{n}.csv", [SERVERS]) for n in range(2)]

    first = CrewAIFlowService().start_staged(scope, files)
    again = CrewAIFlowService().start_staged(scope, files[::-1])

    assert again.workflow_id == first.workflow_id
    assert again.repeated


def test_there_is_nothing_to_start_without_files(scope):
    with pytest.raises(InvalidInputError, match="Upload a file first"):
        CrewAIFlowService().start_staged(scope, [])


def test_a_crash_after_the_start_costs_no_bytes(scope, uploads):
    """The manifest is left over; removing it must not touch what a run reads."""
    staged = uploads.take_in(scope, "servers.csv", [SERVERS])
    CrewAIFlowService().start_staged(scope, [staged])

    uploads.remove(scope, staged.file_id)

    assert object_store().read(staged.storage_key) == SERVERS


def test_says_when_the_same_bytes_were_imported_before(scope, uploads):
    first = uploads.take_in(scope, "servers.csv", [SERVERS])
    CrewAIFlowService().start_staged(scope, [first])
    uploads.forget(scope, [first])

    again = uploads.take_in(scope, "renamed.csv", [SERVERS])
    other = uploads.take_in(scope, "other.csv", [SERVERS + b"web-02,Debian 12\n"])

    earlier = uploads.earlier(scope, [again, other])
    assert list(earlier) == [again.sha256]
    assert earlier[again.sha256].started_by == scope.actor
