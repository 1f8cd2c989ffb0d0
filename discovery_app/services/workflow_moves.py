"""What each ending of a phase makes of a workflow: pure ``Transition`` values.

Part of ``services.workflow_state``.
"""

from typing import Any
from uuid import uuid4

from discovery_app.config import settings
from discovery_app.domain.workflow import (
    Claim,
    EventType,
    LeaseClaim,
    PhaseStatus,
    WorkflowStatus,
)
from discovery_app.phases import ORDER, load_phase, progress_percentage
from discovery_app.phases.base import Phase, PhaseResult
from discovery_app.services.workflow_transitions import (
    EndedRun,
    LeaseChange,
    NewEvent,
    OpenedRun,
    Transition,
)


def open_run(phase: str, run_number: int, lease: LeaseClaim) -> OpenedRun:
    """Return a try of ``phase`` that begins now under ``lease``."""
    return OpenedRun(
        id=uuid4(),
        phase=phase,
        position=ORDER.index(phase),
        run_number=run_number,
        attempt=lease.attempt,
        fence=lease.fence,
        worker=lease.worker,
        item_kind=load_phase(phase).item_kind,
    )


def accepted_run(
    phase: Phase, run_number: int, fence: int, result: PhaseResult
) -> OpenedRun:
    """Return a try of ``phase`` that no worker ran and a person accepted."""
    return OpenedRun(
        id=uuid4(),
        phase=phase.name,
        position=ORDER.index(phase.name),
        run_number=run_number,
        attempt=0,
        fence=fence,
        worker="",
        item_kind=phase.item_kind,
        status=PhaseStatus.ACCEPTED,
        summary=result.summary,
    )


def ended_run(claim: Claim, result: PhaseResult) -> EndedRun:
    """Return how the claimed try ended with ``result``."""
    return EndedRun(
        id=claim.phase_run_id,
        status=PhaseStatus.COMPLETED,
        summary=result.summary,
        item_kind=load_phase(claim.phase).item_kind,
        items_in=result.items_in,
        items_out=result.items_out,
        items_rejected=result.items_rejected,
        items_excluded=result.items_excluded,
    )


def counts(result: PhaseResult) -> dict[str, Any]:
    """Return what the history says of ``result``."""
    return {
        "summary": result.summary,
        "items_in": result.items_in,
        "items_out": result.items_out,
        "items_rejected": result.items_rejected,
        "items_excluded": result.items_excluded,
    }


def finish(claim: Claim, ended: EndedRun, done: NewEvent) -> Transition:
    """Complete the workflow: its last phase is done."""
    return Transition(
        status=WorkflowStatus.COMPLETED,
        current_phase=claim.phase,
        progress_percentage=100,
        lease=LeaseChange(runnable=False, expected_fence=claim.fence),
        ended=ended,
        events=[done, NewEvent(EventType.COMPLETED)],
    )


def wait(claim: Claim, ended: EndedRun, done: NewEvent) -> Transition:
    """Wait for a person to approve what the phase left."""
    return Transition(
        status=WorkflowStatus.WAITING_FOR_APPROVAL,
        current_phase=claim.phase,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        # A wish to pause stands for an approval in advance; a person's ends it.
        lease=LeaseChange(
            runnable=False, pause_requested=None, expected_fence=claim.fence
        ),
        ended=ended,
        events=[done, NewEvent(EventType.WAITING, claim.phase)],
    )


def pause(claim: Claim, following: str, ended: EndedRun, done: NewEvent) -> Transition:
    """Stop before ``following``, because a person asked."""
    return Transition(
        status=WorkflowStatus.PAUSED,
        current_phase=following,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        lease=LeaseChange(runnable=False, expected_fence=claim.fence),
        ended=ended,
        events=[done, NewEvent(EventType.PAUSED, following)],
    )


def hand_on(
    claim: Claim, following: str, ended: EndedRun, done: NewEvent
) -> Transition:
    """Leave ``following`` to another worker."""
    return Transition(
        status=WorkflowStatus.QUEUED,
        current_phase=following,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        # A pause that somebody asks for just now is for whoever takes it next.
        lease=LeaseChange(
            runnable=True, pause_requested=None, expected_fence=claim.fence
        ),
        ended=ended,
        events=[done, NewEvent(EventType.HANDED_BACK, following)],
    )


def go_on(claim: Claim, following: str, ended: EndedRun, done: NewEvent) -> Transition:
    """Open ``following`` for the same worker."""
    opened = open_run(following, claim.run_number, as_lease(claim))
    return Transition(
        status=WorkflowStatus.RUNNING,
        current_phase=following,
        progress_percentage=progress_percentage(claim.phase, 1.0),
        lease=LeaseChange(
            runnable=True,
            owner=claim.scope.actor,
            hold_seconds=settings().lease_seconds,
            attempt=1,
            cancel_requested=None,
            pause_requested=None,
            expected_fence=claim.fence,
        ),
        ended=ended,
        opened=opened,
        events=[done, NewEvent(EventType.STARTED, following, data={"attempt": 1})],
    )


def as_lease(claim: Claim) -> LeaseClaim:
    """Return the lease that a worker holds after a commit: a fresh count."""
    return LeaseClaim(
        workflow_id=claim.workflow_id,
        client_account_id=claim.scope.client_account_id,
        engagement_id=claim.scope.engagement_id,
        fence=claim.fence,
        attempt=1,
        max_attempts=claim.max_attempts,
        worker=claim.scope.actor,
    )
