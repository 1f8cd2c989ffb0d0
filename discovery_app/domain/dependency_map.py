"""The dependency map: what is drawn, where, and what it is about."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from discovery_app.domain.list_query import is_id

MOST_NODES: Final = 300
"""More cannot be read on a screen, and a browser slows down; chosen."""
MOST_LINKS: Final = 600
"""The busiest are drawn; chosen for the same reasons."""

ENDPOINT_OUTSIDE: Final = "outside"
NO_APPLICATION: Final = "without"
"""Keys of the two nodes that stand for what is in no application."""


class NodeKind(StrEnum):
    """What a node of the map stands for; the value begins its key."""

    ASSET = "asset"
    GROUP = "group"
    APPLICATION = "app"
    ENDPOINT = "end"
    WAVE = "wave"
    REST = "rest"


@dataclass(frozen=True)
class MapFocus:
    """What the map is about; without a kind, the whole engagement.

    Attributes:
        word: An asset's id, a group as ``<upload>.<number>``, the folded name of an
            application or of an unknown endpoint.
    """

    kind: NodeKind | None = None
    word: str = ""

    @classmethod
    def from_word(cls, said: str) -> "MapFocus":
        """Return what an address says; what makes no sense is the whole engagement."""
        head, _, word = said.partition(":")
        if head == NodeKind.ASSET and is_id(word):
            return cls(NodeKind.ASSET, word)
        if head == NodeKind.GROUP and is_group(word):
            return cls(NodeKind.GROUP, word)
        if head in {NodeKind.APPLICATION, NodeKind.ENDPOINT} and word:
            return cls(NodeKind(head), word.lower())
        return cls()

    def __str__(self) -> str:
        return f"{self.kind}:{self.word}" if self.kind else ""

    @property
    def asset_id(self) -> UUID | None:
        """Return the asset, if it is one."""
        return UUID(self.word) if self.kind is NodeKind.ASSET else None

    @property
    def group(self) -> tuple[UUID, int]:
        """Return upload and number of the move group."""
        upload, _, number = self.word.partition(".")
        return UUID(upload), int(number)


def is_group(word: str) -> bool:
    """Return whether ``word`` names a move group, as ``<upload>.<number>``."""
    upload, _, number = word.partition(".")
    sound = number.isascii() and number.isdecimal() and len(number) < 10
    return sound and is_id(upload)


@dataclass(frozen=True)
class MapNode:
    """One box of the map.

    Attributes:
        key: Kind and word, as ``MapFocus`` says them; unique on a map.
        environments: Of its assets; more than one where it stands for several.
        assets: How many it stands for; none for an unknown endpoint.
        first_wave: With ``last_wave``, when they move; 0 where no wave is known.
        in_cycle: How many of its assets need what needs them.
        group: The key of its move group; empty where it has none.
        column: With ``row``, in half rows, where it stands.
        is_centre: Whether the map is about it.
    """

    key: str
    kind: NodeKind
    name: str
    application: str = ""
    environments: tuple[str, ...] = ()
    assets: int = 1
    first_wave: int = 0
    last_wave: int = 0
    in_cycle: int = 0
    group: str = ""
    column: int = 0
    row: int = 0
    is_centre: bool = False

    def at(self, place: tuple[int, int]) -> "MapNode":
        """Return this at ``place``."""
        return replace(self, column=place[0], row=place[1])


@dataclass(frozen=True)
class MapLink:
    """That one node needs another, however many dependencies say so.

    Attributes:
        source: Key of the node that needs
        destination: this one.
        ports: With protocol, e.g. "443 TCP"; sorted.
        noise: Whether all of them are noise.
        in_cycle: Whether the needed one needs this one, perhaps by way of others.
    """

    source: str
    destination: str
    ports: tuple[str, ...] = ()
    dependencies: int = 1
    connections: int = 0
    noise: bool = False
    shared: bool = False
    cross_environment: bool = False
    in_cycle: bool = False


@dataclass(frozen=True)
class SharedService:
    """What many applications need; it stands apart from groups and waves."""

    key: str
    name: str
    users: int


@dataclass(frozen=True)
class DependencyMap:
    """A map to draw.

    Attributes:
        name: What it is about; empty for the whole engagement.
        nodes: At most ``MOST_NODES``.
        links: Between those nodes, at most ``MOST_LINKS``, the busiest.
        nodes_in_all: How many there would be.
        links_in_all: How many there are between the drawn nodes.
        summed_up: What its nodes stand for where they are not single assets.
        is_gone: Whether what it was to be about is not there any more.
    """

    name: str = ""
    nodes: tuple[MapNode, ...] = ()
    links: tuple[MapLink, ...] = ()
    nodes_in_all: int = 0
    links_in_all: int = 0
    summed_up: NodeKind | None = None
    is_gone: bool = False


@dataclass(frozen=True)
class MapHit:
    """Something that a search found and that a map can be about."""

    key: str
    kind: NodeKind
    name: str
    note: str = ""
