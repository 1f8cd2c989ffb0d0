"""What passes between the phases of a discovery: the typed ``state_data``.

Counts, references and summaries only: lists that grow with the file live in
frames and tables, and the whole stays under ``STATE_LIMIT_BYTES``.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from discovery_app.errors import InvalidInputError, NewerStateError

SCHEMA_VERSION: Final = 2
"""2 (from 1): ``WorkflowOptions.phase_timeout_seconds``."""
STATE_LIMIT_BYTES: Final = 64 * 1024
"""ARCHITECTURE.md, section 3."""

Count = Annotated[int, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    """A part of the state: immutable, and unknown fields are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileReference(_Part):
    """One uploaded file; ``name`` is a label, never a path."""

    file_id: UUID
    name: str
    size_bytes: Count
    sha256: str
    storage_key: str


class TableSummary(_Part):
    """One sheet, or one delimited file, that was found.

    Attributes:
        table: Number of the table in this import, from 0, in file order.
        role: ``assets``, ``related``, ``connections`` or ``ignored``.
        reason: Why it has that role.
        header_row: As the spreadsheet numbers it, from 1.
    """

    table: Count
    file_id: UUID
    file: str
    sheet: str = ""
    role: str
    reason: str = ""
    rows: Count = 0
    columns: Count = 0
    header_row: Count = 1
    delimiter: str = ""
    encoding: str = ""


class SourceAnalysis(_Part):
    """What ``data_source_analysis`` found.

    Attributes:
        source: Slug of the tool the export came from; ``unknown`` if none fits.
        rows_in: Data rows of the tables that carry assets.
    """

    source: str
    source_title: str
    confidence: Fraction
    evidence: str
    tables: list[TableSummary]
    rows_in: Count


class Validation(_Part):
    """What ``data_validation`` found.

    Attributes:
        by_rule: Number of issues per rule, the most frequent fifty.
    """

    rows: Count
    excluded: Count
    rejected: Count
    errors: Count
    warnings: Count
    notes: Count
    by_rule: dict[str, Count] = Field(default_factory=dict)


class MappingSummary(_Part):
    """What ``field_mapping`` decided.

    Attributes:
        to_review: Headers that wait for a person, the first hundred.
        approved_by: Who approved; empty while nobody had to.
    """

    columns: Count
    confident: Count
    review: Count
    unmapped: Count
    never_imported: Count
    to_review: list[str] = Field(default_factory=list)
    approved_by: str = ""


class Quality(_Part):
    """Data quality (FIELD.md): 0.3, 0.25, 0.25 and 0.2 of the score, in order."""

    completeness: Fraction
    consistency: Fraction
    validity: Fraction
    uniqueness: Fraction
    score: Fraction


class RelatedUse(_Part):
    """What became of the rows of a table that only enriches."""

    file: str
    sheet: str = ""
    rows_in: Count
    used: Count
    rejected: Count


class Cleansing(_Part):
    """What ``data_cleansing`` left.

    Attributes:
        excluded: Rows left out, by reason.
        changes: How many cells were changed.
    """

    rows_in: Count
    records: Count
    rejected: Count
    excluded: dict[str, Count] = Field(default_factory=dict)
    changes: Count = 0
    connections: Count = 0
    related: list[RelatedUse] = Field(default_factory=list)
    quality: Quality


class Classification(_Part):
    """What ``asset_classification`` decided."""

    by_type: dict[str, Count]
    in_scope: Count
    out_of_scope: dict[str, Count] = Field(default_factory=dict)


class Dependencies(_Part):
    """What ``dependency_analysis`` found."""

    edges: Count
    noise: Count
    shared_services: Count
    unknown_endpoints: Count
    cross_environment: Count
    cycles: Count
    move_groups: Count
    waves: Count


class TechDebt(_Part):
    """What ``tech_debt_analysis`` judged.

    Attributes:
        data_date: Date of the end-of-life data.
    """

    as_of: date
    data_date: date
    by_state: dict[str, Count]
    by_treatment: dict[str, Count]


class Accounting(_Part):
    """Where every row went.

    Raises:
        ValueError: The equation of CONTRACTS.md does not hold.
    """

    rows_in: Count = 0
    created: Count = 0
    updated: Count = 0
    unchanged: Count = 0
    excluded: Count = 0
    rejected: Count = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        out = self.created + self.updated + self.unchanged
        if self.rows_in != out + self.excluded + self.rejected:
            raise ValueError(
                f"{self.rows_in} rows came in, but {out} were published, "
                f"{self.excluded} excluded and {self.rejected} rejected."
            )
        return self


class InventoryTotals(_Part):
    """Sums over the assets of one import."""

    assets: Count = 0
    by_type: dict[str, Count] = Field(default_factory=dict)
    by_power_state: dict[str, Count] = Field(default_factory=dict)
    cpu_cores: Count = 0
    memory_mb: Count = 0
    storage_provisioned_gb: float = 0.0


class Integration(_Part):
    """What ``database_integration`` published; ``None`` before the commit."""

    accounting: Accounting | None = None
    inventory: InventoryTotals | None = None
    conflicts: Count = 0


class ApproveMode(StrEnum):
    """What is done with columns in review (CONTRACTS.md, ``--approve``)."""

    NONE = "none"
    CONFIDENT = "confident"
    ALL = "all"


class WorkflowOptions(_Part):
    """What the person who started the workflow chose.

    Attributes:
        approve: ``none``, ``confident`` or ``all`` (CONTRACTS.md, ``--approve``).
        phase_timeout_seconds: How long one phase may take; ``None`` leaves it to the
            server's setting.
    """

    approve: ApproveMode = ApproveMode.NONE
    phase_timeout_seconds: Annotated[float, Field(gt=0)] | None = None


class DiscoveryFlowState(_Part):
    """The whole ``state_data`` of a discovery workflow.

    Attributes:
        as_of: The date that end-of-life verdicts speak of.
        frames: Storage keys by phase and frame name.
    """

    schema_version: int = SCHEMA_VERSION
    session_id: UUID
    client_account_id: UUID
    engagement_id: UUID
    as_of: date
    options: WorkflowOptions = WorkflowOptions()
    files: list[FileReference]
    frames: dict[str, dict[str, str]] = Field(default_factory=dict)
    data_source_analysis: SourceAnalysis | None = None
    data_validation: Validation | None = None
    field_mapping: MappingSummary | None = None
    data_cleansing: Cleansing | None = None
    asset_classification: Classification | None = None
    dependency_analysis: Dependencies | None = None
    tech_debt_analysis: TechDebt | None = None
    database_integration: Integration | None = None

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Self:
        """Read what is in the database, whatever version wrote it.

        Raises:
            NewerStateError: A newer version of this app wrote it.
        """
        content = dict(stored)
        version = int(content.get("schema_version", 0))
        if version > SCHEMA_VERSION:
            raise NewerStateError(
                f"This workflow was written by a newer version (state {version}); "
                "run it on workers of that version."
            )
        while version < SCHEMA_VERSION:
            content = UPCASTERS[version](content)
            version = int(content["schema_version"])
        return cls.model_validate(content)

    def dump(self) -> dict[str, Any]:
        """Return the JSON-ready form.

        Raises:
            InvalidInputError: It is larger than ``STATE_LIMIT_BYTES``.
        """
        self.dump_json()
        return self.model_dump(mode="json")

    def dump_json(self) -> str:
        """Return the form that is stored.

        Raises:
            InvalidInputError: It is larger than ``STATE_LIMIT_BYTES``.
        """
        content = self.model_dump_json()
        if len(content) > STATE_LIMIT_BYTES:
            raise InvalidInputError(
                f"The state of this workflow would take {len(content):,} bytes; split "
                "the import into fewer files."
            )
        return content

    def with_phase(
        self, phase: str, summary: BaseModel, frames: Mapping[str, str]
    ) -> Self:
        """Return a copy in which ``phase`` left ``summary`` and ``frames``."""
        return self.model_copy(
            update={phase: summary, "frames": {**self.frames, phase: dict(frames)}}
        )

    def without(self, phases: Collection[str]) -> Self:
        """Return a copy in which ``phases`` left nothing."""
        frames = {name: one for name, one in self.frames.items() if name not in phases}
        return self.model_copy(update={**dict.fromkeys(phases), "frames": frames})


def _to_2(content: dict[str, Any]) -> dict[str, Any]:
    """Read version 1, which had no limits of its own."""
    return {**content, "schema_version": 2}


UPCASTERS: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {1: _to_2}
"""By the version they read: each returns the content one version newer."""
