"""What one import changed in the inventory, and taking it back."""

from functools import partial
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.change_lines import (
    ChangePage,
    ChangeQuery,
    UndoWords,
    change_line,
    undo_words,
)
from discovery_app.domain.import_changes import ImportDiff, UndoPreview
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.domain.list_query import first_row
from discovery_app.domain.words import count
from discovery_app.domain.workflow import FINISHED
from discovery_app.errors import DiscoveryError
from discovery_app.services.import_diffs import ImportDiffService
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.services.workflow_undo import WorkflowUndoService
from discovery_app.states.following import follow_workflow, id_in_path
from discovery_app.states.gate import in_thread
from discovery_app.states.hub import Wake, hub
from discovery_app.states.list_page import ListPage
from discovery_app.states.places import workflow_scope_of
from discovery_app.states.replaced_inventory import undo_preview
from discovery_app.states.rules import allow


class ImportChangesState(ListPage, rx.State):
    """The changes that the address asks for, fresh while the page is open."""

    page: ChangePage = ChangePage()
    query: ChangeQuery = ChangeQuery()
    asking: UndoWords = UndoWords()
    reason: str = ""
    loading: bool = True
    problem: str = ""
    notice: str = ""
    failure: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the changes as the address says, and keep them true."""

        async def look(wake: Wake, scope: Scope) -> None:
            workflow_id, query = id_in_path(self, "workflow"), self.query
            page = await wake.read(
                ("changes", workflow_id, scope.role, query),
                partial(_read, scope, workflow_id, query),
            )
            async with self:
                self.page, self.loading, self.problem = page, False, ""

        return await follow_workflow(self, self._begin, look, ImportChangesState.watch)

    def _begin(self, workflow_id: UUID) -> None:
        if self.page.workflow_id != str(workflow_id):
            self.page, self.loading = ChangePage(), True
            self.notice, self.failure = "", ""
        self._take(ChangeQuery.from_address(self.router.url.query_parameters))

    @rx.event
    @allow(Permission.VIEW)
    async def pick_kind(self, kind: str) -> rx.event.EventSpec:
        """Show the changes of one kind."""
        return self._go(self.query.with_words(kind=kind))

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def ask(self, opened: bool) -> None:
        """Count what taking the import back would do, when the question opens."""
        self.reason, self.asking = "", UndoWords()
        if not opened:
            return
        try:
            workflow_id = id_in_path(self, "workflow")
            scope = await workflow_scope_of(self, workflow_id)
            self.asking = undo_words(await in_thread(undo_preview, scope, workflow_id))
        except DiscoveryError as error:
            self.failure = str(error)

    @rx.event
    @allow(Permission.VIEW)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.IMPORT_FILES)
    async def undo(self) -> None:
        """Take the import back."""
        self.notice, self.failure = "", ""
        try:
            workflow_id = id_in_path(self, "workflow")
            scope = await workflow_scope_of(self, workflow_id)
            done = await in_thread(_undo, scope, workflow_id, self.reason)
            self.notice = (
                f"Taken back: {done.removed:,} removed, {done.restored:,} restored, "
                f"{done.kept:,} kept."
            )
        except DiscoveryError as error:
            self.failure = str(error)
        self.reason = ""
        hub().note(id_in_path(self, "workflow"))

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice, self.failure = "", ""


def _read(scope: Scope, workflow_id: UUID, query: ChangeQuery) -> ChangePage:
    with unit_of_work(scope) as session:
        view = WorkflowStateService(session).get_workflow_state(scope, workflow_id)
        service, upload = ImportDiffService(session), view.session_id
        counts = service.diff(scope, upload)
        found = (
            service.count(scope, upload, query.chosen, query.q)
            if query.q
            else counts.count(query.chosen)
        )
        first = first_row(query.number, found, PAGE_SIZE)
        changes = service.changes(
            scope, upload, query.chosen, search=query.q, offset=first
        )
    last, engagement = first + len(changes), str(scope.engagement_id)
    may_import = Permission.IMPORT_FILES in ROLE_PERMISSIONS[scope.role]
    return ChangePage(
        workflow_id=str(workflow_id),
        engagement_id=engagement,
        title=view.title,
        status=str(view.status),
        created=count(counts.created),
        updated=count(counts.updated),
        unchanged=count(counts.unchanged),
        gone=count(counts.gone),
        gone_note=_compared(counts),
        total=count(counts.count(None)),
        found=count(found),
        shown=f"{first + 1:,}–{last:,} of {found:,}" if changes else "",
        has_previous=first > 0,
        has_next=last < found,
        may_undo=may_import
        and view.status in FINISHED
        and bool(counts.created or counts.updated or counts.unchanged),
        lines=tuple(change_line(one, engagement) for one in changes),
    )


def _compared(counts: ImportDiff) -> str:
    if not counts.compared_with:
        return "no earlier import of this list"
    return f"since {counts.compared_with}; they stay"


def _undo(scope: Scope, workflow_id: UUID, reason: str) -> UndoPreview:
    with unit_of_work(scope) as session:
        return WorkflowUndoService(session).undo(
            scope, workflow_id, reason=reason, version=None
        )
