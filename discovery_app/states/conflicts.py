"""The queue of conflicts: what sources disagree about, until a person decides."""

from functools import partial
from typing import Any
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.conflict_lines import (
    ConflictPage,
    ConflictQuery,
    conflict_row,
)
from discovery_app.domain.display import Choice
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.domain.list_query import first_row
from discovery_app.domain.words import count, counted
from discovery_app.errors import DiscoveryError
from discovery_app.knowledge.fields import target_label
from discovery_app.services.conflicts import ConflictFilter, ConflictService
from discovery_app.states.following import follow_engagement, id_in_path
from discovery_app.states.gate import in_thread, scope_of
from discovery_app.states.hub import Wake, hub
from discovery_app.states.list_page import ListPage
from discovery_app.states.rules import allow


class ConflictsState(ListPage, rx.State):
    """One engagement's open conflicts, fresh while the page is open."""

    page: ConflictPage = ConflictPage()
    query: ConflictQuery = ConflictQuery()
    loading: bool = True
    problem: str = ""
    notice: str = ""
    failure: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the conflicts as the address says, and keep them true."""

        async def look(wake: Wake, scope: Scope) -> None:
            query = self.query
            page = await wake.read(
                ("conflicts", scope.engagement_id, scope.role, query),
                partial(_read, scope, query),
            )
            async with self:
                self.page, self.loading, self.problem = page, False, ""

        return await follow_engagement(self, self._begin, look, ConflictsState.watch)

    def _begin(self, place: EngagementChoice) -> None:
        if self.page.engagement_id != str(place.engagement_id):
            self.page, self.loading = ConflictPage(), True
            self.notice, self.failure = "", ""
        self._take(ConflictQuery.from_address(self.router.url.query_parameters))

    @rx.event
    @allow(Permission.VIEW)
    async def pick_field(self, field: str) -> rx.event.EventSpec:
        """Show the conflicts of one field."""
        return self._go(self.query.with_words(field=field))

    @rx.event
    @allow(Permission.VIEW)
    async def pick_source(self, source: str) -> rx.event.EventSpec:
        """Show the conflicts that one source is a side of."""
        return self._go(self.query.with_words(source=source))

    @rx.event
    @allow(Permission.FIX_ISSUES, conflict_id=UUID)
    async def resolve(self, conflict_id: str, keep: bool) -> None:
        """Decide a conflict for what is known, or for what was offered."""
        decided = await self._act(_resolve, UUID(conflict_id), keep)
        if decided is not None:
            self.notice = "Decided. Later imports keep it."

    @rx.event
    @allow(Permission.FIX_ISSUES)
    async def resolve_all(self) -> rx.event.EventSpec | None:
        """Decide every conflict that is shown for the source that is picked."""
        query, number = self.query, self.page.number
        decided = await self._act(_resolve_all, query.source, query.field, number)
        if decided is None:
            return None
        said = counted(decided, "conflict")
        self.notice = f"{said} decided for {query.source}. Later imports keep it."
        return self._go(ConflictQuery())

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice, self.failure = "", ""

    async def _act(self, act: Any, *arguments: Any) -> Any:
        """Return what ``act`` returns; ``None`` if it was refused, saying why."""
        self.notice, self.failure = "", ""
        try:
            engagement_id = id_in_path(self, "engagement")
            scope = await scope_of(self, engagement_id)
            done = await in_thread(act, scope, *arguments)
        except DiscoveryError as error:
            self.failure = str(error)
            return None
        finally:
            hub().note(id_in_path(self, "engagement"))
        return done


def _read(scope: Scope, query: ConflictQuery) -> ConflictPage:
    chosen = ConflictFilter(query.field, query.source, query.q)
    with unit_of_work(scope) as session:
        service = ConflictService(session)
        found = service.count(scope, chosen)
        first = first_row(query.number, found, PAGE_SIZE)
        lines = service.page(scope, chosen, offset=first)
        fields = service.by_field(scope)
        sources = service.by_source(scope)
    last, engagement = first + len(lines), str(scope.engagement_id)
    return ConflictPage(
        engagement_id=engagement,
        total=count(sum(one.count for one in fields)),
        found=count(found),
        number=found,
        shown=f"{first + 1:,}–{last:,} of {found:,}" if lines else "",
        has_previous=first > 0,
        has_next=last < found,
        may_decide=Permission.FIX_ISSUES in ROLE_PERMISSIONS[scope.role],
        lines=tuple(conflict_row(one, engagement) for one in lines),
        fields=tuple(
            Choice(one.word, f"{target_label(one.word)} ({one.count:,})")
            for one in fields
        ),
        sources=tuple(
            Choice(one.word, f"{one.word} ({one.count:,})") for one in sources
        ),
    )


def _resolve(scope: Scope, conflict_id: UUID, keep: bool) -> int:
    with unit_of_work(scope) as session:
        ConflictService(session).resolve(scope, conflict_id, keep=keep)
    return 1


def _resolve_all(scope: Scope, source: str, field: str, expected: int) -> int:
    with unit_of_work(scope) as session:
        return ConflictService(session).resolve_by_source(
            scope, source, field=field, expected=expected
        )
