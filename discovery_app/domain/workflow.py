"""The life of a workflow and of its phases, and how pages see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from discovery_app.domain.access import Scope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState

WORKFLOW_TYPE: Final = "discovery"


class WorkflowStatus(StrEnum):
    """Where a workflow stands (ARCHITECTURE.md, section 3)."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    RETRY_WAIT = "retry_wait"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    FAILED = "failed"


FINISHED: Final = frozenset(
    {WorkflowStatus.CANCELLED, WorkflowStatus.COMPLETED, WorkflowStatus.FAILED}
)
"""The statuses in which nothing goes on by itself and no one is waited for."""

RESTARTABLE: Final = FINISHED | {
    WorkflowStatus.PAUSED,
    WorkflowStatus.WAITING_FOR_APPROVAL,
}
"""The statuses in which a person may send a workflow back to an earlier phase."""


class PhaseStatus(StrEnum):
    """Where one try of a phase stands."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    RETRY_WAIT = "retry_wait"
    COMPLETED = "completed"
    ACCEPTED = "accepted"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class EventType(StrEnum):
    """What happened to a workflow."""

    CREATED = "created"
    STARTED = "phase_started"
    COMMITTED = "phase_completed"
    WAITING = "waiting_for_approval"
    APPROVED = "mappings_approved"
    FAILED = "phase_failed"
    RETRY_SCHEDULED = "retry_scheduled"
    RETRIED = "retried"
    RERUN = "rerun"
    CORRECTED = "rows_corrected"
    UNDONE = "import_undone"
    ACCEPTED = "phase_accepted"
    OPTIONS_CHANGED = "options_changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELLED = "cancelled"
    HANDED_BACK = "handed_back"
    LEASE_EXPIRED = "lease_expired"
    UPDATED = "updated"
    COMPLETED = "workflow_completed"


@dataclass(frozen=True)
class Claim:
    """A worker's right to run one phase of one workflow, until its lease ends.

    Attributes:
        scope: The workflow's tenant, with the worker as the actor.
        fence: Grows with each claim; a write under an older one fails.
        attempt: The claim's number since the last committed phase, from 1.
        phase_run_id: The try that this claim opened.
        state: What the earlier phases left.
    """

    workflow_id: UUID
    session_id: UUID
    scope: Scope
    phase: str
    fence: int
    attempt: int
    max_attempts: int
    run_number: int
    phase_run_id: UUID
    state: DiscoveryFlowState


@dataclass(frozen=True)
class LeaseClaim:
    """What the lease row alone tells a worker: ids and numbers, no contents."""

    workflow_id: UUID
    client_account_id: UUID
    engagement_id: UUID
    fence: int
    attempt: int
    max_attempts: int
    worker: str


@dataclass(frozen=True)
class FailureView:
    """Why a workflow failed, in words a person can act on."""

    phase: str = ""
    error_type: str = ""
    message: str = ""
    traceback: str = ""
    retryable: bool = False


@dataclass(frozen=True)
class PhaseRunView:
    """One phase as it stands now, or one earlier try of it.

    Attributes:
        status: ``pending`` where the phase has not begun.
        fraction: 0.0–1.0.
        seconds: How long this try has taken so far; ``None`` before its start.
        item_kind: What the counts count, e.g. ``rows``.
    """

    phase: str
    title: str
    status: str
    run_number: int = 1
    attempt: int = 0
    worker: str = ""
    fraction: float = 0.0
    message: str = ""
    item_kind: str = ""
    items_in: int = 0
    items_out: int = 0
    items_rejected: int = 0
    items_excluded: int = 0
    summary: str = ""
    error_type: str = ""
    error_message: str = ""
    traceback: str = ""
    retryable: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    reported_at: datetime | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class EventView:
    """One line of a workflow's history."""

    seq: int
    type: str
    phase: str
    actor: str
    reason: str
    at: datetime
    details: Mapping[str, Any]


@dataclass(frozen=True)
class WorkflowView:
    """A workflow at one moment, whole, as services hand it out.

    Attributes:
        title: The name of the first file, and how many more there are.
        phases: One a phase, in order: the newest try of the current run number.
        tries: Every try of every phase, oldest first.
        stuck: Running, but no worker holds it or nothing was reported for long.
        attempt: Claims since the last committed phase.
        can_accept: Whether its current phase failed and later ones can do without it.
    """

    workflow_id: UUID
    session_id: UUID
    client_account_id: UUID
    engagement_id: UUID
    title: str
    started_by: str
    workflow_type: str
    status: str
    current_phase: str
    progress_percentage: int
    version: int
    run_number: int
    attempt: int
    max_attempts: int
    state_data: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    run_after: datetime | None
    phases: tuple[PhaseRunView, ...]
    tries: tuple[PhaseRunView, ...]
    failure: FailureView | None
    stuck: bool
    worker: str
    cancel_requested: bool
    can_accept: bool = False
