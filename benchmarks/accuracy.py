"""``make accuracy``: how often the rules are right, and where they still are not.

Writes ``benchmarks/accuracy.json`` and ``benchmarks/accuracy.md``. The headers are
those of ``headers.json``; the operating systems and the samples lie outside the project
(``../shared``) and are left out where they are absent.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.accuracy_figures import Accuracy, SampleTotals, accuracy
from benchmarks.accuracy_report import example_lines, header_lines, row, sample_lines
from benchmarks.chain import AS_OF, run_phases
from benchmarks.labelled_headers import Judged, judged_headers
from discovery_app.errors import DiscoveryError
from discovery_app.knowledge.end_of_life import judge

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
EXAMPLES = SHARED / "data" / "os_end_of_life_examples.csv"
SAMPLES = SHARED / "samples"


def header_sets(judged: Sequence[Judged]) -> list[Accuracy]:
    """Return the figures of all headers, of the new ones, and by source."""
    by_source: dict[str, list[Judged]] = defaultdict(list)
    for found in judged:
        by_source[found.source].append(found)
    new = [j for j in judged if j.labelled.is_new]
    return [
        accuracy("all headers", judged),
        accuracy("headers that the schema does not list", new),
        *(
            accuracy(
                f"labelled in round {number}", [j for j in judged if j.round == number]
            )
            for number in sorted({j.round for j in judged})
        ),
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


def _case(judged: Judged) -> dict[str, object]:
    return {
        "source": judged.source,
        "header": judged.labelled.header,
        "outcome": judged.outcome,
        "target": judged.target,
        "expected": judged.labelled.expected,
        "reason": judged.reason,
    }


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
        *header_lines(judged, sets),
        *example_lines(examples, wrong),
        *sample_lines(samples),
    ]
    (HERE / "accuracy.md").write_text("\n".join(lines) + "\n")
    for entry in sets[:6]:
        print(row(entry))
    print(f"{examples} operating systems judged, {len(wrong)} wrong")


if __name__ == "__main__":
    main()
