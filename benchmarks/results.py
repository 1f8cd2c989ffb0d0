"""One measured row, and what is printed and kept of all."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LATEST = Path(__file__).parent / "latest.json"
README = Path(__file__).parent / "README.md"
_HEAD = """# What `make bench` measured

Written by `python -m benchmarks`; do not edit. The targets are those of the design
(`docs/design/ARCHITECTURE.md`, section 9). *Baseline* is the same by the barest means,
or by the other product that the row names, on the same server in the same run; *ratio*
is value by baseline. The same rows are in `latest.json`.
"""


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        value: What the product took, in ``unit``.
        baseline: The same by the barest means, in ``unit``; ``None`` if the target
            is a limit of its own.
        ratio: ``value / baseline``.
        target: The design's word for what must hold (ARCHITECTURE.md, section 9);
            a dash where there is none.
        holds: Whether it did in this run.
    """

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    target: str
    holds: bool


@dataclass(frozen=True)
class Part:
    """The rows of one part of the bench.

    Attributes:
        says: What its rows compare, in Markdown.
        at: When it was measured.
        load: The machine's load average when it began and when it ended; much above
            the rows' own processes, somebody else worked on the machine, too.
    """

    says: str
    at: str
    load: tuple[float, float]
    rows: Sequence[Row]


def show(
    parts: Mapping[str, Part], facts: Sequence[tuple[str, str]], order: Sequence[str]
) -> None:
    """Print the rows of ``parts``; write them to ``latest.json`` and ``README.md``.

    Args:
        facts: What the machine is, by what it is called.
        order: Every part there is. What the files hold of one that was not measured
            stays in them.
    """
    rows = [row for part in parts.values() for row in part.rows]
    line = "{:<52} {:>12} {:>5} {:>12} {:>8}  {:<34} {}"
    print(line.format("name", "value", "unit", "baseline", "ratio", "target", "holds"))
    for row in rows:
        print(line.format(row.name, *_cells(row)))
    kept = {
        name: section
        for name, section in sections(_text(README)).items()
        if name in order and name not in parts
    }
    told = kept | {name: _section(part) for name, part in parts.items()}
    README.write_text(page({name: told[name] for name in order if name in told}, facts))
    old = [row for row in json.loads(_text(LATEST) or "[]") if _is_in(row, kept)]
    new = [asdict(row) for row in rows]
    LATEST.write_text(json.dumps([*old, *new], indent=2) + "\n")


def sections(text: str) -> dict[str, str]:
    """Return what stands under each heading of a page, by heading."""
    _, *parts = f"\n{text}".split("\n## ")
    return {
        name: body.strip() for name, _, body in (one.partition("\n") for one in parts)
    }


def page(told: Mapping[str, str], facts: Sequence[tuple[str, str]]) -> str:
    """Return the whole of ``README.md``."""
    machine = "\n".join(f"- {what}: {value}" for what, value in facts)
    bodies = [f"## {name}\n\n{body}\n" for name, body in told.items()]
    return "\n".join([_HEAD, f"{machine}\n", *bodies])


def _is_in(row: Mapping[str, Any], kept: Mapping[str, str]) -> bool:
    return any(f"| {row['name']} |" in section for section in kept.values())


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _section(part: Part) -> str:
    began, ended = part.load
    told = f"{part.at}; load average {began:.1f} before, {ended:.1f} after."
    table = [
        "| name | value | unit | baseline | ratio | target | holds |",
        "|---|--:|---|--:|--:|---|---|",
        *(f"| {row.name} | {' | '.join(_cells(row))} |" for row in part.rows),
    ]
    return "\n".join([part.says, "", told, "", *table])


def _cells(row: Row) -> tuple[str, ...]:
    """Return everything but the name, as words."""
    return (
        f"{row.value:,.3f}",
        row.unit,
        "–" if row.baseline is None else f"{row.baseline:,.3f}",
        "–" if row.ratio is None else f"{row.ratio:.2f}",
        row.target,
        "yes" if row.holds else "NO",
    )
