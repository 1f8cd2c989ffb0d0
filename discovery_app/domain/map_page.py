"""What the page draws of a dependency map: boxes, lines and words, measured in px."""

from dataclasses import dataclass
from typing import Final

BOX_WIDTH: Final = 184
BOX_HEIGHT: Final = 44


@dataclass(frozen=True)
class MapBox:
    """A node, where it is drawn.

    Attributes:
        focus: Its word in the address; empty where a map cannot be about it.
        href: The map about it.
        name: Cut to the box; ``said`` has it whole.
        mark: One or two letters for its environment; ``?`` for an unknown endpoint.
        look: Its classes: kind, environment, and whether it is the middle.
        said: All of it in a sentence, for a screen reader and on hover.
        sign: ``↻`` for a cycle.
    """

    focus: str
    href: str
    name: str
    note: str
    mark: str
    look: str
    said: str
    sign: str
    x: int
    y: int


@dataclass(frozen=True)
class MapLine:
    """A link, as it is drawn.

    Attributes:
        path: In the words of SVG.
        tip: Which arrow head it has.
        label: Ports, where there is room to write them; else empty.
        key: Tells lines apart.
    """

    key: str

    path: str
    look: str
    tip: str
    said: str
    label: str
    x: int
    y: int


@dataclass(frozen=True)
class MapFrame:
    """What is drawn around the boxes of a move group."""

    title: str
    href: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class MapLinkRow:
    """A link, as the table under the map says it."""

    source: str
    source_href: str
    destination: str
    destination_href: str
    ports: str
    dependencies: str
    connections: str
    marks: str


@dataclass(frozen=True)
class MapLegend:
    """An environment or a kind of line that is on the map, with its look.

    Attributes:
        mark: An environment's letters; empty for a line.
    """

    mark: str
    word: str
    look: str


@dataclass(frozen=True)
class MapChip:
    """Something that the map can be about, as a small link."""

    name: str
    note: str
    href: str


@dataclass(frozen=True)
class MapPicture:
    """The map with its words; empty until it is read.

    Attributes:
        about: What it is about: its word in the address.
        title: The same in words.
        facts: One line under the title.
        left_out: What there was no room for; empty if all is drawn.
        asset_href: The asset in the inventory, if it is about one.
        list_href: The same dependencies as a list.
        whole_href: The map of the whole engagement.
        view_box: All of it, in the words of SVG.
        refusal: Why nothing is drawn; empty if something is, or if there is nothing.
    """

    about: str = ""
    title: str = ""
    facts: str = ""
    left_out: str = ""
    asset_href: str = ""
    list_href: str = ""
    whole_href: str = ""
    view_box: str = ""
    refusal: str = ""
    boxes: tuple[MapBox, ...] = ()
    lines: tuple[MapLine, ...] = ()
    frames: tuple[MapFrame, ...] = ()
    links: tuple[MapLinkRow, ...] = ()
    legend: tuple[MapLegend, ...] = ()
    line_legend: tuple[MapLegend, ...] = ()
    shared: tuple[MapChip, ...] = ()
    hits: tuple[MapChip, ...] = ()
    hits_words: str = ""
