"""The dependency map as the page draws it: boxes, lines, and what they add up to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from discovery_app.domain.dependency_map import (
    DependencyMap,
    MapFocus,
    MapHit,
    MapLink,
    MapNode,
    NodeKind,
    SharedService,
)
from discovery_app.domain.dependency_page import EDGES, DependencyQuery
from discovery_app.domain.map_page import (
    MapBox,
    MapChip,
    MapFrame,
    MapLinkRow,
    MapPicture,
)
from discovery_app.domain.value_words import NOTHING
from discovery_app.domain.words import count, counted
from discovery_app.states.map_drawing import (
    NAME_LETTERS,
    NOTE_LETTERS,
    SIGNED_LETTERS,
    around,
    corner,
    cut,
    view_box,
)
from discovery_app.states.map_lines import (
    KIND_WORDS,
    environment_legend,
    environment_of,
    line_legend,
    lines_of,
    mark_of,
    marks_of,
    note_of,
    said_of,
)

_NOUNS: Final = {
    NodeKind.GROUP: "move group",
    NodeKind.APPLICATION: "application",
    NodeKind.ASSET: "asset",
    NodeKind.WAVE: "wave",
    NodeKind.ENDPOINT: "unknown endpoint",
}


class MapWords:
    """Says one map in the words of an engagement's page."""

    def __init__(self, engagement_id: UUID, query: DependencyQuery) -> None:
        self._engagement = f"/engagements/{engagement_id}"
        self._query = query

    def picture(
        self,
        drawn: DependencyMap,
        shared: Iterable[SharedService],
        hits: Sequence[MapHit],
    ) -> MapPicture:
        """Return the map to draw, with what stands beside it."""
        focus = MapFocus.from_word(self._query.focus)
        nodes = {node.key: node for node in drawn.nodes}
        asset_id = focus.asset_id
        return MapPicture(
            about=str(focus),
            title=_title(focus, drawn, self._query),
            facts=_facts(drawn),
            left_out=_left_out(drawn),
            asset_href=self._asset(asset_id) if asset_id and not drawn.is_gone else "",
            list_href=self._list(asset_id),
            whole_href=self._about("") if focus.kind else "",
            view_box=view_box(drawn.nodes),
            refusal=_refusal(focus) if drawn.is_gone else "",
            boxes=tuple(self._box(node, drawn.links) for node in drawn.nodes),
            lines=lines_of(drawn.links, nodes),
            frames=() if focus.kind else tuple(self._frames(drawn.nodes)),
            links=tuple(self._row(one, nodes) for one in drawn.links),
            legend=environment_legend(drawn.nodes),
            line_legend=line_legend(drawn.links),
            shared=tuple(self._shared(one) for one in shared),
            hits=tuple(self._hit(one) for one in hits),
            hits_words=_hits_words(self._query.q, len(hits)),
        )

    def _about(self, focus: str) -> str:
        path = f"{self._engagement}/dependencies"
        return self._query.about(focus).address(path)

    def _list(self, asset_id: UUID | None) -> str:
        asset = str(asset_id) if asset_id else ""
        query = DependencyQuery(view=EDGES, asset=asset, noise=self._query.noise)
        return query.address(f"{self._engagement}/dependencies")

    def _asset(self, asset_id: UUID) -> str:
        return f"{self._engagement}/assets?asset={asset_id}"

    def _box(self, node: MapNode, links: Iterable[MapLink]) -> MapBox:
        can_focus = node.kind in KIND_WORDS
        environment = environment_of(node)
        x, y = corner(node)
        look = [node.kind.value, f"in-{environment}" if environment else ""]
        sign = "↻" * bool(node.in_cycle)
        return MapBox(
            focus=node.key if can_focus else "",
            href=self._about(node.key) if can_focus else "",
            name=cut(node.name, SIGNED_LETTERS if sign else NAME_LETTERS),
            note=cut(note_of(node), NOTE_LETTERS),
            mark=mark_of(environment, node),
            look=" ".join([*filter(None, look), "middle" * node.is_centre]),
            said=said_of(node, links),
            sign=sign,
            x=x,
            y=y,
        )

    def _frames(self, nodes: Iterable[MapNode]) -> Iterator[MapFrame]:
        groups: dict[str, list[MapNode]] = {}
        for node in nodes:
            if node.group:
                groups.setdefault(node.group, []).append(node)
        for key, members in groups.items():
            number = key.rpartition(".")[2]
            title = f"Group {number} · {counted(len(members), 'asset')}"
            yield MapFrame(title, self._about(key), *around(members))

    def _row(self, link: MapLink, nodes: Mapping[str, MapNode]) -> MapLinkRow:
        source, destination = nodes[link.source], nodes[link.destination]
        return MapLinkRow(
            source=source.name,
            source_href=self._about(source.key) if source.kind in KIND_WORDS else "",
            destination=destination.name,
            destination_href=self._about(destination.key)
            if destination.kind in KIND_WORDS
            else "",
            ports=", ".join(link.ports) or NOTHING,
            dependencies=count(link.dependencies),
            connections=count(link.connections),
            marks=marks_of(link),
        )

    def _shared(self, one: SharedService) -> MapChip:
        return MapChip(one.name, f"{count(one.users)} need it", self._about(one.key))

    def _hit(self, one: MapHit) -> MapChip:
        note = (
            f"{KIND_WORDS[one.kind]} · {one.note}" if one.note else KIND_WORDS[one.kind]
        )
        return MapChip(one.name, note, self._about(one.key))


def _title(focus: MapFocus, drawn: DependencyMap, query: DependencyQuery) -> str:
    if focus.kind:
        return drawn.name
    return "Applications" if query.by else "Whole engagement"


def _facts(drawn: DependencyMap) -> str:
    if drawn.is_gone or not drawn.nodes:
        return ""
    kinds = Counter(node.kind for node in drawn.nodes)
    words = [counted(kinds[kind], _NOUNS[kind]) for kind in _NOUNS if kinds[kind]]
    needs = sum(one.dependencies for one in drawn.links)
    words.append(f"{counted(needs, 'dependency', 'dependencies')} drawn")
    crossing = sum(one.cross_environment for one in drawn.links)
    if crossing:
        words.append(f"{counted(crossing, 'line')} across environments")
    turning = sum(one.in_cycle for one in drawn.nodes)
    if turning:
        words.append(f"{counted(turning, 'asset')} in cycles")
    return " · ".join(words)


def _left_out(drawn: DependencyMap) -> str:
    words = []
    nodes = drawn.nodes_in_all - len(drawn.nodes)
    if nodes > 0:
        noun = _NOUNS[drawn.summed_up or NodeKind.ASSET]
        words.append(f"{counted(nodes, 'more ' + noun)} did not fit")
    links = drawn.links_in_all - len(drawn.links)
    if links > 0:
        words.append(f"{counted(links, 'line')} with the fewest connections left out")
    return "; ".join(words) + "." * bool(words)


def _refusal(focus: MapFocus) -> str:
    what = KIND_WORDS.get(focus.kind or NodeKind.ASSET, "Asset").lower()
    return (
        f"This {what} has no dependency in this engagement, or is not there any more."
    )


def _hits_words(searched: str, found: int) -> str:
    if not searched:
        return ""
    return (
        counted(found, "match", "matches")
        if found
        else f"Nothing is called like “{searched}”"
    )
