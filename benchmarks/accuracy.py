"""``make accuracy``: how often the rules are right, and where they still are not.

Writes ``benchmarks/accuracy.json`` and ``benchmarks/accuracy.md``. The headers are
those of ``headers.json``; the operating systems and the samples lie outside the project
(``../shared``) and are left out where they are absent.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.chain import AS_OF, run_phases
from benchmarks.labelled_headers import Judged, judged_headers
from discovery_app.errors import DiscoveryError
from discovery_app.knowledge.end_of_life import judge

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
EXAMPLES = SHARED / "data" / "os_end_of_life_examples.csv"
SAMPLES = SHARED / "samples"

FIRST_RUN = (
    "Before the rules were improved, 4 of 146 confident headers of the first set were "
    "wrong. The held-out set was labelled after that, and in its first run 1 of 37 was "
    "(“CPU Core Count”); that rule was then mended too, so it is no longer unseen. "
    "Sixteen more documents (256 headers, 166 confident) were labelled after a second "
    "round of work on the rules; in their first run 1 was wrong (“Name” of a "
    "vulnerability scanner's findings), and that rule was mended as well."
)
"""Measured on 2026-11-23, when the sets were made; not measured again."""


@dataclass(frozen=True)
class Accuracy:
    """What the rules made of a set of headers.

    Attributes:
        precision: Right ones among the confident.
        recall: Confident and right among those that have a field.
        recall_with_review: The same, or a person who is asked finds it in the list.
        review_rate: Headers a person is asked about.
    """

    name: str
    headers: int
    confident: int
    wrong: int
    precision: float | None
    recall: float | None
    recall_with_review: float | None
    review_rate: float


@dataclass(frozen=True)
class SampleTotals:
    """What the phases made of a sample file, or why they refused it."""

    file: str
    rows_in: int = 0
    assets: int = 0
    excluded: int = 0
    rejected: int = 0
    confident: int = 0
    review: int = 0
    unmapped: int = 0
    refused: str = ""


def accuracy(name: str, judged: Sequence[Judged]) -> Accuracy:
    """Return the figures of ``judged``."""
    confident = [j for j in judged if j.is_confident]
    wrong = sum(not j.is_right for j in confident)
    with_field = [j for j in judged if j.has_field]
    found = sum(j.is_right for j in with_field)
    offered = found + sum(j.is_offered for j in with_field)
    return Accuracy(
        name,
        len(judged),
        len(confident),
        wrong,
        _share(len(confident) - wrong, len(confident)),
        _share(found, len(with_field)),
        _share(offered, len(with_field)),
        _share(sum(j.outcome == "review" for j in judged), len(judged)) or 0.0,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def header_sets(judged: Sequence[Judged]) -> list[Accuracy]:
    """Return the figures of all headers, of the new ones, and by source."""
    by_source: dict[str, list[Judged]] = defaultdict(list)
    for found in judged:
        by_source[found.source].append(found)
    new = [j for j in judged if j.labelled.is_new]
    return [
        accuracy("all headers", judged),
        accuracy("headers that the schema does not list", new),
        accuracy("held-out documents", [j for j in judged if j.held_out]),
        *(accuracy(source, found) for source, found in by_source.items()),
    ]


def wrong_examples() -> tuple[int, list[str]]:
    """Return how many operating systems were judged, and those judged wrongly."""
    if not EXAMPLES.exists():
        return 0, []
    with EXAMPLES.open(newline="") as file:
        rows = list(csv.DictReader(file))
    state = f"state_as_of_{AS_OF}"
    wrong = [
        f"{row['raw']}: {verdict.state} instead of {row[state]}"
        for row in rows
        if (verdict := judge(row["raw"], AS_OF)).state != row[state]
    ]
    return len(rows), wrong


def sample_totals() -> list[SampleTotals]:
    """Return what becomes of every sample file on its own."""
    paths = [p for p in SAMPLES.rglob("*") if p.suffix in {".csv", ".xlsx"}]
    return [_totals(path) for path in sorted(paths)]


def _totals(path: Path) -> SampleTotals:
    name = str(path.relative_to(SAMPLES))
    try:
        chain = run_phases([path], "asset_classification")
    except DiscoveryError as error:
        return SampleTotals(name, refused=str(error))
    cleansing = chain.results["data_cleansing"]
    mapping = chain.state.field_mapping
    return SampleTotals(
        name,
        cleansing.items_in,
        cleansing.items_out,
        cleansing.items_excluded,
        cleansing.items_rejected,
        mapping.confident if mapping else 0,
        mapping.review if mapping else 0,
        mapping.unmapped if mapping else 0,
    )


def main() -> None:
    """Measure, write both files and print the totals."""
    judged = judged_headers()
    sets = header_sets(judged)
    examples, wrong = wrong_examples()
    samples = sample_totals()
    (HERE / "accuracy.json").write_text(
        json.dumps(
            {
                "headers": [asdict(entry) for entry in sets],
                "still_wrong": [_case(j) for j in judged if not j.is_right],
                "operating_systems": {"judged": examples, "wrong": wrong},
                "samples": [asdict(entry) for entry in samples],
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )
    lines = [
        *_header_lines(judged, sets),
        *_example_lines(examples, wrong),
        *_sample_lines(samples),
    ]
    (HERE / "accuracy.md").write_text("\n".join(lines) + "\n")
    for entry in sets[:3]:
        print(_row(entry))
    print(f"{examples} operating systems judged, {len(wrong)} wrong")


def _case(judged: Judged) -> dict[str, object]:
    return {
        "source": judged.source,
        "header": judged.labelled.header,
        "outcome": judged.outcome,
        "target": judged.target,
        "expected": judged.labelled.expected,
        "reason": judged.reason,
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _row(entry: Accuracy) -> str:
    shares = (
        entry.precision,
        entry.recall,
        entry.recall_with_review,
        entry.review_rate,
    )
    told = " | ".join(_percent(share) for share in shares)
    counts = f"{entry.headers} | {entry.confident} | {entry.wrong}"
    return f"| {entry.name} | {counts} | {told} |"


def _header_lines(judged: Sequence[Judged], sets: Sequence[Accuracy]) -> list[str]:
    cases = [
        f"| {j.source} | {j.labelled.header} | {j.outcome} | {j.target or '–'} | "
        f"{' or '.join(e or 'custom field' for e in j.labelled.expected)} |"
        for j in sorted(judged, key=lambda j: not j.is_confident)
        if not j.is_right
    ]
    return [
        "# Accuracy of the rules",
        "",
        "Written by `make accuracy`. Labels and their documents: `headers.json`, made",
        "from what the public documentation of the tools lists, with values as",
        "it shows them.",
        "Right means the right field without a question, or rightly a custom field.",
        "",
        FIRST_RUN,
        "",
        "| set | headers | confident | of them wrong | precision at confident | "
        "recall | recall with review | review rate |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(entry) for entry in sets),
        "",
        "## Not yet right without a question",
        "",
        "| source | header | outcome | field | right |",
        "|---|---|---|---|---|",
        *cases,
        "",
    ]


def _example_lines(examples: int, wrong: Sequence[str]) -> list[str]:
    told = f"{examples - len(wrong)} of {examples} right as of {AS_OF}."
    return [
        "## Operating systems and databases",
        "",
        told if examples else "The examples are not here; nothing was judged.",
        *(f"- {case}" for case in wrong),
        "",
    ]


def _sample_lines(samples: Sequence[SampleTotals]) -> list[str]:
    if not samples:
        return ["## Samples", "", "The samples are not here; nothing was read."]
    return [
        "## Samples",
        "",
        "Each file alone, by all phases up to classification.",
        "",
        "| file | rows in | assets | excluded | rejected | columns confident | "
        "review | unmapped | refused |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {s.file} | {s.rows_in} | {s.assets} | {s.excluded} | {s.rejected} | "
            f"{s.confident} | {s.review} | {s.unmapped} | {s.refused or '–'} |"
            for s in samples
        ),
    ]


if __name__ == "__main__":
    main()
