"""Uploads: files in, a persisted workflow out."""

from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from discovery_app.api.dependencies import SignedIn, scope_on
from discovery_app.api.places import UploadScope
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Person
from discovery_app.domain.discovery_flow_state import ApproveMode, WorkflowOptions
from discovery_app.errors import InvalidInputError
from discovery_app.services.crewai_flow import (
    CrewAIFlowService,
    StartRequest,
    UploadedFile,
)
from discovery_app.services.data_imports import FILES_LIMIT
from discovery_app.services.workflow_reports import (
    WorkflowDetail,
    WorkflowReportService,
)
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import read_chunks

router = APIRouter(tags=["Data imports"])

_FIELDS_LIMIT: Final = 20
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "title": "engagement_id (a UUID) and files (one to many)",
                    "type": "object",
                    "required": ["engagement_id", "files"],
                    "properties": {
                        "engagement_id": {"type": "string", "format": "uuid"},
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        },
                        "corrects": {
                            "type": "string",
                            "format": "uuid",
                            "description": "The session whose rejected rows come "
                            "again, corrected; its source and mapping are taken over.",
                        },
                        "approve": {"enum": list(ApproveMode), "default": "none"},
                    },
                }
            }
        },
    }
}


class StartedImport(BaseModel):
    """An upload that is stored, and the workflow that will run."""

    session_id: UUID
    workflow_id: UUID


@router.post("/data-imports", status_code=201, openapi_extra=_BODY)
async def start_import(
    request: Request,
    person: SignedIn,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=200, description="The same key, same import."),
    ] = None,
) -> StartedImport:
    """Store the files, which belong together, and start their discovery.

    The same Idempotency-Key in the same engagement answers with the import that it
    started before. Nothing is stored if any file is refused.
    """
    # The body is read here and not by a parameter, so that nobody who is not signed
    # in can make the server take in their bytes first.
    async with request.form(max_files=FILES_LIMIT, max_fields=_FIELDS_LIMIT) as form:
        return await run_in_threadpool(_start, person, form, idempotency_key)


@router.get("/data-imports/{session_id}/workflow")
def workflow_of_import(session_id: UUID, scope: UploadScope) -> WorkflowDetail:
    """Return everything about the workflow of an upload."""
    with unit_of_work(scope) as session:
        view = WorkflowStateService(session).get_workflow_state_by_session_id(
            scope, session_id
        )
        return WorkflowReportService(session).detail(scope, view.workflow_id)


def _start(person: Person, form: FormData, key: str | None) -> StartedImport:
    scope = scope_on(person, _engagement_id(form))
    chosen = StartRequest(
        options=WorkflowOptions(approve=_approve_mode(form)), corrects=_corrects(form)
    )
    started = CrewAIFlowService().initiate_data_source_analysis(
        scope,
        [
            UploadedFile(file.filename or "", read_chunks(file.file))
            for file in _files(form)
        ],
        replace(chosen, key=key) if key else chosen,
    )
    return StartedImport(session_id=started.session_id, workflow_id=started.workflow_id)


def _engagement_id(form: FormData) -> UUID:
    given = form.get("engagement_id")
    try:
        return UUID(given if isinstance(given, str) else "")
    except ValueError as error:
        raise InvalidInputError(
            "Send engagement_id as a form field; GET /api/v1/engagements lists yours."
        ) from error


def _corrects(form: FormData) -> UUID | None:
    given = form.get("corrects")
    if not given:
        return None
    try:
        return UUID(given if isinstance(given, str) else "")
    except ValueError as error:
        raise InvalidInputError(
            "Send as corrects the session_id of the import whose rows come again."
        ) from error


def _approve_mode(form: FormData) -> ApproveMode:
    given = form.get("approve", ApproveMode.NONE)
    try:
        return ApproveMode(str(given))
    except ValueError as error:
        raise InvalidInputError(
            f"Send approve as one of {', '.join(ApproveMode)}, or leave it out."
        ) from error


def _files(form: FormData) -> list[UploadFile]:
    files = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
    if not files:
        raise InvalidInputError("Send one or more files as the form field files.")
    return files
