"""The one interface phases ask for judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from discovery_app.domain.mapping import (
    ColumnProfile,
    MappingSuggestion,
    RememberedMapping,
)


@dataclass(frozen=True)
class AssetFacts:
    """What is known of an asset that the rules could not classify."""

    record: int
    name: str
    operating_system: str
    model: str
    description: str


@dataclass(frozen=True)
class ClassSuggestion:
    """A suggested asset type; ``asset_type`` is one of the schema's words."""

    record: int
    asset_type: str
    confidence: float
    reason: str
    source: str = "rules"


class Assistant(Protocol):
    """Suggests mappings and classes; where no agent answers, rules stand in."""

    def map_columns(
        self,
        source: str,
        columns: Sequence[ColumnProfile],
        memory: Sequence[RememberedMapping],
    ) -> list[MappingSuggestion]:
        """Return one suggestion a column, in order."""
        ...

    def classify(self, assets: Sequence[AssetFacts]) -> list[ClassSuggestion]:
        """Return suggestions for those of ``assets`` that can be told."""
        ...
