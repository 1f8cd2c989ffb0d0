"""Correcting rows of an import in place, beside the list of its issues."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.correction_lines import (
    CorrectionList,
    RowEditor,
    correction_line,
    row_editor,
    waiting_words,
)
from discovery_app.domain.corrections import RowPlace
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.domain.list_query import first_row
from discovery_app.domain.words import count
from discovery_app.errors import DiscoveryError
from discovery_app.services.row_corrections import RowCorrectionService
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.states.following import follow_workflow, id_in_path
from discovery_app.states.gate import in_thread
from discovery_app.states.hub import Wake, hub
from discovery_app.states.places import workflow_scope_of
from discovery_app.states.rules import allow

_FIELD: Final = "cell-"


class RowCorrectionsState(rx.State):
    """The corrections of the address's import, and the row that is being corrected."""

    listed: CorrectionList = CorrectionList()
    editor: RowEditor = RowEditor()
    loading: bool = True
    problem: str = ""
    notice: str = ""
    failure: str = ""
    _page: int = 0

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the corrections of the address's import, and keep them true."""

        async def look(wake: Wake, scope: Scope) -> None:
            workflow_id, page = id_in_path(self, "workflow"), self._page
            listed = await wake.read(
                ("corrections", workflow_id, scope.role, page),
                partial(_listed, scope, workflow_id, page),
            )
            async with self:
                self.listed, self.loading, self.problem = listed, False, ""

        return await follow_workflow(self, self._begin, look, RowCorrectionsState.watch)

    def _begin(self, _: UUID) -> None:
        self.editor, self.notice, self.failure = RowEditor(), "", ""
        self.listed, self._page, self.loading = CorrectionList(), 0, True

    @rx.event
    @allow(Permission.FIX_ISSUES)
    async def open(self, file: str, sheet: str, row: int) -> None:
        """Show the cells of a row, to be corrected."""
        await self._act(self._show, RowPlace(file, sheet, row))

    @rx.event
    @allow(Permission.VIEW)
    async def close(self) -> None:
        """Close the row."""
        self.editor, self.failure = RowEditor(), ""

    @rx.event
    @allow(Permission.FIX_ISSUES, sent=dict)
    async def check(self, sent: dict[str, Any]) -> None:
        """Keep what was typed, and say at once what is still wrong with the row.

        Args:
            sent: The form's fields; the framework adds some of its own.
        """
        await self._act(self._check, sent)
        self._look_again()

    @rx.event
    @allow(Permission.FIX_ISSUES, correction_id=UUID)
    async def undo(self, correction_id: str) -> None:
        """Take a correction back."""
        await self._act(self._undo, UUID(correction_id))
        self._look_again()

    @rx.event
    @allow(Permission.FIX_ISSUES)
    async def apply(self) -> rx.event.EventSpec | None:
        """Run the workflow again with the corrections; show how it goes."""
        if not await self._act(self._apply):
            return None
        return rx.redirect(f"/workflows/{id_in_path(self, 'workflow')}")

    @rx.event
    @allow(Permission.VIEW)
    async def turn(self, steps: int) -> None:
        """Show the corrections before or after these."""
        self._page = max(0, self._page + steps)
        self._look_again()

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice, self.failure = "", ""

    async def _act(self, act: Callable[..., Any], *arguments: Any) -> bool:
        """Do something; return whether it was done, and show why not."""
        self.notice, self.failure = "", ""
        try:
            workflow_id = id_in_path(self, "workflow")
            scope = await workflow_scope_of(self, workflow_id)
            await act(scope, workflow_id, *arguments)
        except DiscoveryError as error:
            self.failure = str(error)
            return False
        return True

    async def _show(self, scope: Scope, workflow_id: UUID, place: RowPlace) -> None:
        self.editor = await in_thread(_row, scope, workflow_id, place)

    async def _check(
        self, scope: Scope, workflow_id: UUID, sent: Mapping[str, Any]
    ) -> None:
        shown = self.editor
        known = {one.name: one.value for one in (*shown.first, *shown.others)}
        cells = {
            int(name.removeprefix(_FIELD)): text
            for name, text in sent.items()
            # A browser may send a line's end in another form than it got it.
            if name in known
            and isinstance(text, str)
            and text.splitlines() != known[name].splitlines()
        }
        self.editor = await in_thread(
            _corrected, scope, workflow_id, shown.place, cells
        )

    async def _undo(self, scope: Scope, workflow_id: UUID, correction_id: UUID) -> None:
        await in_thread(_taken_back, scope, workflow_id, correction_id)
        if self.editor.key:
            place = self.editor.place
            self.editor = await in_thread(_row, scope, workflow_id, place)
        self.notice = "Taken back. The next run reads what the file says."

    async def _apply(self, scope: Scope, workflow_id: UUID) -> None:
        await in_thread(_applied, scope, workflow_id)
        self.editor = RowEditor()

    def _look_again(self) -> None:
        hub().note(id_in_path(self, "workflow"))


def _listed(scope: Scope, workflow_id: UUID, page: int) -> CorrectionList:
    with unit_of_work(scope) as session:
        workflow = WorkflowStateService(session).get_workflow_state(scope, workflow_id)
        service = RowCorrectionService(session)
        total, waiting = service.counts(scope, workflow.session_id)
        first = first_row(page + 1, total, PAGE_SIZE)
        found = service.listed(scope, workflow_id, offset=first)
    last = first + len(found)
    return CorrectionList(
        total=count(total),
        waiting=waiting_words(waiting),
        may_fix=Permission.FIX_ISSUES in ROLE_PERMISSIONS[scope.role],
        lines=tuple(correction_line(one) for one in found),
        shown=f"{first + 1:,}–{last:,} of {total:,}" if found else "",
        has_previous=first > 0,
        has_next=last < total,
    )


def _row(scope: Scope, workflow_id: UUID, place: RowPlace) -> RowEditor:
    with unit_of_work(scope) as session:
        content = RowCorrectionService(session).row(scope, workflow_id, place)
    return row_editor(content, None, uuid4().hex)


def _corrected(
    scope: Scope, workflow_id: UUID, place: RowPlace, cells: Mapping[int, str]
) -> RowEditor:
    with unit_of_work(scope) as session:
        service = RowCorrectionService(session)
        outcome = service.correct(scope, workflow_id, place, cells)
        content = service.row(scope, workflow_id, place)
    return row_editor(content, outcome, uuid4().hex)


def _taken_back(scope: Scope, workflow_id: UUID, correction_id: UUID) -> None:
    with unit_of_work(scope) as session:
        RowCorrectionService(session).undo(scope, workflow_id, correction_id)


def _applied(scope: Scope, workflow_id: UUID) -> None:
    # Whatever version: applying what waits means the same.
    with unit_of_work(scope) as session:
        RowCorrectionService(session).apply(scope, workflow_id, version=None)
