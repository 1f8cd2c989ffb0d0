"""Deterministic answers: the same input always gives the same output."""

from collections import defaultdict
from collections.abc import Sequence

from discovery_app.agents.assistant import AssetFacts, ClassSuggestion
from discovery_app.agents.column_rules import judge, memory_of
from discovery_app.agents.table_rules import settle
from discovery_app.domain.mapping import (
    ColumnProfile,
    MappingSuggestion,
    RememberedMapping,
)


class RulesAssistant:
    """Answers from fixed rules; needs no network and no key."""

    def map_columns(
        self,
        source: str,
        columns: Sequence[ColumnProfile],
        memory: Sequence[RememberedMapping],
    ) -> list[MappingSuggestion]:
        """Return one suggestion a column, in order; tables are judged one by one."""
        remembered = memory_of(source, memory)
        tables: dict[int, list[int]] = defaultdict(list)
        for place, column in enumerate(columns):
            tables[column.table].append(place)
        found: dict[int, MappingSuggestion] = {}
        for places in tables.values():
            table = [columns[place] for place in places]
            judged = [judge(source, profile, table, remembered) for profile in table]
            for place, judgement in zip(
                places, settle(source, table, judged), strict=True
            ):
                found[place] = judgement.suggestion
        return [found[place] for place in range(len(columns))]

    def classify(self, assets: Sequence[AssetFacts]) -> list[ClassSuggestion]:
        """Return nothing: the classification rules have spoken before anyone asks.

        Whatever reaches an assistant is what those rules could not tell.
        """
        return []
