"""Mapping of 100 columns by rules."""

import time

from benchmarks.results import Row
from discovery_app.agents.rules import RulesAssistant
from discovery_app.domain.mapping import ColumnProfile
from discovery_app.knowledge.fields import ASSET_FIELDS

TARGET_MS = 200


def measure() -> list[Row]:
    """Return how long the rules take for 100 columns, and a bare look-up of as many."""
    names = [*ASSET_FIELDS, *(f"site note {n}" for n in range(100))][:100]
    columns = [
        ColumnProfile(
            table=0,
            position=position,
            file="bench.csv",
            sheet="",
            role="assets",
            header=name.replace("_", " ").title(),
            filled=0.9,
            distinct=50,
            samples=("web-01", "10.0.0.1", "16"),
            kind="text",
        )
        for position, name in enumerate(names)
    ]
    assistant = RulesAssistant()
    assistant.map_columns("unknown", columns[:1], ())
    took = min(_once(assistant, columns) for _ in range(5))
    started = time.perf_counter()
    known = {name.replace("_", " ").title(): name for name in ASSET_FIELDS}
    _ = [known.get(column.header) for column in columns]
    bare = (time.perf_counter() - started) * 1000
    return [
        Row(
            "map 100 columns by rules",
            took,
            "ms",
            bare,
            took / bare,
            f"< {TARGET_MS} ms",
            took < TARGET_MS,
        )
    ]


def _once(assistant: RulesAssistant, columns: list[ColumnProfile]) -> float:
    started = time.perf_counter()
    assistant.map_columns("unknown", columns, ())
    return (time.perf_counter() - started) * 1000
