"""The dependency map of applications: which application needs which."""

from collections import Counter
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.dependency_map import (
    ENDPOINT_OUTSIDE,
    MOST_NODES,
    NO_APPLICATION,
    DependencyMap,
    MapNode,
    NodeKind,
)
from discovery_app.services.map_links import (
    APPLICATION_LINK,
    EDGE,
    Links,
    between,
    busiest,
    laid_out,
    read_links,
    select_links,
)
from discovery_app.services.move_groups import distinct_words
from discovery_app.services.tables import ASSETS, DEPENDENCIES

_WITHOUT = f"{NodeKind.REST}:{NO_APPLICATION}"
_OUTSIDE = f"{NodeKind.REST}:{ENDPOINT_OUTSIDE}"
REST_NAMES: Final = {
    _WITHOUT: "No application",
    _OUTSIDE: "Unknown endpoints",
}


class Applications:
    """Draws applications as nodes. It only reads."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    def drawn(self, *, noise: bool) -> DependencyMap:
        """Return the applications with the most connections, and what joins them.

        Assets without an application, and ends that are no asset, are a node each.
        """
        source, needs = self.end("source")
        destination, needed = self.end("destination")
        joined = DEPENDENCIES.join(needs, _is("source", needs), isouter=True)
        joined = joined.join(needed, _is("destination", needed), isouter=True)
        chosen = select_links(self._scope, source, destination, noise=noise)
        read = read_links(self._session, chosen.select_from(joined))
        traffic: Counter[str] = Counter()
        for link in read.links:
            traffic[link.source] += link.connections
            traffic[link.destination] += link.connections
        keys = sorted(traffic, key=lambda key: (-traffic[key], key))
        nodes = self._nodes(keys[:MOST_NODES], read)
        links = between(read.links, nodes)
        drawn = busiest(links)
        return DependencyMap(
            nodes=laid_out(nodes, drawn),
            links=drawn,
            nodes_in_all=len(keys),
            links_in_all=len(links),
            summed_up=NodeKind.APPLICATION,
        )

    def end(self, end: str) -> tuple[sa.ColumnElement[str], sa.Subquery]:
        """Return the key of an end's application, and the table it needs joined."""
        owned = owners(self._scope).subquery(f"{end}_owned")
        named = EDGE.kind == APPLICATION_LINK
        key = sa.case(
            (owned.c.key.is_not(None), _application(owned.c.key)),
            (EDGE[f"{end}_asset_id"].is_not(None), sa.literal(_WITHOUT)),
            (named, _application(sa.func.lower(EDGE[end]))),
            else_=sa.literal(_OUTSIDE),
        )
        return key, owned

    def _nodes(self, keys: list[str], read: Links) -> list[MapNode]:
        owned = owners(self._scope).subquery()
        asset = ASSETS.c
        head = f"{NodeKind.APPLICATION}:"
        wanted = [k.removeprefix(head) for k in keys if k.startswith(head)]
        rows = self._session.execute(
            sa.select(
                owned.c.key,
                sa.func.min(owned.c.name),
                sa.func.count(),
                distinct_words(asset.environment),
            )
            .join_from(owned, ASSETS, asset.id == owned.c.asset_id)
            .where(
                asset.engagement_id == self._scope.engagement_id,
                owned.c.key.in_(wanted),
            )
            .group_by(owned.c.key)
        )
        known = {f"{head}{row[0]}": row for row in rows}
        return [_node(key, known.get(key), read) for key in sorted(keys)]


def _node(key: str, known: sa.Row | None, read: Links) -> MapNode:
    """Return a node; an application that only a connection names has no asset."""
    if key in REST_NAMES:
        return MapNode(key, NodeKind.REST, REST_NAMES[key], assets=0)
    if known is None:
        return MapNode(key, NodeKind.APPLICATION, read.names[key], assets=0)
    _, name, number, environments = known
    return MapNode(
        key=key,
        kind=NodeKind.APPLICATION,
        name=name,
        environments=tuple(environments),
        assets=number,
    )


def owners(scope: Scope) -> sa.Select:
    """Select asset_id, key and name of each application of each asset.

    A cell may name several applications, as when they are published.
    """
    asset = ASSETS.c
    parts = sa.select(
        asset.id.label("asset_id"),
        sa.func.trim(
            sa.func.regexp_split_to_table(asset.application_name, "[,;\n]")
        ).label("name"),
    ).where(
        asset.engagement_id == scope.engagement_id,
        asset.application_name.is_not(None),
    )
    part = parts.subquery().c
    return (
        sa.select(part.asset_id, sa.func.lower(part.name).label("key"), part.name)
        .where(part.name != "")
        .distinct()
    )


def _application(key: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    return sa.func.concat(f"{NodeKind.APPLICATION}:", key)


def _is(end: str, owned: sa.Subquery) -> sa.ColumnElement[bool]:
    return owned.c.asset_id == EDGE[f"{end}_asset_id"]
