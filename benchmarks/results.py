"""One measured row, and the table of all."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

LATEST = Path(__file__).parent / "latest.json"


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        value: What the product took, in ``unit``.
        baseline: The same by the barest means, in ``unit``; ``None`` if the target
            is a limit of its own.
        ratio: ``value / baseline``, or the other way where more is better.
        target: The design's word for what must hold (ARCHITECTURE.md, section 9).
        holds: Whether it did in this run.
    """

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    target: str
    holds: bool


def show(rows: Sequence[Row]) -> None:
    """Print ``rows`` as a table and write them to ``benchmarks/latest.json``."""
    line = "{:<44} {:>12} {:>8} {:>12} {:>8}  {:<34} {}"
    print(line.format("name", "value", "unit", "baseline", "ratio", "target", "holds"))
    for row in rows:
        print(
            line.format(
                row.name,
                f"{row.value:,.3f}",
                row.unit,
                "–" if row.baseline is None else f"{row.baseline:,.3f}",
                "–" if row.ratio is None else f"{row.ratio:.2f}",
                row.target,
                "yes" if row.holds else "NO",
            )
        )
    LATEST.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
