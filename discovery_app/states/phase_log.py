"""State of the logs on a workflow's page."""

from functools import partial
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import BoardScope, Permission, Scope
from discovery_app.domain.phase_logs import PhaseLogPage, failed_try, log_page
from discovery_app.errors import DiscoveryError
from discovery_app.services.phase_logs import PhaseLogService
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.states.following import follow, id_in_path, say
from discovery_app.states.gate import board_scope_of, in_thread, scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow


class PhaseLogState(rx.State):
    """Which tries of a workflow have a log, and the lines of the chosen one."""

    shown: PhaseLogPage = PhaseLogPage()
    loading: bool = True
    problem: str = ""
    _workflow: str = ""
    _engagement: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """List the tries of the workflow of the address, and keep the list true."""
        try:
            workflow_id = id_in_path(self, "workflow")
            board = await board_scope_of(self)
            engagement_id = await in_thread(_engagement_of, board, workflow_id)
        except DiscoveryError as error:
            await say(self, error)
            return None
        async with self:
            if self._workflow != str(workflow_id):
                self.reset()
            self._workflow, self._engagement = str(workflow_id), str(engagement_id)

        async def look(wake: Wake) -> None:
            scope = await scope_of(self, engagement_id)
            chosen = self.shown.chosen
            key = ("phase logs", workflow_id, chosen)
            found = await wake.read(key, partial(_read, scope, workflow_id, chosen))
            async with self:
                if chosen == self.shown.chosen:  # Nobody picked another meanwhile.
                    self.shown = found
                self.loading, self.problem = False, ""

        return await follow(self, [workflow_id], look, PhaseLogState.watch)

    @rx.event
    @allow(Permission.VIEW, phase_run_id=UUID)
    async def pick(self, phase_run_id: str) -> None:
        """Show the log of one try."""
        self.problem = ""
        try:
            scope = await scope_of(self, UUID(self._engagement))
            workflow_id = UUID(self._workflow)
            self.shown = await in_thread(_read, scope, workflow_id, phase_run_id)
        except DiscoveryError as error:
            self.problem = str(error)


def _engagement_of(board: BoardScope, workflow_id: UUID) -> UUID:
    with unit_of_work(board) as session:
        return WorkflowStateService(session).engagement_of(workflow_id)


def _read(scope: Scope, workflow_id: UUID, chosen: str) -> PhaseLogPage:
    """Return the tries, and the lines of ``chosen`` or of one that just failed."""
    with unit_of_work(scope) as session:
        service = PhaseLogService(session)
        logs = service.of_workflow(scope, workflow_id)
        failed = failed_try(logs)
        wanted = UUID(chosen) if chosen else failed and failed.phase_run_id
        shown = service.lines(scope, workflow_id, wanted) if wanted else None
    return log_page(logs, shown)
