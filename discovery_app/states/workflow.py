"""State of a workflow's page."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import BoardScope, Permission, Scope
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.workflow_page import WorkflowPage, workflow_page
from discovery_app.errors import DiscoveryError
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.states.following import follow, id_in_path, say
from discovery_app.states.gate import board_scope_of, in_thread, scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow
from discovery_app.states.session import choose


class WorkflowPageState(rx.State):
    """One workflow, fresh while the page is open, and what the person does to it."""

    shown: WorkflowPage = WorkflowPage()
    reason: str = ""
    notice: str = ""
    loading: bool = True
    problem: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the workflow of the address, and keep it true."""
        async with self:
            if self.shown.workflow_id not in self.router.url.path:
                self.reset()
            self.notice, self.problem, self.reason = "", "", ""
        try:
            workflow_id = id_in_path(self, "workflow")
            board = await board_scope_of(self)
            engagement_id = await in_thread(_engagement_of, board, workflow_id)
            async with self:
                place = await choose(self, engagement_id)
        except DiscoveryError as error:
            await say(self, error)
            return None

        async def look(wake: Wake) -> None:
            scope = await scope_of(self, engagement_id)
            key = ("workflow", workflow_id, scope.role)
            found = await wake.read(key, partial(_read, scope, workflow_id, place))
            async with self:
                self.shown = found
                self.loading, self.problem = False, ""

        return await follow(self, [workflow_id], look, WorkflowPageState.watch)

    @rx.event
    @allow(Permission.VIEW)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.VIEW)
    async def ask(self, opened: bool) -> None:
        """Begin a question, or leave it, without the last one's reason."""
        self.reason = ""

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice = ""

    @rx.event
    @allow(Permission.CONTROL_WORKFLOWS)
    async def pause(self) -> None:
        """Stop the workflow after the phase that runs."""
        await self._act(_pause)

    @rx.event
    @allow(Permission.CONTROL_WORKFLOWS)
    async def resume(self) -> None:
        """Let a paused workflow go on."""
        await self._act(_resume)

    @rx.event
    @allow(Permission.CONTROL_WORKFLOWS)
    async def cancel(self) -> None:
        """Stop the workflow for good."""
        await self._act(_cancel, self.reason)

    async def _act(self, act: Callable[..., Any], *arguments: Any) -> None:
        """Do something to the workflow of the page; show what happened, or why not."""
        self.notice = ""
        try:
            scope = await scope_of(self, UUID(self.shown.engagement_id))
            workflow_id = UUID(self.shown.workflow_id)
            await in_thread(act, scope, workflow_id, *arguments)
            self.reason = ""
        except DiscoveryError as error:
            self.notice = str(error)


def _engagement_of(board: BoardScope, workflow_id: UUID) -> UUID:
    with unit_of_work(board) as session:
        return WorkflowStateService(session).engagement_of(workflow_id)


def _read(scope: Scope, workflow_id: UUID, place: EngagementChoice) -> WorkflowPage:
    with unit_of_work(scope) as session:
        service = WorkflowStateService(session)
        view = service.get_workflow_state(scope, workflow_id)
        events = service.events(scope, workflow_id)
    return workflow_page(
        view,
        events,
        role=scope.role,
        client=place.client,
        engagement=place.engagement,
        now=datetime.now(UTC),
    )


def _pause(scope: Scope, workflow_id: UUID) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).pause(scope, workflow_id, version=None)


def _resume(scope: Scope, workflow_id: UUID) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).resume(scope, workflow_id, version=None)


def _cancel(scope: Scope, workflow_id: UUID, reason: str) -> None:
    # Whatever phase it has reached since the question: cancelling means the same.
    with unit_of_work(scope) as session:
        WorkflowActionService(session).cancel(
            scope, workflow_id, reason=reason, version=None
        )
