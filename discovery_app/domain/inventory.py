"""What the inventory hands out: frozen views, and how to ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

PAGE_SIZE: Final = 50
MOST_ROWS: Final = 500
"""CONTRACTS.md, "API": the most rows one answer holds."""

MISSING: Final = "(none)"
"""What a filter and a facet say for assets without a value."""


@dataclass(frozen=True)
class AssetFilter:
    """Which assets to list; what is left empty lets all through.

    Attributes:
        search: Words that must all stand in the asset's names, addresses,
            application, operating system, location or owner.
        chosen: Allowed words by column (``services.asset_queries.FILTERS``);
            ``MISSING`` stands for assets without a value.
        session_id: Only assets that this import told something about.
        disputed: Only assets with an open conflict.
    """

    search: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    session_id: UUID | None = None
    disputed: bool = False


@dataclass(frozen=True)
class AssetLine:
    """One asset in a list.

    Attributes:
        cells: Value by field, as stored; only the fields asked for.
        treatment: What holds: the person's word, else the rules' advice.
        overridden: Whether a person decided.
        support_state: The worst state of its products; empty if none was found.
        conflicts: Open ones.
    """

    asset_id: UUID
    asset_name: str
    cells: Mapping[str, Any]
    in_scope: bool
    scope_reason: str
    treatment: str
    overridden: bool
    support_state: str
    conflicts: int


@dataclass(frozen=True)
class AssetPage:
    """Some assets of a list, in its order.

    Attributes:
        total: How many there are in the whole list.
        offset: How many come before these.
        next_cursor: Asks for those after these; empty at the end.
    """

    lines: tuple[AssetLine, ...] = ()
    total: int = 0
    offset: int = 0
    next_cursor: str = ""


@dataclass(frozen=True)
class WordCount:
    """How many there are of one word."""

    word: str
    count: int


@dataclass(frozen=True)
class Facet:
    """How the list divides by one column, the most frequent words first."""

    column: str
    counts: tuple[WordCount, ...]


@dataclass(frozen=True)
class Origin:
    """A row of a file that told something about an asset."""

    source: str
    file: str
    sheet: str
    row: int | None
    seen_at: datetime | None
    session_id: UUID | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldFact:
    """One field of an asset with where its value came from.

    Attributes:
        field: Its name in the schema, or the header of a custom column.
        origin: The last row that set it; ``None`` for what rules worked out.
    """

    field: str
    label: str
    group: str
    value: Any
    unit: str
    origin: Origin | None


@dataclass(frozen=True)
class ConflictView:
    """Two sources that disagree about one field of one asset.

    Attributes:
        kept: What the inventory says now.
        rule: ``fresher_last_seen``: the row was older than what was known;
            ``newer_import``: the newer import was taken; ``person``: a person set it.
        kept_at: When that source last told about the asset, or the person set it;
            ``None`` if it was taken back since.
        offered_at: The same of the other one.
    """

    conflict_id: UUID
    asset_id: UUID
    asset_name: str
    field: str
    label: str
    kept: str
    kept_source: str
    offered: str
    offered_source: str
    rule: str
    created_at: datetime
    kept_at: datetime | None = None
    offered_at: datetime | None = None
    resolved_by: str = ""


@dataclass(frozen=True)
class FindingView:
    """Whether one product on one asset is still supported.

    Attributes:
        due: The one date the state is about: the end of extended support where only
            that is left, else the end of support; ``None`` if the state has none.
        days_left: From ``as_of`` to ``due``; negative once it has passed.
        data_version: The end-of-life data that says so; empty for early findings.
    """

    finding_id: UUID
    asset_id: UUID
    asset_name: str
    raw: str
    product: str
    cycle: str
    state: str
    eol_date: date | None
    extended_until: date | None
    due: date | None
    days_left: int | None
    as_of: date
    evidence: str
    confidence: float
    data_version: str = ""


@dataclass(frozen=True)
class DecisionView:
    """What to do with one asset, and why.

    Attributes:
        treatment: What the rules advise now.
        inputs: Field to value, threshold and source.
        override: What a person decided instead; empty if nobody did.
        effort: Of what holds: ``none``, ``low``, ``medium``, ``high`` or ``unknown``.
    """

    asset_id: UUID
    asset_name: str
    treatment: str
    rule: str
    confidence: float
    inputs: Mapping[str, Any]
    also_matched: tuple[str, ...]
    reason: str
    as_of: date
    override: str = ""
    override_reason: str = ""
    override_by: str = ""
    override_at: datetime | None = None
    effort: str = ""
    effort_reason: str = ""

    @property
    def holds(self) -> str:
        """Return the treatment that holds: the person's, else the rules'."""
        return self.override or self.treatment

    @property
    def rule_differs(self) -> bool:
        """Return whether a person decided otherwise than the rules would now."""
        return bool(self.override) and self.override != self.treatment


@dataclass(frozen=True)
class AssetView:
    """All that is known of one asset.

    Attributes:
        facts: The filled fields in schema order, then the custom columns.
        origins: The rows that told about it, the newest first.
    """

    asset_id: UUID
    asset_name: str
    in_scope: bool
    scope_reason: str
    type_rule: str
    type_reason: str
    type_confidence: float
    facts: tuple[FieldFact, ...]
    origins: tuple[Origin, ...]
    findings: tuple[FindingView, ...]
    decision: DecisionView | None
    conflicts: tuple[ConflictView, ...]
    inbound: int
    outbound: int
    group_number: int | None
    wave: int | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class InventorySummary:
    """Sums over the whole inventory of an engagement.

    Attributes:
        dependencies: Without noise.
        out_of_scope: By reason.
        quality_fraction: Of the newest import, 0.0–1.0; ``None`` before one.
    """

    assets: int
    in_scope: int
    applications: int
    dependencies: int
    open_conflicts: int
    by_type: tuple[WordCount, ...]
    by_environment: tuple[WordCount, ...]
    by_power_state: tuple[WordCount, ...]
    out_of_scope: tuple[WordCount, ...]
    cpu_cores: int
    memory_mb: int
    storage_provisioned_gb: float
    quality_fraction: float | None


@dataclass(frozen=True)
class DependencyView:
    """That one asset needs another."""

    dependency_id: UUID
    source: str
    source_asset_id: UUID | None
    destination: str
    destination_asset_id: UUID | None
    port: int | None
    protocol: str
    kind: str
    noise: bool
    noise_reason: str
    shared_service: bool
    cross_environment: bool
    connection_count: int
    bytes_total: int | None
    first_observed: datetime | None
    last_observed: datetime | None
    evidence: str


@dataclass(frozen=True)
class IssueView:
    """One problem that an import showed."""

    issue_id: UUID
    phase: str
    file: str
    sheet: str
    row: int | None
    column: str
    value: str
    rule: str
    severity: str
    message: str
    fix: str


@dataclass(frozen=True)
class IssueGroup:
    """The issues of one rule; ``example`` is the first one."""

    rule: str
    severity: str
    count: int
    example: IssueView


@dataclass(frozen=True)
class RejectedRow:
    """A row that could not become an asset, with all its reasons."""

    file: str
    sheet: str
    row: int
    rules: tuple[str, ...]
    messages: tuple[str, ...]
    fixes: tuple[str, ...]
