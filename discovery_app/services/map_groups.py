"""The dependency map of move groups: all of them, and what is in one."""

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.dependency_map import (
    MOST_NODES,
    DependencyMap,
    MapNode,
    NodeKind,
)
from discovery_app.services.map_links import (
    EDGE,
    asset_ids,
    assets_where,
    between,
    busiest,
    end_key,
    laid_out,
    read_links,
    select_links,
)
from discovery_app.services.move_groups import MEMBERS, distinct_words
from discovery_app.services.tables import ASSETS, DEPENDENCIES, GROUPS
from discovery_app.transforms.map_layout import packed

GROUP = GROUPS.c
_Where = tuple[sa.ColumnElement[bool], ...]


class Groups:
    """Draws move groups, and the assets of one. It only reads."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = scope
        self._mine = GROUP.engagement_id == scope.engagement_id

    def drawn(self, *, noise: bool) -> DependencyMap:
        """Return every asset that has a group where they are few, else the groups.

        A single large group is summed up at once: one box says nothing.
        """
        self._scope.require(Permission.VIEW)
        number, groups = self._session.execute(
            sa.select(
                sa.func.count(),
                sa.func.count(
                    sa.tuple_(GROUP.session_id, GROUP.group_number).distinct()
                ),
            ).where(self._mine)
        ).one()
        if number > MOST_NODES:
            return self._boxes() if groups > 1 else self._summed_up((), noise=noise)
        nodes = assets_where(self._session, self._scope, GROUP.asset_id.is_not(None))
        return self._assets(nodes, noise=noise)

    def of(self, upload: UUID, number: int, *, noise: bool) -> DependencyMap:
        """Return what is in one group: its assets, or their applications and waves."""
        self._scope.require(Permission.VIEW)
        chosen = (GROUP.session_id == upload, GROUP.group_number == number)
        members = self._session.scalar(
            sa.select(sa.func.count()).select_from(GROUPS).where(self._mine, *chosen)
        )
        name = f"Group {number}"
        if not members:
            return DependencyMap(name=name, is_gone=True)
        if members > MOST_NODES:
            return replace(self._summed_up(chosen, noise=noise), name=name)
        nodes = assets_where(self._session, self._scope, *chosen)
        return replace(self._assets(nodes, noise=noise), name=name)

    def _assets(self, nodes: list[MapNode], *, noise: bool) -> DependencyMap:
        """Return assets where their imports put them, or placed anew.

        Each import has a map of its own, so those of several are laid out together.
        """
        ids = asset_ids(node.key for node in nodes)
        read = read_links(
            self._session,
            select_links(
                self._scope,
                end_key("source"),
                end_key("destination"),
                EDGE.source_asset_id.in_(ids),
                EDGE.destination_asset_id.in_(ids),
                ~EDGE.shared_service,
                noise=noise,
            ),
        )
        links = between(read.links, nodes)
        drawn = busiest(links)
        return DependencyMap(
            nodes=_kept(nodes) or laid_out(nodes, links),
            links=drawn,
            nodes_in_all=len(nodes),
            links_in_all=len(links),
        )

    def _boxes(self) -> DependencyMap:
        """Return the largest groups as one box each; nothing joins move groups."""
        number = sa.func.count()
        rows = self._session.execute(
            sa.select(
                GROUP.session_id,
                GROUP.group_number,
                number,
                sa.func.min(GROUP.wave),
                sa.func.max(GROUP.wave),
                number.filter(GROUP.in_cycle),
                sa.func.min(ASSETS.c.asset_name),
                distinct_words(ASSETS.c.environment),
                distinct_words(ASSETS.c.application_name),
                sa.func.count().over(),
            )
            .select_from(MEMBERS)
            .where(self._mine)
            .group_by(GROUP.session_id, GROUP.group_number)
            .order_by(number.desc(), sa.func.min(ASSETS.c.asset_name), GROUP.session_id)
            .limit(MOST_NODES)
        ).all()
        places = packed([(1, 3)] * len(rows))
        nodes = tuple(
            MapNode(
                key=f"{NodeKind.GROUP}:{row[0]}.{row[1]}",
                kind=NodeKind.GROUP,
                name=f"Group {row[1]}",
                application=_first(row[8], row[6]),
                environments=tuple(row[7]),
                assets=row[2],
                first_wave=row[3],
                last_wave=row[4],
                in_cycle=row[5],
            ).at(place)
            for row, place in zip(rows, places, strict=True)
        )
        return DependencyMap(
            nodes=nodes,
            nodes_in_all=rows[0][9] if rows else 0,
            summed_up=NodeKind.GROUP,
        )

    def _summed_up(self, chosen: _Where, *, noise: bool) -> DependencyMap:
        """Return a large group as its applications; without one, as its waves."""
        nodes = self._buckets(chosen)
        read = read_links(
            self._session,
            select_links(
                self._scope,
                self._box_of("source", chosen),
                self._box_of("destination", chosen),
                ~EDGE.shared_service,
                noise=noise,
            ),
        )
        shown = nodes[:MOST_NODES]
        links = between(read.links, shown)
        drawn = busiest(links)
        return DependencyMap(
            nodes=laid_out(sorted(shown, key=_by_name), drawn),
            links=drawn,
            nodes_in_all=len(nodes),
            links_in_all=len(links),
            summed_up=NodeKind.APPLICATION,
        )

    def _box_of(self, end: str, chosen: _Where) -> sa.ColumnElement[str]:
        """Return the key of the box that an end is in; null outside the group.

        Asked edge by edge, through the primary keys. Joined, the members of a group
        were compared each with each right after an import, when the planner does not
        know yet how many they are: three minutes for 20,000.
        """
        return (
            sa.select(_bucket(_first_application()))
            .select_from(MEMBERS)
            .where(self._mine, *chosen, GROUP.asset_id == EDGE[f"{end}_asset_id"])
            .correlate(DEPENDENCIES)
            .scalar_subquery()
        )

    def _buckets(self, chosen: _Where) -> list[MapNode]:
        application = _first_application()
        one = (
            sa.select(
                GROUP.wave,
                GROUP.in_cycle,
                ASSETS.c.environment,
                application.label("application"),
                _bucket(application).label("key"),
            )
            .select_from(MEMBERS)
            .where(self._mine, *chosen)
            .subquery()
            .c
        )
        rows = self._session.execute(
            sa.select(
                one.key,
                sa.func.min(one.application),
                sa.func.count(),
                sa.func.min(one.wave),
                sa.func.max(one.wave),
                sa.func.count().filter(one.in_cycle),
                distinct_words(one.environment),
            )
            .group_by(one.key)
            .order_by(sa.func.count().desc(), one.key)
        )
        return [
            MapNode(
                key=row[0],
                kind=NodeKind(row[0].partition(":")[0]),
                name=row[1] or f"Wave {row[3]}, no application",
                environments=tuple(row[6]),
                assets=row[2],
                first_wave=row[3],
                last_wave=row[4],
                in_cycle=row[5],
            )
            for row in rows
        ]


def _kept(nodes: list[MapNode]) -> tuple[MapNode, ...]:
    """Return ``nodes`` from the corner of the map; nothing if their places clash."""
    places = {(node.column, node.row) for node in nodes}
    if not nodes or len(places) < len(nodes) or (-1, -1) in places:
        return ()
    left = min(column for column, _ in places)
    top = min(row for _, row in places)
    return tuple(node.at((node.column - left, node.row - top)) for node in nodes)


def _bucket(name: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return the key of a member's application, or of its wave where it has none."""
    return sa.case(
        (
            sa.func.nullif(name, "").is_not(None),
            sa.func.concat(f"{NodeKind.APPLICATION}:", sa.func.lower(name)),
        ),
        else_=sa.func.concat(f"{NodeKind.WAVE}:", sa.cast(GROUP.wave, sa.Text())),
    )


def _first_application() -> sa.ColumnElement[str]:
    parts = sa.func.translate(ASSETS.c.application_name, ";\n", ",,")
    return sa.func.trim(sa.func.split_part(parts, ",", 1))


def _first(applications: list[str], asset: str) -> str:
    """Return what a group is told by: its applications, or its first asset."""
    return ", ".join(applications[:2]) if applications else f"{asset} and others"


def _by_name(node: MapNode) -> tuple[str, str]:
    return node.name.lower(), node.key
