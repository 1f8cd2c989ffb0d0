"""State of the admins' page on workers."""

from functools import partial

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, PlatformScope
from discovery_app.domain.workers import (
    WorkerLine,
    WorkersSnapshot,
    WorkerTiles,
    worker_line,
    worker_tiles,
)
from discovery_app.services.worker_overview import WorkerOverviewService
from discovery_app.states.following import follow
from discovery_app.states.gate import board_scope_of, platform_scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow

_WHY = "looks at the workers"


class AdminWorkersState(rx.State):
    """The runner processes and the queue, fresh while the page is open."""

    lines: tuple[WorkerLine, ...] = ()
    tiles: WorkerTiles = WorkerTiles()
    loading: bool = True
    problem: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW_WORKERS)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the workers, and keep them true."""

        async def look(wake: Wake) -> None:
            scope = await platform_scope_of(self, _WHY)
            seen = await wake.read("workers", partial(read_workers, scope))
            async with self:
                self.lines = tuple(worker_line(one, seen.now) for one in seen.workers)
                self.tiles = worker_tiles(seen)
                self.loading, self.problem = False, ""

        board = await board_scope_of(self)
        return await follow(self, board.engagement_ids, look, AdminWorkersState.watch)


def read_workers(scope: PlatformScope) -> WorkersSnapshot:
    """Return the workers and the queue in a unit of work of its own."""
    with unit_of_work(scope) as session:
        return WorkerOverviewService(session).look(scope)
