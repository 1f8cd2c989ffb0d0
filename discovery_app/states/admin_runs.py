"""State of the admins' page on runs that failed, are stuck or crash again and again."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, PlatformScope, Scope
from discovery_app.domain.board import BoardPage
from discovery_app.domain.board_lines import BoardLine, board_line, range_words
from discovery_app.domain.board_query import BoardQuery
from discovery_app.domain.words import counted
from discovery_app.errors import DiscoveryError
from discovery_app.services.board import BoardService
from discovery_app.services.workflow_actions import WorkflowActionService
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


class AdminRunsState(rx.State):
    """Runs in trouble across clients, fresh while the page is open.

    Attributes:
        opened: The run in the drawer.
        question: ``retry``, ``cancel`` or ``retry_many`` while a dialog asks.
        picked: Ids of the selected runs.
        to_retry: How many of them a retry will reach.
    """

    query: BoardQuery = BoardQuery()
    is_filtered: bool = False
    sort: str = ""
    descending: bool = False
    lines: tuple[BoardLine, ...] = ()
    shown: str = ""
    total: str = ""
    next_cursor: str = ""
    previous_cursor: str = ""
    opened: BoardLine = BoardLine()
    open_id: str = ""
    question: str = ""
    reason: str = ""
    picked: rx.Field[list[str]] = rx.field(default_factory=list)
    all_picked: bool = False
    to_retry: int = 0
    notice: str = ""
    done: str = ""
    loading: bool = True
    problem: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.RETRY_WORKFLOWS)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the runs in trouble, and keep them true."""
        async with self:
            query = BoardQuery.from_address(self.router.url.query_parameters)
            self.query, self.is_filtered = query, query.is_filtered
            self.sort, self.descending = query.by.value, query.descending

        async def look(wake: Wake) -> None:
            scope = await platform_scope_of(self, _WHY)
            page = await wake.read(("runs", query), partial(_read, scope, query))
            async with self:
                self._show(page)

        board = await board_scope_of(self)
        return await follow(self, board.engagement_ids, look, AdminRunsState.watch)

    def _show(self, page: BoardPage) -> None:
        self.lines = tuple(board_line(row) for row in page.rows)
        self.shown, self.total = range_words(page), counted(page.total, "run")
        self.next_cursor = page.next_cursor
        self.previous_cursor = page.previous_cursor
        there = {line.workflow_id for line in self.lines}
        self._pick([one for one in self.picked if one in there])
        self._open(self.open_id)
        self.loading, self.problem = False, ""

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def search(self, words: str) -> rx.event.EventSpec:
        """List the runs with ``words`` in their names."""
        return self._go(replace(self.query, q=words, at=""))

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def pick_status(self, value: str) -> rx.event.EventSpec:
        """List the runs of one status; empty means all that are in trouble."""
        asked = {**self.query.__dict__, "status": value, "at": ""}
        return self._go(BoardQuery.from_address(asked))

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def sort_by(self, key: str) -> rx.event.EventSpec:
        """Sort by a column, turn it round, or go back to what is most urgent."""
        known = BoardQuery.from_address({"sort": key}).by
        return self._go(self.query.sorted_by(known))

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def clear(self) -> rx.event.EventSpec:
        """Take every filter back."""
        return self._go(BoardQuery(sort=self.query.sort))

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def next_page(self) -> rx.event.EventSpec:
        """Show the rows after these."""
        return self._go(replace(self.query, at=self.next_cursor))

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def previous_page(self) -> rx.event.EventSpec:
        """Show the rows before these."""
        return self._go(replace(self.query, at=self.previous_cursor))

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
    async def ask_no_more(self, opened: bool) -> None:
        """Close the dialog."""
        if not opened:
            self.question = ""

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def dismiss(self) -> None:
        """Take the notices away."""
        self.notice, self.done = "", ""

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

    def _go(self, query: BoardQuery) -> rx.event.EventSpec:
        self.query = query
        return rx.redirect(query.address(PATH), replace=True)


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
