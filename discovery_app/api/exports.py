"""Exports as downloads."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO, Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session
from starlette.background import BackgroundTask

from discovery_app.api.dependencies import EngagementScope, SignedIn
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, PlatformScope, Scope
from discovery_app.domain.audit_page import AuditQuery
from discovery_app.errors import UnavailableError
from discovery_app.knowledge.tool_formats import ExportTool
from discovery_app.services.audit_exports import AuditExportService
from discovery_app.services.engagements import EngagementService
from discovery_app.services.export_rows import ExportWhat
from discovery_app.services.exports import (
    MEDIA_TYPES,
    ExportFormat,
    ExportService,
    file_name,
)
from discovery_app.services.tool_exports import ToolExportService
from discovery_app.storage import read_chunks

router = APIRouter(tags=["Exports"])


class AuditAsked(BaseModel):
    """Filters of the audit log, by the words of its page's address."""

    model_config = ConfigDict(extra="forbid")

    q: str = ""
    actor: str = ""
    action: str = ""
    client: str = ""
    days: str = ""


_MOST_WARNINGS: Final = 20
_HEADER_SAFE: Final = " *:;,.()/"
"""Other characters of a warning are percent-encoded; headers are ASCII."""

_IN_MEMORY_BYTES: Final = 4_000_000
"""Larger exports are written to a temporary file first; chosen, not measured."""


@router.get("/engagements/{engagement_id}/exports/{what}.{form}")
def export(
    scope: EngagementScope, what: ExportWhat, form: ExportFormat
) -> StreamingResponse:
    """Download what the engagement holds, as CSV, JSON or XLSX; it is audited."""
    file = write_whole(
        scope, lambda session: _of_engagement(session, scope, what, form)
    )
    return download(file, form, file_name(what, form))


@router.get("/engagements/{engagement_id}/exports/tools/{tool}")
def export_for_tool(scope: EngagementScope, tool: ExportTool) -> Response:
    """Download what is in scope as the file that a migration tool imports.

    ``Export-Warning`` headers say what the tool will not take or does not learn.
    """
    with unit_of_work(scope) as session:
        written = ToolExportService(session).export(scope, tool)
    response = Response(written.content, media_type=written.media_type)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{written.file_name}"'
    )
    response.headers["Cache-Control"] = "no-store"
    for warning in written.warnings[:_MOST_WARNINGS]:
        response.headers.append("Export-Warning", quote(warning, safe=_HEADER_SAFE))
    return response


@router.get("/audit.{form}")
def export_audit(
    person: SignedIn, form: ExportFormat, asked: Annotated[AuditAsked, Query()]
) -> StreamingResponse:
    """Download the audit log, newest first, filtered as the page is; for admins."""
    with unit_of_work(AccountScope()) as session:
        scope = EngagementService(session).platform_scope(person, "exports the log")
    words = {name: word for name, word in asked.model_dump().items() if word}
    chosen = AuditQuery.from_address(words).chosen(datetime.now(UTC))
    file = write_whole(
        scope, lambda session: AuditExportService(session).export(scope, chosen, form)
    )
    return download(file, form, f"audit.{form.value}")


def _of_engagement(
    session: Session, scope: Scope, what: ExportWhat, form: ExportFormat
) -> Iterator[bytes]:
    return ExportService(session).export(scope, what, form)


def download(written: IO[bytes], form: ExportFormat, name: str) -> StreamingResponse:
    """Return a file that ``write_whole`` made, as a download called ``name``."""
    size = written.tell()
    written.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(
        _chunks(written),
        media_type=MEDIA_TYPES[form],
        headers=headers,
        background=BackgroundTask(written.close),
    )


def write_whole(
    scope: Scope | PlatformScope, export: Callable[[Session], Iterator[bytes]]
) -> IO[bytes]:
    """Write the whole export before the first byte is sent.

    So the entry in the audit log is committed first, a slow reader holds no
    transaction open, and what goes wrong is a problem and not half a file.
    """
    written = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115
    try:
        with unit_of_work(scope) as session:
            for chunk in export(session):
                written.write(chunk)
    except OSError as error:
        written.close()
        raise UnavailableError(
            "The server has no room to write this export; tell the operator."
        ) from error
    except BaseException:
        written.close()
        raise
    return written


def _chunks(written: IO[bytes]) -> Iterator[bytes]:
    """Yield the file in pieces and close it, however the download ends."""
    try:
        yield from read_chunks(written)
    finally:
        written.close()
