"""Nodes and links of a dependency map in words, one by one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from discovery_app.domain.dependency_map import (
    MapLink,
    MapNode,
    NodeKind,
)
from discovery_app.domain.map_page import (
    MapLegend,
    MapLine,
)
from discovery_app.domain.value_words import slug_words
from discovery_app.domain.words import count, counted
from discovery_app.states.map_drawing import (
    LABELLED,
    WORDS_ROWS,
    curve,
    line_look,
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
_LINES: Final = {
    "plain": "Needs",
    "crossing": "≠ Across environments",
    "circle": "↻ Part of a cycle",
    "shared": "Shared service",
    "noise": "Noise",
}


def environment_of(node: MapNode) -> str:
    """Return the environment of a node; ``SEVERAL`` where it stands for several."""
    if len(node.environments) > 1:
        return SEVERAL
    return node.environments[0] if node.environments else ""


def mark_of(environment: str, node: MapNode) -> str:
    """Return what stands on a box for its environment; "?" for an unknown endpoint."""
    if node.kind is NodeKind.ENDPOINT:
        return "?"
    if environment == SEVERAL:
        return str(len(node.environments))
    return ENVIRONMENTS.get(environment) or environment[:1].upper() or "–"


def note_of(node: MapNode) -> str:
    """Return the second line of a node's box."""
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


def said_of(node: MapNode, links: Iterable[MapLink]) -> str:
    """Return all that a node says, in one sentence."""
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


def lines_of(
    links: Sequence[MapLink], nodes: Mapping[str, MapNode]
) -> tuple[MapLine, ...]:
    """Return the lines; ports stand at the end where fewer lines meet, if any fit."""
    leave = Counter(one.source for one in links)
    arrive = Counter(one.destination for one in links)
    written: Counter[tuple[str, bool]] = Counter()
    lines = []
    for one in links:
        at_start = leave[one.source] <= arrive[one.destination]
        place = (one.source if at_start else one.destination, at_start)
        line = _line(one, nodes, at_start=at_start)
        if len(links) <= LABELLED and written[place] < len(WORDS_ROWS):
            row = WORDS_ROWS[written[place]]
            line = replace(line, label=_label(one), y=line.y + row)
            written[place] += 1
        lines.append(line)
    return tuple(lines)


def _line(link: MapLink, nodes: Mapping[str, MapNode], *, at_start: bool) -> MapLine:
    source, destination = nodes[link.source], nodes[link.destination]
    drawn = curve(source, destination)
    look, tip = line_look(link)
    marks = marks_of(link)
    x, y = drawn.start if at_start else drawn.end
    return MapLine(
        key=f"{link.source} {link.destination}",
        path=drawn.path,
        look=look,
        tip=f"url(#map-tip-{tip})",
        said=f"{source.name} needs {destination.name}"
        + (f" on {', '.join(link.ports)}" if link.ports else "")
        + (f" ({marks.lower()})" if marks else ""),
        label="",
        x=x,
        y=y,
    )


def _label(link: MapLink) -> str:
    more = len(link.ports) - 1
    ports = f"{link.ports[0]} +{more}" if more > 0 else "".join(link.ports)
    return f"≠ {ports}" if link.cross_environment else ports


def marks_of(link: MapLink) -> str:
    """Return what is special about a link."""
    marks = {
        "Noise": link.noise,
        "Shared service": link.shared,
        "Across environments": link.cross_environment,
        "Part of a cycle": link.in_cycle,
    }
    return " · ".join(word for word, holds in marks.items() if holds)


def environment_legend(nodes: Iterable[MapNode]) -> tuple[MapLegend, ...]:
    """Return the environments on a map, in the schema's order."""
    marks = {}
    for node in nodes:
        environment = environment_of(node)
        if environment == SEVERAL:
            marks[SEVERAL] = MapLegend("2+", "Several environments", f"in-{SEVERAL}")
        elif environment:
            word = slug_words(environment)
            marks[environment] = MapLegend(
                mark_of(environment, node), word, f"in-{environment}"
            )
    order = [*ENVIRONMENTS, *sorted(marks.keys() - ENVIRONMENTS.keys())]
    return tuple(marks[one] for one in order if one in marks)


def line_legend(links: Iterable[MapLink]) -> tuple[MapLegend, ...]:
    """Return the kinds of lines on a map."""
    looks = {line_look(one)[0] for one in links}
    return tuple(
        MapLegend("", word, look) for look, word in _LINES.items() if look in looks
    )
