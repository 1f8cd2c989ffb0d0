"""The board: workflows of many engagements, as services hand them out."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from discovery_app.domain.workflow import WorkflowStatus
from discovery_app.errors import InvalidInputError

STUCK: Final = "stuck"
"""Shown and not stored: running, but nobody works on it (ARCHITECTURE.md, 3)."""

BOARD_STATUSES: Final = (
    STUCK,
    "failed",
    "waiting_for_approval",
    "retry_wait",
    "paused",
    "running",
    "queued",
    "cancelling",
    "completed",
    "cancelled",
)
"""Every status the board shows, what needs a person first."""

NEEDS_PERSON: Final = frozenset({STUCK, "failed", "waiting_for_approval"})
"""The statuses in which nothing goes on before somebody acts."""

LOOPING_ATTEMPTS: Final = 3
"""So many tries of one phase without a commit look like a crash loop; chosen."""


class BoardSort(StrEnum):
    """By what the board is sorted; ``attention`` puts what needs a person first."""

    ATTENTION = "attention"
    CLIENT = "client"
    FILE = "file"
    PROGRESS = "progress"
    STARTED = "started"
    ATTEMPTS = "attempts"
    OWNER = "owner"


@dataclass(frozen=True)
class BoardFilter:
    """Which workflows to list; what is left empty lets all through.

    Attributes:
        search: Part of a client's, engagement's, file's or owner's name.
        statuses: Of ``BOARD_STATUSES``.
        owner: Who started it, in full.
        started_days: Started within so many days; 0 means ever.
        troubled: Only failed, stuck, waiting to be retried, or tried again and again.
    """

    search: str = ""
    statuses: tuple[str, ...] = ()
    engagement_id: UUID | None = None
    phase: str = ""
    owner: str = ""
    started_days: int = 0
    troubled: bool = False


@dataclass(frozen=True)
class BoardRow:
    """One workflow on the board.

    Attributes:
        title: The name of the first file, and how many more there are.
        status: What is shown: ``stuck`` or the stored status.
        percent: 0–100.
        rows: Inventory rows of the upload; ``None`` until they are counted.
        attempt: Tries since the last committed phase.
        started_by: The owner.
        message: The last report of the running phase.
        error_message: Why the last try failed, if it did and still matters.
        traceback: Of that failure; only for the platform's admins.
        worker: Who ran the newest try.
        reported_at: When that try last reported.
        now: The database's clock when this was read.
    """

    workflow_id: UUID
    engagement_id: UUID
    client: str
    engagement: str
    title: str
    status: str
    stored_status: WorkflowStatus
    phase: str
    phase_title: str
    percent: int
    rows: int | None
    attempt: int
    max_attempts: int
    version: int
    started_by: str
    message: str
    error_type: str
    error_message: str
    traceback: str
    retryable: bool
    worker: str
    created_at: datetime
    updated_at: datetime
    reported_at: datetime | None
    now: datetime

    @property
    def looping(self) -> bool:
        """Return whether one phase was tried again and again."""
        return self.attempt >= LOOPING_ATTEMPTS


@dataclass(frozen=True)
class BoardPage:
    """Some rows of the board, in its order.

    Attributes:
        first: Number of the first row in the whole filtered list, from 1; 0 if empty.
        total: How many the filter lets through.
        next_cursor: Asks for the rows after these; empty at the end.
        previous_cursor: Asks for the rows before these; empty at the start.
    """

    rows: tuple[BoardRow, ...] = ()
    first: int = 0
    total: int = 0
    next_cursor: str = ""
    previous_cursor: str = ""


@dataclass(frozen=True)
class BoardTotals:
    """The headline numbers.

    Attributes:
        running_rows: Inventory rows of the uploads in work.
        oldest_waiting_at: Since when the first one waits for approval.
        longest_silent_at: The oldest last report of a stuck one.
        failed_retryable: Failed ones that may succeed if simply tried again.
        completed_rows: Inventory rows of those completed today, in UTC.
    """

    workflows: int = 0
    running: int = 0
    running_rows: int = 0
    queued: int = 0
    waiting: int = 0
    oldest_waiting_at: datetime | None = None
    stuck: int = 0
    longest_silent_at: datetime | None = None
    failed: int = 0
    failed_retryable: int = 0
    completed_today: int = 0
    completed_rows: int = 0
    now: datetime | None = None


@dataclass(frozen=True)
class DayOutcomes:
    """How many runs ended on a day, in UTC, by how they ended."""

    day: date
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(frozen=True)
class PhaseTime:
    """The median time of the completed runs of a phase."""

    phase: str
    title: str
    seconds: float
    runs: int


@dataclass(frozen=True)
class EngagementRows:
    """Inventory rows of an engagement's completed workflows."""

    engagement_id: UUID
    client: str
    engagement: str
    rows: int
    workflows: int


@dataclass(frozen=True)
class BoardCursor:
    """The row at an edge of a page: what it is sorted by, and its id.

    Attributes:
        sort: The order it belongs to; it means nothing in another.
        key: The sorted values as text, in order.
        backwards: Whether the rows before it are asked for.
        position: Its number in the list when it was read, from 1. Kept, for counting
            all rows before it again costs more than reading the page.
    """

    sort: str
    key: tuple[str, ...]
    row_id: UUID
    backwards: bool = False
    position: int = 0

    def encode(self) -> str:
        """Return the cursor as one opaque word for URLs."""
        row_id, edge = str(self.row_id), [self.backwards, self.position]
        parts = [self.sort, list(self.key), row_id, *edge]
        plain = json.dumps(parts, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(plain).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str) -> "BoardCursor":
        """Return the row that ``cursor`` names.

        Raises:
            InvalidInputError: It was not made by ``encode``.
        """
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            plain = base64.urlsafe_b64decode(padded.encode())
            sort, key, row_id, backwards, position = json.loads(plain)
            values = tuple(map(str, key))
            return cls(str(sort), values, UUID(row_id), bool(backwards), int(position))
        except (ValueError, TypeError, AttributeError, binascii.Error) as error:
            raise InvalidInputError(
                "This link to another page is not complete; start the list again."
            ) from error
