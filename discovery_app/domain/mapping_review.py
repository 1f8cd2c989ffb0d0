"""The mapping review, as the page shows it: finished words, in groups."""

from dataclasses import dataclass

from discovery_app.domain.display import Choice

CUSTOM_FIELD = "custom"
"""The choice that keeps a column as a custom field; no field is called so."""


@dataclass(frozen=True)
class ReviewFilter:
    """Which columns to show; an empty word lets all through.

    Attributes:
        search: Part of a header, of a target's label or of a sample.
    """

    search: str = ""
    sheet: str = ""
    outcome: str = ""
    rule: str = ""


@dataclass(frozen=True)
class MappingRow:
    """One column of the import.

    Attributes:
        mapping_id: Names the column to the service.
        place: File and sheet.
        target: The label of the field it is mapped to, or ``Custom field``.
        others: Fields it may be as well, best first.
        percent: How sure, 0-100.
        rule: Words for the rule that decided.
        accepted: A person stands behind it.
        open: It waits for a decision.
        units: What its numbers may be in; empty where the field has no unit.
    """

    mapping_id: str
    header: str
    place: str
    role: str
    filled: str
    samples: tuple[str, ...]
    target: str
    best: str
    others: tuple[Choice, ...]
    percent: int
    rule: str
    reason: str
    unit: str
    accepted: bool
    open: bool
    units: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class MappingGroup:
    """Columns with the same outcome: one page of them.

    Attributes:
        count: How many there are in the whole group, with separators.
        shown: "1-25 of 27"; empty while all are shown.
    """

    count: str = "0"
    rows: tuple[MappingRow, ...] = ()
    shown: str = ""
    has_previous: bool = False
    has_next: bool = False


@dataclass(frozen=True)
class MappingReview:
    """Everything the page shows of an import's mapping.

    Attributes:
        waiting: The workflow waits for this review.
        reopenable: It went on, and may be sent back to it.
        version: The workflow's, to notice that it moved on.
        undecided: Columns that wait for a decision.
        confirmable: Mappings the rules are sure of and nobody confirmed.
        mapped: Columns with a target.
    """

    workflow_id: str = ""
    title: str = ""
    status: str = ""
    waiting: bool = False
    reopenable: bool = False
    version: int = 0
    columns: int = 0
    matching: int = 0
    undecided: int = 0
    confirmable: int = 0
    mapped: int = 0
    custom: int = 0
    never: int = 0
    sheets: tuple[Choice, ...] = ()
    rules: tuple[Choice, ...] = ()
    open: MappingGroup = MappingGroup()
    sure: MappingGroup = MappingGroup()
    kept: MappingGroup = MappingGroup()
    dropped: MappingGroup = MappingGroup()
