"""How the files of one workflow are read, and reading them another way."""

from dataclasses import asdict, replace
from uuid import UUID

import reflex as rx

from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.display import Choice
from discovery_app.domain.uploads import FilePreview, ReadAs, ReadFile, Reading
from discovery_app.errors import DiscoveryError
from discovery_app.services.previews import source_options
from discovery_app.services.reading_corrections import ReadingCorrectionService
from discovery_app.states.following import follow_workflow, id_in_path
from discovery_app.states.gate import in_thread
from discovery_app.states.hub import Wake
from discovery_app.states.places import workflow_scope_of
from discovery_app.states.rules import allow


class ReadingState(rx.State):
    """The tab's look at the files; corrections are kept when it starts over."""

    reading: Reading = Reading()
    preview: FilePreview = FilePreview()
    read_as: ReadAs = ReadAs()
    sources: tuple[Choice, ...] = ()
    corrected: tuple[str, ...] = ()
    reason: str = ""
    may_correct: bool = False
    loading: bool = True
    problem: str = ""
    _wanted: dict[str, ReadAs] = {}  # noqa: RUF012  Reflex copies it for each tab.

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the files, and follow the workflow as long as the page is open."""

        async def look(_: Wake, scope: Scope) -> None:
            async with self:
                await self._read(scope)

        return await follow_workflow(self, self._begin, look, ReadingState.watch)

    def _begin(self, workflow_id: UUID) -> None:
        if self.reading.workflow_id != str(workflow_id):
            self.reset()
        self.sources = source_options()

    @rx.event
    @allow(Permission.VIEW, file_id=UUID)
    async def show(self, file_id: str) -> None:
        """Show another file."""
        await self._show(await self._scope(), file_id, self._of(file_id), "")

    @rx.event
    @allow(Permission.VIEW)
    async def show_sheet(self, sheet: str) -> None:
        """Show another sheet of the same file."""
        await self._show(await self._scope(), self.preview.file_id, self.read_as, sheet)

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def correct(self, name: str, word: str) -> None:
        """Look how the shown file would be read another way."""
        if name not in asdict(ReadAs()):
            return
        file_id, wanted = self.preview.file_id, replace(self.read_as, **{name: word})
        sheet = wanted.sheet or self.preview.sheet
        if await self._show(await self._scope(), file_id, wanted, sheet):
            self._wanted = {**self._wanted, file_id: wanted}
            self._count()

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def start_over(self) -> rx.event.EventSpec | None:
        """Keep the corrections and run the workflow from its first phase."""
        try:
            await in_thread(
                ReadingCorrectionService().start_over,
                await self._scope(),
                id_in_path(self, "workflow"),
                {UUID(key): asdict(kept) for key, kept in self._changed().items()},
                reason=self.reason,
                version=self.reading.version,
            )
        except DiscoveryError as error:
            self.problem = str(error)
            return None
        self._wanted, self.reason = {}, ""
        return rx.redirect(f"/workflows/{self.reading.workflow_id}")

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.problem = ""

    async def _read(self, scope: Scope) -> None:
        workflow_id = id_in_path(self, "workflow")
        self.reading = await in_thread(
            ReadingCorrectionService().reading, scope, workflow_id
        )
        allowed = Permission.IMPORT_FILES in ROLE_PERMISSIONS[scope.role]
        self.may_correct = allowed and self.reading.restartable
        self._count()
        if not self.preview.file_id and self.reading.files:
            await self._show_first(scope, self.reading.files[0])
        self.loading = False

    async def _show_first(self, scope: Scope, file: ReadFile) -> None:
        """Show a file as it is read; as detected, where that is what went wrong."""
        if await self._show(scope, file.file_id, self._of(file.file_id), ""):
            return
        why = self.problem
        if file.read_as != ReadAs():
            await self._show(scope, file.file_id, ReadAs(), "")
            self.problem = why

    async def _show(
        self, scope: Scope, file_id: str, wanted: ReadAs, sheet: str
    ) -> bool:
        """Show a file as ``wanted`` reads it; say why, if it cannot be read so."""
        try:
            self.preview = await in_thread(
                ReadingCorrectionService().preview,
                scope,
                id_in_path(self, "workflow"),
                UUID(file_id),
                asdict(wanted),
                sheet,
            )
        except DiscoveryError as error:
            self.problem = str(error)
            return False
        self.read_as, self.problem = wanted, ""
        return True

    def _of(self, file_id: str) -> ReadAs:
        kept = {one.file_id: one.read_as for one in self.reading.files}
        return self._wanted.get(file_id) or kept.get(file_id, ReadAs())

    def _changed(self) -> dict[str, ReadAs]:
        kept = {one.file_id: one.read_as for one in self.reading.files}
        return {key: one for key, one in self._wanted.items() if one != kept.get(key)}

    def _count(self) -> None:
        changed = self._changed()
        names = {one.file_id: one.name for one in self.reading.files}
        self.corrected = tuple(names[key] for key in changed if key in names)

    async def _scope(self) -> Scope:
        return await workflow_scope_of(self, id_in_path(self, "workflow"))
