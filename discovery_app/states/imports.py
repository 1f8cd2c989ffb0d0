"""Bringing files into an engagement."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import reflex as rx

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.display import Choice
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.list_query import is_id
from discovery_app.domain.uploads import (
    EarlierImport,
    FilePreview,
    ImportFileRow,
    ReadAs,
    RecentImport,
    StagedFile,
)
from discovery_app.domain.words import exact, file_size
from discovery_app.errors import (
    DiscoveryError,
    FileRefusedError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from discovery_app.services.corrected_imports import CorrectedImportService
from discovery_app.services.crewai_flow import CrewAIFlowService
from discovery_app.services.previews import PreviewService, source_options
from discovery_app.services.recent_imports import recent_imports
from discovery_app.services.staged_uploads import StagedUploadService
from discovery_app.states.following import follow_engagement, id_in_path
from discovery_app.states.gate import again, in_thread, scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.places import query_of, with_query
from discovery_app.states.receiving import Receiving
from discovery_app.states.rules import allow
from discovery_app.states.session import chosen_engagement

UPLOAD_ID: Final = "inventory-files"


class ImportState(rx.State):
    """The person's files that wait for their start, and how one of them is read."""

    waiting: tuple[ImportFileRow, ...] = ()
    coming: tuple[ImportFileRow, ...] = ()
    refused: tuple[ImportFileRow, ...] = ()
    recent: tuple[RecentImport, ...] = ()
    preview: FilePreview = FilePreview()
    read_as: ReadAs = ReadAs()
    sources: tuple[Choice, ...] = ()
    again_words: str = ""
    limit_words: str = ""
    corrects: str = ""
    corrects_title: str = ""
    may_import: bool = False
    starting: bool = False
    loading: bool = True
    problem: str = ""
    _shown_engagement: str = ""
    _declined: tuple[str, ...] = ()
    _total_bytes: int = 0

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show what waits, and follow the engagement's imports."""

        async def look(wake: Wake, scope: Scope) -> None:
            engagement_id, corrects = scope.engagement_id, self.corrects
            recent = await wake.read(("recent", engagement_id), partial(_recent, scope))
            title = await in_thread(_title, scope, corrects) if corrects else ""
            async with self:
                self.corrects_title = title
                self.may_import = _may_import(scope)
                if self.may_import:
                    await self._list(scope)
                self.recent, self.loading, self.problem = recent, False, ""

        return await follow_engagement(self, self._begin, look, ImportState.watch)

    @rx.event
    @allow(Permission.IMPORT_FILES, sent=dict)
    async def measure(self, sent: dict) -> None:
        """Note how much the browser is going to send."""
        total = sent.get("total")
        self._total_bytes = total if isinstance(total, int) else 0

    @rx.event(background=True)
    @allow(Permission.IMPORT_FILES)
    async def receive(self, chunks: rx.UploadChunkIterator) -> None:
        """Store files while they arrive; each is looked at as soon as it is whole."""
        scope = await scope_of(self, id_in_path(self, "engagement"))
        async with self:
            self.problem, self._total_bytes = "", 0
        upload = Receiving(self, scope)
        try:
            async for chunk in chunks:
                await upload.take(chunk.filename, chunk.offset, chunk.data)
            await upload.end_file()
        finally:
            await upload.clear()
        async with self:
            self.coming = ()
            await self._list(scope)

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def cancelled(self) -> None:
        """Show what is left after the browser stopped sending."""
        self.coming = ()

    @rx.event
    @allow(Permission.IMPORT_FILES, file_id=UUID)
    async def remove(self, file_id: str) -> None:
        """Delete a file that waits."""
        try:
            scope = await self._scope()
            await in_thread(StagedUploadService().remove, scope, UUID(file_id))
            if self.preview.file_id == file_id:
                self.preview, self.read_as = FilePreview(), ReadAs()
            await self._list(scope)
        except DiscoveryError as error:
            self.problem = str(error)

    @rx.event
    @allow(Permission.VIEW)
    async def forget_refused(self, name: str) -> None:
        """Take the line of a refused file away."""
        self.refused = tuple(one for one in self.refused if one.name != name)

    @rx.event
    @allow(Permission.IMPORT_FILES, file_id=UUID)
    async def show(self, file_id: str) -> None:
        """Show how a file is read."""
        await self._show(file_id, "")

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def show_sheet(self, sheet: str) -> None:
        """Show another sheet of the same file."""
        await self._show(self.preview.file_id, sheet)

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def correct(self, name: str, word: str) -> None:
        """Read the shown file another way; the preview follows."""
        try:
            scope = await self._scope()
            wanted = {**asdict(self.read_as), name: word}
            changed = await in_thread(
                StagedUploadService().correct,
                scope,
                UUID(self.preview.file_id),
                wanted,
            )
            self.read_as = ReadAs(**changed.corrections)
            sheet = changed.corrections.get("sheet", self.preview.sheet)
            self.preview = await in_thread(PreviewService().preview, changed, sheet)
            await self._list(scope)
            self.problem = ""
        except (DiscoveryError, ValueError) as error:
            self.problem = _words(error)

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def start(self) -> rx.event.EventSpec | None:
        """Start the discovery of every file that waits."""
        try:
            scope = await self._scope()
            corrects = UUID(self.corrects) if self.corrects_title else None
            workflow_id = await in_thread(_start, scope, corrects)
        except DiscoveryError as error:
            self.problem = str(error)
            return None
        self.preview, self.waiting, self.refused = FilePreview(), (), ()
        return rx.redirect(f"/workflows/{workflow_id}")

    @rx.event
    @allow(Permission.VIEW)
    async def leave(self) -> rx.event.EventSpec:
        """Import something that corrects no other import."""
        self._declined = (*self._declined, self.corrects)
        self.corrects, self.corrects_title = "", ""
        return with_query(self, corrects="")

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.problem = ""

    def _begin(self, place: EngagementChoice) -> None:
        if self._shown_engagement != str(place.engagement_id):
            self.reset()
            self._shown_engagement = str(place.engagement_id)
        asked = query_of(self).get("corrects", "")
        self.corrects = asked if is_id(asked) else ""
        self.corrects_title = ""
        self.sources = source_options()
        self.limit_words = (
            "RVTools, ServiceNow, Azure Migrate or your own: XLSX, XLS, ODS, CSV, TSV, "
            f"JSON or a ZIP of them, up to {settings().upload_limit_mb} MB together"
        )

    async def _list(self, scope: Scope) -> None:
        staged, earlier = await in_thread(_listed, scope)
        hashes = [one.sha256 for one in staged]
        self.waiting = tuple(
            _row(one, earlier.get(one.sha256), twice=hashes.count(one.sha256) > 1)
            for one in staged
        )
        again_names = [one.name for one in staged if one.sha256 in earlier]
        self.again_words = _again_words(again_names)
        ids = {one.file_id for one in self.waiting}
        if self.preview.file_id not in ids:
            self.preview, self.read_as = FilePreview(), ReadAs()
            if self.waiting:
                await self._show(self.waiting[0].file_id, "")
        await self._recognise(scope, self.preview.corrects)

    async def _show(self, file_id: str, sheet: str) -> None:
        try:
            scope = await self._scope()
            file = await in_thread(StagedUploadService().one, scope, UUID(file_id))
            self.preview = await in_thread(PreviewService().preview, file, sheet)
            self.read_as = ReadAs(**file.corrections)
        except (DiscoveryError, ValueError) as error:
            self.problem = _words(error)

    async def _recognise(self, scope: Scope, told: str) -> None:
        """Take a file of rejected rows as the correction of its import, unasked."""
        if told and is_id(told) and not self.corrects and told not in self._declined:
            self.corrects_title = await in_thread(_title, scope, told)
            self.corrects = told if self.corrects_title else ""

    async def _scope(self) -> Scope:
        return await scope_of(self, id_in_path(self, "engagement"))


class ImportsState(rx.State):
    """The way from "Imports" to the engagement the person works on."""

    none: bool = False

    @rx.event
    @allow(Permission.VIEW)
    async def open(self) -> Any:
        """Open the import page of the picked engagement."""
        try:
            engagement_id = await chosen_engagement(self)
        except DiscoveryError:
            return await again(ImportsState.open)
        self.none = engagement_id is None
        if self.none:
            return None
        return rx.redirect(f"/engagements/{engagement_id}/import", replace=True)


def _start(scope: Scope, corrects: UUID | None) -> UUID:
    uploads = StagedUploadService()
    files = uploads.listed(scope)
    started = CrewAIFlowService().start_staged(scope, files, corrects)
    uploads.forget(scope, files)
    return started.workflow_id


def _listed(
    scope: Scope,
) -> tuple[Sequence[StagedFile], Mapping[str, EarlierImport]]:
    uploads = StagedUploadService()
    staged = uploads.listed(scope)
    return staged, uploads.earlier(scope, staged) if staged else {}


def _recent(scope: Scope) -> tuple[RecentImport, ...]:
    with unit_of_work(scope) as session:
        return recent_imports(session, scope)


def _row(
    file: StagedFile, earlier: EarlierImport | None, *, twice: bool
) -> ImportFileRow:
    note = file.detected
    if twice:
        note = f"{note} · the same bytes are here twice; remove one"
    if earlier is not None:
        when = _day(earlier.started_at)
        note = f"{note} · the same file was imported on {when} by {earlier.started_by}"
    return ImportFileRow(
        file_id=str(file.file_id),
        name=file.name,
        size=file_size(file.size_bytes),
        status="warned" if twice or earlier is not None else "ready",
        note=note,
    )


def _day(moment: datetime) -> str:
    return exact(moment).rpartition(":")[0]


def _again_words(names: Sequence[str]) -> str:
    if not names:
        return ""
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" * (len(names) > 3))
    return (
        f"{listed}: exactly these bytes were imported into this engagement before. "
        "Rows that say what the inventory already says stay unchanged."
    )


def _title(scope: Scope, corrects: str) -> str:
    """Return what people call the import to correct; empty if it is not theirs."""
    try:
        with unit_of_work(scope) as session:
            return CorrectedImportService(session).title(scope, UUID(corrects))
    except (NotFoundError, NotPermittedError):
        return ""


def _may_import(scope: Scope) -> bool:
    return Permission.IMPORT_FILES in ROLE_PERMISSIONS[scope.role]


def _words(error: Exception) -> str:
    if isinstance(error, FileRefusedError | InvalidInputError | DiscoveryError):
        return str(error)
    return "This file is not there any more; reload the page."
