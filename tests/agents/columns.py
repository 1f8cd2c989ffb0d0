"""Columns as the analysis phase describes them; a test states what it is about."""

from discovery_app.agents.rules import RulesAssistant
from discovery_app.domain.mapping import ColumnProfile, MappingSuggestion


def column(header: str, kind: str = "empty", *samples: str, **facts) -> ColumnProfile:
    """Return a filled column of the first table."""
    known = {
        "table": 0,
        "position": 0,
        "file": "servers.csv",
        "sheet": "",
        "role": "assets",
        "filled": 1.0,
        "distinct": 10,
    }
    return ColumnProfile(
        **{**known, **facts}, header=header, samples=tuple(samples), kind=kind
    )


def table(*columns: ColumnProfile) -> list[ColumnProfile]:
    """Return the columns with positions in order."""
    return [
        ColumnProfile(**{**vars(found), "position": place})
        for place, found in enumerate(columns)
    ]


def suggest(
    *columns: ColumnProfile, source: str = "unknown", memory=()
) -> list[MappingSuggestion]:
    """Return what the rules suggest for the columns of one table."""
    return RulesAssistant().map_columns(source, table(*columns), memory)


def suggest_one(header: str, kind: str = "empty", *samples: str, **facts):
    """Return what the rules suggest for a table of one column."""
    source = facts.pop("source", "unknown")
    memory = facts.pop("memory", ())
    found = column(header, kind, *samples, **facts)
    return suggest(found, source=source, memory=memory)[0]
