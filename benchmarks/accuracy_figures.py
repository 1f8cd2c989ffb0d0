"""What the accuracy report counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.labelled_headers import Judged


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
