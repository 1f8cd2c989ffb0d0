"""The dependency map around one thing: what it needs, and what needs it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.dependency_map import (
    MOST_NODES,
    DependencyMap,
    MapFocus,
    MapLink,
    MapNode,
    NodeKind,
)
from discovery_app.services.map_applications import REST_NAMES, Applications, owners
from discovery_app.services.map_links import (
    APPLICATION_LINK,
    EDGE,
    Links,
    asset_ids,
    assets_where,
    between,
    busiest,
    end_key,
    endpoint_node,
    laid_out,
    read_assets,
    read_links,
    select_links,
)
from discovery_app.services.tables import ASSETS, DEPENDENCIES
from discovery_app.transforms.map_layout import layered

ENDS: Final = ("source", "destination")


@dataclass
class _Found:
    """What was reached so far.

    Attributes:
        column: How many steps right of the middle, by key, in the order reached.
        links: By their ends.
        left_out: Neighbours for which there was no room.
    """

    column: dict[str, int] = field(default_factory=dict)
    links: dict[tuple[str, str], MapLink] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def take(self, read: Links) -> None:
        """Take the ends of links into the next columns, the busiest first."""
        self.names.update(read.names)
        before = dict(self.column)
        for link in read.links:
            self.links[link.source, link.destination] = link
            for key, other, step in (
                (link.destination, link.source, 1),
                (link.source, link.destination, -1),
            ):
                if other in before and key not in self.column:
                    self._reach(key, before[other] + step)

    def _reach(self, key: str, column: int) -> None:
        if len(self.column) < MOST_NODES:
            self.column[key] = column
        else:
            self.left_out.add(key)

    def frontier(self) -> list[str]:
        """Return the keys to go on from: what everyone uses leads nowhere."""
        shared = {link.destination for link in self.links.values() if link.shared}
        return [key for key, at in self.column.items() if at and key not in shared]


class Neighbours:
    """Draws one asset, endpoint or application with its neighbours. It only reads."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    def around(self, focus: MapFocus, *, hops: int, noise: bool) -> DependencyMap:
        """Return an asset or an endpoint with what is one or two steps away.

        A shared service is shown, but what else needs it is not.
        """
        centre = str(focus)
        found = _Found({centre: 0})
        found.take(self._touching([centre], noise=noise))
        if hops > 1:
            found.take(self._touching(found.frontier(), noise=noise))
        nodes = self._nodes(list(found.column), found.names)
        middle = next((node for node in nodes if node.key == centre), None)
        if middle is None or not (focus.asset_id or found.links):
            return DependencyMap(name=focus.word, is_gone=True)
        links = self._links(found, nodes, noise=noise)
        drawn = busiest(links)
        return DependencyMap(
            name=middle.name,
            nodes=_in_columns(nodes, found.column, drawn, centre),
            links=drawn,
            nodes_in_all=len(nodes) + len(found.left_out - set(found.column)),
            links_in_all=len(links),
        )

    def application(self, focus: MapFocus, *, noise: bool) -> DependencyMap:
        """Return an application's assets, with the applications that they talk to."""
        owned = owners(self._scope).subquery()
        mine = sa.select(owned.c.asset_id).where(owned.c.key == focus.word)
        assets = assets_where(
            self._session, self._scope, ASSETS.c.id.in_(mine), limit=MOST_NODES
        )
        chosen = self._links_of_application(focus, mine, noise=noise)
        read = read_links(self._session, chosen)
        if not (assets or read.links):
            return DependencyMap(name=focus.word, is_gone=True)
        own = {node.key for node in assets}
        others = [
            key
            for key in dict.fromkeys(
                key for link in read.links for key in (link.source, link.destination)
            )
            if key not in own
        ]
        room = max(MOST_NODES - len(assets), 0)
        names = {**read.names, **self._application_names(others[:room])}
        nodes = [
            *(replace(node, is_centre=True) for node in assets),
            *(_other(key, names, focus) for key in sorted(others[:room])),
        ]
        links = between(read.links, nodes)
        drawn = busiest(links)
        return DependencyMap(
            name=self._application_names([str(focus)]).get(str(focus), focus.word),
            nodes=laid_out(nodes, drawn),
            links=drawn,
            nodes_in_all=len(own) + len(others),
            links_in_all=len(links),
        )

    def _touching(self, keys: Sequence[str], *, noise: bool) -> Links:
        ids, names = asset_ids(keys), _endpoints(keys)
        where: list[sa.ColumnElement[bool]] = []
        for end in ENDS:
            unknown = EDGE[f"{end}_asset_id"].is_(None)
            where.append(EDGE[f"{end}_asset_id"].in_(ids))
            where.append(sa.and_(unknown, sa.func.lower(EDGE[end]).in_(names)))
        if not keys:
            return Links()
        return self._read(sa.or_(*where), noise=noise)

    def _read(self, *where: sa.ColumnElement[bool], noise: bool) -> Links:
        return read_links(
            self._session,
            select_links(
                self._scope, end_key("source"), end_key("destination"), *where,
                noise=noise,
            ),
        )  # fmt: skip

    def _links(
        self, found: _Found, nodes: Iterable[MapNode], *, noise: bool
    ) -> list[MapLink]:
        """Return every link between ``nodes``: what was reached is joined, too."""
        ids = asset_ids(found.column)
        inner = self._read(
            EDGE.source_asset_id.in_(ids),
            EDGE.destination_asset_id.in_(ids),
            noise=noise,
        )
        every = found.links | {
            (one.source, one.destination): one for one in inner.links
        }
        return between(every.values(), nodes)

    def _nodes(self, keys: Sequence[str], names: Mapping[str, str]) -> list[MapNode]:
        assets = read_assets(self._session, self._scope, keys)
        head = f"{NodeKind.ENDPOINT}:"
        ends = sorted(key for key in keys if key.startswith(head) and key in names)
        return [*assets, *(endpoint_node(key, names[key]) for key in ends)]

    def _links_of_application(
        self, focus: MapFocus, mine: sa.Select, *, noise: bool
    ) -> sa.Select:
        """Select links of the application's assets; other ends are applications."""
        applications = Applications(self._session, self._scope)
        joined, keys, touching = DEPENDENCIES, [], []
        for end in ENDS:
            other, owned = applications.end(end)
            asset_id = EDGE[f"{end}_asset_id"]
            # A shared asset of several applications is drawn as this one's.
            own = asset_id.in_(mine)
            joined = joined.join(
                owned,
                isouter=True,
                onclause=sa.and_(owned.c.asset_id == asset_id, ~own),
            )
            keys.append(sa.case((own, end_key(end)), else_=other))
            named = sa.and_(
                asset_id.is_(None),
                EDGE.kind == APPLICATION_LINK,
                sa.func.lower(EDGE[end]) == focus.word,
            )
            touching.append(sa.or_(own, named))
        return select_links(
            self._scope, *keys, sa.or_(*touching), noise=noise
        ).select_from(joined)

    def _application_names(self, keys: Iterable[str]) -> dict[str, str]:
        head = f"{NodeKind.APPLICATION}:"
        wanted = [key.removeprefix(head) for key in keys if key.startswith(head)]
        owned = owners(self._scope).subquery()
        rows = self._session.execute(
            sa.select(owned.c.key, sa.func.min(owned.c.name))
            .where(owned.c.key.in_(wanted))
            .group_by(owned.c.key)
        )
        return {f"{head}{key}": name for key, name in rows}


def _endpoints(keys: Iterable[str]) -> list[str]:
    head = f"{NodeKind.ENDPOINT}:"
    return [key.removeprefix(head) for key in keys if key.startswith(head)]


def _other(key: str, names: Mapping[str, str], focus: MapFocus) -> MapNode:
    kind = NodeKind(key.partition(":")[0])
    name = REST_NAMES.get(key) or names[key]
    return MapNode(key, kind, name, assets=0, is_centre=key == str(focus))


def _in_columns(
    nodes: Sequence[MapNode],
    columns: Mapping[str, int],
    links: Iterable[MapLink],
    centre: str,
) -> tuple[MapNode, ...]:
    number = {node.key: at for at, node in enumerate(nodes)}
    pairs = sorted((number[one.source], number[one.destination]) for one in links)
    places = layered([columns[node.key] for node in nodes], pairs)
    return tuple(
        replace(node, is_centre=node.key == centre).at(place)
        for node, place in zip(nodes, places, strict=True)
    )
