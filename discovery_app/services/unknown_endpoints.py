"""Ends of dependencies that are no known asset, and who talks to them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.services.tables import ASSETS, DEPENDENCIES

MOST_ENDPOINTS: Final = 200


@dataclass(frozen=True)
class UnknownEndpoint:
    """An endpoint that is no known asset, and who talks to it.

    Attributes:
        talkers: Names, the first ten.
        assets: How many assets it may be: an address or a name that several share is
            none of them.
    """

    endpoint: str
    edges: int
    talkers: tuple[str, ...]
    assets: int = 0


class UnknownEndpointService:
    """Lists endpoints that are no known asset. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def busiest(self, scope: Scope) -> tuple[UnknownEndpoint, ...]:
        """Return the busiest ``MOST_ENDPOINTS``."""
        rows = self._session.execute(
            unknown_endpoints(scope)
            .order_by(sa.desc("edges"), "endpoint")
            .limit(MOST_ENDPOINTS)
        ).all()
        owners = self._owners(scope, [row.endpoint for row in rows])
        return tuple(
            UnknownEndpoint(
                row.endpoint,
                row.edges,
                tuple(row.talkers[:10]),
                owners.get(row.endpoint.lower(), 0),
            )
            for row in rows
        )

    def _owners(self, scope: Scope, endpoints: Collection[str]) -> Mapping[str, int]:
        """Return how many assets have each name or address, where any has it."""
        asset = ASSETS.c
        mine = asset.engagement_id == scope.engagement_id
        texts = [asset.asset_name, asset.hostname, asset.fqdn, asset.external_id]
        known = sa.union(
            *(sa.select(asset.id, sa.func.lower(text).label("text")).where(mine)
              for text in texts),
            sa.select(
                asset.id, sa.func.lower(sa.func.unnest(asset.ip_address)).label("text")
            ).where(mine),
        ).subquery()  # fmt: skip
        wanted = [endpoint.lower() for endpoint in endpoints]
        rows = self._session.execute(
            sa.select(known.c.text, sa.func.count())
            .where(known.c.text.in_(wanted))
            .group_by(known.c.text)
        )
        return {text: number for text, number in rows}  # noqa: C416


def unknown_endpoints(scope: Scope) -> sa.Select:
    """Select endpoint, number of edges and talkers of endpoints without an asset."""
    scope.require(Permission.VIEW)
    edge = DEPENDENCIES.c
    mine = edge.engagement_id == scope.engagement_id
    ends = sa.union_all(
        sa.select(
            edge.source.label("endpoint"), edge.destination.label("talker")
        ).where(mine, edge.source_asset_id.is_(None)),
        sa.select(edge.destination, edge.source).where(
            mine, edge.destination_asset_id.is_(None)
        ),
    ).subquery()
    talkers = sa.func.array_agg(ends.c.talker.distinct(), type_=sa.ARRAY(sa.Text()))
    return sa.select(
        ends.c.endpoint, sa.func.count().label("edges"), talkers.label("talkers")
    ).group_by(ends.c.endpoint)
