"""Reading the links of a dependency map, and placing what they connect."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

import polars as pl
import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.dependency_map import (
    MOST_LINKS,
    MapLink,
    MapNode,
    NodeKind,
)
from discovery_app.services.tables import ASSETS, DEPENDENCIES, GROUPS
from discovery_app.transforms.graph import group_assets
from discovery_app.transforms.map_layout import placed

MOST_READ: Final = 5_000
"""Links that are read to choose from; the busiest. Chosen."""

APPLICATION_LINK: Final = "application"
"""The kind of a dependency whose ends are named as applications."""

EDGE = DEPENDENCIES.c


@dataclass(frozen=True)
class Links:
    """Links with what their ends are called.

    Attributes:
        names: As written, by key.
        in_all: How many there are, read or not.
    """

    links: tuple[MapLink, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    in_all: int = 0


def asset_key(asset_id: UUID) -> str:
    """Return the key of an asset's node."""
    return f"{NodeKind.ASSET}:{asset_id}"


def asset_ids(keys: Iterable[str]) -> list[UUID]:
    """Return the ids of the assets among ``keys``."""
    head = f"{NodeKind.ASSET}:"
    return [UUID(key.removeprefix(head)) for key in keys if key.startswith(head)]


def end_key(end: str) -> sa.ColumnElement[str]:
    """Return the SQL of the node's key of ``source`` or ``destination``."""
    asset_id, name = EDGE[f"{end}_asset_id"], EDGE[end]
    return sa.case(
        (
            asset_id.is_not(None),
            sa.func.concat(f"{NodeKind.ASSET}:", sa.cast(asset_id, sa.Text())),
        ),
        else_=sa.func.concat(f"{NodeKind.ENDPOINT}:", sa.func.lower(name)),
    )


def select_links(
    scope: Scope,
    source: sa.ColumnElement[str],
    destination: sa.ColumnElement[str],
    *where: sa.ColumnElement[bool],
    noise: bool = False,
) -> sa.Select:
    """Select one row for each pair of keys, the busiest first.

    Args:
        source: The key of what needs, as an expression over ``DEPENDENCIES``.
        destination: The key of what is needed.
        noise: Whether noise is to be there, too.
    """
    scope.require(Permission.VIEW)
    number, protocol = sa.cast(EDGE.port, sa.Text()), sa.func.upper(EDGE.protocol)
    port = sa.func.nullif(sa.func.concat_ws(" ", number, protocol), "")
    busy = sa.func.sum(EDGE.connection_count)
    if not noise:
        where = (*where, ~EDGE.noise)
    return (
        sa.select(
            source.label("from_key"),
            destination.label("to_key"),
            sa.func.min(EDGE.source).label("from_name"),
            sa.func.min(EDGE.destination).label("to_name"),
            sa.func.array_agg(port.distinct(), type_=sa.ARRAY(sa.Text())).label(
                "ports"
            ),
            sa.func.count().label("dependencies"),
            sa.cast(busy, sa.BigInteger()).label("connections"),
            sa.func.bool_and(EDGE.noise).label("noise"),
            sa.func.bool_or(EDGE.shared_service).label("shared"),
            sa.func.bool_or(EDGE.cross_environment).label("crossing"),
            sa.func.count().over().label("in_all"),
        )
        .where(EDGE.engagement_id == scope.engagement_id, *where)
        .group_by(sa.text("1"), sa.text("2"))
        .order_by(busy.desc(), sa.text("1"), sa.text("2"))
        .limit(MOST_READ)
    )


def read_links(session: Session, chosen: sa.Select) -> Links:
    """Return what ``select_links`` selects.

    Links from a node to itself, and ends without a key, stay out.
    """
    rows = session.execute(chosen).all()
    names: dict[str, str] = {}
    links = []
    for row in rows:
        if row.from_key is None or row.to_key is None:
            continue
        names.setdefault(row.from_key, row.from_name)
        names.setdefault(row.to_key, row.to_name)
        if row.from_key != row.to_key:
            links.append(_link(row))
    return Links(tuple(links), names, rows[0].in_all if rows else 0)


def _link(row: sa.Row) -> MapLink:
    return MapLink(
        source=row.from_key,
        destination=row.to_key,
        ports=tuple(sorted(filter(None, row.ports), key=_port_order)),
        dependencies=row.dependencies,
        connections=row.connections or 0,
        noise=row.noise,
        shared=row.shared,
        cross_environment=row.crossing,
    )


def _port_order(port: str) -> tuple[int, str]:
    number = port.partition(" ")[0]
    return (int(number) if number.isdecimal() else 0, port)


def read_assets(session: Session, scope: Scope, keys: Iterable[str]) -> list[MapNode]:
    """Return the nodes of the assets among ``keys``, by name."""
    return assets_where(session, scope, ASSETS.c.id.in_(asset_ids(keys)))


def assets_where(
    session: Session, scope: Scope, *where: sa.ColumnElement[bool], limit: int = 0
) -> list[MapNode]:
    """Return the nodes of the assets that fulfil ``where``, by name.

    The places are those that the import kept, if it did; callers may set others.
    """
    scope.require(Permission.VIEW)
    asset, group = ASSETS.c, GROUPS.c
    chosen = (
        sa.select(
            asset.id,
            asset.asset_name,
            asset.environment,
            asset.application_name,
            group.session_id,
            group.group_number,
            group.wave,
            group.in_cycle,
            group.map_column,
            group.map_row,
        )
        .join_from(
            ASSETS,
            GROUPS,
            sa.and_(
                group.asset_id == asset.id, group.engagement_id == asset.engagement_id
            ),
            isouter=True,
        )
        .where(asset.engagement_id == scope.engagement_id, *where)
        .order_by(sa.func.lower(asset.asset_name), asset.asset_name, asset.id)
    )
    rows = session.execute(chosen.limit(limit) if limit else chosen)
    return [_asset_node(row) for row in rows]


def _asset_node(row: sa.Row) -> MapNode:
    return MapNode(
        key=asset_key(row.id),
        kind=NodeKind.ASSET,
        name=row.asset_name,
        application=row.application_name or "",
        environments=(row.environment,) if row.environment else (),
        first_wave=row.wave or 0,
        last_wave=row.wave or 0,
        in_cycle=int(row.in_cycle or False),
        group=f"{NodeKind.GROUP}:{row.session_id}.{row.group_number}"
        if row.session_id
        else "",
        column=-1 if row.map_column is None else row.map_column,
        row=-1 if row.map_row is None else row.map_row,
    )


def endpoint_node(key: str, name: str) -> MapNode:
    """Return the node of an end that is no asset."""
    return MapNode(key, NodeKind.ENDPOINT, name, assets=0)


def between(links: Iterable[MapLink], nodes: Iterable[MapNode]) -> list[MapLink]:
    """Return the links with both ends among ``nodes``, those in a circle marked.

    Waves part what needs from what is needed, but for members of one circle: so a
    link between two assets of the same wave is part of a circle.
    """
    known = {node.key: node for node in nodes}
    found = []
    for link in links:
        source, destination = known.get(link.source), known.get(link.destination)
        if source is None or destination is None:
            continue
        turns = (
            source.kind is destination.kind is NodeKind.ASSET
            and bool(source.in_cycle and destination.in_cycle)
            and source.first_wave == destination.first_wave
            and not (link.noise or link.shared)
        )
        found.append(replace(link, in_cycle=turns))
    return found


def busiest(links: Sequence[MapLink]) -> tuple[MapLink, ...]:
    """Return what is drawn of ``links``."""
    return tuple(sorted(links, key=_business)[:MOST_LINKS])


def _business(link: MapLink) -> tuple[int, str, str]:
    return -link.connections, link.source, link.destination


def laid_out(nodes: Sequence[MapNode], links: Iterable[MapLink]) -> tuple[MapNode, ...]:
    """Return ``nodes`` placed by their links alone, in layers like an import's groups.

    Args:
        nodes: In the order that settles ties.
    """
    numbers = {node.key: at for at, node in enumerate(nodes)}
    ends = [(numbers[link.source], numbers[link.destination]) for link in links]
    # A node without links is a group of its own: it needs itself.
    ends += [(at, at) for at in numbers.values()]
    edges = pl.DataFrame(
        ends,
        schema={"source_record": pl.UInt32, "destination_record": pl.UInt32},
        orient="row",
    )
    groups = group_assets(edges).groups
    found = placed(groups, edges, groups.select("record"))
    places = found.select("map_column", "map_row").rows()
    return tuple(node.at(place) for node, place in zip(nodes, places, strict=True))
