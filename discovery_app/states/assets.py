"""State of the inventory: the list that the address asks for, and one asset."""

from dataclasses import replace
from functools import partial
from typing import ClassVar
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.asset_page import (
    FILTERED,
    AssetDetail,
    AssetList,
    AssetQuery,
    AssetTiles,
)
from discovery_app.domain.display import Choice
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.errors import DiscoveryError, NotFoundError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.asset_details import AssetDetails
from discovery_app.services.asset_queries import SORTS, AssetQueries
from discovery_app.services.conflicts import ConflictService
from discovery_app.services.inventory_marks import InventoryMarkService, Mark
from discovery_app.services.summaries import SummaryService
from discovery_app.states import asset_lines
from discovery_app.states.asset_columns import columns
from discovery_app.states.following import follow_engagement
from discovery_app.states.gate import in_thread, scope_of
from discovery_app.states.hub import Wake, hub
from discovery_app.states.list_page import ListPage
from discovery_app.states.rules import allow


class AssetsState(ListPage, rx.State):
    """One engagement's inventory, fresh while the page is open."""

    page_path: ClassVar[str] = "assets"

    query: AssetQuery = AssetQuery()
    sort: str = ""
    descending: bool = False
    listed: AssetList = AssetList()
    facets: tuple[tuple[Choice, ...], ...] = asset_lines.NO_FACETS
    tiles: AssetTiles = AssetTiles()
    detail: AssetDetail = AssetDetail()
    may_decide: bool = False
    loading: bool = True
    problem: str = ""
    notice: str = ""
    failure: str = ""
    _read: tuple[object, ...] = ()
    _tiled: tuple[object, ...] = ()
    _divided: tuple[object, ...] = ()

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the inventory as the address says, and keep it true."""

        async def look(wake: Wake, scope: Scope) -> None:
            engagement_id, query = scope.engagement_id, self.query
            mark = await wake.read(("mark", engagement_id), partial(_mark, scope))
            await self._look(wake, scope, query, mark)
            shown = await wake.read(
                ("asset", engagement_id, query.asset, mark),
                partial(_detail, scope, query.asset),
            )
            async with self:
                self.detail, self.problem = shown, ""

        return await follow_engagement(self, self._begin, look, AssetsState.watch)

    async def _look(
        self, wake: Wake, scope: Scope, query: AssetQuery, mark: Mark
    ) -> None:
        """Read what changed: the rows first, then what takes longer to count."""
        tenant = scope.engagement_id
        key = ("assets", tenant, query.list_key(), mark)
        if self._read != key:
            listed = await wake.read(key, partial(_list, scope, query))
            async with self:
                self._show(scope, listed)
                self._read = key
        key = ("asset tiles", tenant, mark)
        if self._tiled != key:
            tiles = await wake.read(key, partial(_tiles, scope))
            async with self:
                self.tiles, self._tiled = tiles, key
        key = ("asset facets", tenant, query.filter_key(), mark)
        if self._divided != key:
            facets = await wake.read(key, partial(_facets, scope, query))
            async with self:
                self.facets, self._divided = facets, key

    def _begin(self, place: EngagementChoice) -> None:
        engagement_id = str(place.engagement_id)
        if self.engagement_id != engagement_id:
            self.listed, self.tiles = AssetList(), AssetTiles()
            self.detail, self.notice, self.failure = AssetDetail(), "", ""
            self.facets = asset_lines.NO_FACETS
            self._read, self._tiled, self._divided = (), (), ()
            self.loading = True
        self.engagement_id = engagement_id
        asked = AssetQuery.from_address(self.router.url.query_parameters)
        self._take(_known(asked))

    def _take(self, query: AssetQuery) -> None:
        self.query, self.is_filtered = query, query.is_filtered
        self.sort, self.descending = query.by, query.descending

    def _show(self, scope: Scope, listed: AssetList) -> None:
        self.listed = listed
        self.may_decide = Permission.FIX_ISSUES in ROLE_PERMISSIONS[scope.role]
        self.loading = False

    @rx.event
    @allow(Permission.VIEW)
    async def pick(self, name: str, value: str) -> rx.event.EventSpec | None:
        """Filter by ``value``; empty lets everything through."""
        if name not in (*FILTERED, "disputed"):
            return None
        return self._go(self.query.with_words(**{name: value}))

    @rx.event
    @allow(Permission.VIEW)
    async def sort_by(self, key: str) -> rx.event.EventSpec | None:
        """Sort by a column, turn it round, or go back to names."""
        return self._go(self.query.sorted_by(key)) if key in SORTS else None

    @rx.event
    @allow(Permission.VIEW)
    async def show_column(self, key: str, shown: bool) -> rx.event.EventSpec | None:
        """Show one column more or less."""
        if key not in columns():
            return None
        return self._go(self.query.with_column(key, shown=shown))

    @rx.event
    @allow(Permission.VIEW)
    async def default_columns(self) -> rx.event.EventSpec:
        """Show the columns of the beginning."""
        return self._go(replace(self.query, cols=""))

    @rx.event
    @allow(Permission.VIEW, asset_id=UUID)
    async def open(self, asset_id: str) -> rx.event.EventSpec:
        """Show all that is known of an asset."""
        self.notice, self.failure = "", ""
        return self._go(replace(self.query, asset=asset_id))

    @rx.event
    @allow(Permission.VIEW)
    async def close(self) -> rx.event.EventSpec:
        """Close the drawer."""
        self.detail = AssetDetail()
        return self._go(replace(self.query, asset=""))

    @rx.event
    @allow(Permission.FIX_ISSUES, conflict_id=UUID)
    async def resolve(self, conflict_id: str, keep: bool) -> None:
        """Decide a conflict for what is known, or for what was offered."""
        self.notice, self.failure = "", ""
        try:
            scope = await scope_of(self, self.engagement_id)
            await in_thread(_resolve, scope, UUID(conflict_id), keep)
            self.notice = "Decided. Later imports keep it."
        except DiscoveryError as error:
            self.failure = str(error)
        hub().note(UUID(self.engagement_id))

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice, self.failure = "", ""


def _known(query: AssetQuery) -> AssetQuery:
    """Return ``query`` without columns that do not exist."""
    kept = [key for key in query.columns if key in columns()]
    sort = query.sort if query.by in SORTS else AssetQuery().sort
    cols = ",".join(kept) if query.cols else ""
    return replace(query, sort=sort, cols=cols)


def _mark(scope: Scope) -> Mark:
    with unit_of_work(scope) as session:
        return InventoryMarkService(session).mark(scope)


def _list(scope: Scope, query: AssetQuery) -> AssetList:
    wanted = [key for key in query.columns if key in ASSET_FIELDS]
    with unit_of_work(scope) as session:
        queries = AssetQueries(session)
        page = queries.page(
            scope,
            query.asset_filter,
            fields=tuple(dict.fromkeys((*wanted, *asset_lines.CONTEXT))),
            sort=query.by,
            descending=query.descending,
            offset=(query.number - 1) * PAGE_SIZE,
        )
        total = queries.count(scope) if query.is_filtered else page.total
    return asset_lines.listed(query, page, total)


def _tiles(scope: Scope) -> AssetTiles:
    with unit_of_work(scope) as session:
        return asset_lines.tiles(SummaryService(session).summary(scope))


def _facets(scope: Scope, query: AssetQuery) -> tuple[tuple[Choice, ...], ...]:
    with unit_of_work(scope) as session:
        return asset_lines.facets(
            AssetQueries(session).facets(scope, query.asset_filter)
        )


def _detail(scope: Scope, asset_id: str) -> AssetDetail:
    if not asset_id:
        return AssetDetail()
    try:
        with unit_of_work(scope) as session:
            view = AssetDetails(session).asset(scope, UUID(asset_id))
    except NotFoundError:  # An old link; the list is shown all the same.
        return AssetDetail()
    return asset_lines.detail(view)


def _resolve(scope: Scope, conflict_id: UUID, keep: bool) -> None:
    with unit_of_work(scope) as session:
        ConflictService(session).resolve(scope, conflict_id, keep=keep)
