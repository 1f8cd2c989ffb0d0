"""State of the dependencies page: edges, unknown endpoints, move groups."""

from dataclasses import replace
from functools import partial
from typing import ClassVar
from uuid import UUID

import reflex as rx
from sqlmodel import Session

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.dependency_map import MapFocus
from discovery_app.domain.dependency_page import (
    EDGES,
    GROUPS,
    MAP,
    UNKNOWN,
    DependencyList,
    DependencyQuery,
    DependencyTiles,
    GroupDetail,
)
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.domain.map_page import MapPicture
from discovery_app.domain.value_words import range_words
from discovery_app.domain.words import counted
from discovery_app.services.dependencies import DependencyFilter, DependencyService
from discovery_app.services.dependency_maps import DependencyMapService
from discovery_app.services.inventory_marks import InventoryMarkService, Mark
from discovery_app.services.move_groups import MoveGroupService
from discovery_app.services.unknown_endpoints import (
    MOST_ENDPOINTS,
    UnknownEndpointService,
)
from discovery_app.states import dependency_lines as lines
from discovery_app.states.following import follow_engagement
from discovery_app.states.hub import Wake
from discovery_app.states.list_page import ListPage
from discovery_app.states.map_picture import MapWords
from discovery_app.states.rules import allow

PICKED = ("view", "noise", "kind", "shared", "cross", "asset", "by", "hops")


class DependenciesState(ListPage, rx.State):
    """What needs what in one engagement, fresh while the page is open."""

    page_path: ClassVar[str] = "dependencies"

    query: DependencyQuery = DependencyQuery()
    tiles: DependencyTiles = DependencyTiles()
    listed: DependencyList = DependencyList()
    picture: MapPicture = MapPicture()
    detail: GroupDetail = GroupDetail()
    loading: bool = True
    problem: str = ""
    _read: tuple[object, ...] = ()

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show what the address asks for, and keep it true."""

        async def look(wake: Wake, scope: Scope) -> None:
            engagement_id, query = scope.engagement_id, self.query
            mark = await wake.read(("mark", engagement_id), partial(_mark, scope))
            key = ("edges", engagement_id, query.list_key(), mark)
            if self._read != key:
                shown, tiles = await wake.read(key, partial(_shown, scope, query))
                async with self:
                    self._show(shown, tiles)
                    self.loading, self._read = False, key
            detail = await wake.read(
                ("group", engagement_id, query.group, mark),
                partial(_detail, scope, query.group),
            )
            async with self:
                self.detail, self.problem = detail, ""

        return await follow_engagement(self, self._begin, look, DependenciesState.watch)

    def _begin(self, place: EngagementChoice) -> None:
        engagement_id = str(place.engagement_id)
        if self.engagement_id != engagement_id:
            self.listed, self.tiles = DependencyList(), DependencyTiles()
            self.detail, self.picture = GroupDetail(), MapPicture()
            self._read, self.loading = (), True
        self.engagement_id = engagement_id
        self._take(DependencyQuery.from_address(self.router.url.query_parameters))

    def _show(self, shown: DependencyList | MapPicture, tiles: DependencyTiles) -> None:
        if isinstance(shown, MapPicture):
            self.picture = shown
        else:
            self.listed = shown
        self.tiles = tiles

    @rx.event
    @allow(Permission.VIEW)
    async def pick(self, name: str, value: str) -> rx.event.EventSpec | None:
        """Filter by ``value``, or show another view."""
        if name not in PICKED:
            return None
        return self._go(self.query.with_words(group="", **{name: value}))

    @rx.event
    @allow(Permission.VIEW)
    async def open(self, group: str) -> rx.event.EventSpec:
        """Show the members of a move group."""
        return self._go(replace(self.query, group=group).cleaned())

    @rx.event
    @allow(Permission.VIEW)
    async def close(self) -> rx.event.EventSpec:
        """Close the drawer."""
        self.detail = GroupDetail()
        return self._go(replace(self.query, group=""))


def _mark(scope: Scope) -> Mark:
    with unit_of_work(scope) as session:
        return InventoryMarkService(session).mark(scope)


def _shown(
    scope: Scope, query: DependencyQuery
) -> tuple[DependencyList | MapPicture, DependencyTiles]:
    with unit_of_work(scope) as session:
        found = DependencyService(session).summary(scope)
        read = _map if query.view == MAP else partial(_list, groups=found.move_groups)
        shown = read(session, scope, query)
    return shown, lines.tiles(found)


def _map(session: Session, scope: Scope, query: DependencyQuery) -> MapPicture:
    service = DependencyMapService(session)
    drawn = service.drawn(
        scope,
        MapFocus.from_word(query.focus),
        by_application=bool(query.by),
        hops=int(query.hops or 1),
        noise=bool(query.noise),
    )
    hits = service.found(scope, query.q) if query.q else ()
    shared = service.shared_services(scope)
    return MapWords(scope.engagement_id, query).picture(drawn, shared, hits)


def _list(
    session: Session, scope: Scope, query: DependencyQuery, *, groups: int
) -> DependencyList:
    read = {EDGES: _edges, UNKNOWN: _unknown, GROUPS: _groups}[query.view]
    listed = read(session, scope, query)
    if query.view == GROUPS:
        return _paged(listed, query, len(listed.groups), groups)
    return listed


def _edges(session: Session, scope: Scope, query: DependencyQuery) -> DependencyList:
    service = DependencyService(session)
    chosen = DependencyFilter(
        noise={"": False, "only": True}.get(query.noise),
        shared_service=True if query.shared else None,
        cross_environment=True if query.cross else None,
        kinds=(query.kind,) if query.kind else (),
        search=query.q,
        asset_id=UUID(query.asset) if query.asset else None,
    )
    found = service.page(scope, chosen, offset=_offset(query))
    rows = tuple(lines.dependency_row(one, scope.engagement_id) for one in found)
    total = service.count(scope, chosen)
    return _paged(DependencyList(edges=rows), query, len(rows), total)


def _unknown(session: Session, scope: Scope, query: DependencyQuery) -> DependencyList:
    found = UnknownEndpointService(session).busiest(scope)
    offset = _offset(query)
    part = found[offset : offset + PAGE_SIZE]
    rows = tuple(lines.endpoint_row(one, scope.engagement_id) for one in part)
    listed = _paged(DependencyList(endpoints=rows), query, len(rows), len(found))
    if len(found) < MOST_ENDPOINTS:
        return listed
    return replace(listed, shown=f"{listed.shown} busiest; the export has all")


def _groups(session: Session, scope: Scope, query: DependencyQuery) -> DependencyList:
    found = MoveGroupService(session).page(scope, offset=_offset(query))
    return DependencyList(groups=tuple(lines.group_row(one) for one in found))


def _paged(
    listed: DependencyList, query: DependencyQuery, rows: int, total: int
) -> DependencyList:
    offset = _offset(query)
    noun = {EDGES: "dependency", UNKNOWN: "endpoint", GROUPS: "move group"}[query.view]
    many = "dependencies" if query.view == EDGES else ""
    return replace(
        listed,
        shown=range_words(offset, rows, total),
        count=counted(total, noun, many),
        has_previous=query.number > 1,
        has_next=offset + rows < total,
    )


def _detail(scope: Scope, group: str) -> GroupDetail:
    if not group:
        return GroupDetail()
    upload, _, number = group.partition(".")
    with unit_of_work(scope) as session:
        service = MoveGroupService(session)
        members = service.members(scope, UUID(upload), int(number))
        also_needs = service.also_needs(scope, UUID(upload), int(number))
    return lines.group_detail(members, also_needs, scope.engagement_id)


def _offset(query: DependencyQuery) -> int:
    return (query.number - 1) * PAGE_SIZE
