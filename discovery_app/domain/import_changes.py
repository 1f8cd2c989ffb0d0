"""What an import did to each asset of the inventory."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from discovery_app.domain.inventory import WordCount


class ChangeKind(StrEnum):
    """What an import did to an asset."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    GONE = "gone"
    """An earlier import of the same list told about it, this one does not."""


@dataclass(frozen=True)
class ImportDiff:
    """What an import did to the inventory, as far as it was not undone.

    Attributes:
        gone: Assets that the import it is compared with had, and this one has not.
            They stay in the inventory.
        compared_with: What people call that import; empty if there is none.
    """

    created: int
    updated: int
    unchanged: int
    gone: int = 0
    compared_with: str = ""

    def count(self, kind: ChangeKind | None) -> int:
        """Return how many assets there are of ``kind``, or of all."""
        if kind is not None:
            return getattr(self, kind.value)
        return self.created + self.updated + self.unchanged + self.gone


@dataclass(frozen=True)
class FieldChange:
    """One field that an import changed.

    Attributes:
        label: What people call it; of a map, such as the custom columns, one key.
        before: Its value before the import.
        after: Its value after it, whatever later ones made of it.
        before_from: Which row had told the value from before; empty if not known.
    """

    field: str
    label: str
    before: Any
    after: Any
    before_from: str


@dataclass(frozen=True)
class AssetChange:
    """What an import did to one asset.

    Attributes:
        fields: Of an updated asset, in schema order.
        file: Of the row that told about it; for a gone one, of the earlier import.
        row: As the spreadsheet numbers it.
    """

    asset_id: UUID
    asset_name: str
    asset_type: str
    kind: ChangeKind
    fields: tuple[FieldChange, ...]
    file: str
    sheet: str
    row: int | None


@dataclass(frozen=True)
class UndoPreview:
    """What undoing an import would do.

    Attributes:
        removed: Assets that only this import knows.
        restored: Assets that get their values from before.
        kept: Assets it touched that stay, because another import touched them, too.
        decisions: Removed assets on which a person set a value or decided; that goes
            with them.
        kept_by: What people call the imports because of which assets are kept, those
            with the most first; at most five.
        held: Fields of restored assets that stay as a person set or decided them,
            with the number of assets.
    """

    removed: int
    restored: int
    kept: int
    decisions: int
    kept_by: tuple[str, ...] = ()
    held: tuple[WordCount, ...] = ()


def place_words(file: str, sheet: str, row: int | None) -> str:
    """Return where a row stands: "servers.xlsx › vInfo, row 12"."""
    place = f"{file} › {sheet}" if sheet else file
    return f"{place}, row {row:,}" if row is not None else place
