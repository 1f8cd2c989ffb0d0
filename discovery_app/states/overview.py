"""State of the first page."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import (
    ROLE_PERMISSIONS,
    AccountScope,
    BoardScope,
    Permission,
    Person,
    Role,
    Scope,
)
from discovery_app.domain.board import BoardFilter, BoardPage, BoardSort, BoardTotals
from discovery_app.domain.board_lines import BoardTiles, tiles_of
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.overview_lines import (
    EngagementLine,
    ListLine,
    list_line,
    waits_sentence,
)
from discovery_app.domain.words import count
from discovery_app.domain.workers import WorkerLine, worker_line
from discovery_app.services.board import BoardService
from discovery_app.services.engagements import EngagementService
from discovery_app.services.summaries import SummaryService
from discovery_app.states.admin_workers import read_workers
from discovery_app.states.following import follow
from discovery_app.states.gate import board_scope_of, in_thread, platform_scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow

LIST_LIMIT = 6
ENGAGEMENTS_SHOWN = 12
"""Each takes a look into its inventory; who has more finds them in the picker."""

_WAITS = ("stuck", "failed", "waiting_for_approval")
_RUNS = ("running", "cancelling", "retry_wait", "queued")


@dataclass(frozen=True)
class _Snapshot:
    """What one look at the database showed."""

    waits: BoardPage
    runs: BoardPage
    totals: BoardTotals | None
    newest: dict[UUID, str]
    completed: tuple[tuple[UUID, int], ...]


class OverviewState(rx.State):
    """What waits, what runs and the engagements, fresh while the page is open.

    Attributes:
        role: The widest role; chooses what the page shows.
        waits_note: How many more wait than are listed.
    """

    role: str = ""
    subtitle: str = ""
    tiles: BoardTiles = BoardTiles()
    waits: tuple[ListLine, ...] = ()
    waits_note: str = ""
    runs: tuple[ListLine, ...] = ()
    runs_note: str = ""
    engagements: tuple[EngagementLine, ...] = ()
    engagements_note: str = ""
    workers: tuple[WorkerLine, ...] = ()
    loading: bool = True
    problem: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the person's work, and keep it true."""
        seen: list[Any] = [None]

        async def look(wake: Wake) -> None:
            board = await board_scope_of(self)
            key = (board.engagement_ids, board.role)
            found = await wake.read(("overview", *key), partial(_read, board))
            # Inventories change when a workflow completes; statuses with each look.
            if board.role is not Role.ADMIN and found.completed != seen[0]:
                lines, note = await in_thread(_engagements, wake.person, found)
                seen[0] = found.completed
                async with self:
                    self.engagements, self.engagements_note = lines, note
            if board.role is Role.ADMIN:
                scope = await platform_scope_of(self, "looks at the workers")
                workers = await wake.read("workers", partial(read_workers, scope))
                async with self:
                    self.workers = tuple(
                        worker_line(one, workers.now)
                        for one in workers.workers
                        if not one.stopped
                    )
            async with self:
                self._show(found, board.role)

        board = await board_scope_of(self)
        return await follow(self, board.engagement_ids, look, OverviewState.watch)

    def _show(self, found: _Snapshot, role: Role) -> None:
        reviews = Permission.APPROVE_MAPPINGS in ROLE_PERMISSIONS[role]
        self.role = role.value
        self.waits = tuple(list_line(row, reviews=reviews) for row in found.waits.rows)
        self.runs = tuple(list_line(row) for row in found.runs.rows)
        self.waits_note = _more(found.waits)
        self.runs_note = _more(found.runs)
        self.subtitle = waits_sentence(found.waits.total)
        if found.totals is not None:
            self.tiles = tiles_of(found.totals)
        self.loading, self.problem = False, ""


def _more(page: BoardPage) -> str:
    more = page.total - len(page.rows)
    return f"{count(more)} more" if more else ""


def _read(board: BoardScope) -> _Snapshot:
    may_count = Permission.VIEW_BOARD in ROLE_PERMISSIONS[board.role]
    with unit_of_work(board) as session:
        service = BoardService(session)
        newest = service.newest_by_engagement(board)
        return _Snapshot(
            waits=service.page(board, BoardFilter(statuses=_WAITS), limit=LIST_LIMIT),
            runs=service.page(
                board,
                BoardFilter(statuses=_RUNS),
                sort=BoardSort.STARTED,
                descending=True,
                limit=LIST_LIMIT,
            ),
            totals=service.totals(board) if may_count else None,
            newest={key: status for key, (status, _) in newest.items()},
            completed=tuple(
                sorted((key, version) for key, (_, version) in newest.items())
            ),
        )


def _engagements(
    person: Person, found: _Snapshot
) -> tuple[tuple[EngagementLine, ...], str]:
    with unit_of_work(AccountScope()) as session:
        service = EngagementService(session)
        choices = service.choices(person)
        shown = choices[:ENGAGEMENTS_SHOWN]
        scopes = [service.scope(person, one.engagement_id) for one in shown]
    lines = tuple(
        _engagement(one, scope, found.newest.get(one.engagement_id, ""))
        for one, scope in zip(shown, scopes, strict=True)
    )
    if len(choices) == len(shown):
        return lines, ""
    return lines, f"{len(shown)} of {len(choices)}; the picker above has all"


def _engagement(choice: EngagementChoice, scope: Scope, status: str) -> EngagementLine:
    with unit_of_work(scope) as session:
        seen = SummaryService(session).summary(scope)
    quality = seen.quality_fraction
    return EngagementLine(
        href=f"/engagements/{choice.engagement_id}",
        name=choice.engagement,
        client=choice.client,
        status=status,
        assets=count(seen.assets),
        quality="" if quality is None else f"{round(100 * quality)} %",
        quality_percent=0 if quality is None else round(100 * quality),
        conflicts=count(seen.open_conflicts),
    )
