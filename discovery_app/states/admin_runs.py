"""State of the admins' page on runs that failed, are stuck or crash again and again."""

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, PlatformScope, Scope
from discovery_app.domain.board import BoardPage
from discovery_app.domain.board_lines import BoardLine
from discovery_app.domain.board_query import BoardQuery
from discovery_app.domain.words import counted
from discovery_app.errors import DiscoveryError
from discovery_app.services.board import BoardService
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.states.asked import AskedForReason
from discovery_app.states.board_list import BoardList
from discovery_app.states.following import follow
from discovery_app.states.gate import (
    board_scope_of,
    in_thread,
    platform_scope_of,
    scope_of,
)
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow

PATH: Final = "/admin/runs"
_WHY: Final = "looks at runs that need an admin"

Act = Callable[[Scope, BoardLine, str], None]


class AdminRunsState(BoardList, AskedForReason, rx.State):
    """Runs in trouble across clients, fresh while the page is open.

    Attributes:
        opened: The run in the drawer.
        picked: Ids of the selected runs.
        to_retry: How many of them a retry will reach.
    """

    page_path = PATH
    counts = "run"

    opened: BoardLine = BoardLine()
    open_id: str = ""
    picked: rx.Field[list[str]] = rx.field(default_factory=list)
    all_picked: bool = False
    to_retry: int = 0

    @rx.event(background=True, supersedes=True)
    @allow(Permission.RETRY_WORKFLOWS)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the runs in trouble, and keep them true."""
        async with self:
            query = self._take_address()

        async def look(wake: Wake) -> None:
            scope = await platform_scope_of(self, _WHY)
            page = await wake.read(("runs", query), partial(_read, scope, query))
            async with self:
                self._show(page)

        board = await board_scope_of(self)
        return await follow(self, board.engagement_ids, look, AdminRunsState.watch)

    def _show(self, page: BoardPage) -> None:
        self._show_page(page)
        there = {line.workflow_id for line in self.lines}
        self._pick([one for one in self.picked if one in there])
        self._open(self.open_id)

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def open(self, workflow_id: str) -> None:
        """Show one run beside the list; empty closes it."""
        self._open("" if workflow_id == self.open_id else workflow_id)

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def select(self, workflow_id: str, on: bool) -> None:
        """Mark one run for the next action, or not."""
        others = [one for one in self.picked if one != workflow_id]
        self._pick([*others, workflow_id] if on else others)

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def select_all(self, on: bool) -> None:
        """Mark every run of this page, or none."""
        self._pick([line.workflow_id for line in self.lines] if on else [])

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def ask(self, question: str) -> None:
        """Open the dialog for ``retry``, ``cancel`` or ``retry_many``."""
        self.question, self.reason = question, ""

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def retry(self) -> None:
        """Run the opened run's failed phase again."""
        await self._act(_retry, self._chosen([self.open_id]), "Retried")

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def cancel(self) -> None:
        """Stop the opened run for good."""
        await self._act(_cancel, self._chosen([self.open_id]), "Cancelled")

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def retry_many(self) -> None:
        """Run the failed phase of every selected run again."""
        chosen = [line for line in self._chosen(self.picked) if line.can_retry]
        await self._act(_retry, chosen, "Retried")

    async def _act(self, act: Act, lines: list[BoardLine], word: str) -> None:
        """Act on each of ``lines`` by itself; say how many went well, and why not."""
        self.notice, self.done, self.question = "", "", ""
        reached, refusals = 0, list[str]()
        for line in lines:
            try:
                scope = await scope_of(self, UUID(line.engagement_id))
                await in_thread(act, scope, line, self.reason)
                reached += 1
            except DiscoveryError as error:
                refusals.append(f"{line.title}: {error}")
        self.reason, self.notice = "", " ".join(refusals[:5])
        if reached:
            self.done = f"{word} {counted(reached, 'run')}."
            self._pick([])

    def _chosen(self, ids: list[str]) -> list[BoardLine]:
        return [line for line in self.lines if line.workflow_id in set(ids)]

    def _pick(self, ids: list[str]) -> None:
        self.picked = ids
        self.all_picked = bool(ids) and len(ids) == len(self.lines)
        self.to_retry = sum(line.can_retry for line in self._chosen(ids))

    def _open(self, workflow_id: str) -> None:
        found = self._chosen([workflow_id])
        self.opened = found[0] if found else BoardLine()
        self.open_id = workflow_id if found else ""


def _read(scope: PlatformScope, query: BoardQuery) -> BoardPage:
    with unit_of_work(scope) as session:
        return BoardService(session).page(
            scope,
            query.chosen(troubled=not query.status),
            sort=query.by,
            descending=query.descending,
            cursor=query.at,
        )


def _retry(scope: Scope, line: BoardLine, reason: str) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).retry(
            scope, UUID(line.workflow_id), reason=reason, version=line.version
        )


def _cancel(scope: Scope, line: BoardLine, reason: str) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).cancel(
            scope, UUID(line.workflow_id), reason=reason, version=None
        )
