"""What a phase is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Protocol, TypeVar
from uuid import UUID

import polars as pl
from pydantic import BaseModel

from discovery_app.agents.assistant import Assistant
from discovery_app.domain.corrections import CellCorrection, TakenSource
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.issues import Issue
from discovery_app.domain.mapping import ApprovedMapping, RememberedMapping
from discovery_app.errors import MissingInputError, PhaseError
from discovery_app.knowledge.ports import NOISE_PORTS, NoisePort
from discovery_app.knowledge.releases import EndOfLifeData, own_data
from discovery_app.knowledge.treatments import THRESHOLDS, Thresholds

T = TypeVar("T")

ISSUE_SCHEMA: Final[Mapping[str, pl.DataType]] = {
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.UInt32(),
    "column": pl.String(),
    "value": pl.String(),
    "rule": pl.String(),
    "severity": pl.String(),
    "message": pl.String(),
    "fix": pl.String(),
}


class Report(Protocol):
    """Records how far a phase has come."""

    def __call__(self, fraction: float, message: str) -> None:
        """Record ``fraction`` (0.0 to 1.0) and one line of ``message``.

        Raises:
            CancelledError: A person asked the workflow to stop.
            LostLeaseError: Another worker has the workflow.
        """


class ReadFrame(Protocol):
    """Reads a frame that an earlier phase left."""

    def __call__(self, phase: str, name: str) -> pl.DataFrame:
        """Return frame ``name`` of ``phase``.

        Raises:
            MissingInputError: The phase left no such frame.
        """
        ...


@dataclass(frozen=True)
class SourceFile:
    """One uploaded file, ready to read.

    Attributes:
        name: The person's name for it; a label, never a path.
        path: Where its bytes lie now.
        corrections: What the consultant corrected (``sheet``, ``header_row``,
            ``delimiter``, ``encoding``), as text.
    """

    file_id: UUID
    name: str
    path: Path
    corrections: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded:
    """What was recorded for this run before the phase began.

    Attributes:
        as_of: The date that verdicts speak of.
        mappings: The approved mapping of every column; for ``field_mapping`` those
            that were approved in an earlier run of the import.
        memory: What this client's people confirmed before.
        overrides: Asset names or keys to the treatment a person decided.
        corrections: The cells of this import that people corrected.
        taken_source: The source of the import whose rejected rows this one brings
            again; ``None`` for any other import.
        thresholds: Where the treatment rules draw their lines in this engagement.
        noise_ports: Ports that say nothing about an application, in this engagement.
        end_of_life: What is known of releases, the newest data first.
    """

    as_of: date
    mappings: Sequence[ApprovedMapping] = ()
    memory: Sequence[RememberedMapping] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    corrections: Sequence[CellCorrection] = ()
    taken_source: TakenSource | None = None
    thresholds: Thresholds = THRESHOLDS
    noise_ports: Sequence[NoisePort] = NOISE_PORTS
    end_of_life: EndOfLifeData = field(default_factory=own_data)


@dataclass(frozen=True)
class PhaseContext:
    """All that a phase may use; nothing else is in its reach.

    Attributes:
        state: The summaries that earlier phases left.
        files: The files of the import, in upload order.
        report: Records progress; call it a few times, not for every row.
    """

    phase: str
    state: DiscoveryFlowState
    files: Sequence[SourceFile]
    recorded: Recorded
    frame: ReadFrame
    assistant: Assistant
    report: Report

    def require(self, part: T | None, needs: str) -> T:
        """Return ``part`` of the state.

        Raises:
            MissingInputError: An earlier phase did not leave it.
        """
        if part is None:
            raise MissingInputError(self.phase, needs)
        return part


@dataclass(frozen=True)
class PhaseResult:
    """What a phase leaves behind.

    Attributes:
        summary: One line for the history and the progress page.
        output: This phase's part of ``DiscoveryFlowState``.
        items_in: How many of the phase's ``ITEM_KIND`` it was given. Every one of
            them is in one of the three below.
        items_rejected: Those that cannot go on, each with an issue.
        items_excluded: Those left out on purpose, each with a reason.
        frames: Tables for later phases, by name.
        issues: Of ``ISSUE_SCHEMA``.
        needs_approval: Whether the workflow waits for a person after this phase.
    """

    summary: str
    output: BaseModel
    items_in: int
    items_out: int
    items_rejected: int = 0
    items_excluded: int = 0
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    issues: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=ISSUE_SCHEMA)
    )
    needs_approval: bool = False

    def __post_init__(self) -> None:
        """Check that every item is accounted for.

        Raises:
            PhaseError: Some item is neither handled, rejected nor excluded.
        """
        left = self.items_out + self.items_rejected + self.items_excluded
        if self.items_in != left:
            raise PhaseError(
                f"{self.items_in} items came in, but {self.items_out} went out, "
                f"{self.items_rejected} were rejected and {self.items_excluded} "
                "excluded; report this as a defect of the phase."
            )


@dataclass(frozen=True)
class Phase:
    """A registered phase.

    Attributes:
        weight: Its share of the progress bar, relative to the other phases.
        item_kind: What it counts: ``rows``, ``columns``, ``assets`` …
        accepted: Returns what it leaves where a person accepts that it failed: an
            empty result that the later phases can work with. ``None`` where they
            could not.
    """

    name: str
    title: str
    weight: float
    item_kind: str
    run: Callable[[PhaseContext], PhaseResult]
    accepted: Callable[[DiscoveryFlowState], PhaseResult] | None = None


def issue_frame(issues: Sequence[Issue]) -> pl.DataFrame:
    """Return ``issues`` as a frame of ``ISSUE_SCHEMA``, in order."""
    rows = [
        (
            i.file,
            i.sheet,
            i.row,
            i.column,
            i.value,
            i.rule,
            str(i.severity),
            i.message,
            i.fix,
        )
        for i in issues
    ]
    return pl.DataFrame(rows, schema=ISSUE_SCHEMA, orient="row")
