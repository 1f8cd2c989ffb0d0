"""The dependency map: of the engagement, of a group, around an asset."""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.dependency_map import (
    DependencyMap,
    MapFocus,
    MapHit,
    NodeKind,
    SharedService,
)
from discovery_app.services.map_applications import Applications, owners
from discovery_app.services.map_groups import Groups
from discovery_app.services.map_links import EDGE, asset_key, end_key
from discovery_app.services.map_neighbours import Neighbours
from discovery_app.services.tables import ASSETS, DEPENDENCIES

MOST_HITS: Final = 8
"""Of each kind that a search finds; chosen."""
MOST_SHARED: Final = 30


class DependencyMapService:
    """Returns maps to draw, placed. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def drawn(
        self,
        scope: Scope,
        focus: MapFocus,
        *,
        by_application: bool = False,
        hops: int = 1,
        noise: bool = False,
    ) -> DependencyMap:
        """Return the map that is about ``focus``.

        Args:
            by_application: The whole engagement as applications, not as move groups.
            hops: How many steps around an asset or an endpoint, 1 or 2.
            noise: Whether noise is drawn, too.
        """
        scope.require(Permission.VIEW)
        parts = (self._session, scope)
        match focus.kind:
            case NodeKind.ASSET | NodeKind.ENDPOINT:
                return Neighbours(*parts).around(focus, hops=hops, noise=noise)
            case NodeKind.APPLICATION:
                return Neighbours(*parts).application(focus, noise=noise)
            case NodeKind.GROUP:
                return Groups(*parts).of(*focus.group, noise=noise)
            case _ if by_application:
                return Applications(*parts).drawn(noise=noise)
            case _:
                return Groups(*parts).drawn(noise=noise)

    def shared_services(self, scope: Scope) -> tuple[SharedService, ...]:
        """Return what many need, the most needed first."""
        scope.require(Permission.VIEW)
        key, users = end_key("destination"), sa.func.count(end_key("source").distinct())
        rows = self._session.execute(
            sa.select(key, sa.func.min(EDGE.destination), users)
            .where(
                EDGE.engagement_id == scope.engagement_id,
                EDGE.shared_service,
                ~EDGE.noise,
            )
            .group_by(sa.text("1"))
            .order_by(users.desc(), sa.text("2"))
            .limit(MOST_SHARED)
        )
        return tuple(SharedService(*row) for row in rows)

    def found(self, scope: Scope, words: str) -> tuple[MapHit, ...]:
        """Return assets, applications and unknown endpoints called like ``words``."""
        scope.require(Permission.VIEW)
        return (
            *self._assets(scope, words),
            *self._applications(scope, words),
            *self._endpoints(scope, words),
        )

    def _assets(self, scope: Scope, words: str) -> list[MapHit]:
        asset = ASSETS.c
        named = (asset.asset_name, asset.hostname, asset.fqdn)
        rows = self._session.execute(
            sa.select(asset.id, asset.asset_name, asset.application_name)
            .where(
                asset.engagement_id == scope.engagement_id,
                sa.or_(*(one.icontains(words, autoescape=True) for one in named)),
            )
            .order_by(sa.func.length(asset.asset_name), asset.asset_name, asset.id)
            .limit(MOST_HITS)
        )
        return [
            MapHit(asset_key(row[0]), NodeKind.ASSET, row[1], row[2] or "")
            for row in rows
        ]

    def _applications(self, scope: Scope, words: str) -> list[MapHit]:
        owned = owners(scope).subquery()
        rows = self._session.execute(
            sa.select(owned.c.key, sa.func.min(owned.c.name))
            .where(owned.c.name.icontains(words, autoescape=True))
            .group_by(owned.c.key)
            .order_by(sa.func.length(owned.c.key), owned.c.key)
            .limit(MOST_HITS)
        )
        kind = NodeKind.APPLICATION
        return [MapHit(f"{kind}:{key}", kind, name) for key, name in rows]

    def _endpoints(self, scope: Scope, words: str) -> list[MapHit]:
        ends = [
            sa.select(end_key(end).label("key"), EDGE[end].label("name"))
            .select_from(DEPENDENCIES)
            .where(
                EDGE.engagement_id == scope.engagement_id,
                EDGE[f"{end}_asset_id"].is_(None),
                EDGE[end].icontains(words, autoescape=True),
            )
            for end in ("source", "destination")
        ]
        both = sa.union_all(*ends).subquery()
        rows = self._session.execute(
            sa.select(both.c.key, sa.func.min(both.c.name))
            .group_by(both.c.key)
            .order_by(sa.func.length(both.c.key), both.c.key)
            .limit(MOST_HITS)
        )
        return [MapHit(key, NodeKind.ENDPOINT, name) for key, name in rows]
