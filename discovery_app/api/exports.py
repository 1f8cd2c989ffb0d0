"""Exports as downloads."""

import tempfile
from collections.abc import Iterator
from typing import IO, Final

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from discovery_app.api.dependencies import EngagementScope
from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.errors import UnavailableError
from discovery_app.services.export_rows import ExportWhat
from discovery_app.services.exports import (
    MEDIA_TYPES,
    ExportFormat,
    ExportService,
    file_name,
)
from discovery_app.storage import read_chunks

router = APIRouter(tags=["Exports"])

_IN_MEMORY_BYTES: Final = 4_000_000
"""Larger exports are written to a temporary file first; chosen, not measured."""


@router.get("/engagements/{engagement_id}/exports/{what}.{form}")
def export(
    scope: EngagementScope, what: ExportWhat, form: ExportFormat
) -> StreamingResponse:
    """Download what the engagement holds, as CSV, JSON or XLSX; it is audited."""
    written = _write(scope, what, form)
    size = written.tell()
    written.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(what, form)}"',
        "Content-Length": str(size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(
        _chunks(written),
        media_type=MEDIA_TYPES[form],
        headers=headers,
        background=BackgroundTask(written.close),
    )


def _write(scope: Scope, what: ExportWhat, form: ExportFormat) -> IO[bytes]:
    """Write the whole export before the first byte is sent.

    So the entry in the audit log is committed first, a slow reader holds no
    transaction open, and what goes wrong is a problem and not half a file.
    """
    written = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115
    try:
        with unit_of_work(scope) as session:
            for chunk in ExportService(session).export(scope, what, form):
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
