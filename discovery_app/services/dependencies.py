"""What needs what in an engagement."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import PAGE_SIZE, DependencyView, WordCount
from discovery_app.services.asset_queries import check_page
from discovery_app.services.tables import ASSETS, DEPENDENCIES, GROUPS
from discovery_app.services.unknown_endpoints import unknown_endpoints

MOST_EDGES: Final = 5_000
"""A drawn graph has at most so many edges; chosen for what a browser draws."""


@dataclass(frozen=True)
class DependencyFilter:
    """Which dependencies to list; an empty field lets all through.

    Attributes:
        noise: Only noise, or none of it.
        search: Part of an endpoint's name.
        asset_id: Only those from or to this asset.
        unknown_only: Only those with an endpoint that is no known asset.
    """

    noise: bool | None = None
    shared_service: bool | None = None
    cross_environment: bool | None = None
    kinds: tuple[str, ...] = ()
    port: int | None = None
    search: str = ""
    asset_id: UUID | None = None
    unknown_only: bool = False


@dataclass(frozen=True)
class DependencySummary:
    """How the edges of an engagement divide.

    Attributes:
        noise: By reason; they are in no group and wave.
        cross_environment: Without noise.
    """

    edges: int
    noise: int
    noise_reasons: tuple[WordCount, ...]
    shared_services: int
    cross_environment: int
    unknown_endpoints: int
    move_groups: int
    waves: int


@dataclass(frozen=True)
class GroupMember:
    """An asset of a move group.

    Attributes:
        session_id: The import that found the group; numbers are unique in it.
        in_cycle: It needs assets that need it: they move together.
    """

    asset_id: UUID
    asset_name: str
    environment: str
    session_id: UUID
    group_number: int
    wave: int
    in_cycle: bool


class DependencyService:
    """Lists dependencies, unknown endpoints and move groups. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        scope: Scope,
        chosen: DependencyFilter | None = None,
        *,
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[DependencyView, ...]:
        """Return dependencies, the busiest first."""
        check_page(offset, limit)
        return self._edges(scope, chosen, offset, limit)

    def graph(
        self, scope: Scope, chosen: DependencyFilter | None = None
    ) -> tuple[DependencyView, ...]:
        """Return what a graph shows: the busiest ``MOST_EDGES`` dependencies."""
        return self._edges(scope, chosen, 0, MOST_EDGES)

    def count(self, scope: Scope, chosen: DependencyFilter | None = None) -> int:
        """Return how many dependencies the list has."""
        where = _conditions(scope, chosen)
        counted = sa.select(sa.func.count()).select_from(DEPENDENCIES).where(*where)
        return self._session.scalar(counted) or 0

    def summary(self, scope: Scope) -> DependencySummary:
        """Return how the engagement's edges divide."""
        where = _conditions(scope, None)
        edge = DEPENDENCIES.c
        number = sa.func.count()
        counts = self._session.execute(
            sa.select(
                number.label("edges"),
                number.filter(edge.noise).label("noise"),
                number.filter(edge.shared_service).label("shared"),
                number.filter(edge.cross_environment, ~edge.noise).label("cross"),
            ).where(*where)
        ).one()
        reasons = self._session.execute(
            sa.select(edge.noise_reason, number)
            .where(*where, edge.noise)
            .group_by(edge.noise_reason)
            .order_by(number.desc(), edge.noise_reason)
        )
        unknown = sa.select(number).select_from(unknown_endpoints(scope).subquery())
        groups = self._session.execute(
            sa.select(
                sa.func.count(
                    sa.tuple_(GROUPS.c.session_id, GROUPS.c.group_number).distinct()
                ),
                sa.func.coalesce(sa.func.max(GROUPS.c.wave), 0),
            ).where(GROUPS.c.engagement_id == scope.engagement_id)
        ).one()
        return DependencySummary(
            edges=counts.edges,
            noise=counts.noise,
            noise_reasons=tuple(WordCount(r or "noise", n) for r, n in reasons),
            shared_services=counts.shared,
            cross_environment=counts.cross,
            unknown_endpoints=self._session.scalar(unknown) or 0,
            move_groups=groups[0],
            waves=groups[1],
        )

    def members(self, scope: Scope) -> tuple[GroupMember, ...]:
        """Return the assets of all move groups, by wave, group and name."""
        scope.require(Permission.VIEW)
        rows = self._session.execute(
            sa.select(
                ASSETS.c.id,
                ASSETS.c.asset_name,
                sa.func.coalesce(ASSETS.c.environment, ""),
                GROUPS.c.session_id,
                GROUPS.c.group_number,
                GROUPS.c.wave,
                GROUPS.c.in_cycle,
            )
            .join_from(
                GROUPS,
                ASSETS,
                sa.and_(
                    ASSETS.c.id == GROUPS.c.asset_id,
                    ASSETS.c.engagement_id == GROUPS.c.engagement_id,
                ),
            )
            .where(GROUPS.c.engagement_id == scope.engagement_id)
            .order_by(GROUPS.c.wave, GROUPS.c.group_number, ASSETS.c.asset_name)
        )
        return tuple(GroupMember(*row) for row in rows)

    def _edges(
        self, scope: Scope, chosen: DependencyFilter | None, offset: int, limit: int
    ) -> tuple[DependencyView, ...]:
        edge = DEPENDENCIES.c
        rows = self._session.execute(
            sa.select(DEPENDENCIES)
            .where(*_conditions(scope, chosen))
            .order_by(edge.connection_count.desc(), edge.source, edge.id)
            .offset(offset)
            .limit(limit)
        ).mappings()
        return tuple(_view(row) for row in rows)


def _conditions(
    scope: Scope, chosen: DependencyFilter | None
) -> list[sa.ColumnElement]:
    scope.require(Permission.VIEW)
    wanted, edge = chosen or DependencyFilter(), DEPENDENCIES.c
    flags = ("noise", "shared_service", "cross_environment")
    where: list[sa.ColumnElement] = [edge.engagement_id == scope.engagement_id]
    where += [
        edge[name] == getattr(wanted, name)
        for name in flags
        if getattr(wanted, name) is not None
    ]
    if wanted.kinds:
        where.append(edge.kind.in_(wanted.kinds))
    if wanted.port is not None:
        where.append(edge.port == wanted.port)
    if wanted.asset_id is not None:
        ends = (edge.source_asset_id, edge.destination_asset_id)
        where.append(sa.or_(*(end == wanted.asset_id for end in ends)))
    if wanted.unknown_only:
        where.append(
            sa.or_(edge.source_asset_id.is_(None), edge.destination_asset_id.is_(None))
        )
    if wanted.search:
        names = (edge.source, edge.destination)
        part = wanted.search
        where.append(sa.or_(*(n.icontains(part, autoescape=True) for n in names)))
    return where


def _view(row: sa.RowMapping) -> DependencyView:
    return DependencyView(
        dependency_id=row["id"],
        source=row["source"],
        source_asset_id=row["source_asset_id"],
        destination=row["destination"],
        destination_asset_id=row["destination_asset_id"],
        port=row["port"],
        protocol=row["protocol"] or "",
        kind=row["kind"],
        noise=row["noise"],
        noise_reason=row["noise_reason"] or "",
        shared_service=row["shared_service"],
        cross_environment=row["cross_environment"],
        connection_count=row["connection_count"],
        bytes_total=row["bytes_total"],
        first_observed=row["first_observed"],
        last_observed=row["last_observed"],
        evidence=row["evidence"],
    )
