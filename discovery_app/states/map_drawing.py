"""Where the boxes and lines of a dependency map are drawn, in px."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from discovery_app.domain.dependency_map import MapLink, MapNode
from discovery_app.domain.map_page import BOX_HEIGHT, BOX_WIDTH

COLUMN: Final = 264
ROW: Final = 36
"""Half a row; with ``COLUMN`` it is what ``map_layout.ROWS_A_COLUMN`` speaks of."""

MARGIN: Final = 40
BULGE: Final = 44
LEAST: Final = (1_040, 420)
"""A smaller picture would be drawn larger than life."""

NAME_LETTERS: Final = 18
SIGNED_LETTERS: Final = 16
"""Of a name that has a sign beside it."""
NOTE_LETTERS: Final = 24
WORDS_WIDTH: Final = 76
"""What is left between two columns, for the ports on a line."""

WORDS_ROWS: Final = (-5, 14)
"""Over and under a line's end; there is no room for a third line's ports."""

LABELLED: Final = 60
"""With more lines than that their ports are on hover and in the table only."""

FRAME: Final = 16
"""Between a group's boxes and its frame."""

Spot = tuple[int, int]


def corner(node: MapNode) -> Spot:
    """Return the upper left corner of a node's box."""
    return MARGIN + node.column * COLUMN, MARGIN + node.row * ROW


def view_box(nodes: Iterable[MapNode]) -> str:
    """Return what the picture shows when all of it is shown."""
    corners = [corner(node) for node in nodes] or [(MARGIN, MARGIN)]
    wide = max(x for x, _ in corners) + BOX_WIDTH + MARGIN
    high = max(y for _, y in corners) + BOX_HEIGHT + MARGIN
    width, height = max(wide, LEAST[0]), max(high, LEAST[1])
    return f"{(wide - width) // 2} {(high - height) // 2} {width} {height}"


@dataclass(frozen=True)
class Curve:
    """A line from box to box.

    Attributes:
        path: In the words of SVG.
        start: Where words at its beginning stand, right of this point.
        end: Where words at its end stand.
    """

    path: str
    start: Spot
    end: Spot


def curve(source: MapNode, destination: MapNode) -> Curve:
    """Return the line from ``source`` to ``destination``.

    It leaves on the right and arrives on the left; in one column it bends aside, so
    that there and back do not lie upon each other.
    """
    (x1, y1), (x2, y2) = corner(source), corner(destination)
    y1, y2 = y1 + BOX_HEIGHT // 2, y2 + BOX_HEIGHT // 2
    if x1 == x2:
        edge = x1 + BOX_WIDTH if y2 > y1 else x1
        out = edge + BULGE if y2 > y1 else edge - BULGE
        words = edge + 6 if y2 > y1 else edge - WORDS_WIDTH
        path = f"M{edge} {y1}C{out} {y1} {out} {y2} {edge} {y2}"
        return Curve(path, (words, y1), (words, y2))
    if x1 < x2:
        x1 += BOX_WIDTH
        words = x1 + 6, x2 - WORDS_WIDTH
    else:
        x2 += BOX_WIDTH
        words = x1 - WORDS_WIDTH, x2 + 6
    half = (x2 - x1) // 2
    path = f"M{x1} {y1}C{x1 + half} {y1} {x2 - half} {y2} {x2} {y2}"
    return Curve(path, (words[0], y1), (words[1], y2))


def around(nodes: Iterable[MapNode]) -> tuple[int, int, int, int]:
    """Return x, y, width and height of the frame around ``nodes``."""
    xs, ys = zip(*map(corner, nodes), strict=True)
    left, top = min(xs) - FRAME, min(ys) - FRAME
    right, bottom = max(xs) + BOX_WIDTH + FRAME, max(ys) + BOX_HEIGHT + FRAME
    return left, top, right - left, bottom - top


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
