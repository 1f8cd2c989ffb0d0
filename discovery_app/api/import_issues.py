"""The problems of one import, and its rejected rows, as downloads."""

import tempfile
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from discovery_app.api.places import WorkflowScope
from discovery_app.database import unit_of_work
from discovery_app.services.issue_downloads import IssueDownloadService
from discovery_app.storage import read_chunks

router = APIRouter(tags=["Exports"])

_IN_MEMORY_BYTES: Final = 4_000_000
"""Larger downloads are written to a temporary file first; chosen, not measured."""


@router.get("/workflows/{workflow_id}/issues.csv")
def issues(scope: WorkflowScope, workflow_id: UUID) -> StreamingResponse:
    """Download every problem of an import, the worst first; it is audited."""
    with unit_of_work(scope) as session:
        chunks = IssueDownloadService(session).issues(scope, workflow_id)
        return _download("issues.csv", chunks)


@router.get("/workflows/{workflow_id}/rejected-rows.csv")
def rejected_rows(scope: WorkflowScope, workflow_id: UUID) -> StreamingResponse:
    """Download the rejected rows as they came, with the reasons; it is audited."""
    with unit_of_work(scope) as session:
        chunks = IssueDownloadService(session).rejected_rows(scope, workflow_id)
        return _download("rejected-rows.csv", chunks)


def _download(name: str, chunks: Iterator[bytes]) -> StreamingResponse:
    """Write the whole file first, so that no slow reader holds a transaction open."""
    written = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115
    for chunk in chunks:
        written.write(chunk)
    written.seek(0)
    return StreamingResponse(
        read_chunks(written),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
        background=BackgroundTask(written.close),
    )
