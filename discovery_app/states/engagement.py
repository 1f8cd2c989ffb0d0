"""State of an engagement's page."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import BoardScope, Permission, Scope
from discovery_app.domain.board import BoardFilter, BoardPage, BoardSort
from discovery_app.domain.board_lines import BoardLine, board_line
from discovery_app.domain.engagement_lines import (
    EngagementTotals,
    GapLine,
    engagement_totals,
)
from discovery_app.domain.words import counted
from discovery_app.errors import DiscoveryError
from discovery_app.services.board import BoardService
from discovery_app.services.readiness import Gap, ReadinessService
from discovery_app.services.summaries import SummaryService
from discovery_app.states.following import follow, id_in_path, say
from discovery_app.states.gate import board_scope_of, scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow
from discovery_app.states.session import choose

IMPORTS_SHOWN = 10
GAPS_SHOWN = 12


@dataclass(frozen=True)
class _Inventory:
    """What is known of the engagement's assets."""

    totals: EngagementTotals
    gaps: tuple[GapLine, ...]


class EngagementState(rx.State):
    """One engagement, fresh while the page is open."""

    engagement_id: str = ""
    client: str = ""
    name: str = ""
    may_import: bool = False
    imports: tuple[BoardLine, ...] = ()
    imports_note: str = ""
    totals: EngagementTotals = EngagementTotals()
    gaps: tuple[GapLine, ...] = ()
    loading: bool = True
    problem: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the engagement of the address, and keep it true."""
        async with self:
            if self.engagement_id not in self.router.url.path:
                self.reset()
        try:
            engagement_id = id_in_path(self, "engagement")
            scope = await scope_of(self, engagement_id)
            async with self:
                place = await choose(self, engagement_id)
                self.engagement_id = str(engagement_id)
                self.client, self.name = place.client, place.engagement
        except DiscoveryError as error:
            await say(self, error)
            return None
        published: list[Any] = [None]

        async def look(wake: Wake) -> None:
            scope = await scope_of(self, engagement_id)
            board = await board_scope_of(self)
            page = await wake.read(
                ("imports", engagement_id, board.role),
                partial(_imports, board, engagement_id),
            )
            # The inventory changes when a workflow completes, and by people's hands:
            # the first is seen here at once, the second when the page is opened.
            done = [row.version for row in page.rows if row.status == "completed"]
            if done != published[0]:
                found = await wake.read(
                    ("totals", engagement_id, tuple(done)), partial(_inventory, scope)
                )
                published[0] = done
                async with self:
                    self.totals, self.gaps = found.totals, found.gaps
            async with self:
                self.imports = tuple(board_line(row) for row in page.rows)
                self.imports_note = counted(page.total, "import")
                self.loading, self.problem = False, ""

        async with self:
            self.may_import = _may_import(scope)
        return await follow(self, [engagement_id], look, EngagementState.watch)


def _may_import(scope: Scope) -> bool:
    try:
        scope.require(Permission.IMPORT_FILES)
    except DiscoveryError:
        return False
    return True


def _imports(board: BoardScope, engagement_id: UUID) -> BoardPage:
    with unit_of_work(board) as session:
        return BoardService(session).page(
            board,
            BoardFilter(engagement_id=engagement_id),
            sort=BoardSort.STARTED,
            descending=True,
            limit=IMPORTS_SHOWN,
        )


def _inventory(scope: Scope) -> _Inventory:
    with unit_of_work(scope) as session:
        summary = SummaryService(session).summary(scope)
        whole = ReadinessService(session).whole(scope) if summary.assets else None
    percent, level = (whole.percent, whole.level) if whole else (None, "")
    gaps = whole.gaps[:GAPS_SHOWN] if whole else ()
    return _Inventory(
        engagement_totals(summary, percent, level), tuple(map(_gap_line, gaps))
    )


def _gap_line(gap: Gap) -> GapLine:
    return GapLine(
        label=gap.label,
        group=gap.group,
        missing=f"{round(gap.missing_percent)} %",
        missing_percent=round(gap.missing_percent),
        lost=f"{gap.lost_points:.1f}",
        ask=gap.ask,
    )
