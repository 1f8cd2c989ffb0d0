"""State of the board: every workflow the person may see."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import (
    ROLE_PERMISSIONS,
    BoardScope,
    Permission,
)
from discovery_app.domain.board import BoardPage, BoardTotals
from discovery_app.domain.board_lines import (
    BoardTiles,
    day_bars,
    day_sentence,
    engagement_bars,
    phase_bars,
    tiles_of,
)
from discovery_app.domain.board_query import BoardQuery
from discovery_app.domain.display import Choice, RankedBar
from discovery_app.services.board import BoardService, phase_choices
from discovery_app.services.board_trends import BoardTrendService
from discovery_app.states.board_list import BoardList
from discovery_app.states.following import follow
from discovery_app.states.gate import board_scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow

PATH = "/workflows"


@dataclass(frozen=True)
class _Snapshot:
    """What one look at the database showed."""

    page: BoardPage
    totals: BoardTotals | None
    owners: tuple[str, ...]
    engagements: tuple[Choice, ...]


@dataclass(frozen=True)
class Trends:
    """The charts; ``days`` has a row a day of the chart "Runs per day"."""

    day_sentence: str = ""
    phases: tuple[RankedBar, ...] = ()
    engagements: tuple[RankedBar, ...] = ()


class BoardState(BoardList, rx.State):
    """The workflows that the address asks for, fresh while the page is open."""

    page_path = PATH
    counts = "workflow"

    has_board: bool = False
    tiles: BoardTiles = BoardTiles()
    days: rx.Field[list[dict[str, str | int]]] = rx.field(default_factory=list)
    trends: Trends = Trends()
    owners: tuple[Choice, ...] = ()
    engagements: tuple[Choice, ...] = ()
    phases: tuple[Choice, ...] = ()

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the board as its address says, and keep it true."""
        async with self:
            query = self._take_address()
        seen: list[Any] = [None]

        async def look(wake: Wake) -> None:
            board = await board_scope_of(self)
            key = (board.engagement_ids, board.role)
            found = await wake.read(
                ("board", *key, query), partial(_read, board, query)
            )
            # The charts change only when a run ended.
            ended = found.totals and replace(found.totals, now=None)
            if found.totals and ended != seen[0]:
                days, trends = await wake.read(
                    ("trends", *key), partial(_trends, board)
                )
                seen[0] = ended
                async with self:
                    self.days, self.trends = days, trends
            async with self:
                self._show(found)

        board = await board_scope_of(self)
        return await follow(self, board.engagement_ids, look, BoardState.watch)

    def _show(self, found: _Snapshot) -> None:
        self._show_page(found.page)
        self.has_board = found.totals is not None
        if found.totals is not None:
            self.tiles = tiles_of(found.totals)
        self.owners = tuple(Choice(one, one) for one in found.owners)
        self.engagements = found.engagements
        self.phases = phase_choices()


def _read(scope: BoardScope, query: BoardQuery) -> _Snapshot:
    may_count = Permission.VIEW_BOARD in ROLE_PERMISSIONS[scope.role]
    with unit_of_work(scope) as session:
        board = BoardService(session)
        return _Snapshot(
            page=board.page(
                scope,
                query.chosen(),
                sort=query.by,
                descending=query.descending,
                cursor=query.at,
            ),
            totals=board.totals(scope) if may_count else None,
            owners=board.owners(scope),
            engagements=tuple(
                Choice(str(engagement_id), name, client)
                for engagement_id, client, name in board.engagements(scope)
            ),
        )


def _trends(scope: BoardScope) -> tuple[list[dict[str, str | int]], Trends]:
    with unit_of_work(scope) as session:
        service = BoardTrendService(session)
        days = service.runs_per_day(scope)
        return day_bars(days), Trends(
            day_sentence=day_sentence(days),
            phases=phase_bars(service.time_per_phase(scope)),
            engagements=engagement_bars(service.rows_per_engagement(scope)),
        )
