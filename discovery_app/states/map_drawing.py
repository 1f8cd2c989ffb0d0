"""Where the boxes and lines of a dependency map are drawn, in px."""

from collections.abc import Iterable
from typing import Final

from discovery_app.domain.dependency_map import MapLink, MapNode

BOX_WIDTH: Final = 168
BOX_HEIGHT: Final = 44
COLUMN: Final = 248
ROW: Final = 34
"""Half a row; with ``COLUMN`` it is what ``map_layout.ROWS_A_COLUMN`` speaks of."""

MARGIN: Final = 28
BULGE: Final = 44
LEAST: Final = (640, 320)
"""A smaller picture would be drawn larger than life."""

NAME_LETTERS: Final = 18
NOTE_LETTERS: Final = 24
LABELLED: Final = 60
"""With more lines than that their ports are on hover and in the table only."""


def corner(node: MapNode) -> tuple[int, int]:
    """Return the upper left corner of a node's box."""
    return MARGIN + node.column * COLUMN, MARGIN + node.row * ROW


def view_box(nodes: Iterable[MapNode]) -> str:
    """Return what the picture shows when all of it is shown."""
    corners = [corner(node) for node in nodes] or [(MARGIN, MARGIN)]
    wide = max(x for x, _ in corners) + BOX_WIDTH + MARGIN
    high = max(y for _, y in corners) + BOX_HEIGHT + MARGIN
    width, height = max(wide, LEAST[0]), max(high, LEAST[1])
    return f"{(wide - width) // 2} {(high - height) // 2} {width} {height}"


def path(source: MapNode, destination: MapNode) -> tuple[str, tuple[int, int]]:
    """Return a line from box to box, and the point half way along it.

    It leaves on the right and arrives on the left; in one column it bends aside, so
    that there and back do not lie upon each other.
    """
    (x1, y1), (x2, y2) = corner(source), corner(destination)
    y1, y2 = y1 + BOX_HEIGHT // 2, y2 + BOX_HEIGHT // 2
    if x1 == x2:
        down = y2 > y1
        edge = x1 + BOX_WIDTH if down else x1
        out = edge + BULGE if down else edge - BULGE
        middle = (edge + (out - edge) * 3 // 4, (y1 + y2) // 2)
        return f"M{edge} {y1}C{out} {y1} {out} {y2} {edge} {y2}", middle
    if x1 < x2:
        x1 += BOX_WIDTH
    else:
        x2 += BOX_WIDTH
    half = (x2 - x1) // 2
    curve = f"M{x1} {y1}C{x1 + half} {y1} {x2 - half} {y2} {x2} {y2}"
    return curve, ((x1 + x2) // 2, (y1 + y2) // 2)


def line_look(link: MapLink) -> tuple[str, str]:
    """Return the class of a line and the name of its arrow head."""
    if link.noise:
        return "noise", "plain"
    if link.cross_environment:
        return "crossing", "crossing"
    if link.in_cycle:
        return "circle", "circle"
    return ("shared", "plain") if link.shared else ("plain", "plain")


def cut(words: str, letters: int) -> str:
    """Return ``words`` no longer than ``letters``; names differ at both their ends."""
    if len(words) <= letters:
        return words
    tail = letters // 3
    return f"{words[: letters - tail - 1]}…{words[-tail:]}"
