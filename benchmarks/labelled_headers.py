"""The labelled header rows, and what the rules make of them."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from benchmarks.chain import run_phases
from discovery_app.errors import DiscoveryError
from discovery_app.knowledge.fields import asset_spellings, edge_spellings
from discovery_app.knowledge.headers import normalise_header

LABELLED = Path(__file__).parent / "headers.json"


class _Column(TypedDict):
    header: str
    expected: list[str | None]
    values: list[str]


class Document(TypedDict):
    """A header row of ``headers.json``.

    ``round`` says when it was labelled: those of a later round were labelled after
    the rules had been improved on all earlier ones.
    """

    source: str
    document: str
    round: int
    columns: list[_Column]


@dataclass(frozen=True)
class Labelled:
    """A header that a public document shows, with values as its tool writes them.

    Attributes:
        expected: The fields that are right; ``None`` among them if a custom field is.
    """

    header: str
    expected: tuple[str | None, ...]
    values: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether the schema lists no such spelling."""
        normal = normalise_header(self.header)
        return normal not in asset_spellings() and normal not in edge_spellings()


@dataclass(frozen=True)
class Judged:
    """What the rules made of a labelled header."""

    source: str
    round: int
    labelled: Labelled
    outcome: str
    target: str | None
    candidates: tuple[str, ...]
    reason: str

    @property
    def has_field(self) -> bool:
        """Whether leaving the column a custom field would lose something."""
        return None not in self.labelled.expected

    @property
    def is_confident(self) -> bool:
        """Whether nobody is asked about the field it gets."""
        return self.outcome == "confident"

    @property
    def is_right(self) -> bool:
        """Whether it got a right field, or rightly none, without a question."""
        if self.outcome in {"unmapped", "never_imported"}:
            return not self.has_field
        return self.is_confident and self.target in self.labelled.expected

    @property
    def is_offered(self) -> bool:
        """Whether a person who is asked finds a right field in the list."""
        offered = {self.target, *self.candidates}
        return self.outcome == "review" and bool(offered & {*self.labelled.expected})


def judged_headers() -> list[Judged]:
    """Return every labelled header with what reading and mapping make of it."""
    documents: list[Document] = json.loads(LABELLED.read_text())
    with TemporaryDirectory() as folder:
        return [
            judged
            for document in documents
            for judged in _judged(Path(folder), document)
        ]


def _judged(folder: Path, document: Document) -> Iterator[Judged]:
    source, labelled_in = document["source"], document["round"]
    labelled = [
        Labelled(c["header"], tuple(c["expected"]), tuple(c["values"]))
        for c in document["columns"]
    ]
    path = folder / "export.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([entry.header for entry in labelled])
        writer.writerows(
            zip(*(entry.values for entry in labelled), strict=True),
        )
    try:
        mappings = run_phases([path], "field_mapping").frame(
            "field_mapping", "mappings"
        )
    except DiscoveryError as error:
        for entry in labelled:
            yield Judged(source, labelled_in, entry, "refused", None, (), str(error))
        return
    by_position = {row["position"]: row for row in mappings.iter_rows(named=True)}
    for place, entry in enumerate(labelled):
        row = by_position[place]
        yield Judged(
            source,
            labelled_in,
            entry,
            row["outcome"],
            row["target"],
            tuple(row["candidates"]),
            row["reason"],
        )
