"""What the inventory's page shows and what its address says."""

from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from discovery_app.domain.inventory import AssetFilter
from discovery_app.domain.list_query import ListQuery, is_id

DEFAULT_COLUMNS: Final = (
    "asset_type",
    "environment",
    "operating_system",
    "cpu_cores",
    "memory_mb",
    "support_state",
    "treatment",
)
"""What people compare first; chosen."""

FILTERED: Final = (
    "asset_type",
    "environment",
    "power_state",
    "business_criticality",
    "in_scope",
    "treatment",
    "support_state",
)
MOST_COLUMNS: Final = 20
"""More make a row no longer readable; chosen."""


@dataclass(frozen=True)
class AssetQuery(ListQuery):
    """The words of the inventory's address.

    Attributes:
        sort: A column, with "-" before it for the largest first.
        cols: The shown columns after the name, joined by commas; empty for the
            default.
        asset: The asset in the drawer.
        session: Only what this import told something about.
        disputed: ``yes`` for assets with an open conflict only.
    """

    sort: str = "asset_name"
    cols: str = ""
    asset: str = ""
    session: str = ""
    disputed: str = ""
    asset_type: str = ""
    environment: str = ""
    power_state: str = ""
    business_criticality: str = ""
    in_scope: str = ""
    treatment: str = ""
    support_state: str = ""

    def cleaned(self) -> "AssetQuery":
        """Return this without what makes no sense."""
        found = super().cleaned()
        words = {
            name: "" for name in ("asset", "session") if not is_id(getattr(found, name))
        }
        return self.__class__(**{**found.__dict__, **words})

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the shown columns, in order."""
        named = dict.fromkeys(filter(None, self.cols.split(",")))
        return tuple(named)[:MOST_COLUMNS] or DEFAULT_COLUMNS

    @property
    def by(self) -> str:
        """Return by which column it is sorted."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Return whether the largest comes first."""
        return self.sort.startswith("-")

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Return the chosen words by column."""
        words = {name: getattr(self, name) for name in FILTERED}
        return {name: (word,) for name, word in words.items() if word}

    @property
    def asset_filter(self) -> AssetFilter:
        """Return which assets it lists."""
        return AssetFilter(
            self.q,
            self.chosen,
            UUID(self.session) if self.session else None,
            disputed=self.disputed == "yes",
        )

    @property
    def is_filtered(self) -> bool:
        """Return whether anything is kept back."""
        return bool(self.q or self.session or self.disputed or self.chosen)

    def sorted_by(self, key: str) -> "AssetQuery":
        """Return the first page in the order of ``key``, turned round if it was that.

        After both orders that of the name comes back.
        """
        following = {key: f"-{key}", f"-{key}": "asset_name"}.get(self.sort, key)
        return self.with_words(sort=following)

    def with_column(self, name: str, *, shown: bool) -> "AssetQuery":
        """Return this with one column more or less; the others keep their order."""
        others = [one for one in self.columns if one != name]
        columns = (*others, name) if shown else tuple(others)
        plain = not columns or columns == DEFAULT_COLUMNS
        words = {**self.__dict__, "cols": "" if plain else ",".join(columns)}
        return self.__class__(**words)

    def unfiltered(self) -> "AssetQuery":
        """Return every asset in the same order and columns."""
        return self.__class__(sort=self.sort, cols=self.cols)

    def list_key(self) -> tuple[str, ...]:
        """Return what the list depends on: all but the drawer."""
        return tuple(
            getattr(self, one.name) for one in fields(self) if one.name != "asset"
        )

    def filter_key(self) -> tuple[str, ...]:
        """Return what the facets depend on: the filters alone."""
        words = (getattr(self, name) for name in FILTERED)
        return (self.q, self.session, self.disputed, *words)


@dataclass(frozen=True)
class AssetColumn:
    """A column of the list.

    Attributes:
        width: A CSS width.
        kind: ``text``, ``number`` or ``support``.
        shown: Whether it is chosen.
        group: Under which heading it is offered.
    """

    key: str
    title: str
    width: str = "168px"
    kind: str = "text"
    shown: bool = True
    group: str = ""


@dataclass(frozen=True)
class AssetCell:
    """A finished cell; ``kind`` is its column's."""

    kind: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class AssetRow:
    """A row of the list.

    Attributes:
        context: What tells assets of like names apart.
    """

    asset_id: str
    name: str
    context: str
    cells: tuple[AssetCell, ...] = ()


@dataclass(frozen=True)
class AssetTiles:
    """The headline numbers, in words; empty until they are known."""

    assets: str = ""
    assets_note: str = ""
    in_scope: str = ""
    in_scope_note: str = ""
    applications: str = ""
    applications_note: str = ""
    conflicts: str = ""
    conflicts_note: str = ""


@dataclass(frozen=True)
class AssetList:
    """All that the page shows beside the drawer.

    Attributes:
        shown: Which rows of how many.
        count: How many are left of how many.
        total: Assets of the whole inventory.
    """

    columns: tuple[AssetColumn, ...] = ()
    offered: tuple[AssetColumn, ...] = ()
    rows: tuple[AssetRow, ...] = ()
    shown: str = ""
    count: str = ""
    min_width: str = "720px"
    has_previous: bool = False
    has_next: bool = False
    total: int = 0


@dataclass(frozen=True)
class FactLine:
    """A value and where it came from; ``group`` stands over the first of a group."""

    name: str
    value: str
    source: str
    group: str = ""


@dataclass(frozen=True)
class FindingLine:
    """Whether one product is still supported, in words."""

    product: str
    state: str
    due: str
    evidence: str


@dataclass(frozen=True)
class ConflictLine:
    """Two sources that disagree, in words."""

    conflict_id: str
    label: str
    kept: str
    kept_source: str
    offered: str
    offered_source: str
    why: str


@dataclass(frozen=True)
class OriginLine:
    """A row of a file, in words."""

    place: str
    note: str


@dataclass(frozen=True)
class AssetDetail:
    """The asset in the drawer; empty while none is open."""

    asset_id: str = ""
    name: str = ""
    subtitle: str = ""
    scope: str = ""
    type_why: str = ""
    advice: str = ""
    advice_why: str = ""
    advice_note: str = ""
    dependencies: str = ""
    group: str = ""
    changed: str = ""
    facts: tuple[FactLine, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    conflicts: tuple[ConflictLine, ...] = ()
    origins: tuple[OriginLine, ...] = ()
