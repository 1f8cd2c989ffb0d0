"""The dependency map in words, as the page draws it."""

from collections.abc import Iterable, Mapping, Sequence
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
    MapLegend,
    MapLine,
    MapLinkRow,
    MapPicture,
)
from discovery_app.domain.value_words import NOTHING, slug_words
from discovery_app.domain.words import count, counted
from discovery_app.states.map_drawing import (
    LABELLED,
    NAME_LETTERS,
    NOTE_LETTERS,
    corner,
    cut,
    line_look,
    path,
    view_box,
)

ENVIRONMENTS: Final[Mapping[str, str]] = {
    "production": "P",
    "staging": "S",
    "test": "T",
    "development": "D",
    "dr": "DR",
}
"""The schema's words with their letters; another word has its first letter."""

SEVERAL: Final = "several"
KIND_WORDS: Final = {
    NodeKind.ASSET: "Asset",
    NodeKind.GROUP: "Move group",
    NodeKind.APPLICATION: "Application",
    NodeKind.ENDPOINT: "Unknown endpoint",
}
_NOUNS: Final = {
    NodeKind.GROUP: "move group",
    NodeKind.APPLICATION: "application",
}
_MOST_PORTS: Final = 2


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
        labelled = len(drawn.links) <= LABELLED
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
            lines=tuple(_line(one, nodes, labelled=labelled) for one in drawn.links),
            links=tuple(self._row(one, nodes) for one in drawn.links),
            legend=_legend(drawn.nodes),
            shared=tuple(self._shared(one) for one in shared),
            hits=tuple(self._hit(one) for one in hits),
            hits_words=_hits_words(self._query.q, len(hits)),
            summed_up=drawn.summed_up or "",
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
        environment = _environment(node)
        x, y = corner(node)
        look = [node.kind.value, f"in-{environment}" if environment else ""]
        sign = "?" if node.kind is NodeKind.ENDPOINT else "↻" * bool(node.in_cycle)
        return MapBox(
            focus=node.key if can_focus else "",
            href=self._about(node.key) if can_focus else "",
            name=cut(node.name, NAME_LETTERS),
            note=cut(_note(node), NOTE_LETTERS),
            mark=_mark(environment, node),
            look=" ".join([*filter(None, look), "middle" * node.is_centre]),
            said=_said(node, links),
            sign=sign,
            x=x,
            y=y,
        )

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
            marks=_marks(link),
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
    noun = _NOUNS.get(drawn.summed_up or NodeKind.ASSET, "node")
    links = counted(
        sum(one.dependencies for one in drawn.links), "dependency", "dependencies"
    )
    crossing = sum(one.cross_environment for one in drawn.links)
    words = [counted(len(drawn.nodes), noun), links]
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
        noun = _NOUNS.get(drawn.summed_up or NodeKind.ASSET, "neighbour")
        words.append(f"{counted(nodes, noun)} more than fit are not drawn")
    links = drawn.links_in_all - len(drawn.links)
    if links > 0:
        words.append(
            f"{counted(links, 'line')} with the fewest connections are not drawn"
        )
    return "; ".join(words) + "." * bool(words)


def _refusal(focus: MapFocus) -> str:
    what = KIND_WORDS.get(focus.kind or NodeKind.ASSET, "Asset").lower()
    return (
        f"This {what} has no dependency in this engagement, or is not there any more."
    )


def _environment(node: MapNode) -> str:
    if len(node.environments) > 1:
        return SEVERAL
    return node.environments[0] if node.environments else ""


def _mark(environment: str, node: MapNode) -> str:
    if environment == SEVERAL:
        return str(len(node.environments))
    return ENVIRONMENTS.get(environment) or environment[:1].upper() or "–"


def _note(node: MapNode) -> str:
    waves = _waves(node)
    match node.kind:
        case NodeKind.ASSET:
            return node.application or waves.capitalize() or "No application"
        case NodeKind.GROUP:
            return f"{count(node.assets)} assets · {node.application}"
        case NodeKind.ENDPOINT:
            return "Not in the inventory"
        case _ if node.assets:
            return " · ".join(filter(None, [counted(node.assets, "asset"), waves]))
        case NodeKind.APPLICATION:
            return "Application"
        case _:
            return "Summed up"


def _waves(node: MapNode) -> str:
    if not node.first_wave:
        return ""
    if node.first_wave == node.last_wave:
        return f"wave {node.first_wave}"
    return f"waves {node.first_wave}–{node.last_wave}"


def _said(node: MapNode, links: Iterable[MapLink]) -> str:
    words = [node.name, KIND_WORDS.get(node.kind, "").lower(), node.application]
    if node.kind is not NodeKind.ASSET and node.assets:
        words.append(counted(node.assets, "asset"))
    words += [slug_words(one).lower() for one in node.environments]
    words.append(_waves(node))
    if node.in_cycle:
        words.append("in a cycle")
    needs = sum(one.source == node.key for one in links)
    needed = sum(one.destination == node.key for one in links)
    words.append(f"needs {needs}, needed by {needed}")
    return ", ".join(filter(None, words))


def _line(link: MapLink, nodes: Mapping[str, MapNode], *, labelled: bool) -> MapLine:
    source, destination = nodes[link.source], nodes[link.destination]
    curve, (x, y) = path(source, destination)
    look, tip = line_look(link)
    ports = ", ".join(link.ports[:_MOST_PORTS])
    more = len(link.ports) - _MOST_PORTS
    label = f"{ports} +{more}" if more > 0 else ports
    marks = _marks(link)
    return MapLine(
        path=curve,
        look=look,
        tip=f"url(#map-tip-{tip})",
        said=f"{source.name} needs {destination.name}"
        + (f" on {', '.join(link.ports)}" if link.ports else "")
        + (f" ({marks.lower()})" if marks else ""),
        label=("≠ " * link.cross_environment + label) if labelled else "",
        x=x,
        y=y - 4,
    )


def _marks(link: MapLink) -> str:
    marks = {
        "Noise": link.noise,
        "Shared service": link.shared,
        "Across environments": link.cross_environment,
        "Part of a cycle": link.in_cycle,
    }
    return " · ".join(word for word, holds in marks.items() if holds)


def _legend(nodes: Iterable[MapNode]) -> tuple[MapLegend, ...]:
    marks = {}
    for node in nodes:
        environment = _environment(node)
        if environment == SEVERAL:
            marks[SEVERAL] = MapLegend("2+", "Several environments", f"in-{SEVERAL}")
        elif environment:
            word = slug_words(environment)
            marks[environment] = MapLegend(
                _mark(environment, node), word, f"in-{environment}"
            )
    order = [*ENVIRONMENTS, *sorted(marks.keys() - ENVIRONMENTS.keys())]
    return tuple(marks[one] for one in order if one in marks)


def _hits_words(searched: str, found: int) -> str:
    if not searched:
        return ""
    return (
        counted(found, "match", "matches")
        if found
        else f"Nothing is called like “{searched}”"
    )
