"""What a person changes before a workflow goes on, and what that replaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from discovery_app.domain.board import BoardFilter
from discovery_app.domain.discovery_flow_state import ApproveMode, DiscoveryFlowState
from discovery_app.domain.display import Choice
from discovery_app.domain.import_changes import UndoPreview
from discovery_app.errors import ConflictError, InvalidInputError

LONGEST_TIMEOUT_SECONDS: Final = 7 * 24 * 3600.0
MOST_ATTEMPTS: Final = 100
"""Both chosen: beyond them a limit is no limit."""

APPROVALS: Final = (
    Choice(ApproveMode.NONE.value, "A person decides them"),
    Choice(ApproveMode.CONFIDENT.value, "A person decides; sure ones are approved"),
    Choice(ApproveMode.ALL.value, "The best candidate of each is taken"),
)
"""What may be done with columns in review, for picking."""

_EVERY: Final = BoardFilter()
_JUDGED_BY_DATE: Final = "tech_debt_analysis"


@dataclass(frozen=True)
class OptionsChange:
    """New options of a workflow; ``None`` leaves one as it is.

    Attributes:
        as_of: The date that end-of-life verdicts speak of.
        phase_timeout_seconds: How long one phase may take.
        max_attempts: How often a phase is claimed before it counts as a crash loop.
    """

    approve: ApproveMode | None = None
    as_of: date | None = None
    phase_timeout_seconds: float | None = None
    max_attempts: int | None = None

    def __bool__(self) -> bool:
        """Return whether anything changes."""
        return bool(self.told())

    def told(self) -> Mapping[str, str | float]:
        """Return what changes, for the history."""
        named = {
            "approve": self.approve and self.approve.value,
            "as_of": self.as_of and self.as_of.isoformat(),
            "phase_timeout_seconds": self.phase_timeout_seconds,
            "max_attempts": self.max_attempts,
        }
        return {name: value for name, value in named.items() if value is not None}

    def applied(self, content: DiscoveryFlowState) -> DiscoveryFlowState:
        """Return ``content`` with these options.

        Raises:
            InvalidInputError: A limit is outside its range.
            ConflictError: Verdicts of this run stand on another date already.
        """
        self._check()
        if self.as_of not in (None, content.as_of):
            if getattr(content, _JUDGED_BY_DATE) is not None:
                raise ConflictError(
                    f"Verdicts of this run stand on {content.as_of} already; run it "
                    f"again from {_JUDGED_BY_DATE} with the new date."
                )
            content = content.model_copy(update={"as_of": self.as_of})
        chosen = {
            "approve": self.approve,
            "phase_timeout_seconds": self.phase_timeout_seconds,
        }
        given = {name: value for name, value in chosen.items() if value is not None}
        options = content.options.model_copy(update=given)
        return content.model_copy(update={"options": options})

    def _check(self) -> None:
        limit, attempts = self.phase_timeout_seconds, self.max_attempts
        if limit is not None and not 0 < limit <= LONGEST_TIMEOUT_SECONDS:
            raise InvalidInputError(
                "Choose a time limit of a phase between 1 second and seven days."
            )
        if attempts is not None and not 1 <= attempts <= MOST_ATTEMPTS:
            raise InvalidInputError(
                f"Choose between 1 and {MOST_ATTEMPTS} attempts of a phase."
            )


@dataclass(frozen=True)
class ReplacedPhase:
    """A phase that runs again, with the result that is kept as superseded."""

    phase: str
    title: str
    status: str
    summary: str = ""
    item_kind: str = ""
    items_out: int = 0
    finished_at: datetime | None = None


@dataclass(frozen=True)
class RerunPreview:
    """What running a workflow again from a phase would replace.

    Attributes:
        version: Of the workflow that was looked at; give it with the re-run.
        run_number: Of the new run.
        kept: Names of the phases before, whose results stand.
        replaced: The phases that run again, in order.
        mappings_kept: Whether the approved mapping is used as it is; otherwise the
            mapping is made again, with what people confirmed before.
        published: Whether the inventory was published by the run that is replaced.
        inventory: What there is of that, as undoing it would say; the new run brings
            it again, or takes it back. ``None`` if nothing was published.
    """

    workflow_id: UUID
    phase: str
    version: int
    run_number: int
    kept: tuple[str, ...]
    replaced: tuple[ReplacedPhase, ...]
    mappings_kept: bool
    published: bool
    inventory: UndoPreview | None = None


class BulkAct(StrEnum):
    """What can be done to many workflows at once."""

    RETRY = "retry"
    CANCEL = "cancel"


@dataclass(frozen=True)
class BulkFilter:
    """Which workflows a bulk action means; what is left empty lets all through.

    Attributes:
        listed: Those that the board lists by this.
        error_type: Of the last failure, e.g. ``Timeout``.
    """

    listed: BoardFilter = _EVERY
    error_type: str = ""


@dataclass(frozen=True)
class BulkRefusal:
    """A workflow that a bulk action left alone, and why."""

    workflow_id: UUID
    title: str
    message: str


@dataclass(frozen=True)
class BulkOutcome:
    """What a bulk action did, or would do.

    Attributes:
        matched: How many workflows the filter and the action mean.
        done: How many were changed; 0 in a dry run.
        left: How many matched beyond what one call reaches; call again.
    """

    matched: int
    done: int = 0
    left: int = 0
    refused: tuple[BulkRefusal, ...] = ()
