"""What the dependencies page shows and what its address says."""

from dataclasses import dataclass, fields, replace

from discovery_app.domain.dependency_map import MapFocus, is_group
from discovery_app.domain.display import Choice
from discovery_app.domain.list_query import ListQuery, is_id

MAP, EDGES, UNKNOWN, GROUPS = "map", "edges", "unknown", "groups"
VIEWS = (MAP, EDGES, UNKNOWN, GROUPS)
BY_APPLICATION = "applications"
TWO_STEPS = "2"
NOISE = ("", "all", "only")


@dataclass(frozen=True)
class DependencyQuery(ListQuery):
    """The words of the page's address.

    Attributes:
        view: ``map``, ``edges``, ``unknown`` for endpoints that are no asset, or
            ``groups``.
        noise: ``all`` to show it, too, or ``only``; empty hides it.
        asset: Only what goes from or to this asset.
        group: The move group in the drawer, as ``<upload>.<number>``.
        focus: What the map is about, as ``MapFocus`` says it.
        by: ``applications``, for a map of them instead of move groups.
        hops: ``2``, for a map two steps around its middle.
    """

    view: str = MAP
    noise: str = ""
    kind: str = ""
    shared: str = ""
    cross: str = ""
    asset: str = ""
    group: str = ""
    focus: str = ""
    by: str = ""
    hops: str = ""

    def cleaned(self) -> "DependencyQuery":
        """Return this without what makes no sense."""
        found = super().cleaned()
        return replace(
            found,
            view=found.view if found.view in VIEWS else MAP,
            noise=found.noise if found.noise in NOISE else "",
            asset=found.asset * is_id(found.asset),
            group=found.group * is_group(found.group),
            focus=str(MapFocus.from_word(found.focus)),
            by=found.by * (found.by == BY_APPLICATION),
            hops=found.hops * (found.hops == TWO_STEPS),
        )

    @property
    def is_filtered(self) -> bool:
        """Return whether anything is kept back beside the noise."""
        kept = {"view", "page", "group", "focus", "by", "hops"}
        return self.view == EDGES and any(
            getattr(self, one.name) for one in fields(self) if one.name not in kept
        )

    def unfiltered(self) -> "DependencyQuery":
        """Return everything in the same view."""
        return DependencyQuery(view=self.view)

    def about(self, focus: str) -> "DependencyQuery":
        """Return the map about ``focus``, drawn in the same way."""
        return DependencyQuery(
            focus=focus, by=self.by, hops=self.hops, noise=self.noise
        ).cleaned()

    def list_key(self) -> tuple[str, ...]:
        """Return what the list depends on: all but the drawer."""
        return tuple(
            getattr(self, one.name) for one in fields(self) if one.name != "group"
        )


@dataclass(frozen=True)
class DependencyRow:
    """One dependency, in words.

    Attributes:
        source_href: Where its asset is; empty for an unknown endpoint.
        marks: What is special about it: noise with its reason, shared service …
    """

    source: str
    source_href: str
    destination: str
    destination_href: str
    port: str
    kind: str
    connections: str
    seen: str
    marks: str
    evidence: str


@dataclass(frozen=True)
class EndpointRow:
    """An endpoint that is no known asset, and who talks to it; ``href`` is its map.

    Attributes:
        note: That several assets have it, so that it is none of them.
    """

    endpoint: str
    note: str
    href: str
    edges: str
    talkers: str


@dataclass(frozen=True)
class GroupRow:
    """A move group, in words; ``group`` is its word in the address."""

    group: str
    name: str
    upload: str
    wave: str
    assets: str
    cycles: str
    environments: str
    applications: str


@dataclass(frozen=True)
class MemberLine:
    """An asset of the group in the drawer."""

    name: str
    href: str
    note: str


@dataclass(frozen=True)
class GroupDetail:
    """The group in the drawer; empty while it is closed.

    Attributes:
        map_href: The map of it.
        also_needs: Shared services, which stand apart from groups; empty for none.
    """

    name: str = ""
    subtitle: str = ""
    map_href: str = ""
    also_needs: str = ""
    members: tuple[MemberLine, ...] = ()


@dataclass(frozen=True)
class DependencyTiles:
    """The headline numbers, in words."""

    edges: str = ""
    edges_note: str = ""
    noise: str = ""
    noise_note: str = ""
    shared: str = ""
    shared_note: str = ""
    unknown: str = ""
    unknown_note: str = ""
    groups: str = ""
    groups_note: str = ""


@dataclass(frozen=True)
class DependencyList:
    """One page of the shown view."""

    edges: tuple[DependencyRow, ...] = ()
    endpoints: tuple[EndpointRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    reasons: tuple[Choice, ...] = ()
    shown: str = ""
    count: str = ""
    has_previous: bool = False
    has_next: bool = False
