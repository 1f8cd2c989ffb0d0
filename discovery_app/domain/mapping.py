"""A source column and the field it means."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What becomes of a column."""

    CONFIDENT = "confident"
    REVIEW = "review"
    UNMAPPED = "unmapped"
    NEVER_IMPORTED = "never_imported"


@dataclass(frozen=True)
class ColumnProfile:
    """What is known of one column before anyone says what it means.

    Attributes:
        table: Number of the table in the import.
        position: Number of the column in the table, from 0.
        role: The table's role: ``assets``, ``related`` or ``connections``.
        filled: Share of rows with a value, 0.0–1.0.
        distinct: How many different values.
        samples: The first few different values, as text.
        kind: What the values look like: ``empty``, ``integer``, ``decimal``,
            ``percent``, ``size`` (a number with its unit), ``boolean``, ``date``,
            ``ip``, ``mac``, ``uuid``, ``fqdn``, ``hostname``, ``os``, ``word``
            (few different values) or ``text``.
    """

    table: int
    position: int
    file: str
    sheet: str
    role: str
    header: str
    filled: float
    distinct: int
    samples: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class MappingSuggestion:
    """What a column probably means, and why.

    Attributes:
        target: A field's name; ``None`` if nothing fits or it is never imported.
        confidence: 0.0–1.0.
        rule: Stable word for the rule that decided, e.g. ``exact_header``.
        reason: The evidence in one sentence.
        unit: The unit of the values where header, preset or values tell it.
        candidates: Fields it may be, best first.
        source: ``rules`` or ``agent``.
    """

    target: str | None
    outcome: Outcome
    confidence: float
    rule: str
    reason: str
    unit: str | None = None
    candidates: tuple[str, ...] = ()
    source: str = "rules"


@dataclass(frozen=True)
class ApprovedMapping:
    """The mapping that cleansing applies to one column.

    Attributes:
        target: A field's name, or ``None`` for a custom field.
        outcome: ``never_imported`` columns are not read at all.
    """

    table: int
    position: int
    header: str
    target: str | None
    outcome: Outcome
    unit: str | None = None


@dataclass(frozen=True)
class RememberedMapping:
    """What this client's people confirmed before for a header of a source.

    Attributes:
        source: Slug of the source, e.g. ``rvtools``.
        header: Normalised (``knowledge.headers.normalise_header``).
        unit: Of the column's numbers, where a person said it.
        elsewhere: Whether it was confirmed on another engagement of the client.
    """

    source: str
    header: str
    target: str | None
    unit: str | None = None
    elsewhere: bool = False
